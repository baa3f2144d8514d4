"""Whom a night has to look at: PostgreSQL passes over everybody whose flags cannot change.

Nothing is decided here; the rules are the pure functions of `programmes.clinical`. Each part below asks what
must be so before one of them can find something new, or find something over. It may let too many through,
never too few: `tests/programmes/test_screening.py` holds it against the rules themselves.

What is only for information (OVERDOING, DATA_QUALITY, FLARE) is judged when a walk comes in, not at night.

A day is a bit of a number: bit 0 is the day judged, bit 1 the day before; 63 days fit. Most of the work is
one pass over a clinic's walks of a fortnight; older walks are read only of those who walked less than they
might have, who sent something in, or who have a flag.
"""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from clinic.models import Clinic
from programmes.clinical.thresholds import Thresholds
from programmes.models.programme import RUNNING
from programmes.services.judged_by import thresholds_of
from programmes.services.screening_pain import BIT, EPSILON, HURT, KNOWN, SCORE, TOLD, rises

_DID_ENOUGH = " AND ".join(
    f"coalesce(walk.{told} >= %(counts_share)s * who.{asked}, true)"
    for told, asked in (("minutes", "minutes"), ("steps", "steps"), ("distance_m", "metres"))
)


def _reached(first: str) -> str:
    """SQL: the days since `first` on which each walk alone did enough.

    A walk that was told in another unit only is enough where nothing else was told of its day.
    """
    enough, too_little = (
        f"coalesce(bit_or({BIT}) FILTER (WHERE walk.walked_on >= {first} AND {how}), 0)"
        for how in (_DID_ENOUGH, f"NOT ({_DID_ENOUGH})")
    )
    return f"{enough} & ~{too_little}"


WEEK, SIX_WEEKS = (1 << 7) - 1, (1 << 42) - 1

# The most, and the least, that the plan can have asked for by now: no week comes sooner than written.
PLAN = """
plan AS (
    SELECT week.programme_id, max(week.days) AS most_days, min(week.days) AS least_days,
           max(nullif(week.minutes, 0)) AS minutes, max(week.steps) AS steps, max(week.distance_m) AS metres,
           max(revision.in_force_from) AS newest_from
      FROM programmes_programmerevision revision
      JOIN programmes_programmeweek week
        ON week.revision_id = revision.id AND week.clinic_id = %(clinic)s
       AND week.number <= revision.first_week + (%(on)s - revision.in_force_from) / 7
     WHERE revision.clinic_id = %(clinic)s AND revision.signed_at IS NOT NULL
       AND revision.in_force_from <= %(on)s
     GROUP BY week.programme_id
), pressed AS (
    SELECT programme_id, min(from_on) FILTER (WHERE over_on IS NULL OR over_on > %(on)s) AS flare_from
      FROM programmes_overlay
     WHERE clinic_id = %(clinic)s AND kind = 'flare' AND from_on <= %(on)s
       AND (over_on IS NULL OR over_on > %(on)s - 63)
     GROUP BY programme_id
), paused AS (
    SELECT programme_id, %(on)s - max(until_on) AS days_ago
      FROM programmes_pause
     WHERE clinic_id = %(clinic)s AND from_on <= %(on)s AND until_on > %(on)s - 63
     GROUP BY programme_id
)"""

# "Standing": unresolved, and not yet said to be over; finding it again changes nothing.
FLAGS = """
flag AS MATERIALIZED (
    SELECT patient_id, code, raised_on, resolved_on, coalesce(latest, evidence) AS seen,
           resolved_on IS NULL AND condition_ended_on IS NULL AS standing
      FROM programmes_flag
     WHERE clinic_id = %(clinic)s AND (resolved_on IS NULL OR resolved_on > %(on)s - %(cool_off_lasting)s)
), flags AS (
    SELECT patient_id,
           array_agg(code) FILTER (WHERE standing) AS standing,
           array_agg(code) FILTER (WHERE standing OR resolved_on IS NOT NULL) AS quiet,
           max(raised_on) FILTER (WHERE standing AND seen ->> 'pattern' = 'silence') AS silent_since,
           max((seen ->> 'last_log')::date) FILTER (WHERE standing AND seen ->> 'pattern' = 'silence'
               AND (seen #>> '{limits,surprise}')::float8 = %(silence)s
               AND (seen #>> '{limits,silent_days}')::int = %(silence_days)s) AS silent_after,
           max((seen ->> 'mean_recent')::float8) FILTER (WHERE standing AND code = 'PAIN_RISING') AS rise
      FROM flag GROUP BY patient_id
)"""

