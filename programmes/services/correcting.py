"""A walk that was entered in error: it stays in the record, marked, and counts no more."""

from datetime import datetime

from django.db import transaction

from clinic.models import StaffMember
from clinic.permissions import require
from programmes.models import Walk
from programmes.services.nights import mark_changed


class AlreadyMarked(Exception):
    """Somebody marked this walk before."""


class ReasonMissing(Exception):
    """A mark without its reason explains nothing to who reads it later."""


@transaction.atomic
def mark_entered_in_error(*, walk: Walk, reason: str, by: StaffMember, now: datetime) -> None:
    """Takes the walk out of rules, sums and pages; the row stays, and its days are reviewed again.

    Flags keep their evidence; SAFETY that it raised stays until a person closes it. The history says who
    marked it. Raises AlreadyMarked, ReasonMissing, or NotAllowed (also for another clinic's walk).
    """
    require(by, "correct_walk", clinic_id=walk.clinic_id)
    if not reason.strip():
        raise ReasonMissing
    valid = Walk.objects.for_clinic(by.clinic).valid().filter(pk=walk.pk)
    if valid.update(entered_in_error=True, error_reason=reason.strip()) != 1:
        raise AlreadyMarked
    mark_changed(patient=walk.patient, earliest_on=walk.walked_on, now=now)
