"""Limited records: the lead opens them; others with a reason, for an hour, and a manager looks at that."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from clinic.models import Clinic, MessageKind, StaffMember
from clinic.permissions import NotAllowed, may, require, roles_that_may
from clinic.services.post import Letter, post_message
from clinic.tenancy import past_limits
from patients.models import EmergencyAccess, LimitedRecord, Patient

EMERGENCY = timedelta(minutes=60)
SHORTEST_REASON = 15  # letters: "because" is no reason


class ReasonMissing(Exception):
    """A reason or a note that somebody else can follow is compulsory."""


class NoLead(Exception):
    """Nobody could open the record: name a lead clinician who works here first."""


class AlreadyLimited(Exception):
    """The record is limited."""


class NotLimited(Exception):
    """The record is not limited, or no longer."""


class AlreadyReviewed(Exception):
    """Another manager has looked at this access."""


@transaction.atomic
def limit_record(*, patient: Patient, reason: str, by: StaffMember, now: datetime) -> LimitedRecord:
    """Hides the record from everybody but its lead.

    Raises NotAllowed (of clinicians only the lead may), ReasonMissing, NoLead or AlreadyLimited.
    """
    require(by, "limit_record", clinic_id=patient.clinic_id)
    _require_lead_or_manager(patient.lead_id, by)
    _require_words(reason)
    if not _leads(by.clinic, patient.lead_id):
        raise NoLead
    try:
        with transaction.atomic():
            return LimitedRecord.objects.create(
                clinic=by.clinic,
                patient=patient,
                lead_id=patient.lead_id,
                number=patient.reference,
                reason=reason.strip(),
                limited_at=now,
                limited_by=by,
            )
    except IntegrityError as error:
        if "patients_limitedrecord_one_current" not in str(error):
            raise
        raise AlreadyLimited from error


@transaction.atomic
def lift_limit(*, limited: LimitedRecord, by: StaffMember, now: datetime) -> None:
    """Shows the record to the clinic's staff again. Raises NotLimited, or NotAllowed like `limit_record`."""
    require(by, "limit_record", clinic_id=limited.clinic_id)
    _require_lead_or_manager(limited.lead_id, by)
    there = LimitedRecord.objects.for_clinic(by.clinic).current().filter(pk=limited.pk)
    if there.update(lifted_at=now, lifted_by=by) != 1:
        raise NotLimited


@transaction.atomic
def name_lead(*, limited: LimitedRecord, lead: StaffMember, by: StaffMember) -> None:
    """Gives a limited record another lead, by a manager who does not see it. Raises NoLead or NotAllowed."""
    require(by, "name_lead", clinic_id=limited.clinic_id)
    if not _leads(by.clinic, lead.pk):
        raise NoLead
    with past_limits():
        Patient.objects.for_clinic(by.clinic).filter(pk=limited.patient_id).update(lead=lead)


@transaction.atomic
def open_in_emergency(
    *, patient_id: UUID, reason: str, letter: Letter, by: StaffMember, now: datetime
) -> EmergencyAccess:
    """Opens a limited record for this person for 60 minutes, and tells managers and duty address at once.

    Who has it open already keeps that access. Raises NotAllowed, ReasonMissing or NotLimited.
    """
    require(by, "open_in_emergency")
    _require_words(reason)
    limits = LimitedRecord.objects.for_clinic(by.clinic).current()
    limited = limits.select_for_update(of=("self",)).filter(patient=patient_id).first()
    if limited is None:
        raise NotLimited
    given = EmergencyAccess.objects.for_clinic(by.clinic).current(now).filter(member=by, patient=patient_id)
    return given.first() or _open(limited, reason, letter, by, now)


@transaction.atomic
def open_by_number(
    *, number: str, reason: str, letter: Letter, by: StaffMember, now: datetime
) -> EmergencyAccess:
    """As `open_in_emergency`, by the clinic's own number, for a patient who calls.

    Right and reason are asked before the number is looked up: whoever learns that a record is limited has
    opened it, and a manager reads of that. Raises NotAllowed, ReasonMissing or NotLimited.
    """
    require(by, "open_in_emergency")
    _require_words(reason)
    limits = LimitedRecord.objects.for_clinic(by.clinic).current().exclude(number="")
    limited = limits.filter(number=number).first()
    if limited is None:
        raise NotLimited
    return open_in_emergency(patient_id=limited.patient_id, reason=reason, letter=letter, by=by, now=now)


def _open(
    limited: LimitedRecord, reason: str, letter: Letter, by: StaffMember, now: datetime
) -> EmergencyAccess:
    access = EmergencyAccess.objects.create(
        clinic=by.clinic,
        patient_id=limited.patient_id,
        member=by,
        number=limited.number,
        reason=reason.strip(),
        from_at=now,
        until_at=now + EMERGENCY,
    )
    for address in _told(by.clinic):
        post_message(
            kind=MessageKind.EMERGENCY_ACCESS,
            key=f"emergency:{access.pk}:{address}",
            to_address=address,
            letter=letter,
            now=now,
            clinic=by.clinic,
        )
    return access


def _told(clinic: Clinic) -> list[str]:
    """The duty address and every manager, each once."""
    managers = StaffMember.objects.for_clinic(clinic).filter(
        is_active=True, role__in=roles_that_may("review_emergencies")
    )
    addresses = managers.exclude(user__email=None).values_list("user__email", flat=True)
    return sorted({clinic.duty_email.lower(), *addresses})


@transaction.atomic
def review_emergency(*, access: EmergencyAccess, note: str, by: StaffMember, now: datetime) -> None:
    """A manager has looked at it and says what came of it.

    Raises ReasonMissing without a note, AlreadyReviewed, or NotAllowed (also for one's own access).
    """
    require(by, "review_emergencies", clinic_id=access.clinic_id)
    if access.member_id == by.pk:
        raise NotAllowed("review_emergencies of one's own")
    _require_words(note)
    open_ones = EmergencyAccess.objects.for_clinic(by.clinic).unreviewed().filter(pk=access.pk)
    if open_ones.update(reviewed_at=now, reviewed_by=by, review_note=note.strip()) != 1:
        raise AlreadyReviewed


def _require_lead_or_manager(lead_id: UUID | None, by: StaffMember) -> None:
    if lead_id != by.pk and not may(by, "name_lead"):
        raise NotAllowed("limit_record of somebody else's patient")


def _require_words(text: str) -> None:
    if len(text.strip()) < SHORTEST_REASON:
        raise ReasonMissing


def _leads(clinic: Clinic, member_id: UUID | None) -> bool:
    leads = StaffMember.objects.for_clinic(clinic).filter(is_active=True)
    return leads.filter(pk=member_id, role__in=roles_that_may("lead_patients")).exists()
