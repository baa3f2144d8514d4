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
    """Gives the record the login of this address, making the login when it is new. "" takes it away."""
    address = email.strip().lower()
    if not address:
        patient.user = None
    else:
        patient.user = User.objects.filter(email=address).first() or User.objects.create_user(address)
    patient.save(update_fields=["user"])


@transaction.atomic
def invite_patient(*, patient: Patient, letter: Letter, by: StaffMember, now: datetime) -> None:
    """Posts the invitation. Names no condition. Raises NoAddress or NotAllowed."""
    require(by, "invite_patient")
    if patient.user is None:
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
