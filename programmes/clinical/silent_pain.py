"""PAIN_THEN_SILENT: pain rose, and then nothing was logged. Above either alone: who hurts stops logging."""

from datetime import date, timedelta

from programmes.clinical.diary import DAY, Diary, Finding
from programmes.clinical.series import Point, between, pain_series, usual_before
from programmes.clinical.thresholds import DEFAULTS, RULE_VERSION, SilentPainThresholds, Thresholds


def pain_then_silent(diary: Diary, on: date, thresholds: Thresholds = DEFAULTS) -> Finding | None:
    """The last two scores 2 points above the four weeks before them (or a flare-up plan runs), then silence.

    Five unpaused days and two planned walks without a log; judged for two weeks, then it is silence alone.
    """
    limits, last = thresholds.silent_pain, diary.last_walk(on)
    if last is None or diary.is_paused(on):
        return None
    silent, planned = diary.active_days(last + DAY, on), diary.planned_walks(last + DAY, on)
    if not limits.days <= silent <= limits.most_days or planned < limits.walks:
        return None
    series = pain_series([r for r in diary.reports if r.on <= last], thresholds.pain)
    latest, reference = _raised(series, last, thresholds)
    if not latest and diary.flare_from is None:
        return None
    evidence = {
        "rule_version": RULE_VERSION,
        "last_log": last.isoformat(),
        "silent_days": silent,
        "planned_missed": round(planned, 1),
        "reference": None if reference is None else round(reference, 2),
        "recent": [[day.isoformat(), round(value, 2)] for day, value in latest],
        "flare_from": None if diary.flare_from is None else diary.flare_from.isoformat(),
        "limits": {"above": limits.above, "silent_days": limits.days, "planned_missed": limits.walks},
    }
    return Finding("PAIN_THEN_SILENT", "amber-high", evidence)


def _raised(
    series: list[Point], last: date, thresholds: Thresholds
) -> tuple[tuple[Point, ...], float | None]:
    """The last two scores and what they are held against; () where they are not raised or not known."""
    limits: SilentPainThresholds = thresholds.silent_pain
    latest = between(series, last - timedelta(thresholds.pain.recent_days[-1]), last)[-limits.reports :]
    if len(latest) < limits.reports:
        return (), None
    reference = usual_before(series, latest[0][0], thresholds.pain)
    if reference is None:
        return (), None
    raised = all(value - reference >= limits.above for _, value in latest)
    return (latest, reference) if raised else ((), None)
