"""Enrolled, corrected, invited, opened for the first time; and how care ends."""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from clinic.models import MessageKind, StaffMember, User
from clinic.permissions import require, roles_that_may
from clinic.services.going_live import require_live
from clinic.services.people import login_of
from clinic.services.post import Letter, post_message
from clinic.services.sessions import end_all_sessions
from patients.models import Patient
from patients.services.restricted import require_unrestricted


class NoAddress(Exception):
    """The patient has no e-mail address to write to."""


class CareEnded(Exception):
    """The patient was discharged or has died: nobody is invited any more."""


class InTheFuture(Exception):
    """A birth, a discharge or a death lies in the future."""


class NotALead(Exception):
    """The lead is not an active member of this clinic in a role that leads patients."""


class NumberTaken(Exception):
    """Another patient of this clinic has this number."""


@transaction.atomic
def enrol_patient(*, record: Patient, email: str, by: StaffMember, today: date) -> None:
    """Stores a new record, and the login of its address ("": none).

    Raises InTheFuture, NotALead, NumberTaken, or NotAllowed (also for another clinic's record).
    """
    require(by, "enrol_patient", clinic_id=record.clinic_id)
    _require_sound(record, today)
    record.user = _user_of(email, record.user)
    _save(record, force_insert=True)


@transaction.atomic
def change_patient(*, record: Patient, email: str | None, by: StaffMember, today: date) -> None:
    """Stores a record's changed fields; an `email` of None leaves the login. The end of care signs out.

    Raises InTheFuture, NotALead, NumberTaken, or NotAllowed (also for another clinic's record).
    """
    require(by, "change_patient", clinic_id=record.clinic_id)
    _require_sound(record, today)
    before = record.user
    was_open = Patient.objects.of_user(record.user_id).filter(pk=record.pk).exists()
    if email is not None:
        record.user = _user_of(email, record.user)
    _save(
        record, update_fields=_typed_fields()
    )  # once: giving a limited record another lead hides it at once
    if was_open and before and (record.discharged_on or record.died_on):
        end_all_sessions(of=before)


def _require_sound(record: Patient, today: date) -> None:
    days = (record.date_of_birth, record.discharged_on, record.died_on)
    if any(day is not None and day > today for day in days):
        raise InTheFuture
    if record.lead_id is not None and not may_be_lead(record=record):
        raise NotALead


def may_be_lead(*, record: Patient) -> bool:
    """Whether the record's lead works here in a role that leads; one that stands already may have left."""
    if record.lead_id is None:
        return False
    leads = StaffMember.objects.filter(clinic=record.clinic_id, pk=record.lead_id)
    new = leads.filter(is_active=True, role__in=roles_that_may("lead_patients"))
    stays = Patient.objects.filter(clinic=record.clinic_id, pk=record.pk, lead=record.lead_id)
    return new.exists() or stays.exists()


def _typed_fields() -> list[str]:
    """What the form holds. The rest belongs to other verbs, which may have written since it was opened."""
    return [field.name for field in Patient._meta.concrete_fields if field.editable]


def _save(record: Patient, **how: Any) -> None:
    try:
        with transaction.atomic():
            record.save(**how)
    except IntegrityError as error:
        if "patients_patient_reference_once" not in str(error):
            raise
        raise NumberTaken from error


@transaction.atomic
def set_address(*, patient: Patient, email: str, by: StaffMember) -> None:
    """Gives the record the login of this address, making the login when it is new. "" takes it away.

    A login that only letters opened gets the address, and stays open where it is. Raises NotAllowed.
    """
    require(by, "change_patient", clinic_id=patient.clinic_id)
    patient.user = _user_of(email, patient.user)
    patient.save(update_fields=["user"])


def _user_of(email: str, current: User | None) -> User | None:
    address = email.strip().lower()
    return _login_of(address, current) if address else None


def _login_of(address: str, current: User | None) -> User:
    if current is None or current.email is not None:
        return login_of(email=address)
    if found := User.objects.filter(email=address).first():
        return found
    current.email = address
    current.save(update_fields=["email"])
    return current


@transaction.atomic
def invite_patient(*, patient: Patient, letter: Letter, by: StaffMember, now: datetime) -> None:
    """Posts the invitation. Names no condition.

    Raises NotLive, NoAddress, CareEnded, ProcessingRestricted, or NotAllowed (also for another clinic's
    patient).
    """
    require(by, "invite_patient", clinic_id=patient.clinic_id)
    require_live(patient.clinic)
    if patient.user is None or patient.user.email is None:
        raise NoAddress
    if not patient.is_monitored(patient.local_date(now)):
        raise CareEnded
    require_unrestricted(patient, patient.local_date(now))
    post_message(
        kind=MessageKind.INVITATION,
        key=f"invitation:{patient.pk}:{now.isoformat()}",
        to_address=patient.user.email,
        letter=letter,
        now=now,
        clinic=patient.clinic,
    )
    Patient.objects.filter(pk=patient.pk).update(invited_at=now)


@transaction.atomic
def open_record(*, record: Patient, now: datetime) -> None:
    """Notes the first time that the login opens this record, and no other record of the same login."""
    Patient.objects.filter(pk=record.pk, first_signed_in_at=None).update(first_signed_in_at=now)
