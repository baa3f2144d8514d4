"""The part of the night's screen that reads scores and answers: see `screening`."""

from collections.abc import Iterable, Iterator
from itertools import product

from programmes.clinical.pain import WEEKLY_LOOK
from programmes.clinical.thresholds import PainThresholds

EPSILON = 1e-6  # PostgreSQL and Python may round the last digit apart

BIT = "(1::bigint << (%(on)s - walk.walked_on))"
KNOWN = "walk.clinic_id = %(clinic)s AND walk.received_on <= %(on)s AND NOT walk.entered_in_error"
SCORE = "(CASE WHEN who.pain_after THEN walk.pain_after ELSE walk.pain_before END)"
TIMELY = f"{KNOWN} AND walk.received_on - walk.walked_on <= %(late_days)s AND {SCORE} IS NOT NULL"

# Two scores above the four weeks before them (or a flare-up plan), and then nothing.
HURT = f"""
hurt AS (
    SELECT who.patient_id
      FROM habit who
      LEFT JOIN LATERAL (
        SELECT min(score) AS score, min(walked_on) AS first_on, count(*) AS days
          FROM (SELECT walk.walked_on, avg({SCORE}) AS score FROM programmes_walk walk
                 WHERE {TIMELY} AND walk.patient_id = who.patient_id
                   AND walk.walked_on BETWEEN who.last_on - 14 AND who.last_on
                 GROUP BY walk.walked_on ORDER BY walk.walked_on DESC LIMIT 2) two) latest ON true
      LEFT JOIN LATERAL (
        SELECT avg({SCORE}) AS usual, count(*) AS scores, count(DISTINCT walk.walked_on) AS days
          FROM programmes_walk walk
         WHERE latest.score >= %(hurt_above)s - {EPSILON} AND {TIMELY} AND walk.patient_id = who.patient_id
           AND walk.walked_on BETWEEN latest.first_on - 28 AND latest.first_on - 1) earlier ON true
     WHERE may_be_silent AND NOT 'PAIN_THEN_SILENT' = ANY(standing) AND last_on IS NOT NULL
       AND (rested < 63 OR silence <= %(hurt_most_days)s) AND silence * most_days >= 7 * %(hurt_walks)s
       AND (flare_from IS NOT NULL OR latest.days = 2 AND (earlier.days < earlier.scores
            OR earlier.days >= %(min_base)s AND latest.score - earlier.usual >= %(hurt_above)s - {EPSILON}))
), overdue AS (
    SELECT patient_id FROM lately
     WHERE flare_from <= %(on)s - %(flare_days)s AND NOT 'FLARE_OVERDUE' = ANY(standing)
), same AS (
    SELECT who.patient_id
      FROM lately who CROSS JOIN LATERAL (
        SELECT avg(score) FILTER (WHERE day < who.started_on + 14) AS begun,
               avg(score) FILTER (WHERE day > %(on)s - 14) AS now,
               least(count(*) FILTER (WHERE day < who.started_on + 14),
                     count(*) FILTER (WHERE day > %(on)s - 14)) AS days
          FROM (SELECT walk.walked_on AS day, avg({SCORE}) AS score FROM programmes_walk walk
                 WHERE {TIMELY} AND walk.patient_id = who.patient_id
                   AND walk.walked_on BETWEEN who.started_on AND %(on)s
                 GROUP BY walk.walked_on) daily) ends
     WHERE age BETWEEN 43 AND 56 AND NOT 'NOT_IMPROVING' = ANY(quiet) AND ends.days >= %(ends_reports)s
       AND ends.begun >= %(from_pain)s - {EPSILON} AND ends.begun - ends.now < %(change)s + {EPSILON}
)"""


Window = tuple[int, int]
"""Ages in days, both ends included: (0, 6) is the week that ends on the day judged."""


def _comparisons(pain: PainThresholds, *recent_days: int) -> list[tuple[Window, Window, int]]:
    """What PAIN_RISING compares: the recent days, the days before them, and how many of these it needs."""
    bases = zip(pain.base_days, pain.min_base, strict=True)
    return [
        ((0, recent - 1), (recent, recent + base - 1), least)
        for recent, (base, least) in product(recent_days, bases)
    ]


