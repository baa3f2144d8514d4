"""Whoever sees a patient stands in the read log: each address of the URLconf, as each kind of person.

A response that shows a planted name or number must have its entry; a new page is asked as soon as it exists.
"""

import uuid

import pytest
from django.contrib import admin
from django.db import DatabaseError
from django.http import StreamingHttpResponse
from django.test import Client, RequestFactory

from clinic.middleware import read_log as middleware
from clinic.models import Closure, ReadEntry, Role
from clinic.reads import note_read, noting
from clinic.tenancy import ClinicRecord, act_for
from patients.models import Patient
from programmes.models import Walk
from tests.conftest import as_runtime
from tests.factories import a_clinic, a_patient, a_staff_member
from tests.figures import Figure, record
from tests.signing_in import sign_in_patient, sign_in_staff
from tests.test_tenancy import addresses, other_clinic  # noqa: F401  a clinic with a row of every kind

pytestmark = pytest.mark.django_db
PLANTED = ("Zebedee", "Quillfeather", "quill-canary")
PEOPLE = [*Role, "patient"]


def planted(clinic):
    return Patient.objects.for_clinic(clinic).get(family_name="Quillfeather")


def somebody(clinic, who):
    if who == "patient":
        return sign_in_patient(Client(), planted(clinic))
    return sign_in_staff(Client(), a_staff_member(clinic, Role(who)))


def admin_pages(clinic):
    """Every page of every registered model, and the search of choices."""
    for model in set(admin.site._registry) - {Closure}:  # the planted word there is no patient's
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        yield base
        yield base + "add/"
        rows = model.objects.for_clinic(clinic) if issubclass(model, ClinicRecord) else model.objects.all()
        for row in rows[:3]:
            yield from (f"{base}{row.pk}/{page}/" for page in ("change", "history", "delete"))
    patient = planted(clinic)
    yield f"/admin/patients/patient/{patient.pk}/invite/"


def shows_a_patient(response):
    text = b"".join(response.streaming_content) if response.streaming else response.content
    return any(word in text.decode(errors="replace") for word in PLANTED)


def is_logged(response, patient):
    """The patient with the planted name; where only the planted notes show, whoever's they are."""
    if "Quillfeather" in response.content.decode(errors="replace"):
        return read_entry(response, patient) is not None
    number = uuid.UUID(response["X-Request-ID"])
    return ReadEntry.objects.filter(request_id=number, clinic=patient.clinic).exclude(patients=[]).exists()


def read_entry(response, patient):
    number = uuid.UUID(response["X-Request-ID"])
    return ReadEntry.objects.filter(request_id=number, clinic=patient.clinic).of_patient(patient.pk).first()


@pytest.mark.parametrize("who", PEOPLE)
def test_every_response_that_shows_a_patient_has_its_entry(other_clinic, who):  # noqa: F811
    patient, client = planted(other_clinic), somebody(other_clinic, who)
    client.raise_request_exception = False
    shown, unlogged = 0, []
    for path in [*(path for path, _row in addresses(other_clinic)), *admin_pages(other_clinic)]:
        for ask in (client.get, client.post):
            if "sign-out" in path or (ask is client.post and path.startswith("/staff/")):
                continue  # would end the session that looks
            response = ask(path)
            if shows_a_patient(response):
                shown += 1
                unlogged += [] if is_logged(response, patient) else [(ask.__name__, path)]
    record(Figure(f"S5 pages that show a patient, as {who}", shown, ">= 3"))
    record(Figure(f"S5 of them in the read log, as {who} (%)", 100 * (1 - len(unlogged) / shown), "== 100"))
    assert (unlogged, shown >= 3) == ([], True)


def test_an_entry_says_who_as_what_and_which_page(other_clinic):  # noqa: F811
    patient, member = planted(other_clinic), a_staff_member(other_clinic)
    response = sign_in_staff(Client(), member).get(f"/admin/patients/patient/{patient.pk}/change/")
    entry = read_entry(response, patient)
    assert (entry.user_id, entry.role, entry.route, entry.method, entry.status, entry.kind) == (
        member.user_id,
        "clinician",
        "admin:patients_patient_change",
        "GET",
        200,
        "page",
    )


