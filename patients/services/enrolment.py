"""Enrolled, corrected, invited, opened for the first time; and how care ends."""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from clinic.models import MessageKind, StaffMember, User
from clinic.permissions import require, roles_that_may
from clinic.services.going_live import require_live
from clinic.services.people import login_of
from clinic.services.post import Letter, post_message, withdraw_reminders
from clinic.services.sessions import end_all_sessions
from patients.models import LetterCode, Patient
from patients.services.restricted import require_unrestricted
from patients.services.speaking import speaking_to


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
def change_patient(
    *, record: Patient, email: str | None, by: StaffMember, now: datetime, today: date
) -> None:
    """Stores a record's changed fields; an `email` of None leaves the login. The end of care signs out.

    With another address the old one is told, and a printed letter ends.

    Raises InTheFuture, NotALead, NumberTaken, or NotAllowed (also for another clinic's record).
    """
    require(by, "change_patient", clinic_id=record.clinic_id)
    _require_sound(record, today)
    before = record.user
    was_open = Patient.objects.of_user(record.user_id).filter(pk=record.pk).exists()
    if email is not None:
        _give_address(record, email, now)
    fields = _typed_fields() - (set() if email is not None else {"user"})
    if record.discharged_on is None:  # taken up again: the reason goes, the history keeps it
        record.discharge_reason, fields = "", fields | {"discharge_reason"}
    _save(record, update_fields=fields)  # once: giving a limited record another lead hides it at once
    if record.discharged_on or record.died_on:
        withdraw_reminders(clinic_id=record.clinic_id, patient_id=record.pk)
        if was_open and before:
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


def _typed_fields() -> set[str]:
    """What the form holds. The rest belongs to other verbs, which may have written since it was opened."""
    return {field.name for field in Patient._meta.concrete_fields if field.editable}


def _save(record: Patient, **how: Any) -> None:
    try:
        with transaction.atomic():
            record.save(**how)
    except IntegrityError as error:
        if "patients_patient_reference_once" not in str(error):
            raise
        raise NumberTaken from error


@transaction.atomic
def set_address(*, patient: Patient, email: str, by: StaffMember, now: datetime) -> None:
    """Gives the record the login of this address, making the login when it is new. "" takes it away.

    A login that only letters opened gets the address, and stays open where it is. Raises NotAllowed.
    """
    require(by, "change_patient", clinic_id=patient.clinic_id)
    _give_address(patient, email, now)
    patient.save(update_fields=["user"])


def _give_address(record: Patient, email: str, now: datetime) -> None:
    """The record's login, not saved yet. What opened it before ends: letters at once, the address is told."""
    before = record.user
    old = before.email if before else None
    record.user = _user_of(email, before)
    if before is not None and (record.user is None or record.user.email != old):
        LetterCode.objects.filter(user=before).open(now).update(voided_at=now)
        if old is not None:
            _tell_old_address(record, old, now)


def _tell_old_address(record: Patient, old: str, now: datetime) -> None:
    """Shows a slip or a theft to its owner. Whoever reads there may be somebody else: no name, no clinic."""
    with speaking_to(record):
        letter = _no_longer_yours()
    post_message(
        kind=MessageKind.ACCOUNT_NOTICE,
        key=f"address:{record.pk}:{now.isoformat()}",
        to_address=old,
        letter=letter,
        now=now,
    )


def _no_longer_yours() -> Letter:
    body = _(
        "Your clinic has changed the e-mail address for your Waymark pages. This address does not open them "
        "any more.\n\nDid you not ask for this? Call your clinic."
    )
    return Letter(subject=_("Your address for Waymark"), body=body)


def _user_of(email: str, current: User | None) -> User | None:
    """The login of this address. One without an address, which letters opened, gets it where it is new."""
    address = email.strip().lower()
    if not address:
        return None
    if current is None or current.email is not None or User.objects.filter(email=address).exists():
        return login_of(email=address)
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
