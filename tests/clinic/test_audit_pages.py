"""The managers' pages over history and read log, and the history page of the admin."""

import pytest
from django.test import Client

from clinic.models import ReadEntry, Role
from patients.models import Patient
from tests.factories import a_clinic, a_patient, a_staff_member
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db
PAGES = ("/audit/reads/", "/audit/changes/")


@pytest.fixture
def clinic():
    """A patient whom one clinician looked at and whose phone changed; another clinic with the same."""
    for name in ("Zebedee", "Orlando"):
        made = a_clinic()
        patient = a_patient(made, given_name=name, family_name="Quill", phone="01632 960 300")
        clinician = a_staff_member(made, name=f"Ada of {name}")
        sign_in_staff(Client(), clinician).get(f"/admin/patients/patient/{patient.pk}/change/")
        Patient.objects.filter(pk=patient.pk).update(phone="01632 960 301")
    return made


def shown(member, path):
    return sign_in_staff(Client(), member).get(path)


def test_the_manager_sees_who_looked_in_words_and_only_here(clinic):
    text = shown(a_staff_member(clinic, Role.MANAGER), "/audit/reads/").content.decode()
    assert [w for w in ("Ada of Orlando", "Patient: record", "Orlando Quill") if w not in text] == []
    assert [w for w in ("Zebedee", "Ada of Zebedee") if w in text] == []


def test_the_manager_sees_old_and_new_values(clinic):
    text = shown(a_staff_member(clinic, Role.MANAGER), "/audit/changes/").content.decode()
    assert ("01632 960 300 became 01632 960 301" in text, "Zebedee" in text) == (True, False)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.REVIEWER])
def test_others_do_not_see_it(clinic, role, path):
    assert shown(a_staff_member(clinic, role), path).status_code == 403


@pytest.mark.parametrize("path", PAGES)
def test_reading_the_audit_is_logged_with_the_patients_it_names(clinic, path):
    patient = Patient.objects.for_clinic(clinic).get()
    shown(a_staff_member(clinic, Role.MANAGER), path)
    entry = ReadEntry.objects.get(role="manager")
    assert entry.patients == [patient.pk]


def test_filters_by_person_patient_and_day(clinic):
    manager, patient = a_staff_member(clinic, Role.MANAGER), Patient.objects.for_clinic(clinic).get()
    looked = ReadEntry.objects.get(role="clinician", clinic=clinic)
    asked = {
        f"person={looked.user_id}": 1,
        f"person={manager.user_id}": 0,
        f"day={looked.at:%Y-%m-%d}": 1,
        "day=2020-01-01": 0,
        "patient=00000000-0000-0000-0000-000000000007": 0,
        f"patient={patient.pk}": 1,
    }
    found = {}
    for query in asked:
        rows = shown(manager, f"/audit/reads/?{query}").context["rows"]
        found[query] = sum(row["who"] == "Ada of Orlando" for row in rows)
    assert found == asked


def test_the_admins_history_shows_what_the_trigger_saw(clinic):
    patient = Patient.objects.for_clinic(clinic).get()
    response = shown(a_staff_member(clinic), f"/admin/patients/patient/{patient.pk}/history/")
    assert "01632 960 300 became 01632 960 301" in response.content.decode()
    assert ReadEntry.objects.get(route="admin:patients_patient_history").patients == [patient.pk]
