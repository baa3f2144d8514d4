"""The review queue: who stands in it, in which order, and at what cost."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from clinic.models import Role, StaffMember
from programmes.models import ChangedPatient
from programmes.services import reviewing
from programmes.services.nights import review_night
from tests.clinic.review.items import (
    NOW,
    PAGE_QUERIES,
    QUEUE_QUERIES,
    SAFETY,
    TODAY,
    a_full_item,
    an_item,
    queries_of,
)
from tests.factories import PASSWORD, a_clinic, a_patient, a_staff_member
from tests.programmes.test_wording import SILENCE
from tests.second_factors import App
from tests.signing_in import sign_in_patient, sign_in_staff

pytestmark = pytest.mark.django_db


def names(response):
    return [row.name for row in response.context["rows"]]


def counts(response):
    return {tab["key"]: tab["count"] for tab in response.context["tabs"]}


def test_one_row_costs_five_reads(client):
    clinic = a_clinic()
    staff = a_staff_member(clinic)
    a_full_item(clinic, staff)
    sign_in_staff(client, staff)
    assert queries_of(client, "/review/") == PAGE_QUERIES + QUEUE_QUERIES


def test_thirty_rows_cost_the_same_five_reads(client):
    clinic = a_clinic()
    staff = a_staff_member(clinic)
    for _row in range(30):
        a_full_item(clinic, staff)
    sign_in_staff(client, staff)
    assert queries_of(client, "/review/") == PAGE_QUERIES + QUEUE_QUERIES


def test_the_row_says_why_in_numbers(client):
    clinic = a_clinic()
    an_item(clinic)
    sign_in_staff(client, a_staff_member(clinic))
    assert (
        "is 2.1 points above this patient&#x27;s own previous 4 weeks"
        in client.get("/review/").content.decode()
    )


def test_the_reason_names_the_day_it_was_raised_for(client):
    clinic = a_clinic()
    an_item(clinic, code="ADHERENCE_DROPPED", evidence=SILENCE)
    sign_in_staff(client, a_staff_member(clinic))
    sentence = client.get("/review/").context["rows"][0].reasons[0].sentence
    assert sentence.startswith("20 Nov: No walk logged for")


def test_the_small_figures_are_named(client):
    clinic = a_clinic()
    staff = a_staff_member(clinic)
    a_full_item(clinic, staff)
    sign_in_staff(client, staff)
    assert "<strong>4 → 4</strong> (first → latest)" in client.get("/review/").content.decode()


@pytest.mark.parametrize(("clinics", "is_link"), [(1, False), (2, True)])
def test_the_clinics_name_is_a_link_for_people_with_several(client, clinics, is_link):
    staff = a_staff_member(a_clinic())
    for _other in range(clinics - 1):
        StaffMember.objects.create(clinic=a_clinic(), user=staff.user, role="reviewer", name="Elsewhere")
    app = App.of(staff.user, NOW)
    client.post("/staff/sign-in/", {"username": staff.user.email, "password": PASSWORD})
    client.post("/staff/sign-in/second-step/", {"code": app.code(NOW)})
    page = client.get("/review/").content.decode()
    assert (staff.clinic.name in page, 'href="/staff/clinic/"' in page) == (True, is_link)


def test_a_row_shows_week_pain_contact_and_phone(client):
    clinic = a_clinic()
    staff = a_staff_member(clinic, name="Ada Stone")
    a_full_item(clinic, staff)
    sign_in_staff(client, staff)
    row = client.get("/review/").context["rows"][0]
    assert (row.week, row.figures, row.spread, row.contact, row.tel) == (
        "Week 1 of 12",
        "4 → 4",
        "range 4–4, 3 days",
        "20 Nov 09:00, phone call: no answer (Ada Stone)",
        "01632960200",
    )


def test_the_phone_number_is_a_telephone_link(client):
    clinic = a_clinic()
    an_item(clinic, patient=a_patient(clinic, phone="+44 (0)1632 960 200"))
    sign_in_staff(client, a_staff_member(clinic))
    assert 'href="tel:+4401632960200"' in client.get("/review/").content.decode()


def test_severity_comes_before_age(client):
    clinic = a_clinic()
    older = an_item(clinic, at=NOW - timedelta(days=3))
    urgent = an_item(clinic, code="SAFETY", severity="urgent", evidence=SAFETY)
    oldest = an_item(clinic, at=NOW - timedelta(days=5))
    sign_in_staff(client, a_staff_member(clinic))
    expected = [urgent, oldest, older]
    assert names(client.get("/review/")) == [item.patient.full_name for item in expected]


def test_two_flags_of_one_patient_make_one_row(client):
    clinic = a_clinic()
    patient = a_patient(clinic)
    an_item(clinic, patient=patient)
    an_item(clinic, patient=patient, code="ADHERENCE_DROPPED", evidence=SILENCE)
    sign_in_staff(client, a_staff_member(clinic))
    assert [len(row.reasons) for row in client.get("/review/").context["rows"]] == [2]


def test_another_clinics_items_are_neither_listed_nor_counted(client):
    clinic, other_clinic = a_clinic(), a_clinic()
    an_item(other_clinic)
    sign_in_staff(client, a_staff_member(clinic))
    response = client.get("/review/")
    assert (names(response), counts(response)["waiting"]) == ([], 0)


def test_a_claimed_item_stands_under_mine_of_its_holder(client):
    clinic = a_clinic()
    staff, item = a_staff_member(clinic), an_item(clinic)
    an_item(clinic)
    reviewing.claim_item(item=item, by=staff, now=NOW)
    sign_in_staff(client, staff)
    assert names(client.get("/review/?show=mine")) == [item.patient.full_name]


def test_others_read_who_is_looking(client):
    clinic = a_clinic()
    reviewing.claim_item(item=an_item(clinic), by=a_staff_member(clinic, name="Ada Stone"), now=NOW)
    sign_in_staff(client, a_staff_member(clinic))
    assert client.get("/review/").context["rows"][0].state == "Ada Stone is looking at this"


def test_a_snoozed_item_rests_under_its_own_tab(client):
    clinic = a_clinic()
    staff, item = a_staff_member(clinic), an_item(clinic)
    reviewing.snooze_item(item=item, until=TODAY + timedelta(days=2), by=staff, today=TODAY)
    sign_in_staff(client, staff)
    assert counts(client.get("/review/")) == {"waiting": 0, "mine": 0, "snoozed": 1, "done": 0}


def test_a_snoozed_item_is_back_on_its_day(client):
    clinic = a_clinic()
    staff, item = a_staff_member(clinic), an_item(clinic)
    reviewing.snooze_item(item=item, until=TODAY + timedelta(days=2), by=staff, today=TODAY)
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        sign_in_staff(client, staff)
        assert names(client.get("/review/")) == [item.patient.full_name]


def test_a_safety_answer_fetches_a_snoozed_item_back_at_once(client):
    clinic = a_clinic()
    staff, item = a_staff_member(clinic), an_item(clinic)
    reviewing.snooze_item(item=item, until=TODAY + timedelta(days=2), by=staff, today=TODAY)
    an_item(clinic, patient=item.patient, code="SAFETY", severity="urgent", evidence=SAFETY)
    sign_in_staff(client, staff)
    assert names(client.get("/review/")) == [item.patient.full_name]


def test_a_closed_item_stands_under_done_with_its_outcome(client):
    clinic = a_clinic()
    staff, item = a_staff_member(clinic), an_item(clinic)
    seen = [flag.as_read for flag in item.flags.all()]
    reviewing.close_item(item=item, outcome="false-alarm", note="", seen=seen, by=staff, today=TODAY, now=NOW)
    sign_in_staff(client, staff)
    row = client.get("/review/?show=done").context["rows"][0]
    assert row.state == "Done 20 Nov 09:00: false alarm"


def test_the_fifty_first_item_stands_on_the_second_page(client):
    clinic = a_clinic()
    for _item in range(51):
        an_item(clinic)
    sign_in_staff(client, a_staff_member(clinic))
    assert len(client.get("/review/?page=2").context["rows"]) == 1


@pytest.mark.parametrize("page", ["0", "-1", "x", "999999", "9" * 40, "²"])
def test_an_odd_page_number_is_no_error(client, page):
    sign_in_staff(client, a_staff_member(a_clinic()))
    assert client.get("/review/", {"page": page}).status_code == 200


def test_without_any_review_the_banner_says_so(client):
    sign_in_staff(client, a_staff_member(a_clinic()))
    assert "No review has been completed yet." in client.get("/review/").content.decode()


def test_the_header_says_up_to_when_was_reviewed(client):
    clinic = a_clinic()
    review_night(clinic=clinic, local_date=date(2026, 11, 19), now=NOW - timedelta(hours=4))
    sign_in_staff(client, a_staff_member(clinic))
    assert "Last nightly review 20 Nov 05:00" in client.get("/review/").content.decode()


@pytest.mark.parametrize(("hours", "is_stale"), [(26, False), (27, True)])
def test_a_review_older_than_26_hours_raises_the_banner(client, hours, is_stale):
    clinic = a_clinic()
    review_night(clinic=clinic, local_date=date(2026, 11, 19), now=NOW)
    with time_machine.travel(NOW + timedelta(hours=hours), tick=False):
        sign_in_staff(client, a_staff_member(clinic))
        assert client.get("/review/").context["fresh"]["is_stale"] == is_stale


def test_a_night_caught_up_late_does_not_look_fresh(client):
    clinic = a_clinic()
    review_night(clinic=clinic, local_date=date(2026, 11, 9), now=NOW)
    sign_in_staff(client, a_staff_member(clinic))
    assert client.get("/review/").context["fresh"]["is_stale"]


def test_a_patient_who_could_not_be_evaluated_is_named(client):
    clinic = a_clinic()
    patient = a_patient(clinic, given_name="Robin", family_name="Vale")
    ChangedPatient.objects.create(
        clinic=clinic, patient=patient, earliest_on=TODAY, marked_at=NOW, not_before=NOW, attempts=5
    )
    sign_in_staff(client, a_staff_member(clinic))
    text = client.get("/review/").content.decode()
    assert ("1 patient could not be evaluated." in text, "Robin Vale" in text) == (True, True)


@pytest.mark.parametrize(
    ("severity", "opened_at", "due"),
    [
        ("urgent", datetime(2026, 11, 20, 6, tzinfo=UTC), "20 Nov"),  # a Friday: the same day
        ("urgent", datetime(2026, 11, 21, 6, tzinfo=UTC), "23 Nov"),  # a Saturday: Monday
        ("amber-high", datetime(2026, 11, 20, 6, tzinfo=UTC), "23 Nov"),
        ("amber", datetime(2026, 11, 20, 6, tzinfo=UTC), "25 Nov"),
    ],
)
def test_due_days_are_working_days(client, severity, opened_at, due):
    clinic = a_clinic()
    an_item(clinic, severity=severity, at=opened_at)
    sign_in_staff(client, a_staff_member(clinic))
    assert client.get("/review/").context["rows"][0].due == due


def test_a_managers_queue_is_the_same(client):
    clinic = a_clinic()
    item = an_item(clinic)
    sign_in_staff(client, a_staff_member(clinic, Role.MANAGER))
    assert names(client.get("/review/")) == [item.patient.full_name]


def test_a_patient_is_sent_to_the_staff_sign_in(client):
    sign_in_patient(client, a_patient(a_clinic()))
    assert client.get("/review/")["Location"] == "/staff/sign-in/?next=/review/"


def test_the_row_says_that_a_patient_has_died_and_offers_no_call(client):
    clinic = a_clinic()
    patient = a_patient(clinic, phone="01632 960 200", died_on=date(2026, 11, 18))
    an_item(clinic, patient=patient)
    sign_in_staff(client, a_staff_member(clinic))
    row = client.get("/review/").context["rows"][0]
    assert (row.week, row.tel) == ("Died on 18 Nov 2026. Do not call.", "")


def test_the_row_says_that_a_patient_was_discharged(client):
    clinic = a_clinic()
    an_item(clinic, patient=a_patient(clinic, discharged_on=date(2026, 11, 18)))
    sign_in_staff(client, a_staff_member(clinic))
    assert client.get("/review/").context["rows"][0].week == "Discharged on 18 Nov 2026"
