"""The patient's own recent walks, offered as a baseline: the mean of three on different days within ten."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.models import Clinic
from programmes.clinical import grading
from programmes.models import Walk
from programmes.wording import day_and_year

LOOKED_BACK = timedelta(days=28)
WALKS, WITHIN_DAYS = 3, 10  # the mean of three comfortable walks on different days within 10 days [P]


@dataclass(frozen=True)
class Recorded:
    """One walk that may be part of the baseline."""

    pk: str
    on: date
    minutes: int
    pain: str

    def __str__(self) -> str:
        minutes = ngettext("%(n)s minute", "%(n)s minutes", self.minutes) % {"n": self.minutes}
        return ", ".join(filter(None, [day_and_year(self.on), minutes, self.pain]))


def recorded_walks(clinic: Clinic, patient: Any, today: date) -> dict[str, Recorded]:
    """The last four weeks' walks, newest first; none for a key that is none."""
    try:
        key = UUID(str(patient))
    except ValueError:
        return {}
    rows = Walk.objects.for_clinic(clinic).filter(patient=key).valid().between(today - LOOKED_BACK, today)
    found = [
        Recorded(str(walk.pk), walk.walked_on, walk.minutes, _pain(walk))
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


def mean_problem(walks: list[Recorded]) -> str:
    """Why these walks make no baseline; "" when they do."""
    days = {walk.on for walk in walks}
    if len(walks) != WALKS or len(days) != WALKS:
        return _("Tick three comfortable walks on three different days.")
    if (max(days) - min(days)).days >= WITHIN_DAYS:
        return _("The three walks lie within 10 days.")
    return ""


def mean_of(walks: list[Recorded]) -> int:
    """The baseline, in whole minutes."""
    return grading.round_half_up(sum(walk.minutes for walk in walks) / len(walks))