PEOPLE = f"""
people AS MATERIALIZED (
    SELECT programme.patient_id, programme.id AS programme_id, patient.pain_series = 'after' AS pain_after,
           greatest(programme.starts_on, (programme.assigned_at AT TIME ZONE %(zone)s)::date) AS started_on,
           plan.minutes, plan.steps, plan.metres, plan.newest_from, pressed.flare_from,
           CASE WHEN pressed.programme_id IS NULL THEN plan.most_days ELSE 7 END AS most_days,
           CASE WHEN pressed.programme_id IS NULL THEN plan.least_days ELSE 0 END AS least_days,
           coalesce(paused.days_ago, 99) AS rested
      FROM programmes_programme programme
      JOIN patients_patient patient
        ON patient.id = programme.patient_id AND patient.clinic_id = %(clinic)s
      LEFT JOIN plan ON plan.programme_id = programme.id
      LEFT JOIN pressed ON pressed.programme_id = programme.id
      LEFT JOIN paused ON paused.programme_id = programme.id
     WHERE programme.clinic_id = %(clinic)s AND programme.status = ANY(%(running)s)
       AND programme.starts_on <= %(on)s
), fortnight AS (
    SELECT walk.patient_id, bit_or({BIT}) AS days, {_reached("%(on)s - 13")} AS reached,
           bit_or(CASE WHEN walk.pain_before IS NOT NULL THEN {BIT} ELSE 0 END) AS scored
      FROM programmes_walk walk JOIN people who USING (patient_id)
     WHERE {KNOWN} AND walk.walked_on BETWEEN %(on)s - 13 AND %(on)s
     GROUP BY walk.patient_id
), came AS (
    SELECT DISTINCT walk.patient_id FROM programmes_walk walk
     WHERE {KNOWN} AND walk.received_on = %(on)s AND walk.walked_on <= %(on)s
), lately AS MATERIALIZED (
    SELECT people.*, %(on)s - people.started_on + 1 AS age, coalesce(fortnight.days, 0) AS days,
           coalesce(fortnight.reached, 0) AS reached, coalesce(fortnight.scored, 0) AS scored,
           came.patient_id IS NOT NULL AS news,
           flags.silent_since, flags.silent_after, flags.rise, coalesce(flags.standing, '{{}}') AS standing,
           coalesce(flags.quiet, '{{}}') AS quiet
      FROM people LEFT JOIN fortnight USING (patient_id) LEFT JOIN flags USING (patient_id)
      LEFT JOIN came USING (patient_id)
)"""


def _short(days: str, weeks: int) -> str:
    """SQL: less than the clinic's share of the planned walks may have been done in these weeks.

    Week by week, because a week counts for no more than was planned in it: what was done less that share of a
    plan is at least the smaller of the rest of the least plan and the days done less that share of the most.
    """
    parts = (
        "least((1 - %(low_share)s) * least_days,"
        f" bit_count(({days} >> {7 * week} & {WEEK})::bit(64)) - %(low_share)s * most_days)"
        for week in range(weeks)
    )
    return f"{' + '.join(parts)} < 0"


# Slowing beyond doubt, and a flag says so: then nobody is held against the plan as well.
IS_SLOW = f"""
    'ADHERENCE_DROPPED' = ANY(standing) AND least_days = most_days AND least_days > 0
    AND rested >= 63 AND age >= 56 AND newest_from <= %(on)s - 13
    AND base >= %(slowing_min_base)s AND slowing >= %(slowing_z)s + {EPSILON}
    AND recent < 2 * %(slowing_plan)s * least_days - {EPSILON}
    AND bit_count((days & {WEEK})::bit(64)) <= %(slowing_plan)s * least_days - {EPSILON}"""

