"""When a flag's condition is over: one rule for each code. A code without one never clears by itself."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from programmes.clinical import adherence, against_plan, answering, flaring, pain
from programmes.clinical.diary import DAY, Diary
from programmes.clinical.thresholds import DEFAULTS, Thresholds

Evidence = Mapping[str, Any]
IsOver = Callable[[Evidence, Diary, date, date, Thresholds], bool]


def is_over(
    code: str, evidence: Evidence, diary: Diary, since: date, on: date, thresholds: Thresholds = DEFAULTS
) -> bool:
    """Tell whether the flag raised on `since` with this evidence is over on `on`.

    SAFETY, FALL, CALL_ME and NOT_IMPROVING have no rule: people close them.
    """
    rule = RULES.get(code)
    return rule is not None and rule(evidence, diary, since, on, thresholds)


def _pain(evidence: Evidence, diary: Diary, since: date, on: date, thresholds: Thresholds) -> bool:
    return not pain.still_raised(evidence["reference"], diary.reports, since, on, thresholds.pain)


def _walking(evidence: Evidence, diary: Diary, since: date, on: date, thresholds: Thresholds) -> bool:
    if evidence["pattern"] == "never_started":
        return _any_log(evidence, diary, since, on, thresholds)
    return not adherence.still_dropped(evidence["reference"], diary, since, on, thresholds.adherence)


def _any_log(evidence: Evidence, diary: Diary, since: date, on: date, thresholds: Thresholds) -> bool:
    return diary.days_walked(since + DAY, on) > 0


def _a_week_without(evidence: Evidence, diary: Diary, since: date, on: date, thresholds: Thresholds) -> bool:
    quiet = (on - since).days >= thresholds.lifecycle.cool_off_days
    return quiet and against_plan.overdoing(diary, on, thresholds) is None


RULES: dict[str, IsOver] = {
    "PAIN_RISING": _pain,
    "ADHERENCE_DROPPED": _walking,
    "ADHERENCE_LOW": lambda e, diary, since, on, t: not adherence.still_low(diary, since, on, t.adherence),
    "NOT_STARTED": _any_log,
    "PAIN_THEN_SILENT": _any_log,
    "PAIN_SEVERE": lambda e, diary, since, on, t: answering.severe_over(diary, since, t.answers),
    "PAIN_RESPONSE": lambda e, diary, since, on, t: answering.response_over(diary, since, t.answers),
    "FLARE": lambda e, diary, since, on, t: answering.flare_over(diary, since),
    "FLARE_OVERDUE": lambda e, diary, since, on, t: not flaring.still_overdue(diary, dict(e)),
    "LIMB_PROBLEM": lambda e, diary, since, on, t: answering.limb_over(diary, since, t.answers),
    "OVERDOING": _a_week_without,
    "DATA_QUALITY": lambda e, diary, since, on, t: (on - since).days >= t.lifecycle.cool_off_days,
}