def _relapse(pain: PainThresholds) -> tuple[Window, Window, Window]:
    """The recent days, the better ones, and the worse ones before them."""
    better = (pain.relapse_gap, pain.relapse_gap + pain.relapse_days - 1)
    return (0, pain.recent_days[0] - 1), better, (better[1] + 1, better[1] + pain.base_days[0])


def _name(window: Window) -> str:
    return f"{window[0]}_{window[1]}"


def _sums(windows: Iterator[Window]) -> str:
    """SQL: of each window how many days, their sum, and the sum of their squares."""
    return ", ".join(
        f"count(*) FILTER (WHERE {inside}) AS n{name}, sum(score) FILTER (WHERE {inside}) AS s{name},"
        f" sum(score * score) FILTER (WHERE {inside}) AS q{name}"
        for window in windows
        for name, inside in [(_name(window), f"age BETWEEN {window[0]} AND {window[1]}")]
    )


def _rise(one: Window, other: Window) -> str:
    """SQL: how far the mean of one window lies above that of the other, in points."""
    a, b = _name(one), _name(other)
    return f"(s{a} / n{a} - s{b} / n{b})"


def _z(one: Window, other: Window, bases: list[Window], pain: PainThresholds) -> str:
    """SQL: the same in standard errors."""
    a, b = _name(one), _name(other)
    own = " + ".join(f"q{n} - s{n} * s{n} / n{n}" for n in map(_name, bases))
    days = " + ".join(f"n{n}" for n in map(_name, bases))
    prior = pain.usual_weight * pain.usual_sd**2
    spread = f"sqrt(({prior} + {own}) / ({pain.usual_weight - len(bases)} + {days}))"
    return f"{_rise(one, other)} / ({spread} * sqrt(1.0 / n{a} + 1.0 / n{b}))"


def _usual(pain: PainThresholds, compared: list[tuple[Window, Window, int]]) -> str:
    """SQL: the clearest rise above the weeks before, in standard errors; 0 where there is none."""
    each = (
        f"CASE WHEN n{_name(one)} >= %(min_recent)s AND n{_name(base)} >= {least} AND {_worsened(one)}"
        f" AND {_rise(one, base)} >= %(min_rise)s - {EPSILON} THEN {_z(one, base, [base], pain)} END"
        for one, base, least in compared
    )
    return f"greatest({', '.join(each)}, 0)"


def _relapsed(pain: PainThresholds) -> str:
    """SQL: what had become better may be lost again."""
    recent, better, worse = _relapse(pain)
    both = f"least(n{_name(better)}, n{_name(worse)}) >= {pain.min_base[0]}"
    enough = f"n{_name(recent)} >= %(min_recent)s AND {both} AND {_worsened(recent)}"
    moves = (
        f"{_rise(each, better)} >= %(min_rise)s - {EPSILON}"
        f" AND {_z(each, better, [better, worse], pain)} >= %(z_relapse)s - {EPSILON}"
        for each in (recent, worse)
    )
    return f"CASE WHEN {enough} THEN {' AND '.join(moves)} END"


def _any_move(pairs: Iterable[tuple[Window, Window]]) -> str:
    """SQL: whether one of these means lies far enough above the other; of single scores, one to a day.

    Cheaper than what follows, and nearly nobody is left after it.
    """
    means = (
        " - ".join(f"avg(score) FILTER (WHERE age BETWEEN {first} AND {last})" for first, last in pair)
        for pair in pairs
    )
    return f"count(*) > count(DISTINCT age) OR greatest({', '.join(means)}) >= %(min_rise)s - {EPSILON}"


# Who walks less than three quarters of what the six weeks before let expect, whatever the plan says.
RARER = f"""
(who.rested < 63 OR who.age > 14 AND bit_count(who.days::bit(64)) < {EPSILON}
    + %(rarer_share)s * 14 / least(42, who.age - 14)
    * (SELECT count(DISTINCT walk.walked_on) FROM programmes_walk walk
        WHERE {KNOWN} AND walk.patient_id = who.patient_id
          AND walk.walked_on BETWEEN greatest(who.started_on, %(on)s - 55) AND %(on)s - 14))"""