LESS = f"""
less AS MATERIALIZED (
    SELECT * FROM (
        SELECT *, days & %(quiet_days)s = 0 AS may_be_silent,
               NOT 'ADHERENCE_DROPPED' = ANY(standing) AND age > 17
                   AND bit_count(days::bit(64)) < 2 * %(slowing_plan)s * most_days
                   AND bit_count((days & {WEEK})::bit(64)) <= %(slowing_plan)s * most_days AS may_be_slow,
               NOT 'ADHERENCE_LOW' = ANY(quiet) AND age >= 28 AND (rested < 14 OR {_short("reached", 2)})
                   AS may_be_low
          FROM lately WHERE rested > 0) candidate
     WHERE may_be_silent OR may_be_slow OR may_be_low
), habit AS MATERIALIZED (
    SELECT who.*, past.*, %(on)s - coalesce(past.last_on, who.started_on) AS silence,
           bit_count((past.days63 >> 14 & {SIX_WEEKS})::bit(64)) AS base,
           greatest(0, least(42, who.age - 14)) AS base_days, bit_count(who.days::bit(64)) AS recent
      FROM less who CROSS JOIN LATERAL (
        SELECT max(walk.walked_on) AS last_on, count(*) AS logs,
               coalesce(bit_or({BIT}) FILTER (WHERE walk.walked_on > %(on)s - 63), 0) AS days63,
               coalesce(bit_or(1::bigint << (%(on)s - 63 - walk.walked_on))
                   FILTER (WHERE walk.walked_on BETWEEN %(on)s - 125 AND %(on)s - 63), 0) AS days_before,
               {_reached("%(on)s - 27")} AS reached28
          FROM programmes_walk walk
         WHERE {KNOWN} AND walk.patient_id = who.patient_id
           AND walk.walked_on BETWEEN who.started_on AND %(on)s) past
), habits AS (
    SELECT *, -silence * ln(1 - least(%(most_rate)s, greatest(%(least_rate)s, rate))) AS surprise,
           (ln(%(slowing_ratio)s) - ln(now / before))
               / sqrt((1 - now) / (recent + 0.5) + (1 - before) / (base + 0.5)) AS slowing
      FROM (SELECT *, bit_count(days63::bit(64)) + bit_count(days_before::bit(64)) AS walks,
                   ((recent + 0.5) / 15)::float8 AS now, ((base + 0.5) / (base_days + 1))::float8 AS before,
                   CASE WHEN silence <= 20 AND rested >= 63
                        THEN (bit_count((days63 >> silence & {SIX_WEEKS})::bit(64)) + 1.0)
                             / (least(42, last_on - started_on + 1) + 2) END::float8 AS rate
              FROM habit) habit
), walking AS (
    SELECT patient_id FROM habits
     WHERE NOT coalesce('NOT_STARTED' = ANY(standing) AND logs <= %(never_max_logs)s
                        AND silence >= %(never_days)s AND rested >= 63, false)
       AND (walks <= %(never_max_logs)s AND silence >= %(never_days)s AND NOT 'NOT_STARTED' = ANY(standing)
        OR may_be_silent AND silent_since IS NULL AND last_on IS NOT NULL AND silence >= %(silence_days)s
           AND silence * most_days >= 7 * %(silence_walks)s
           AND (rate IS NULL OR surprise >= %(silence)s)
        OR may_be_slow AND (rested < 56 OR base >= %(slowing_min_base)s AND slowing >= %(slowing_z)s)
        OR may_be_low AND (rested < 28 OR {_short("reached28", 4)})
           AND NOT coalesce(silent_after = last_on AND least_days = most_days AND rested >= 63, false)
           AND NOT coalesce({IS_SLOW}, false))
)"""

CLEARING = f"""
clearing AS (
    SELECT flag.patient_id
      FROM flag JOIN lately who USING (patient_id)
      CROSS JOIN LATERAL (SELECT (flag.seen ->> 'reference')::float8 AS reference) frozen
      CROSS JOIN LATERAL (
        SELECT count(*) AS logs, count(*) FILTER (WHERE who.rested < 63 OR day > %(on)s - 14) AS lately,
               count(*) FILTER (WHERE score < reference + %(clear_below)s + {EPSILON}) AS calm,
               max(day) FILTER (WHERE score < reference + %(clear_below)s + {EPSILON}) AS last_calm,
               min(day) FILTER (WHERE score < reference + %(clear_below)s + {EPSILON}) AS first_calm,
               max(day) FILTER (WHERE score IS NOT NULL) AS last_score,
               count(*) FILTER (WHERE pain_before < %(severe)s) AS mild
          FROM (SELECT walk.walked_on AS day, walk.pain_before,
                       CASE WHEN walk.received_on - walk.walked_on <= %(late_days)s THEN {SCORE} END AS score
                  FROM programmes_walk walk
                 WHERE {KNOWN} AND walk.patient_id = who.patient_id
                   AND walk.walked_on BETWEEN flag.raised_on + 1 AND %(on)s) walk) since
     WHERE flag.resolved_on IS NULL AND CASE
        -- A snapshot without what the rule reads cannot be judged, and that has to be seen.
        WHEN flag.code IN ('PAIN_RISING', 'ADHERENCE_DROPPED') AND NOT jsonb_exists(flag.seen, 'reference')
             THEN true
        WHEN flag.code IN ('NOT_STARTED', 'PAIN_THEN_SILENT', 'FLARE') THEN since.logs > 0
        WHEN flag.seen ->> 'pattern' = 'never_started' THEN since.logs > 0
        WHEN flag.code IN ('ADHERENCE_DROPPED', 'ADHERENCE_LOW') THEN %(on)s - flag.raised_on >= %(back_days)s
             AND (who.age < 14 OR since.lately >= 2 * who.least_days
                 * coalesce(reference - %(back_within)s, %(back_share)s) - {EPSILON})
        WHEN flag.code = 'PAIN_RISING' THEN since.calm >= %(clear_reports)s
             AND last_calm = last_score AND last_calm - first_calm >= %(clear_days)s
        WHEN flag.code = 'PAIN_SEVERE' THEN since.mild >= %(severe_calm)s
        WHEN flag.code IN ('PAIN_RESPONSE', 'LIMB_PROBLEM') THEN since.logs >= 3
        WHEN flag.code IN ('OVERDOING', 'DATA_QUALITY') THEN %(on)s - flag.raised_on >= 7
        ELSE flag.code = 'FLARE_OVERDUE' END
)"""


