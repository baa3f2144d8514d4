"""The clinic's own data: its name, hours, addresses and closed days."""

from django.db import transaction

from clinic.models import Clinic, Closure
from clinic.permissions import Actor, require


@transaction.atomic
def open_clinic(*, clinic: Clinic, by: Actor) -> None:
    """Stores a new clinic. Raises NotAllowed."""
    require(by, "open_clinic")
    clinic.save(force_insert=True)


@transaction.atomic
def change_clinic(*, clinic: Clinic, by: Actor) -> None:
    """Stores a clinic's changed fields; its short name is the operator's alone. Raises NotAllowed."""
    require(by, "manage_clinic", clinic_id=clinic.pk)
    if Clinic.objects.only("slug").get(pk=clinic.pk).slug != clinic.slug:
        require(by, "open_clinic")
    clinic.save(force_update=True)


@transaction.atomic
def close_day(*, closure: Closure, by: Actor) -> None:
    """Stores a day on which nobody looks, new or changed. Raises NotAllowed."""
    require(by, "close_days", clinic_id=closure.clinic_id)
    closure.save()
