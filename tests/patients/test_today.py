"""Today: the next walk and the week so far; no target where none may be shown."""

from datetime import timedelta

import pytest

from programmes.models import Ending, Flag, Outcome, PauseReason, Programme, ReviewItem
from programmes.services.ending import end_programme
from programmes.services.pausing import pause_programme
from programmes.services.reviewing import close_item
from tests.factories import NOON, a_clinic, a_patient, a_programme, a_staff_member, a_walk
from tests.queries import DomainQueries
from tests.signing_in import sign_in_patient, sign_in_staff

TODAY = NOON.date()
MONDAY = TODAY - timedelta(days=5)


def text_of(client, path="/today/"):
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_next_walk_and_the_week_stand_in_words(signed_in, programme):
    a_walk(programme, MONDAY, minutes=17)
    a_walk(programme, MONDAY + timedelta(days=2), minutes=15)
    text = text_of(signed_in)
    assert "Your next walk: <strong>15 minutes</strong>" in text
    assert "Walk at a pace where you could still sing." in text
    assert "This week: walked on 2 of 3 days, 32 of 45 minutes." in text


def test_a_walk_counts_from_half_of_its_minutes(signed_in, programme):
    a_walk(programme, MONDAY, minutes=7)
    a_walk(programme, TODAY, minutes=8)
    assert "This week: walked on 1 of 3 days, 15 of 45 minutes." in text_of(signed_in)


def test_more_walks_than_planned_are_no_target(signed_in, programme):
    for days in range(4):
        a_walk(programme, TODAY - timedelta(days=days))
    assert "This week: walked on 4 days, 60 minutes in all." in text_of(signed_in)


def test_more_minutes_than_planned_are_no_target(signed_in, programme):
    a_walk(programme, TODAY, minutes=178)
    assert "This week: walked on 1 of 3 days, 178 minutes in all." in text_of(signed_in)


def test_after_five_days_the_sentence_is_kind_and_asks_no_more_than_the_last_walk(signed_in, programme):
    a_walk(programme, TODAY - timedelta(days=5), minutes=13)
    text = text_of(signed_in)
    assert "You have not logged a walk for 5 days. That is OK." in text
    assert "Your plan’s next walk is <strong>13 minutes</strong>" in text


def test_after_four_days_nothing_is_said(signed_in, programme):
    a_walk(programme, TODAY - timedelta(days=4), minutes=13)
    text = text_of(signed_in)
    assert "You have not logged" not in text
    assert "<strong>15 minutes</strong>" in text


def test_the_note_of_the_physio(signed_in, programme):
    Programme.objects.filter(pk=programme.pk).update(note_to_patient="Flat paths first, please.")
    assert "Flat paths first, please." in text_of(signed_in)


def test_while_a_safety_answer_waits_there_is_no_target(signed_in, programme):
    a_walk(programme, TODAY, new_symptoms=("chest_pain",))
    text = text_of(signed_in)
    assert "Call 999 now" in text
    assert 'href="tel:01632960100"' in text
    assert "next walk" not in text
    assert "This week" not in text


def test_after_the_safety_answer_is_closed_the_target_is_back(signed_in, programme):
    a_walk(programme, TODAY, new_symptoms=("chest_pain",))
    close_item(
        item=ReviewItem.objects.get(),
        outcome=Outcome.URGENT_CARE,
        note="Seen in hospital, all clear.",
        seen=[flag.as_read for flag in Flag.objects.all()],
        by=programme.clinician,
        today=TODAY,
        now=NOON,
    )
    text = text_of(signed_in)
    assert "Call 999 now" not in text
    assert "next walk" in text


def test_something_new_can_be_told_on_any_day(signed_in, programme):
    a_walk(programme, TODAY, new_symptoms=())
    text = text_of(signed_in)
    assert "Something new or worrying?" in text
    assert 'href="/walks/new/#something-new"' in text
    assert 'id="something-new"' in text_of(signed_in, "/walks/new/")


def test_a_paused_plan_says_until_when(signed_in, programme, clinician):
    until = TODAY + timedelta(days=3)
    pause_programme(
        programme=programme, from_on=TODAY, until_on=until, reason=PauseReason.ILL, by=clinician, now=NOON
    )
    text = text_of(signed_in)
    assert "It rests until Tuesday 24 November." in text
    assert "15 minutes" not in text


def test_before_the_start_date(signed_in, patient, clinician):
    a_programme(patient, clinician, starts_on=TODAY + timedelta(days=2))
    assert "Your plan starts on Monday 23 November" in text_of(signed_in)


def test_without_a_plan(signed_in):
    assert "You have no plan yet" in text_of(signed_in)


def test_after_the_plan(signed_in, programme, clinician):
    end_programme(programme=programme, ending=Ending.COMPLETED, on=TODAY, by=clinician, now=NOON)
    assert "Your plan has come to its end" in text_of(signed_in)


@pytest.mark.parametrize("walks", [1, 30])
def test_today_costs_three_domain_queries(signed_in, programme, walks):
    for days in range(walks):
        a_walk(programme, TODAY - timedelta(days=days))
    with DomainQueries() as queries:
        signed_in.get("/today/")
    assert queries.count == 3, queries.domain


def test_the_phone_and_the_emergency_line_stand_on_every_page(signed_in, programme):
    for path in ("/today/", "/walks/new/", "/plan/", "/progress/"):
        text = text_of(signed_in, path)
        assert "not watched 24/7" in text
        assert "01632 960 100" in text


def test_every_page_says_whose_it_is(client, signed_in, programme, patient):
    """Two people may share an address: each must see whose diary is open."""
    partner = a_patient(patient.clinic, user=patient.user, given_name="Robin")
    paths = ("/today/", "/walks/new/", "/plan/", "/progress/")
    assert [f"Pages of {patient.given_name}" in text_of(signed_in, path) for path in paths] == [True] * 4
    client.post("/choose/", {"patient": str(partner.pk)})
    assert ["Pages of Robin" in text_of(client, path) for path in paths] == [True] * 4


def test_another_persons_record_in_the_session_opens_nothing(client, patient):
    sign_in_patient(client, patient)
    session = client.session
    session["patient"] = str(a_patient(a_clinic()).pk)
    session.save()
    assert client.get("/today/").headers["Location"] == "/choose/"


def test_a_discharged_record_is_closed(signed_in, patient):
    patient.discharged_on = TODAY
    patient.save()
    assert signed_in.get("/today/").headers["Location"] == "/choose/"


@pytest.mark.parametrize("path", ["/today/", "/walks/new/", "/plan/", "/progress/", "/choose/"])
def test_visitors_are_sent_to_the_sign_in(client, db, path):
    assert client.get(path).headers["Location"] == "/sign-in/"


def test_the_front_door_leads_everybody_to_their_own_pages(client, patient, clinician):
    assert "I have a walking plan" in text_of(client, "/")
    assert sign_in_patient(client, patient).get("/").headers["Location"] == "/today/"
    assert sign_in_staff(client, a_staff_member(patient.clinic)).get("/").headers["Location"] == "/review/"
