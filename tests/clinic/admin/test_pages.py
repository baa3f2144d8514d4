"""The admin's pages: headings and words, what lists cost, and under which content policy."""

import re
from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from clinic.models import (
    Role,
    User,
)
from patients.models import (
    Patient,
)
from programmes.models import (
    ChangedPatient,
    ContactAttempt,
    Flag,
    NotWalking,
    Pause,
    Programme,
    ReviewItem,
    ReviewRun,
    Walk,
)
from tests.clinic.admin.rows import (
    OURS,
    a_full_clinic,
    a_row,
    address,
)
from tests.factories import (
    NOON,
    START,
    a_clinic,
    a_patient,
    a_staff_member,
)
from tests.signing_in import sign_in_operator, sign_in_staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", ["change", "history"])
def test_a_patients_page_is_headed_by_the_name_and_its_title_is_not(client, clinic, page):
    """Browsers keep titles in their history."""
    patient = a_patient(clinic, given_name="Ann", family_name="Lee")
    staff = sign_in_staff(client, a_staff_member(clinic))
    shown = staff.get(address(Patient, page, patient.pk)).content.decode()
    assert ("<h2>Ann Lee</h2>" in shown, f"Patient {patient.pk}" in shown) == (True, False)
    assert "Ann" not in shown.partition("</title>")[0]


def test_a_logins_page_is_headed_by_the_address(client):
    user = User.objects.create_superuser("operator@waymark.example")
    shown = sign_in_operator(client, user).get(address(User, "change", user.pk)).content.decode()
    assert ("<h2>operator@waymark.example</h2>" in shown, f"> {user.pk}" in shown) == (True, False)
    assert "operator@" not in shown.partition("</title>")[0]


def test_a_walks_page_says_symptoms_in_words(client):
    clinic = a_full_clinic("Elm")
    staff = sign_in_staff(client, a_staff_member(clinic))
    shown = staff.get(address(Walk, "change", Walk.objects.get().pk)).content.decode()
    assert ("numbness round the genitals" in shown, "saddle_numbness" in shown) == (True, False)


def test_who_signed_is_named(client):
    clinic = a_full_clinic("Elm")
    staff = sign_in_staff(client, a_staff_member(clinic))
    shown = staff.get(address(Programme, "change", Programme.objects.get().pk)).content.decode()
    assert "signed 7 Sep 2026, 10:00 by Dr Elm" in shown


@pytest.mark.parametrize("is_demo", [True, False])
def test_the_demos_mailbox_stands_in_the_header(client, clinic, settings, is_demo):
    settings.DEMO = is_demo
    staff = sign_in_staff(client, a_staff_member(clinic))
    assert ("/demo/mailbox/" in staff.get("/admin/").content.decode()) == is_demo


def test_times_stand_in_the_clinics_zone_and_in_the_houses_format(client):
    clinic = a_clinic(time_zone="Australia/Sydney")
    ReviewRun.objects.create(clinic=clinic, local_date=START, due_at=NOON, status="done", finished_at=NOON)
    staff = sign_in_staff(client, a_staff_member(clinic))
    assert "21 Nov 2026, 23:00" in staff.get(address(ReviewRun, "changelist")).content.decode()


# Session, user, membership, actor, the ends of the request's transaction; then count, rows, filter choices;
# the entry of the read log.
LIST_QUERIES = {
    Patient: 11,
    Walk: 10,
    NotWalking: 10,
    Pause: 10,
    Flag: 10,
    ReviewItem: 10,
    ContactAttempt: 10,
    ChangedPatient: 10,
}


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize("model", list(LIST_QUERIES), ids=lambda model: model.__name__)
def test_a_list_costs_the_same_for_one_row_and_for_thirty(client, model, rows, django_assert_num_queries):
    clinic = a_full_clinic("Elm")
    staff = sign_in_staff(client, a_staff_member(clinic))
    first = a_row(model, clinic)
    for number in range(1, rows):
        another_row(first, clinic, number)
    with django_assert_num_queries(LIST_QUERIES[model]):
        shown = staff.get(address(model, "changelist")).content.decode()
    assert shown.count("<tr>") - 1 == rows


def another_row(first, clinic, number):
    """A copy about another patient, or on another day."""
    row = type(first).objects.get(pk=first.pk)
    row.pk = uuid7()
    row._state.adding = True
    if isinstance(row, Patient):
        row.reference = f"copy {number}"
    elif isinstance(row, Pause):
        row.from_on = row.until_on = START + timedelta(days=number)
    elif not isinstance(row, ContactAttempt):
        row.patient = a_patient(clinic, lead=None)
    row.save(force_insert=True)


INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=\"|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE)
UNNAMED = re.compile(
    r"<(?:input|select|textarea)\b(?![^>]*type=\"(?:hidden|submit|search)\")[^>]*>", re.IGNORECASE
)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_no_page_needs_a_weaker_content_policy(client, model, role):
    clinic = a_full_clinic("Elm")
    staff = sign_in_staff(client, a_staff_member(clinic, role))
    row = a_row(model, clinic)
    pages = ["/admin/", address(model, "changelist"), address(model, "add")]
    pages += [address(model, page, row.pk) for page in ("change", "history")]
    for url in pages:
        answer = staff.get(url)
        shown = answer.content.decode()
        assert INLINE.findall(shown) == [], url
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        for tag in UNNAMED.findall(shown):
            name = re.search(r'\sid="([^"]+)"', tag)
            assert "aria-label=" in tag or (name and f'for="{name[1]}"' in shown), (url, tag)
