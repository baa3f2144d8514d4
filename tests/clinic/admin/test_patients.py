"""Enrolling, inviting and changing patients in the admin."""

import pytest

from clinic.models import (
    OutboxMessage,
    Role,
)
from patients.models import (
    Patient,
)
from tests.clinic.admin.rows import SECRET, address
from tests.factories import (
    a_clinic,
    a_patient,
    a_staff_member,
)
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db

PERSON = {"given_name": "Ann", "family_name": "Lee", "units": "km", "pain_series": "before"}


def test_enrol_with_an_address(client, clinic):
    staff = sign_in_staff(client, a_staff_member(clinic))
    staff.post(address(Patient, "add"), PERSON | {"email": "Ann@mail.example"})
    patient = Patient.objects.for_clinic(clinic).get()
    assert (patient.full_name, patient.user.email) == ("Ann Lee", "ann@mail.example")


def test_an_address_of_another_patient_is_accepted_with_a_warning(client, clinic):
    other = a_patient(clinic, given_name="Bob", family_name="Lee")
    staff = sign_in_staff(client, a_staff_member(clinic))
    answer = staff.post(address(Patient, "add"), PERSON | {"email": other.user.email}, follow=True)
    assert [str(said) for said in answer.context["messages"]][:1] == [
        "Bob Lee uses this e-mail address too. Whoever reads that mail can open both records."
    ]


def test_another_clinics_patient_with_that_address_is_not_named(client, clinic):
    stranger = a_patient(a_clinic("Oak Clinic"), given_name="Bob", family_name=SECRET)
    staff = sign_in_staff(client, a_staff_member(clinic))
    answer = staff.post(address(Patient, "add"), PERSON | {"email": stranger.user.email}, follow=True)
    assert SECRET not in answer.content.decode()


def test_enrol_without_an_address(client, clinic):
    staff = sign_in_staff(client, a_staff_member(clinic))
    staff.post(address(Patient, "add"), PERSON)
    assert Patient.objects.for_clinic(clinic).get().user is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "nowhere"}, "email"),
        ({"given_name": ""}, "given_name"),
        ({"date_of_birth": "2027-01-01"}, "date_of_birth"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"reference": "A-1"}, "reference"),
    ],
)
def test_a_wrong_enrolment_is_told_beside_the_field(client, clinic, changes, field):
    a_patient(clinic, reference="A-1")
    staff = sign_in_staff(client, a_staff_member(clinic))
    answer = staff.post(address(Patient, "add"), PERSON | changes)
    assert list(answer.context["adminform"].form.errors) == [field]
    assert Patient.objects.count() == 1


def test_the_same_number_in_another_clinic_is_no_obstacle(client, clinic):
    a_patient(a_clinic("Oak Clinic"), reference="A-1")
    staff = sign_in_staff(client, a_staff_member(clinic))
    staff.post(address(Patient, "add"), PERSON | {"reference": "A-1"})
    assert Patient.objects.for_clinic(clinic).get().reference == "A-1"


def test_the_invitation_is_shown_then_sent(client, clinic):
    patient = a_patient(clinic)
    staff = sign_in_staff(client, a_staff_member(clinic, Role.REVIEWER))
    shown = staff.get(address(Patient, "invite", patient.pk)).content.decode()
    assert not OutboxMessage.objects.exists()
    staff.post(address(Patient, "invite", patient.pk))
    message = OutboxMessage.objects.get()
    assert "Your physio team at Elm Clinic has invited you to Waymark." in shown
    assert "Sign in: http://127.0.0.1:8000/" in message.body
    assert message.to_address == patient.user.email


def test_without_an_address_nothing_is_sent(client, clinic):
    patient = a_patient(clinic, user=None)
    staff = sign_in_staff(client, a_staff_member(clinic))
    answer = staff.post(address(Patient, "invite", patient.pk), follow=True)
    assert "Enter an e-mail address first" in answer.content.decode()
    assert not OutboxMessage.objects.exists()


def test_the_series_of_pain_is_chosen_once(client, clinic):
    patient = a_patient(clinic)
    staff = sign_in_staff(client, a_staff_member(clinic))
    staff.post(address(Patient, "change", patient.pk), PERSON | {"pain_series": "after"})
    patient.refresh_from_db()
    assert (patient.given_name, patient.pain_series) == ("Ann", "before")
