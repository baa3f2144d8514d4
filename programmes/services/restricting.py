"""Restriction of processing (UK GDPR Art. 18): the record is kept and not used, and safety still speaks."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from clinic.models import StaffMember
from clinic.permissions import require
from clinic.services.post import withdraw_reminders
from patients.models import Patient
from programmes.services.nights import mark_changed


class ReasonMissing(Exception):
    """A restriction without its reason explains nothing to who reads it later."""


class InThePast(Exception):
    """The last day of a restriction lies before today."""


class AlreadyRestricted(Exception):
    """Somebody restricted this record before."""


class NotRestricted(Exception):
    """There is nothing to lift."""


@transaction.atomic
def restrict_processing(
    *, patient: Patient, reason: str, until: date | None, by: StaffMember, now: datetime
) -> None:
    """Stops the use of a record until it is lifted, or through the day `until`.

    Raises ReasonMissing, InThePast, AlreadyRestricted, or NotAllowed (also for another clinic's record).
    """
    require(by, "restrict_processing", clinic_id=patient.clinic_id)
    today = patient.local_date(now)
    if not reason.strip():
        raise ReasonMissing
    if until is not None and until < today:
        raise InThePast
    free = Patient.objects.for_clinic(by.clinic).filter(
        Q(restricted_at=None) | Q(restricted_until__lt=today), pk=patient.pk
    )
    restricted = free.update(
        restricted_at=now, restricted_by=by, restricted_reason=reason.strip(), restricted_until=until
    )
    if restricted != 1:
        raise AlreadyRestricted
    withdraw_reminders(clinic_id=patient.clinic_id, patient_id=patient.pk)


@transaction.atomic
def lift_restriction(*, patient: Patient, by: StaffMember, now: datetime) -> None:
    """Takes the record into use again, and has it reviewed at once. The history keeps what was restricted.

    Raises NotRestricted, or NotAllowed (also for another clinic's record).
    """
    require(by, "lift_restriction", clinic_id=patient.clinic_id)
    today = patient.local_date(now)
    there = Patient.objects.for_clinic(by.clinic).restricted_on(today).filter(pk=patient.pk)
    lifted = there.update(restricted_at=None, restricted_by=None, restricted_reason="", restricted_until=None)
    if lifted != 1:
        raise NotRestricted
    mark_changed(patient=patient, earliest_on=today, now=now)