def test_a_list_names_everybody_on_it_and_nobody_else():
    clinic = a_clinic()
    listed = {a_patient(clinic).pk for _number in range(3)}
    a_patient(a_clinic())
    sign_in_staff(Client(), a_staff_member(clinic)).get("/admin/patients/patient/")
    entry = ReadEntry.objects.get(route="admin:patients_patient_changelist")
    assert (set(entry.patients), entry.kind) == (listed, "list")


def test_a_page_about_nobody_leaves_no_entry():
    sign_in_staff(Client(), a_staff_member(a_clinic())).get("/admin/")
    assert ReadEntry.objects.count() == 0


def test_a_patients_own_reading_is_logged_and_may_not_be_read_back(other_clinic):  # noqa: F811
    patient = planted(other_clinic)
    response = sign_in_patient(Client(), patient).get("/today/")
    assert read_entry(response, patient).role == "patient"
    with as_runtime():
        act_for(clinic_id=other_clinic.pk, user_id=patient.user_id)
        assert ReadEntry.objects.exists() is False


@pytest.mark.parametrize("audit", ["", "history", "all"])
def test_only_the_sight_of_everything_shows_the_reads(other_clinic, audit):  # noqa: F811
    somebody(other_clinic, "clinician").get("/review/")
    with as_runtime():
        act_for(clinic_id=other_clinic.pk, audit=audit)
        assert ReadEntry.objects.exists() is (audit == "all")
        act_for(clinic_id=a_clinic_of_nobody(), audit=audit)
        assert ReadEntry.objects.exists() is False


def a_clinic_of_nobody():
    return uuid.UUID(int=7)


def test_without_an_entry_there_is_no_page(other_clinic, monkeypatch):  # noqa: F811
    def full(**_facts):
        raise DatabaseError("no space left on device")

    client = somebody(other_clinic, "clinician")
    client.raise_request_exception = False
    assert client.get("/review/").status_code == 200
    monkeypatch.setattr(middleware, "log_reads", full)
    response = client.get("/review/")
    assert (response.status_code, shows_a_patient(response)) == (500, False)


def test_without_an_entry_nothing_is_saved(other_clinic, monkeypatch):  # noqa: F811
    patient, client = planted(other_clinic), somebody(other_clinic, "patient")
    client.raise_request_exception = False
    monkeypatch.setattr(middleware, "log_reads", lambda **_facts: 1 / 0)
    answers = {"client_uuid": str(uuid.uuid4()), "walked_on": "2026-11-21", "minutes": "15"}
    before = Walk.objects.filter(patient=patient).count()
    assert client.post("/walks/new/", answers).status_code == 500
    assert Walk.objects.filter(patient=patient).count() == before


def test_a_stream_is_read_before_the_entry_is_written(monkeypatch):
    patient, logged = a_patient(a_clinic()), []
    monkeypatch.setattr(
        middleware, "log_reads", lambda *, reads, reader, status: logged.append(reads.patients)
    )

    def rows():
        yield Patient.objects.get(pk=patient.pk).given_name

    request = RequestFactory().get("/")
    request.user, request.actor, request.request_id = patient.user, None, uuid.uuid4().hex
    request.resolver_match = None
    response = middleware.read_log(lambda _request: StreamingHttpResponse(rows()))(request)
    assert logged == [{patient.clinic_id: {patient.pk}}]
    assert b"".join(response.streaming_content) == patient.given_name.encode()


def test_outside_a_request_nothing_is_noted():
    patient = a_patient(a_clinic())
    Patient.objects.get(pk=patient.pk)
    note_read(clinic_id=patient.clinic_id, patients=[patient.pk])
    with noting() as reads:
        pass
    assert reads.patients == {}


def test_a_deferred_column_stays_deferred(django_assert_num_queries):
    a_patient(a_clinic())
    with noting(), django_assert_num_queries(1):
        list(Patient.objects.only("given_name"))
