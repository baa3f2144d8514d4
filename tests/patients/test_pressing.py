"""What a patient presses on Today and My plan: a page to confirm, and then what it did."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from uuid_utils.compat import uuid7

from clinic.models import Closure, OutboxMessage
from programmes.models import Flag, Overlay, ProgrammeRevision
from programmes.services.pausing import pause_programme
from programmes.services.prescribing import assign_programme
from tests.factories import NOON, a_checklist, a_draft, a_flare_plan, a_patient, a_programme, a_repeat, a_walk
from tests.patients.walk_form import text_of
from tests.queries import DomainQueries
from tests.signing_in import sign_in_patient

TODAY = NOON.date()  # a Saturday
START = TODAY - timedelta(days=8)
REPEAT, FLARE, OVER = "/plan/repeat/", "/plan/flare-up/", "/plan/flare-up/over/"
PAGES = ("/today/", "/plan/")


def walked(programme):
    for days in (0, 2, 4):
        a_walk(programme, START + timedelta(days=days), minutes=20)
    return programme


@pytest.fixture
def programme(patient, clinician):
    """The second day of week 2; week 1 was walked: three times 20 minutes."""
    return walked(a_programme(patient, clinician, starts_on=START, minutes=20))


@pytest.fixture
def forbidden(patient, clinician):
    draft = a_draft(patient, clinician, starts_on=START, minutes=20)
    ProgrammeRevision.objects.update(patient_may_repeat=False, allows_flare_plan=False)
    a_checklist(patient, clinician)
    assign_programme(programme=draft, by=clinician, now=NOON - timedelta(days=8))
    return walked(draft)


def press(client, path=FLARE, **answers):
    full = {"client_uuid": str(uuid7()), "pain_now": "6", "symptoms": ["none"], **answers}
    return client.post(path, {name: value for name, value in full.items() if value is not None})


def heading(response):
    return re.search(r"<h1>(.*?)</h1>", text_of(response)).group(1).strip()


@pytest.mark.parametrize("page", PAGES)
def test_what_the_signed_plan_allows_is_offered(signed_in, programme, page):
    text = text_of(signed_in.get(page))
    assert [f'href="{path}"' in text for path in (REPEAT, FLARE, OVER)] == [True, True, False]


@pytest.mark.parametrize("page", PAGES)
def test_what_it_does_not_allow_is_not(signed_in, forbidden, page):
    text = text_of(signed_in.get(page))
    assert [path in text for path in (REPEAT, FLARE, OVER)] == [False] * 3


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_offered_while_the_plan_rests(signed_in, programme, clinician, page):
    days = {"from_on": TODAY, "until_on": TODAY, "reason": "ill"}
    pause_programme(programme=programme, by=clinician, now=NOON, **days)
    text = text_of(signed_in.get(page))
    assert [path in text for path in (REPEAT, FLARE)] == [False] * 2


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_offered_while_a_safety_answer_waits(signed_in, programme, page):
    a_walk(programme, TODAY, new_symptoms=("fever",))
    text = text_of(signed_in.get(page))
    assert [path in text for path in (REPEAT, FLARE)] == [False] * 2


@pytest.mark.parametrize("path", [REPEAT, FLARE, OVER])
def test_what_is_not_offered_leads_back_to_today_and_changes_nothing(signed_in, forbidden, path):
    for ask in (signed_in.get, lambda path: press(signed_in, path)):
        response = ask(path)
        assert (response.status_code, response.headers["Location"]) == (302, "/today/")
    assert "Nothing was changed." in text_of(signed_in.get("/today/"))
    assert Overlay.objects.count() == 0


def test_without_a_plan_there_is_nothing_to_press(signed_in, patient):
    assert [press(signed_in, path).headers["Location"] for path in (REPEAT, FLARE, OVER)] == ["/today/"] * 3


# --- This week again


def test_a_week_is_asked_for_again_after_a_question(signed_in, programme):
    page = text_of(signed_in.get(REPEAT))
    assert "This is week 2: 3 days, 20 minutes each day." in page
    assert Overlay.objects.count() == 0
    assert press(signed_in, REPEAT).headers["Location"] == "/today/"
    assert Overlay.objects.get().kind == "repeat"
    text = text_of(signed_in.get("/today/"))
    assert "You asked for this week again. It comes once more, then your plan goes on." in text
    assert "Repeat this week" not in text


def test_the_repeat_page_costs_two_domain_queries(signed_in, programme):
    with DomainQueries() as queries:
        signed_in.get(REPEAT)
    assert queries.count == 2, queries.domain


def test_a_form_without_its_key_is_shown_again(signed_in, programme):
    assert press(signed_in, REPEAT, client_uuid="x").status_code == 422
    assert Overlay.objects.count() == 0


def test_a_second_click_says_how_things_stand(signed_in, programme):
    a_repeat(programme, TODAY)
    assert press(signed_in, REPEAT).headers["Location"] == "/today/"
    assert Overlay.objects.count() == 1


# --- The flare-up plan


def test_the_flare_up_plan_asks_first_and_then_says_what_it_is(signed_in, programme):
    asked = text_of(signed_in.get(FLARE))
    assert [each in asked for each in ("Pain now", "Is any of this NEW?")] == [True, True]
    response = press(signed_in)
    overlay = Overlay.objects.get()
    assert response.headers["Location"] == f"/plan/flare-up/{overlay.pk}/"
    said = text_of(signed_in.get(response.headers["Location"]))
    assert "For 3 days: 10 minutes a day." in said
    assert "Then for 4 days: 12 to 15 minutes a day." in said
    assert "After that: week 1 again, on 3 days." in said
    assert "your team has been told" not in said.lower()


def test_today_asks_for_half_in_short_walks_and_offers_the_end(signed_in, programme):
    a_flare_plan(programme, TODAY)
    text = text_of(signed_in.get("/today/"))
    assert "<strong>10 minutes</strong>" in text
    assert "Do it in 2 or 3 short walks." in text
    assert "Your flare-up plan, days 1 to 3: half of your walk, in short bits." in text
    assert [path in text for path in (f'"{REPEAT}"', f'"{FLARE}"', f'"{OVER}"')] == [False, False, True]


def test_a_flare_up_that_is_over_is_told(signed_in, programme):
    a_flare_plan(programme, TODAY)
    assert "Then your plan goes on as it was before." in text_of(signed_in.get(OVER))
    press(signed_in, OVER)
    assert Overlay.objects.get().over_on == TODAY
    text = text_of(signed_in.get("/today/"))
    assert ("Your flare-up plan has ended." in text, "<strong>20 minutes</strong>" in text) == (True, True)


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ({"pain_now": None}, "Choose a number from 0 to 10, or “Not sure”."),
        ({"symptoms": []}, "Tick what is new, or “None of these”."),
        ({"symptoms": ["fever", "none"]}, "Tick what is new, or “None of these”, not both."),
    ],
)
def test_an_unfinished_form_keeps_what_was_answered(signed_in, programme, answers, problem):
    response = press(signed_in, **{"pain_now": "7", **answers})
    text = text_of(response)
    assert (response.status_code, problem in text, "Error:" in text) == (422, True, True)
    assert ('value="7"' in text and "checked" in text) or answers == {"pain_now": None}
    assert Overlay.objects.count() == 0


def test_severe_pain_is_told_what_to_do_now(signed_in, programme):
    said = text_of(signed_in.get(press(signed_in, pain_now="8").headers["Location"]))
    assert "Call your physio team before your next walk." in said
    assert f'href="tel:{programme.clinic.phone.replace(" ", "")}"' in said


# --- A safety answer instead


def test_a_red_flag_says_what_to_do_and_that_the_team_knows(signed_in, programme):
    response = press(signed_in, symptoms=["saddle_numbness"])
    said = text_of(signed_in.get(response.headers["Location"]))
    assert heading(signed_in.get(response.headers["Location"])) == "Call 999 now, or go to A&amp;E"
    assert "Your physio team has been told and looks at it by Monday 23 November." in said
    assert "The flare-up plan has not started." in said
    assert (Flag.objects.get().code, OutboxMessage.objects.count()) == ("SAFETY", 1)
    assert "Your plan rests until your physio team has talked with you." in text_of(signed_in.get("/today/"))


def test_nothing_is_promised_where_nobody_is_on_duty(signed_in, programme):
    for days in range(15):
        Closure.objects.create(clinic=programme.clinic, on=TODAY + timedelta(days=days), reason="closed")
    said = text_of(signed_in.get(press(signed_in, symptoms=["fever"]).headers["Location"]))
    assert "nobody is at the clinic in the next days" in said


def test_a_second_red_flag_promises_nothing_new(signed_in, programme):
    """The page was open when the first answer was given."""
    a_walk(programme, TODAY, new_symptoms=("fever",))
    said = text_of(signed_in.get(press(signed_in, symptoms=["chest_pain"]).headers["Location"]))
    assert ("Call 999 now" in said, "has been told" in said) == (True, False)
    assert Flag.objects.get().latest["items"] == ["chest_pain", "fever"]


def test_a_red_flag_is_heard_even_where_the_plan_allows_nothing(signed_in, forbidden):
    press(signed_in, symptoms=["chest_pain"])
    assert Flag.objects.get().code == "SAFETY"


def test_another_patients_answers_are_not_shown(signed_in, programme, clinician):
    other = a_programme(a_patient(clinician.clinic), clinician, starts_on=START, minutes=20)
    theirs = a_flare_plan(walked(other), TODAY)
    path = f"/plan/flare-up/{theirs.pk}/"
    assert signed_in.get(path).status_code == 404
    assert sign_in_patient(Client(), other.patient).get(path).status_code == 200


def test_my_plan_says_what_the_flare_up_plan_asks(signed_in, programme):
    """And no longer that the week comes again: it starts anew after the flare-up."""
    a_repeat(programme, TODAY)
    a_flare_plan(programme, TODAY)
    text = text_of(signed_in.get("/plan/"))
    assert ("For 3 days: 10 minutes a day." in text, "You asked for this week again." in text) == (
        True,
        False,
    )
