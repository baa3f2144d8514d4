"""ADHERENCE_DROPPED and the plan-based line: walking against the patient's own habit and against the plan."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import ceil, exp, log, sqrt
from typing import Any

from programmes.clinical.amounts import Walked, reaches
from programmes.clinical.diary import DAY, Diary
from programmes.clinical.thresholds import DEFAULTS, RULE_VERSION, AdherenceThresholds

DEFAULT = DEFAULTS.adherence
Pattern = tuple[str, dict[str, Any], float | None]


@dataclass(frozen=True, slots=True)
class Share:
    """Walks done of walks planned over a span; `planned` may be fractional, `paused` days are shown."""

    done: float
    planned: float
    paused: int

    @property
    def share(self) -> float | None:
        """Done divided by planned, 0-1, or None when nothing was planned (never 0)."""
        return self.done / self.planned if self.planned else None

    def evidence(self) -> dict[str, Any]:
        """The share ready for JSON."""
        share = None if self.share is None else round(self.share, 2)
        return {
            "done": round(self.done, 1),
            "planned": round(self.planned, 1),
            "share": share,
            "paused": self.paused,
        }


@dataclass(frozen=True, slots=True)
class AdherenceDrop:
    """A drop as seen on one day.

    `pattern` is never_started, silence or slowing; `reference` the share of planned walks before the drop
    (None if unknown), `numbers` the pattern's own figures, `plan` the last 14 days against the plan.
    """

    on: date
    pattern: str
    numbers: dict[str, Any]
    reference: float | None
    plan: Share
    below_half: bool = False

    def evidence(self) -> dict[str, Any]:
        """The numbers behind the finding, ready for JSON; `reference` is frozen here."""
        return {
            "rule_version": RULE_VERSION,
            "pattern": self.pattern,
            **self.numbers,
            "reference": None if self.reference is None else round(self.reference, 2),
            "plan": self.plan.evidence() | {"below_half": self.below_half},
        }


def adherence(diary: Diary, first: date, last: date, thresholds: AdherenceThresholds = DEFAULT) -> Share:
    """Return walks done and planned from `first` to `last`, ends included, paused days out of both.

    A day counts as one walk once its walks together reach half of the dose planned for it. Seven-day
    blocks from `first` on count for no more than was planned in them, so neither one long Sunday walk nor
    one busy week makes up for days not walked. Both sums are divided once: percentages are never averaged.
    """
    a_day: dict[date, Walked] = defaultdict(Walked)
    for report in diary.reports_between(first, last):
        a_day[report.on] = a_day[report.on].plus(report.walked)
    walked = sorted(day for day in a_day if _counts(diary, day, a_day[day], thresholds))
    done = sum(
        min(ceil(diary.planned_walks(a, b) - 1e-9), sum(a <= day <= b for day in walked))
        for a, b in _blocks(first, last)
    )
    planned = diary.planned_walks(first, last)
    paused = max(0, (last - first).days + 1) - diary.active_days(first, last)
    return Share(min(done, planned), planned, paused)


def dropped(diary: Diary, on: date, thresholds: AdherenceThresholds = DEFAULT) -> AdherenceDrop | None:
    """Return the drop seen on `on`, or None; never_started goes before silence, silence before slowing.

    Nothing is judged on a paused day or while no walks are planned. Walks that were entered late count here:
    a walk is a fact, only its recalled pain score is not a measurement.
    """
    week = diary.week_on(on)
    if week is None or week.days == 0 or on < diary.started_on or diary.is_paused(on):
        return None
    for rule in (_never_started, _silence, _slowing):
        if (drop := rule(diary, on, thresholds)) is not None:
            return AdherenceDrop(on, *drop, *_plan_line(diary, on, thresholds))
    return None


def low(diary: Diary, on: date, thresholds: AdherenceThresholds = DEFAULT) -> Share | None:
    """Return the last 14 unpaused days if under half of at least 4 planned walks was done (ADHERENCE_LOW).

    And under half in the last 28 as well: one poor fortnight of a seldom walker is chance. None before 28
    unpaused days have passed, and on a paused day.
    """
    if diary.is_paused(on) or diary.active_days(diary.started_on, on) < thresholds.low_lasting:
        return None
    share, below_half = _plan_line(diary, on, thresholds)
    if not below_half:
        return None
    longer = adherence(diary, diary.active_span_start(on, thresholds.low_lasting), on, thresholds)
    return share if longer.done < thresholds.low_share * longer.planned else None


def low_evidence(share: Share, thresholds: AdherenceThresholds = DEFAULT) -> dict[str, Any]:
    """The numbers behind ADHERENCE_LOW, ready for JSON."""
    limits = {
        "share": thresholds.low_share,
        "planned": thresholds.low_planned,
        "days": thresholds.low_lasting,
    }
    plan = share.evidence() | {"below_half": True}
    return {"rule_version": RULE_VERSION, "days": thresholds.low_days, "plan": plan, "limits": limits}


def still_dropped(
    reference: float | None,
    diary: Diary,
    since: date,
    on: date,
    thresholds: AdherenceThresholds = DEFAULT,
) -> bool:
    """Tell whether a drop flagged on `since` still stands on `on`.

    It no longer does once the share of planned walks in 14 unpaused days, all after the flag, is back within
    20 points of the `reference` frozen then, or at 60 % where that is unknown.
    """
    share = _share_since(diary, since, on, thresholds)
    if share is None:
        return True
    aim = thresholds.back_share if reference is None else reference - thresholds.back_within
    return share < aim


def still_low(diary: Diary, since: date, on: date, thresholds: AdherenceThresholds = DEFAULT) -> bool:
    """Tell whether ADHERENCE_LOW, raised on `since`, still stands: it clears at 60 % of the planned walks."""
    share = _share_since(diary, since, on, thresholds)
    return share is None or share < thresholds.back_share


def _counts(diary: Diary, day: date, walked: Walked, thresholds: AdherenceThresholds) -> bool:
    """Whether the day makes a walk; a walk on a paused day is welcome and outside the sum."""
    week = diary.week_on(day)
    return week is not None and reaches(walked, week, thresholds.counts_share) and not diary.is_paused(day)


def _blocks(first: date, last: date) -> Iterator[tuple[date, date]]:
    """Seven-day blocks from `first`; the last may be shorter."""
    while first <= last:
        yield first, min(first + 6 * DAY, last)
        first += 7 * DAY


def _share_since(diary: Diary, since: date, on: date, thresholds: AdherenceThresholds) -> float | None:
    """Share of planned walks after `since`, or None while fewer than 14 unpaused days have passed."""
    if diary.active_days(since + DAY, on) < thresholds.back_days:
        return None
    first = max(since + DAY, diary.active_span_start(on, thresholds.low_days))
    return adherence(diary, first, on, thresholds).share


def _plan_line(diary: Diary, on: date, thresholds: AdherenceThresholds) -> tuple[Share, bool]:
    """The last 14 unpaused days against the plan, and whether less than half was done."""
    share = adherence(diary, diary.active_span_start(on, thresholds.low_days), on, thresholds)
    enough = share.planned >= thresholds.low_planned
    return share, enough and share.done < thresholds.low_share * share.planned


def _never_started(diary: Diary, on: date, thresholds: AdherenceThresholds) -> Pattern | None:
    """No log nine days after the start, or one to three logs and then nine silent days."""
    last = diary.last_walk(on)
    logs = diary.days_walked(diary.started_on, on)
    silent = diary.active_days(last + DAY if last else diary.started_on + DAY, on)
    if logs > thresholds.never_max_logs or silent < thresholds.never_days:
        return None
    limits = {"silent_days": thresholds.never_days}
    return "never_started", {"logs": logs, "silent_days": silent, "limits": limits}, None


def _silence(diary: Diary, on: date, thresholds: AdherenceThresholds) -> Pattern | None:
    """No log for longer than this patient's own habit explains."""
    last = diary.last_walk(on)
    if last is None or (silent := diary.active_days(last + DAY, on)) < thresholds.silence_days:
        return None
    planned = diary.planned_walks(last + DAY, on)
    first = diary.active_span_start(last, thresholds.base_days)
    rate, share = _habit(diary, first, last, planned / silent, thresholds)
    surprise = -silent * log(1 - rate)
    if surprise < thresholds.silence or planned < thresholds.silence_walks:
        return None
    gap = diary.longest_gap(first, last)
    if silent <= min(gap, thresholds.silence_gap):
        return None
    numbers = {
        "silent_days": silent,
        "last_log": last.isoformat(),
        "planned_missed": round(planned, 1),
        "usual_per_week": round(7 * rate, 1),
        "surprise": round(surprise, 2),
        "longest_gap": gap,
        "limits": {"surprise": thresholds.silence, "silent_days": thresholds.silence_days},
    }
    return "silence", numbers, share


