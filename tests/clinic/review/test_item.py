"""The page of one review item: evidence, plots, walks, history, and what it costs."""

from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from programmes.models import Flag
from tests.answers import without_number
from tests.clinic.review.items import (
    NOW,
    PAGE_QUERIES,
    TODAY,
    a_full_item,
    an_item,
    close,
    page,
    queries_of,
)
from tests.factories import a_clinic, a_patient, a_programme, a_walk

pytestmark = pytest.mark.django_db

ITEM_QUERIES = 9


def test_the_page_costs_nine_reads(client, clinic, ada):
    item = a_full_item(clinic, ada)
    assert queries_of(client, page(item)) == PAGE_QUERIES + ITEM_QUERIES


def test_a_long_history_costs_the_same_nine_reads(client, clinic, ada):
    item = a_full_item(clinic, ada)
    programme = item.patient.programmes.get()
    for days in range(20, 45):
        a_walk(programme, TODAY - timedelta(days=days))
    for _closed in range(3):
        close(client, item)
        item = an_item(clinic, patient=item.patient)
    client.get(page(item))  # takes what closing said out of the session
    assert queries_of(client, page(item)) == PAGE_QUERIES + ITEM_QUERIES


def test_the_evidence_shows_the_very_data_points(client, clinic, ada):
    response = client.get(page(an_item(clinic)))
    assert [point.on for point in response.context["evidence"][0].points] == [
        "20 Nov 2026",
        "18 Nov 2026",
        "1 Nov 2026",
    ]


def test_the_rule_version_is_printed(client, clinic, ada):
    text = client.get(page(an_item(clinic))).content.decode()
    assert f"rule version {Flag.objects.get().rule_version}" in text


def test_both_plots_share_one_time_axis(client, clinic, ada):
    item = a_full_item(clinic, ada)  # the programme began on 5 October, 47 days ago: week 7
    plots = client.get(page(item)).context["plots"]
    slot = (plots.frame.right - plots.frame.left) / 7
    yesterday = plots.frame.left + slot * (45 + 0.5) / 7
    assert (len(plots.bars), plots.pain[-1].place.x) == (7, round(yesterday, 1))


def test_a_week_without_a_report_is_a_gap_not_zero(client, clinic, ada):
    item = a_full_item(clinic, ada)
    assert client.get(page(item)).context["plots"].bars[0].week.walked is None


def test_notes_stand_in_the_table_of_walks(client, clinic, ada):
    programme = a_programme(a_patient(clinic), ada)
    a_walk(programme, TODAY, note="Stopped at the <bridge>")
    item = an_item(clinic, patient=programme.patient)
    assert "Stopped at the &lt;bridge&gt;" in client.get(page(item)).content.decode()


def test_not_sure_and_unanswered_pain_are_different(client, clinic, ada):
    programme = a_programme(a_patient(clinic), ada)
    a_walk(programme, TODAY, pain=None, pain_before_not_sure=True)
    item = an_item(clinic, patient=programme.patient)
    assert client.get(page(item)).context["walks"][0].pain == "not sure → –"


def test_two_walks_of_one_day_stand_newest_first(client, clinic, ada):
    programme = a_programme(a_patient(clinic), ada)
    for hour, minutes in ((8, 10), (18, 20)):
        a_walk(programme, TODAY - timedelta(days=1), minutes=minutes, now=NOW + timedelta(hours=hour - 33))
    item = an_item(clinic, patient=programme.patient)
    assert [row.amount for row in client.get(page(item)).context["walks"]] == [
        "20 of 15 minutes",
        "10 of 15 minutes",
    ]


def test_another_clinics_item_answers_like_a_missing_one(client, clinic, ada):
    foreign = client.get(page(an_item(a_clinic())))
    missing = client.get(f"/review/{uuid7()}/")
    assert (foreign.status_code, without_number(foreign)) == (404, without_number(missing))


def test_earlier_items_stand_in_the_history_with_their_outcome(client, clinic, ada):
    item = an_item(clinic)
    close(client, item, note="Back to normal")
    later = an_item(clinic, patient=item.patient)
    earlier = client.get(page(later)).context["earlier"]
    assert [(old["outcome"], old["flags"], old["note"]) for old in earlier] == [
        ("Already known – Ada Stone", "pain rising", "Back to normal")
    ]


STAYS = "Nothing closes this item by itself"


@pytest.mark.parametrize("ended", [{"discharged_on": TODAY}, {"died_on": TODAY}])
def test_after_care_the_item_says_that_it_stays_until_a_person_closes_it(client, clinic, ada, ended):
    item = an_item(clinic, patient=a_patient(clinic, phone="01632 960 200", **ended))
    assert STAYS in client.get(page(item)).content.decode()
    close(client, item)
    assert STAYS not in client.get(page(item)).content.decode()


def test_in_care_nothing_of_it_is_said(client, clinic, ada):
    assert STAYS not in client.get(page(an_item(clinic))).content.decode()


def test_no_call_and_no_contact_is_offered_to_the_dead(client, clinic, ada):
    item = an_item(clinic, patient=a_patient(clinic, phone="01632 960 200", died_on=TODAY))
    answer = client.get(page(item))
    assert (answer.context["tel"], answer.context["may_contact"], answer.context["may_close"]) == (
        "",
        False,
        True,
    )
    assert "01632 960 200" not in answer.content.decode()