def to_be_judged(*, clinic: Clinic, on: date) -> list[UUID]:
    """Patients of the clinic for whom the night of `on` may change a flag.

    Those with a mark, or with thresholds of their own, are always among them. Some may have no running
    programme or must not be judged: `subjects_of` knows.
    """
    thresholds = thresholds_of(clinic=clinic, patients=()).clinic
    parts = [PLAN, FLAGS, PEOPLE, LESS, HURT, rises(thresholds.pain), TOLD, CLEARING]
    found = ("walking", "hurt", "overdue", "same", "rises", "told", "clearing")
    query = f"""
        WITH {", ".join(part.strip() for part in parts)}
        {" UNION ".join(f"SELECT patient_id FROM {part}" for part in found)}
        UNION SELECT patient_id FROM programmes_changedpatient
               WHERE clinic_id = %(clinic)s AND earliest_on <= %(on)s
        UNION SELECT patient_id FROM programmes_thresholdsetting
               WHERE clinic_id = %(clinic)s AND patient_id IS NOT NULL"""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")  # compiling takes longer than the statement
        # Of tables filled a moment ago PostgreSQL knows too little, and holds everybody against everybody: a
        # hundred times slower. What is looked up for one patient stays a loop.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(query, _parameters(clinic, on, thresholds))
        judged = [patient_id for (patient_id,) in cursor.fetchall()]
        cursor.execute("SET LOCAL enable_nestloop = on")
        return judged


def _parameters(clinic: Clinic, on: date, thresholds: Thresholds) -> dict[str, Any]:
    """The clinic's numbers under the names that the statement has for them."""
    walking, pain, hurt = thresholds.adherence, thresholds.pain, thresholds.silent_pain
    least_rate, most_rate = walking.rate_limits
    quiet_days = min(walking.silence_days, walking.never_days, hurt.days)
    return _numbers(thresholds) | {
        "clinic": clinic.pk,
        "zone": clinic.time_zone,
        "on": on,
        "running": list(RUNNING),
        "quiet_days": (1 << quiet_days) - 1,
        "least_rate": least_rate,
        "most_rate": most_rate,
        "min_base": pain.min_base[0],
        "hurt_above": hurt.above,
        "hurt_walks": hurt.walks,
        "hurt_most_days": hurt.most_days,
        "flare_days": thresholds.flare.days,
        "told_flares": thresholds.answers.flare_days,
    }


def _numbers(thresholds: Thresholds) -> dict[str, Any]:
    taken = {
        "counts_share low_share never_days never_max_logs silence silence_days silence_walks"
        " slowing_ratio slowing_z slowing_plan slowing_min_base"
        " back_days back_within back_share": thresholds.adherence,
        "late_days min_recent min_rise z z_rarer z_weekly weekly_scores z_relapse"
        " worse_by clear_below clear_reports clear_days rarer_share": thresholds.pain,
        "window severe severe_calm response_above response_rise response_walks limb_logs"
        " flare_on_end": thresholds.answers,
        "ends_reports from_pain change": thresholds.plan,
        "cool_off_lasting": thresholds.lifecycle,
    }
    return {name: getattr(source, name) for names, source in taken.items() for name in names.split()}
