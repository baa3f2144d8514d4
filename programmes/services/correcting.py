"""A walk that was entered in error: it stays in the record, marked, and counts no more."""

from dataclasses import replace
from datetime import datetime
from uuid import uuid5

from django.db import transaction

from clinic.models import StaffMember
from clinic.permissions import require
from clinic.services.post import Letter
from programmes.models import Source, Walk
from programmes.services.nights import mark_changed
from programmes.services.walk_logging import WalkEntry, log_walk


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


@transaction.atomic
def correct_walk(*, walk: Walk, reason: str, corrected: WalkEntry, by: StaffMember, now: datetime) -> Walk:
    """Marks the walk and logs what is right in its place: both, or neither. Returns the new walk.

    `corrected` holds no safety answers: what the old walk raised stays until a person closes it. Raises as
    `mark_entered_in_error` and `log_walk` do.
    """
    mark_entered_in_error(walk=walk, reason=reason, by=by, now=now)
    entry = replace(corrected, client_uuid=uuid5(walk.pk, "corrected"), source=Source.STAFF, recalled=True)
    no_letter = Letter(subject="", body="")  # written only for safety answers, which are not asked here
    saved = log_walk(
        patient=walk.patient,
        programme=walk.programme,
        entry=entry,
        duty_letter=no_letter,
        by=by.user,
        now=now,
    )
    return saved.walk
