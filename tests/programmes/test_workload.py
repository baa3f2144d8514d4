"""The clinic's review minutes: an estimate, and a plain warning where somebody is taken on."""

import pytest
import time_machine

from clinic.models import Clinic, Role
from patients.models import Patient
from programmes.models import Programme
from programmes.services.workload import Workload, workload_of
from tests.factories import (
    NOON,
    a_checklist,
    a_clinic,
    a_draft,
    a_patient,
    a_programme,
    a_staff_member,
    limit,
)
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db
ADD_PATIENT = "/admin/patients/patient/add/"
SPENT = (
    "The clinic&#x27;s review minutes are spent. 2 running programmes need about 3 minutes of review a week"
    " (0.15 items each, 10 minutes an item). The clinic has 2."
)
ENROLLED = {"given_name": "Ida", "family_name": "Hill", "units": "km", "pain_series": "before"}


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def clinician():
    """Of a clinic with two minutes a week and one running programme; another clinic has many."""
    clinic = a_clinic(review_minutes=2)
    clinician = a_staff_member(clinic)
    a_programme(a_patient(clinic), clinician)
    stranger = a_staff_member(a_clinic("Ash Clinic"))
    for _each in range(3):
        a_programme(a_patient(stranger.clinic), stranger)
    return clinician


def a_next_draft(clinician):
    draft = a_draft(a_patient(clinician.clinic), clinician, starts_on=NOON.date())
    a_checklist(draft.patient, clinician)
    return draft


def test_what_stands_against_what_there_is(clinician):
    assert workload_of(clinic=clinician.clinic) == Workload(1, 2, 2)
    assert workload_of(clinic=clinician.clinic, more=1).is_spent


def test_a_limited_record_counts(clinician):
    lead = a_staff_member(clinician.clinic)
    patient = a_patient(clinician.clinic, lead=lead)
    a_programme(patient, lead)
    limit(patient)
    assert workload_of(clinic=clinician.clinic).programmes == 2


def test_who_has_not_said_is_never_warned(clinician, client):
    Clinic.objects.filter(pk=clinician.clinic.pk).update(review_minutes=None)
    assert (
        "review minutes are spent" not in sign_in_staff(client, clinician).get(ADD_PATIENT).content.decode()
    )


def test_enrolling_warns_and_does_not_stop(clinician, client):
    desk = sign_in_staff(client, clinician)
    assert SPENT in desk.get(ADD_PATIENT).content.decode()
    answer = desk.post(ADD_PATIENT, ENROLLED, follow=True)
    assert Patient.objects.filter(given_name="Ida").count() == 1
    assert SPENT in answer.content.decode()


def test_assigning_a_first_plan_warns_and_does_not_stop(clinician, client):
    desk, draft = sign_in_staff(client, clinician), a_next_draft(clinician)
    page = f"/admin/programmes/programme/{draft.pk}/assign/"
    assert SPENT in desk.get(page).content.decode()
    desk.post(page, {"version": "1"})
    assert Programme.objects.get(pk=draft.pk).status == "active"


def test_there_is_no_warning_while_minutes_are_left(clinician, client):
    Clinic.objects.filter(pk=clinician.clinic.pk).update(review_minutes=3)
    desk, draft = sign_in_staff(client, clinician), a_next_draft(clinician)
    shown = desk.get(f"/admin/programmes/programme/{draft.pk}/assign/").content.decode()
    assert "review minutes are spent" not in shown


def test_the_clinics_page_says_what_is_needed(clinician, client):
    manager = a_staff_member(clinician.clinic, Role.MANAGER)
    page = f"/admin/clinic/clinic/{clinician.clinic.pk}/change/"
    shown = sign_in_staff(client, manager).get(page).content.decode()
    assert "1 running programme needs about 2 minutes of review a week" in shown
    assert 'name="review_minutes"' in shown
