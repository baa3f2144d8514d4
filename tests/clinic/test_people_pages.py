"""Access review and leavers, as managers see them."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.test import Client

from clinic.middleware.confirming import CONFIRMED
from clinic.models import AccessReview, LeaverReport, Role, StaffMember, User
from tests.factories import NOON, a_clinic, a_patient, a_staff_member, limit
from tests.queries import DomainQueries
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def clinic():
    return a_clinic()


@pytest.fixture
def manager(clinic):
    return a_staff_member(clinic, Role.MANAGER, name="Mia Manager")


@pytest.fixture
def client(manager):
    return sign_in_staff(Client(), manager)


def rows(client):
    return {row.member.name: row for row in client.get("/people/").context["members"]}


def test_each_member_with_what_they_use(clinic, client):
    lead = a_staff_member(clinic, name="Lee Lead")
    a_patient(clinic, lead=lead)
    limit(a_patient(clinic, lead=lead))
    a_patient(clinic, lead=lead, discharged_on=NOON.date())
    sign_in_staff(Client(), lead)
    row = rows(client)["Lee Lead"]
    assert (row.leads, row.emergencies, row.sessions, row.is_inactive) == (2, 0, 1, False)


@pytest.mark.parametrize(("days", "is_inactive"), [(90, False), (91, True), (None, True)])
def test_who_was_not_here_for_90_days_is_marked(clinic, client, days, is_inactive):
    member = a_staff_member(clinic, name="Ina Away")
    at = None if days is None else NOON - timedelta(days=days)
    User.objects.filter(pk=member.user_id).update(last_login=at)
    assert rows(client)["Ina Away"].is_inactive == is_inactive


def test_nobody_of_another_clinic_stands_there(client):
    a_staff_member(a_clinic("Oak Clinic"), name="Zebedee Elsewhere")
    assert "Zebedee" not in client.get("/people/").content.decode()


@pytest.mark.parametrize(("days", "is_overdue"), [(89, False), (90, True), (None, True)])
def test_a_review_is_due_each_quarter(clinic, manager, client, days, is_overdue):
    if days is not None:
        AccessReview.objects.create(
            clinic=clinic, reviewed_by=manager, reviewed_at=NOON - timedelta(days=days), members=1
        )
    assert client.get("/people/").context["is_overdue"] == is_overdue


def test_going_through_the_list_is_kept(clinic, manager, client):
    a_staff_member(clinic, is_active=False)
    client.post("/people/reviewed/")
    kept = AccessReview.objects.for_clinic(clinic).get()
    assert (kept.reviewed_by, kept.reviewed_at, kept.members) == (manager, NOON, 1)


@pytest.mark.parametrize("members", [1, 30])
def test_the_page_costs_the_same_for_one_and_for_thirty(clinic, client, members):
    for _each in range(members):
        a_patient(clinic, lead=a_staff_member(clinic))
    with DomainQueries() as queries:
        client.get("/people/")
    assert queries.count == 2, queries.domain  # the members; how many emergencies wait


def test_the_file_asks_for_the_password_first(client):
    session = client.session
    session[CONFIRMED] = (NOON - timedelta(minutes=11)).isoformat()
    session.save()
    assert client.get("/people/file/").url.startswith("/staff/confirm/")


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_table_is_a_formula(clinic, client, first):
    """A spreadsheet would run it with the rights of whoever opens the file."""
    name = f'{first}HYPERLINK("https://evil.example/","Open"),"x'
    a_staff_member(clinic, name=name)
    cells = [cell for row in csv.reader(StringIO(file_of(client))) for cell in row]
    assert f"'{name}" in cells
    assert [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")] == []


def file_of(client):
    return client.get("/people/file/").content.decode()


# --- leavers


def test_a_leaver_is_shown_then_handed_over_then_reported(clinic, client):
    leaver, successor = a_staff_member(clinic, name="Lee Leaver"), a_staff_member(clinic, name="Sue Next")
    patient = a_patient(clinic, lead=leaver, family_name="Quillfeather")
    path = f"/people/{leaver.pk}/leaving/"
    assert "Quillfeather" in client.get(path).content.decode()
    answer = client.post(path, {"successor": successor.pk}, follow=True)
    patient.refresh_from_db()
    report = LeaverReport.objects.get()
    assert (answer.request["PATH_INFO"], patient.lead) == (f"/people/leavers/{report.pk}/", successor)
    assert "Quillfeather" in answer.content.decode()


def test_a_leavers_limited_record_is_counted_by_number_not_by_name(clinic, client):
    leaver = a_staff_member(clinic)
    limit(a_patient(clinic, lead=leaver, family_name="Quillfeather", reference="A-7"))
    for answer in (
        client.get(f"/people/{leaver.pk}/leaving/"),
        client.post(f"/people/{leaver.pk}/leaving/", {"successor": ""}, follow=True),
    ):
        shown = answer.content.decode()
        assert ("Limited record A-7" in shown, "Quillfeather" in shown) == (True, False)


@pytest.mark.parametrize("who", ["reviewer", "left", "next door", "nonsense"])
def test_only_a_clinician_of_this_clinic_takes_over(clinic, client, who):
    leaver = a_staff_member(clinic)
    chosen = {
        "reviewer": lambda: a_staff_member(clinic, Role.REVIEWER).pk,
        "left": lambda: a_staff_member(clinic, is_active=False).pk,
        "next door": lambda: a_staff_member(a_clinic("Oak Clinic")).pk,
        "nonsense": lambda: "nonsense",
    }[who]()
    answer = client.post(f"/people/{leaver.pk}/leaving/", {"successor": chosen})
    assert (answer.status_code, StaffMember.objects.get(pk=leaver.pk).is_active) == (422, True)


def test_the_last_manager_does_not_leave(manager, client):
    answer = client.post(f"/people/{manager.pk}/leaving/", {"successor": ""})
    assert (answer.status_code, StaffMember.objects.get(pk=manager.pk).is_active) == (422, True)


def test_switching_off_in_the_admin_points_to_the_handing_over(clinic, client):
    member = a_staff_member(clinic)
    answer = client.post(
        f"/admin/clinic/staffmember/{member.pk}/change/", {"name": "Lee", "role": "clinician"}
    )
    assert answer.context["adminform"].form.errors == {
        "is_active": ["Use People, “leaves…”: what they hold is handed over there."]
    }
