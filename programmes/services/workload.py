"""The clinic's review minutes against what its running programmes need: said where somebody is taken on."""

from dataclasses import dataclass

from clinic.models import Clinic
from clinic.tenancy import past_limits
from programmes.clinical.workload import minutes_needed
from programmes.models import Programme


@dataclass(frozen=True)
class Workload:
    """Running programmes, the minutes a week that reviewing them takes, and those that the clinic has."""

    programmes: int
    needed: int
    available: int | None

    @property
    def is_spent(self) -> bool:
        """Whether more is needed than there is; never where the clinic has not said."""
        return self.available is not None and self.needed > self.available


def workload_of(*, clinic: Clinic, more: int = 0) -> Workload:
    """As it stands, or with so many programmes `more`; limited records count, nothing of them is told."""
    with past_limits():
        running = Programme.objects.for_clinic(clinic).running().count()
    return Workload(running + more, minutes_needed(running + more), clinic.review_minutes)
