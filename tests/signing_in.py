"""A test client that is signed in, as the two sign-in pages leave it."""

from django.test import Client
from django.utils import timezone

from clinic.middleware.confirming import CONFIRMED
from clinic.middleware.people import PATIENTS_CLINIC
from clinic.middleware.second_factor import SECOND_FACTOR
from clinic.middleware.sessions import STAFF_SESSION
from clinic.models import StaffMember, User
from patients.models import Patient


def sign_in_staff(client: Client, member: StaffMember) -> Client:
    """Signed in as this member of staff, in this clinic, both factors passed just now."""
    return _sign_in(client, member.user, **_staff_marks(), membership=str(member.pk))


def sign_in_operator(client: Client, user: User) -> Client:
    """Signed in as the operator, who is no member of any clinic."""
    return _sign_in(client, user, **_staff_marks())


def sign_in_patient(client: Client, patient: Patient) -> Client:
    """Signed in by an e-mail code, with this record open."""
    assert patient.user is not None
    marks = {"patient": str(patient.pk), PATIENTS_CLINIC: str(patient.clinic_id)}
    return _sign_in(client, patient.user, **marks)


def _staff_marks() -> dict[str, object]:
    return {STAFF_SESSION: True, SECOND_FACTOR: "totp", CONFIRMED: timezone.now().isoformat()}


def _sign_in(client: Client, user: User, **marks: object) -> Client:
    client.force_login(user)
    session = client.session
    session.update(marks)
    session.save()
    return client
