"""The patient's own recent walks as a baseline: the mean of three, or the median of seven days' steps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.models import Clinic
from programmes.clinical import grading
from programmes.clinical.amounts import DISTANCE, STEPS, Walked
from programmes.models import Walk
from programmes.wording import day_and_year, walked

LOOKED_BACK = timedelta(days=28)
WALKS, WITHIN_DAYS = 3, 10  # the mean of three comfortable walks on different days within 10 days [P]
STEP_DAYS, STEPS_WITHIN = 7, 14  # the median of seven days [F Walk30x5]; within two weeks [P]
THREE = gettext_lazy("Tick three comfortable walks on three different days.")
SEVEN = gettext_lazy("Tick the steps of seven different days.")


@dataclass(frozen=True)
class Recorded:
    """One walk that may be part of the baseline."""

    pk: str
    on: date
    walked: Walked
    pain: str

    def __str__(self) -> str:
        return ", ".join(filter(None, [day_and_year(self.on), walked(self.walked), self.pain]))


def recorded_walks(clinic: Clinic, patient: Any, today: date) -> dict[str, Recorded]:
    """The last four weeks' walks, newest first; none for a key that is none."""
    try:
        key = UUID(str(patient))
    except ValueError:
        return {}
    rows = Walk.objects.for_clinic(clinic).filter(patient=key).valid().between(today - LOOKED_BACK, today)
    found = [
        Recorded(str(walk.pk), walk.walked_on, walk.walked, _pain(walk))
        for walk in rows.order_by("-walked_on", "-received_at")
    ]
    return {walk.pk: walk for walk in found}


def _pain(walk: Walk) -> str:
    """Comfortable or not is the clinician's call: the pain stands beside each walk."""
    if walk.pain_before is None or walk.pain_after is None:
        return ""
    return _("pain %(before)s before, %(after)s after") % {
        "before": walk.pain_before,
        "after": walk.pain_after,
    }


def problem_with(walks: list[Recorded], counts: str) -> str:
    """Why these walks make no baseline in this unit; "" when they do."""
    number, within, needed = (
        (STEP_DAYS, STEPS_WITHIN, SEVEN) if counts == STEPS else (WALKS, WITHIN_DAYS, THREE)
    )
    days = {walk.on for walk in walks}
    if len(walks) != number or len(days) != number:
        return str(needed)
    if (max(days) - min(days)).days >= within:
        return _("These walks lie within %(days)s days.") % {"days": within}
    if any(not walk.walked.told(counts) for walk in walks):
        return _("Not each of these walks says how far or how long: choose others, or enter a number.")
    return ""


def baseline_from(walks: list[Recorded], counts: str, offered: Iterable[Recorded]) -> int:
    """The mean of three walks, or the median of the steps of seven days; metres to 50, rounded down.

    A day's steps are those of all its walks, ticked or not.
    """
    told = [walk.walked.told(counts) or 0 for walk in walks]
    if counts == STEPS:
        days = {walk.on: 0 for walk in walks}
        for each in offered:
            if each.on in days:
                days[each.on] += each.walked.steps or 0
        return int(median(days.values()))
    mean = sum(told) / len(told)
    return grading.whole(mean, counts) if counts == DISTANCE else grading.round_half_up(mean)
