"""Walks that become rarer: on its own no finding, beside rising pain a reason to look sooner."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from programmes.clinical.diary import DAY, Diary
from programmes.clinical.thresholds import DEFAULTS, PainThresholds

DEFAULT = DEFAULTS.pain


@dataclass(frozen=True, slots=True)
class Rarer:
    """Days walked in the last fortnight, and how many the six weeks before let expect."""

    walked: int
    days: int
    expected: float

    def evidence(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {"walked": self.walked, "days": self.days, "expected": round(self.expected, 1)}


def rarer(diary: Diary, on: date, thresholds: PainThresholds = DEFAULT) -> Rarer | None:
    """Fewer than three quarters of the usual walks in the last 14 unpaused days; None otherwise.

    The usual are those of the 42 unpaused days before, at least 4; a smaller plan lowers what is expected.
    """
    start = diary.active_span_start(on, thresholds.rarer_days)
    first = diary.active_span_start(start - DAY, thresholds.rarer_base)
    base, days = diary.days_walked(first, start - DAY), diary.active_days(first, start - DAY)
    if base < thresholds.rarer_min_base or not days:
        return None
    lately = diary.active_days(start, on)
    planned, before = diary.planned_walks(start, on), diary.planned_walks(first, start - DAY)
    smaller = min(1.0, planned / lately / (before / days)) if before and lately else 1.0
    expected = base / days * lately * smaller
    walked = diary.days_walked(start, on)
    return Rarer(walked, lately, expected) if walked < thresholds.rarer_share * expected else None
