"""The managers' pages over history and read log, and the history page of the admin."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import get_resolver

from clinic.admin.audit_words import route_words
from clinic.admin.history import change_lines
from clinic.models import HistoryEntry, Operation, ReadEntry, Role
from patients.models import Patient
from tests.factories import a_clinic, a_patient, a_staff_member, limit
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


@pytest.mark.parametrize("asked", ["", "?patient={key}"])
def test_a_manager_reads_nothing_of_a_record_limited_to_its_lead(clinic, asked):
    """Neither what changed nor whom somebody looked at: not by the list, not by the record's key."""
    patient, lead = Patient.objects.for_clinic(clinic).get(), a_staff_member(clinic, name="Lee Lead")
    Patient.objects.filter(pk=patient.pk).update(lead=lead)
    patient.refresh_from_db()
    limit(patient)
    manager, query = a_staff_member(clinic, Role.MANAGER), asked.format(key=patient.pk)
    text = "".join(shown(manager, path + query).content.decode() for path in PAGES)
    assert [word for word in ("Quill", "01632 960 30", "A neighbour") if word in text] == []


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


def test_times_people_and_codes_are_shown_in_words(clinic):
    clinician = a_staff_member(clinic, name="Grace Lead")
    patient = Patient.objects.for_clinic(clinic)
    patient.update(discharged_on=date(2026, 7, 3), lead=clinician, units="mi")
    patient.update(first_signed_in_at=datetime(2026, 7, 2, 22, 30, 4, 567, tzinfo=UTC))
    text = shown(a_staff_member(clinic, Role.MANAGER), "/audit/changes/").content.decode()
    said = (
        "empty became 3 Jul 2026",
        "empty became Grace Lead",
        "kilometres became miles",
        "2 Jul 2026, 23:30",
    )
    assert [words for words in said if words not in text] == []


def test_numbers_are_named_and_the_keys_of_other_rows_are_not_shown():
    latest = {"mean_recent": 6.5, "recent": [["2026-11-12", 6.0], ["2026-11-13", 7.0]]}
    changed = {
        "latest": [None, latest],
        "item_id": [None, str(uuid4())],
        "resolved_by_id": [None, str(uuid4())],
    }
    entry = HistoryEntry(table_name="programmes_flag", operation=Operation.UPDATE, changed=changed)
    new = [line["new"] for line in change_lines(entry, {})]
    assert new == ["mean recent: 6.5; recent: 2 values", "review item", "user"]


def test_every_page_of_the_read_log_has_a_name():
    assert [route for route in routes(get_resolver()) if route_words(route) == route] == []


def routes(resolver, space=""):
    """The routes that a person opens; health checks and the demo's mailbox read no record."""
    machines = {"clinic:live", "clinic:ready", "clinic:csp-report", "clinic:demo-mailbox"}
    machines |= {"admin:login", "admin:logout", "admin:jsi18n"}
    for each in resolver.url_patterns:
        if hasattr(each, "url_patterns"):
            yield from routes(each, f"{each.namespace}:" if each.namespace else space)
        elif each.name and f"{space}{each.name}" not in machines:
            yield f"{space}{each.name}"
