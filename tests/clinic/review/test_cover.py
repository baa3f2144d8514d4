"""Whose patients stand under Mine: one's own, and those of a colleague who is away and covered."""

from datetime import timedelta

import pytest

from clinic.models import Role, StaffMember
from clinic.services.absences import Leave, end_absence, plan_absence
from programmes.services.reviewing import claim_item, snooze_item
from tests.clinic.review.items import NOW, PAGE_QUERIES, QUEUE_QUERIES, TODAY, an_item, page, queries_of
from tests.factories import a_patient, a_staff_member, limit
from tests.figures import Figure, record
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(clinic):
    """Away until 3 December, covered by Ada."""
    return a_staff_member(clinic, name="Lena Frost")


@pytest.fixture
def absence(lead, ada):
    leave = Leave(TODAY, TODAY + timedelta(days=13))
    return plan_absence(member=lead, cover=ada, leave=leave, by=lead, now=NOW)


@pytest.fixture
def item(clinic, lead):
    return an_item(clinic, patient=a_patient(clinic, family_name="Hart", lead=lead))


def mine(client):
    """The names under Mine, and what its tab counts."""
    answer = client.get("/review/?show=mine")
    count = {tab["key"]: tab["count"] for tab in answer.context["tabs"]}["mine"]
    return sorted(row.name for row in answer.context["rows"]), count


def test_patients_of_whom_one_covers_stand_under_mine(client, absence, item):
    assert mine(client) == (["Pat Hart"], 1)
    assert "You cover Lena Frost" in client.get("/review/?show=mine").content.decode()


def test_without_an_absence_they_do_not(client, ada, item):
    assert mine(client) == ([], 0)


def test_after_the_press_they_no_longer_do(client, absence, item, lead):
    end_absence(absence=absence, by=lead, now=NOW)
    assert mine(client) == ([], 0)


def test_whoever_is_away_keeps_them_too(client, absence, item, lead):
    sign_in_staff(client, lead)
    assert mine(client) == (["Pat Hart"], 1)
    assert "You cover" not in client.get("/review/?show=mine").content.decode()


def test_another_clinician_sees_none_of_them_under_mine(client, clinic, absence, item):
    sign_in_staff(client, a_staff_member(clinic))
    assert mine(client) == ([], 0)


def test_the_own_patients_stand_there_as_long_as_nobody_else_looks(client, clinic, ada):
    an_item(clinic, patient=a_patient(clinic, family_name="Own", lead=ada))
    taken = an_item(clinic, patient=a_patient(clinic, family_name="Taken", lead=ada))
    claim_item(item=taken, by=a_staff_member(clinic, Role.REVIEWER), now=NOW)
    assert mine(client) == (["Pat Own"], 1)


def test_what_is_snoozed_is_not_under_mine(client, clinic, ada):
    rests = an_item(clinic, patient=a_patient(clinic, lead=ada))
    snooze_item(item=rests, until=TODAY + timedelta(days=2), by=ada, today=TODAY)
    assert mine(client) == ([], 0)


def test_what_the_colleague_had_taken_is_there_to_be_taken_over(client, clinic, absence, lead):
    held = an_item(clinic, patient=a_patient(clinic, family_name="Held"))
    claim_item(item=held, by=lead, now=NOW)
    assert mine(client) == (["Pat Held"], 1)
    client.post(f"{page(held)}take-over/", {"holder": str(lead.pk)})
    held.refresh_from_db()
    assert held.claimed_by == absence.cover


def test_limited_records_are_not_covered_and_not_counted(client, clinic, absence, lead):
    for family_name in ("Hidden", "Held"):
        patient = a_patient(clinic, family_name=family_name, lead=lead)
        hidden = an_item(clinic, patient=patient)
        limit(patient)
    claim_item(item=hidden, by=lead, now=NOW)
    assert mine(client) == ([], 0)
    sign_in_staff(client, lead)
    assert mine(client) == (["Pat Held", "Pat Hidden"], 2)


def test_a_cover_costs_the_queue_no_statement(client, absence, item):
    statements = queries_of(client, "/review/?show=mine")
    record(
        Figure("queue under Mine while covering, statements of its own", statements - PAGE_QUERIES, "== 5")
    )
    assert statements == PAGE_QUERIES + QUEUE_QUERIES


def lead_line(client, item):
    return client.get(page(item)).context["lead"]


def test_the_item_says_until_when_the_lead_is_away_and_who_covers(client, absence, item):
    assert lead_line(client, item) == "Lead: Lena Frost (away until 3 Dec; covered by Ada Stone)"


def test_the_item_names_the_lead_who_is_there(client, ada, item):
    assert lead_line(client, item) == "Lead: Lena Frost"


def test_the_item_says_that_nobody_leads(client, clinic, ada):
    assert lead_line(client, an_item(clinic)) == "No lead clinician"


def test_the_item_says_that_nobody_covers_when_the_cover_is_away_too(client, clinic, absence, item, ada):
    other = a_staff_member(clinic)
    plan_absence(member=ada, cover=other, leave=Leave(TODAY, TODAY), by=ada, now=NOW)
    assert lead_line(client, item) == "Lead: Lena Frost (away until 3 Dec; nobody covers)"


def test_the_item_says_that_nobody_covers_when_the_cover_has_left(client, clinic, absence, item, ada):
    sign_in_staff(client, a_staff_member(clinic))
    StaffMember.objects.filter(pk=ada.pk).update(is_active=False)
    assert lead_line(client, item) == "Lead: Lena Frost (away until 3 Dec; nobody covers)"