def _habit(
    diary: Diary, first: date, last: date, planned_rate: float, thresholds: AdherenceThresholds
) -> tuple[float, float | None]:
    """Own daily rate of walking from `first` to `last`, carried to today's plan; the share of plan it was."""
    days = diary.active_days(first, last)
    walked = diary.days_walked(first, last)
    own = (walked + thresholds.pseudo_days / 2) / (days + thresholds.pseudo_days)
    least, most = thresholds.rate_limits
    planned = diary.planned_walks(first, last)
    rate = own * _offset(planned / days if days else 0.0, planned_rate)
    return min(most, max(least, rate)), min(1.0, walked / planned) if planned else None


def _offset(planned_before: float, planned_now: float) -> float:
    """What a plan change alone explains: fewer planned days lower the expectation, more do not raise it."""
    return min(1.0, planned_now / planned_before) if planned_before else 1.0


def _slowing(diary: Diary, on: date, thresholds: AdherenceThresholds) -> Pattern | None:
    """Walking on clearly fewer days than in the six weeks before, and on under half of the planned ones."""
    week = diary.week_on(on)
    start = diary.active_span_start(on, thresholds.recent_days)
    start = max(start, week.revision_from if week else start)
    days = diary.active_days(start, on)
    before = start - DAY
    first = diary.active_span_start(before, thresholds.base_days)
    base_days = diary.active_days(first, before)
    base = min(base_days, diary.days_walked(first, before))  # who walked while pausing walked every day
    if days < thresholds.min_recent_days or base < thresholds.slowing_min_base:
        return None
    recent = min(days, diary.days_walked(start, on))
    planned, base_planned = diary.planned_walks(start, on), diary.planned_walks(first, before)
    offset = _offset(base_planned / base_days, planned / days)
    z, ratio = _slowing_z((recent, days), (base, base_days), offset, thresholds)
    enough = z >= thresholds.slowing_z and recent < thresholds.slowing_plan * planned
    if not enough or _is_back(diary, on, thresholds):
        return None
    numbers = {
        "recent_walks": recent,
        "recent_days": days,
        "planned": round(planned, 1),
        "base_walks": base,
        "base_days": base_days,
        "ratio": round(ratio, 2),
        "z": round(z, 2),
        "limits": {
            "ratio": thresholds.slowing_ratio,
            "z": thresholds.slowing_z,
            "plan": thresholds.slowing_plan,
        },
    }
    return "slowing", numbers, min(1.0, base / base_planned) if base_planned else None


def _is_back(diary: Diary, on: date, thresholds: AdherenceThresholds) -> bool:
    """Whether the last seven unpaused days saw more than half of their planned walks."""
    start = diary.active_span_start(on, thresholds.slowing_last)
    return diary.days_walked(start, on) > thresholds.slowing_plan * diary.planned_walks(start, on)


def _slowing_z(
    recent: tuple[int, int], base: tuple[int, int], offset: float, thresholds: AdherenceThresholds
) -> tuple[float, float]:
    """How far the ratio of rates lies below the limit, in standard errors of its logarithm; and the ratio."""
    now = (recent[0] + 0.5) / (recent[1] + 1)
    before = (base[0] + 0.5) / (base[1] + 1)
    change = log(now / (before * offset))
    spread = sqrt((1 - now) / (recent[0] + 0.5) + (1 - before) / (base[0] + 0.5))
    return (log(thresholds.slowing_ratio) - change) / spread, exp(change)
