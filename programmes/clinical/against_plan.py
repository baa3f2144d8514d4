"""Flags that hold a diary against its plan: too much, six weeks without change, odd entries."""

from datetime import date, timedelta
from typing import Any

from programmes.clinical.amounts import DISTANCE, MINUTES, STEPS
from programmes.clinical.diary import DAY, Answer, Diary, Finding, Report
from programmes.clinical.series import between, mean, pain_series
from programmes.clinical.thresholds import DEFAULTS, RULE_VERSION, PlanThresholds, Thresholds


def overdoing(
    diary: Diary, on: date, thresholds: Thresholds = DEFAULTS, *, hurts: bool = False
) -> Finding | None:
    """Seven days at 150 % of the plan or more, or a day at twice its dose; amber where the walks hurt.

    In what the plan counts; little over a little plan is none (10 minutes, 800 metres or 1,000 steps).
    """
    week = diary.week_on(on)
    if week is None or not week.amount or diary.is_paused(on):
        return None
    limits, counts = thresholds.plan, week.counts
    extra = {MINUTES: limits.extra_minutes, DISTANCE: limits.extra_metres, STEPS: limits.extra_steps}[counts]
    first = on - 6 * DAY
    days = _amounts(diary, first, on, counts)
    planned = diary.planned_volume(first, counts)
    done, most = sum(days.values()), max(days.values(), default=0)
    much = bool(planned) and done >= limits.week_share * planned and done - planned >= extra
    long = most >= limits.day_share * week.amount and most - week.amount >= extra
    if not much and not long:
        return None
    evidence: dict[str, Any] = {
        "rule_version": RULE_VERSION,
        "counts": counts,
        "done": done,
        "planned": round(planned),
        "longest": most,
        "dose": week.amount,
        "hurts": hurts,
        "limits": {"week": limits.week_share, "day": limits.day_share, "extra": extra},
    }
    return Finding("OVERDOING", "amber" if hurts else "info", evidence)


def _amounts(diary: Diary, first: date, last: date, counts: str) -> dict[date, int]:
    """What was walked on each day, in this unit."""
    days: dict[date, int] = {}
    for report in diary.reports_between(first, last):
        if told := report.walked.told(counts):
            days[report.on] = days.get(report.on, 0) + told
    return days


def not_improving(diary: Diary, on: date, thresholds: Thresholds = DEFAULTS) -> Finding | None:
    """Six weeks in, pain not even a point better: trend rules miss constant pain.

    Judged in two weeks only, for those who began at 4 or more, with four reports at each end.
    """
    limits = thresholds.plan
    if not limits.after_days <= (on - diary.started_on).days < limits.after_days + limits.after_window:
        return None
    series = pain_series(diary.reports, thresholds.pain)
    first = between(series, diary.started_on, diary.started_on + timedelta(limits.ends_days - 1))
    last = between(series, on - timedelta(limits.ends_days - 1), on)
    if min(len(first), len(last)) < limits.ends_reports:
        return None
    start, now = mean(first), mean(last)
    if start < limits.from_pain or start - now >= limits.change:
        return None
    evidence = {
        "rule_version": RULE_VERSION,
        "weeks": limits.after_days // 7,
        "mean_start": round(start, 1),
        "mean_now": round(now, 1),
        "n_start": len(first),
        "n_now": len(last),
        "limits": {"change": limits.change, "from": limits.from_pain},
    }
    return Finding("NOT_IMPROVING", "amber-low", evidence)


def data_quality(diary: Diary, on: date, thresholds: Thresholds = DEFAULTS) -> Finding | None:
    """Four walks entered within ten minutes outside "Catch up", or a walk faster than 9 km/h."""
    limits = thresholds.plan
    at_once = _at_once([a for a in diary.answers if a.received_on == on], limits)
    fastest = max((_speed(r) for r in diary.reports if r.known_on == on), default=0.0)
    if at_once < limits.at_once and fastest <= limits.fastest:
        return None
    evidence = {
        "rule_version": RULE_VERSION,
        "at_once": at_once,
        "fastest": round(fastest, 1),
        "limits": {"at_once": limits.at_once, "minutes": limits.at_once_minutes, "fastest": limits.fastest},
    }
    return Finding("DATA_QUALITY", "info", evidence)


def _at_once(answers: list[Answer], limits: PlanThresholds) -> int:
    """The most walks that the patient entered within ten minutes."""
    times = sorted(a.received_at for a in answers if a.by_patient and not a.recalled)
    return max((sum(t <= u < t + limits.at_once_minutes for u in times) for t in times), default=0)


def _speed(report: Report) -> float:
    """km/h; 0 where minutes or metres are not told."""
    if not report.minutes or not report.distance_m:
        return 0.0
    return report.distance_m / 1000 / (report.minutes / 60)