def rises(pain: PainThresholds) -> str:
    """SQL: whose scores may have risen, among those who sent something in on the day judged."""
    usual, weekly = _comparisons(pain, *pain.recent_days), _comparisons(pain, pain.weekly_days)
    recent, better, worse = _relapse(pain)
    moves = [(one, base) for one, base, _least in [*usual, *weekly]] + [(recent, better)]
    compared = [window for one, base, _least in [*usual, *weekly] for window in (one, base)]
    look = (0, WEEKLY_LOOK - 1)
    windows = dict.fromkeys([*compared, better, worse, look])
    scores = f"""FROM programmes_walk walk
                 WHERE {TIMELY} AND walk.patient_id = who.patient_id
                   AND walk.walked_on BETWEEN %(on)s - {max(last for _, last in windows)} AND %(on)s"""
    return f"""
rises AS (
    SELECT patient_id FROM lately who CROSS JOIN LATERAL (
        SELECT {_any_move(moves)} AS may_have
          FROM (SELECT %(on)s - walk.walked_on AS age, {SCORE}::float8 AS score {scores}) each) moved
     CROSS JOIN LATERAL (
        SELECT {_sums(iter(windows))}
          FROM (SELECT %(on)s - walk.walked_on AS age, avg({SCORE})::float8 AS score {scores} AND may_have
                 GROUP BY walk.walked_on) daily) sums
     CROSS JOIN LATERAL (SELECT {_usual(pain, usual)} AS z) usual
     WHERE who.news AND (z >= %(z)s - {EPSILON} OR {_relapsed(pain)}
        OR n{_name(look)} <= %(weekly_scores)s
            AND greatest(z, {_usual(pain, weekly)}) >= least(%(z_weekly)s, %(z_rarer)s) - {EPSILON}
        OR z >= %(z_rarer)s - {EPSILON} AND {RARER})
)"""


def _worsened(recent: Window) -> str:
    """SQL: no flag stands, or pain lies so far above what it saw; both means are rounded to 0.01 there."""
    return f"coalesce(s{_name(recent)} / n{_name(recent)} >= rise + %(worse_by)s - 0.02, true)"


HARD = (
    "(greatest(walk.pain_after, walk.pain_worst) > %(response_above)s"
    " AND greatest(walk.pain_after, walk.pain_worst) - walk.pain_before >= %(response_rise)s)"
)


def _last(days: str, count: int) -> str:
    """SQL: the walk lies on the last so many days of a fortnight's bits, or there are fewer of them."""
    for _day in range(count - 1):
        days = f"({days} & {days} - 1)"
    return f"({days} = 0 OR {BIT} <= ({days} & -{days}))"


# Of single answers: the ones that are no plain "fine", with an index of their own. What counts are the last
# two scores, and the last three walks: they stand on the last days of their kind.
TOLD = f"""
told AS (
    SELECT who.patient_id
      FROM lately who
      CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE walk.pain_before >= %(severe)s AND {_last("who.scored", 2)}) AS severe,
               count(*) FILTER (WHERE {HARD} AND {_last("who.days", 3)})
                   + count(*) FILTER (WHERE walk.settled = 'no' AND {_last("who.days", 3)}) AS hard,
               bool_or(({HARD} OR walk.settled = 'no') AND {_last("who.days", 1)}) AS hard_last,
               count(*) FILTER (WHERE walk.limb_problem) AS limb,
               count(*) FILTER (WHERE walk.flare) AS flares, 1 + max(walk.walked_on) FILTER (WHERE walk.flare)
                   - min(walk.walked_on) FILTER (WHERE walk.flare) AS flaring,
               bool_or(walk.received_on = %(on)s AND walk.fall IN ('near', 'fall')) AS fell
          FROM programmes_walk walk
         WHERE {KNOWN} AND walk.patient_id = who.patient_id
           AND walk.walked_on BETWEEN %(on)s - %(window)s AND %(on)s
           AND (walk.pain_before >= 8 OR walk.pain_after > 5 OR walk.pain_worst > 5 OR walk.settled = 'no'
                OR walk.flare OR walk.limb_problem OR walk.fall IN ('near', 'fall'))) answers
     WHERE who.news AND (severe >= 2 AND NOT 'PAIN_SEVERE' = ANY(standing)
        OR hard >= %(response_walks)s AND hard_last  -- OVERDOING asks for it as well
        OR flares >= 2 AND (flares >= %(told_flares)s OR flaring >= %(flare_on_end)s) OR fell
        OR limb >= %(limb_logs)s AND NOT 'LIMB_PROBLEM' = ANY(standing))
)"""
