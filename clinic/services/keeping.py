"""The clinic's own data: its name, hours, addresses and closed days. It is opened by `programmes`."""

from django.db import transaction

from clinic.models import Clinic, Closure
from clinic.permissions import Actor, require
from clinic.services.going_live import require_live


@transaction.atomic
def change_clinic(*, clinic: Clinic, by: Actor) -> None:
    """Stores a clinic's changed fields; its short name is the operator's alone. Raises NotAllowed."""
    require(by, "manage_clinic", clinic_id=clinic.pk)
    if Clinic.objects.only("slug").get(pk=clinic.pk).slug != clinic.slug:
        require(by, "open_clinic")
    clinic.save(force_update=True)


@transaction.atomic
def switch_suggestions(*, clinic: Clinic, on: bool, by: Actor) -> None:
    """Shows the weekly suggestion to this clinic's clinicians, or no longer.

    Switching it on takes a signed going-live record: raises NotLive. Raises NotAllowed.
    """
    require(by, "switch_suggestions", clinic_id=clinic.pk)
    if on:
        require_live(clinic)
    Clinic.objects.filter(pk=clinic.pk).update(shows_suggestions=on)
    clinic.shows_suggestions = on


@transaction.atomic
def close_day(*, closure: Closure, by: Actor) -> None:
    """Stores a day on which nobody looks, new or changed. Raises NotAllowed."""
    require(by, "close_days", clinic_id=closure.clinic_id)
    closure.save()
