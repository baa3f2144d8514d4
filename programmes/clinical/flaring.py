"""FLARE_OVERDUE: a flare-up plan that is not over by day 14 (T5: "not back by day 14: review")."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from programmes.clinical.diary import Diary, Finding
from programmes.clinical.thresholds import DEFAULTS, RULE_VERSION, FlareThresholds


@dataclass(frozen=True, slots=True)
class Overdue:
    """The flare-up plan's first day, which day of it this is, and on how many of them somebody walked."""

    began_on: date
    day: int
    walked: int
    limit: int

    def evidence(self) -> dict[str, Any]:
        """The numbers behind the sentence."""
        return {
            "began_on": self.began_on.isoformat(),
            "day": self.day,
            "walked": self.walked,
            "limits": {"days": self.limit},
            "rule_version": RULE_VERSION,
        }


def overdue(diary: Diary, on: date, thresholds: FlareThresholds = DEFAULTS.flare) -> Overdue | None:
    """A flare-up plan in its 15th day or later; None where none runs or it is younger.

    Whether it runs is known from the course: somebody says that it is over, or a week of the plan follows.
    """
    began = diary.flare_from
    if began is None or (on - began).days < thresholds.days:
        return None
    return Overdue(began, (on - began).days + 1, diary.days_walked(began, on), thresholds.days)


def flagged(diary: Diary, on: date, thresholds: FlareThresholds = DEFAULTS.flare) -> Finding | None:
    """The finding of it, amber."""
    late = overdue(diary, on, thresholds)
    return None if late is None else Finding("FLARE_OVERDUE", "amber", late.evidence())


def still_overdue(diary: Diary, evidence: dict[str, Any]) -> bool:
    """Whether the very flare-up plan that was flagged still runs."""
    return diary.flare_from is not None and diary.flare_from.isoformat() == evidence["began_on"]
