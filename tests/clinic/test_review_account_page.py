"""The page on which a manager reads what the review engine did."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.models import Role
from programmes.services.nights import due_at, review_night
from tests.factories import a_clinic, a_patient, a_programme, a_staff_member
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db
PAGE = "/review-account/"


def test_it_says_what_the_nights_did_and_names_nobody(client):
    clinic = a_clinic()
    night = timezone.now().astimezone(clinic.zone).date() - timedelta(days=2)
    patient = a_patient(clinic, family_name="Namenlos")
    a_programme(patient, a_staff_member(clinic), starts_on=night - timedelta(days=20))
    review_night(clinic=clinic, local_date=night, now=due_at(clinic, night) + timedelta(minutes=7))
    response = sign_in_staff(client, a_staff_member(clinic, Role.MANAGER)).get(PAGE)
    page = " ".join(response.content.decode().split())
    assert (response.context["account"].judged, "7 minutes" in page, "Not started" in page) == (1, True, True)
    assert "1 raised in 28 days, 1 open" in page
    assert "Namenlos" not in page


@pytest.mark.parametrize(
    ("role", "status"), [(Role.CLINICIAN, 403), (Role.REVIEWER, 403), (Role.MANAGER, 200)]
)
def test_managers_read_it(client, role, status):
    assert sign_in_staff(client, a_staff_member(a_clinic(), role)).get(PAGE).status_code == status
