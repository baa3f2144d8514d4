"""Enrolled, invited, opened for the first time."""

from datetime import datetime

from django.db import transaction

from clinic.models import MessageKind, StaffMember, User
from clinic.permissions import require
from clinic.services.post import Letter, post_message
from patients.models import Patient


class NoAddress(Exception):
    """The patient has no e-mail address to write to."""


@transaction.atomic
def set_address(*, patient: Patient, email: str) -> None:
    """Gives the record the login of this address, making the login when it is new. "" takes it away.

    A login that only letters opened gets the address, and stays open where it is.
    """
    address = email.strip().lower()
    patient.user = _login_of(address, patient.user) if address else None
    patient.save(update_fields=["user"])


def _login_of(address: str, current: User | None) -> User:
    if found := User.objects.filter(email=address).first():
        return found
    if current is None or current.email is not None:
        return User.objects.create_user(address)
    current.email = address
    current.save(update_fields=["email"])
    return current


@transaction.atomic
def invite_patient(*, patient: Patient, letter: Letter, by: StaffMember, now: datetime) -> None:
    """Posts the invitation. Names no condition. Raises NoAddress or NotAllowed."""
    require(by, "invite_patient")
    if patient.user is None or patient.user.email is None:
        raise NoAddress
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
