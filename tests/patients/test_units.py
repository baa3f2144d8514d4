"""A plan by distance or steps on the patient's pages, in kilometres or miles."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from programmes.clinical import grading
from programmes.models import Ending, Walk
from programmes.services import prescribing
from programmes.services.ending import end_programme
from programmes.services.plan_reading import gently, plan_of, recent_walks
from tests.factories import NOON, a_checklist, a_flare_plan, a_patient, a_walk
from tests.patients.walk_form import PAGE, TODAY, send, text_of
from tests.signing_in import sign_in_patient

pytestmark = pytest.mark.django_db
MONDAY = TODAY - timedelta(days=5)


@pytest.fixture
def given(client, clinic, clinician):
    """Signs a patient in whose plan asks for the same every week."""

    def made(units="km", **dose):
        patient = a_patient(clinic, units=units)
        a_checklist(patient, clinician)
        week = replace(grading.Week(1, 3, 0, 1, grading.EASY, grading.BUILD), **dose)
        counts, amount = week.counts, week.amount
        programme = prescribing.draft_programme(
            patient=patient,
            baseline=prescribing.Baseline(amount, counts=counts),
            starts_on=MONDAY,
            weeks=[replace(week, number=n) for n in (1, 2, 3)],
            template=None,
            rule={},
            by=clinician,
            today=MONDAY,
        )
        prescribing.assign_programme(programme=programme, by=clinician, now=NOON - timedelta(days=5))
        programme.refresh_from_db()
        sign_in_patient(client, patient)
        return programme

    return made


def radios(client, name):
    text = text_of(client.get(PAGE))
    return re.findall(rf'name="{name}" value="(\d+)"[^>]*> <span>([\d.,]+)( <small>)?', text)


def test_a_plan_by_distance_shows_its_own_radios_first(client, given):
    given(distance_m=1200)
    text = text_of(client.get(PAGE))
    assert "How many kilometres?" in text
    assert radios(client, "metres") == [
        ("500", "0.5", ""),
        ("750", "0.75", ""),
        ("1000", "1", ""),
        ("1200", "1.2", " <small>"),
        ("1250", "1.25", ""),
        ("1500", "1.5", ""),
    ]
    assert text.index('name="metres"') < text.index("Add more") < text.index('name="other_minutes"')
    assert 'name="minutes"' not in text


def test_the_same_in_miles(client, given):
    given("mi", distance_m=1600)
    assert "How many miles?" in text_of(client.get(PAGE))
    assert [words for _value, words, _plan in radios(client, "metres")] == [
        "0.25",
        "0.5",
        "0.75",
        "0.99",
        "1.25",
    ]


def test_steps_are_offered_in_thousands(client, given):
    given(steps=6600)
    assert [words for _value, words, _plan in radios(client, "stepped")] == [
        "4,000",
        "5,000",
        "6,000",
        "6,600",
        "7,000",
        "8,000",
    ]


@pytest.mark.parametrize(
    ("units", "dose", "sent", "stored", "saved"),
    [
        ("km", {"distance_m": 1200}, {"metres": "1200"}, (None, None, 1200), "Saved: 1.2 km,"),
        (
            "km",
            {"distance_m": 1200},
            {"metres": "other", "distance": "0,8"},
            (None, None, 800),
            "Saved: 0.8 km,",
        ),
        (
            "mi",
            {"distance_m": 1600},
            {"metres": "other", "distance": "1"},
            (None, None, 1609),
            "Saved: 1 mile,",
        ),
        ("km", {"distance_m": 1200}, {"other_minutes": "15"}, (15, None, None), "Saved: 15 minutes,"),
        (
            "km",
            {"steps": 6000},
            {"stepped": "6000", "other_minutes": "50"},
            (50, 6000, None),
            "Saved: 6,000 steps,",
        ),
        (
            "km",
            {"steps": 6000},
            {"stepped": "other", "steps": "5432"},
            (None, 5432, None),
            "Saved: 5,432 steps,",
        ),
    ],
)
def test_a_walk_is_told_in_the_plans_unit(client, given, units, dose, sent, stored, saved):
    given(units, **dose)
    answer = send(client, minutes=None, **sent)
    walk = Walk.objects.get()
    assert (walk.minutes, walk.steps, walk.distance_m) == stored
    assert saved in text_of(client.get(answer.url))
    assert (walk.target_minutes, walk.target_steps or walk.target_distance_m) == (0, *dose.values())


@pytest.mark.parametrize(
    ("dose", "sent", "field", "said"),
    [
        (
            {"distance_m": 1200},
            {},
            "metres",
            "Choose how far you walked. If you do not know, enter your minutes",
        ),
        ({"distance_m": 1200}, {"metres": "other"}, "distance", "Enter how far you walked."),
        ({"distance_m": 1200}, {"metres": "other", "distance": "0"}, "distance", "Enter how far you walked."),
        ({"distance_m": 1200}, {"metres": "other", "distance": "41"}, "distance", "from 0 to 40 km"),
        ({"distance_m": 1200}, {"metres": "90000"}, "metres", "Choose how far"),
        ({"steps": 6000}, {}, "stepped", "Choose how many steps you walked. If you do not know, enter"),
        ({"steps": 6000}, {"stepped": "other", "steps": "99999"}, "steps", "from 0 to 60000"),
        ({"steps": 6000}, {"other_minutes": "400"}, "other_minutes", "from 1 to 300"),
        (
            {"distance_m": 500},
            {"metres": "other", "distance": "3"},
            "confirmed",
            "You entered 3 km. Your plan says 0.5 km",
        ),
    ],
)
def test_bad_amounts_are_told_and_kept(client, given, dose, sent, field, said):
    given(**dose)
    answer = send(client, minutes=None, **sent)
    form = answer.context["form"]
    assert (answer.status_code, said in str(form.errors[field]), Walk.objects.count()) == (422, True, 0)
    assert [form[name].value() for name in sent] == list(sent.values())


def test_a_short_walk_is_short_in_the_plans_unit(client, given):
    given(steps=6000)
    send(client, minutes=None, stepped="4000")
    assert Walk.objects.get().outcome == "shortened"


def test_today_and_my_progress_count_miles(client, given):
    programme = given("mi", distance_m=1600)
    a_walk(programme, MONDAY, minutes=None, distance_m=1600)
    a_walk(programme, MONDAY + timedelta(days=2), minutes=None, distance_m=700)
    a_walk(programme, MONDAY + timedelta(days=3), minutes=20)
    text = text_of(client.get("/today/"))
    assert "Your next walk: <strong>0.99 miles</strong>" in text
    assert "This week: walked on 2 of 3 days, 1.43 of 2.98 miles." in text
    assert "<strong>20 minutes</strong>" in text
    progress = text_of(client.get("/progress/"))
    assert "Miles each week" in progress
    assert '<td class="number">1.43</td><td class="number">2.98</td>' in progress


def test_paper_and_my_plan_say_miles(client, given):
    given("mi", distance_m=1600)
    assert "<td>0.99 miles</td>" in text_of(client.get("/plan/"))
    paper = text_of(client.get("/plan/print/"))
    assert '<th scope="col">Miles</th>' in paper
    assert "<td>0.99 miles</td>" in paper


def test_a_flare_up_in_steps_says_steps(client, given):
    programme = given(steps=6000)
    a_flare_plan(programme, TODAY)
    assert "<strong>3,000 steps</strong>" in text_of(client.get("/today/"))


def test_a_walk_in_steps_is_changed(client, given):
    given(steps=6000)
    send(client, minutes=None, stepped="4000")
    page = f"/walks/{Walk.objects.get().pk}/change/"
    text = text_of(client.get(page))
    assert re.search(r'name="stepped" value="4000" id="id_stepped" checked', text)


# --- Catching up
CATCH_UP = "/walks/catch-up/"


@pytest.mark.parametrize(
    ("units", "dose", "heading", "amount", "saved"),
    [
        ("km", {"steps": 4500}, "Steps", "4500", (None, 4500, None)),
        ("km", {"distance_m": 1200}, "Kilometres", "1200", (None, None, 1200)),
        ("mi", {"distance_m": 1600}, "Miles", "805", (None, None, 805)),
    ],
)
def test_catching_up_asks_what_the_plan_counts(client, given, units, dose, heading, amount, saved):
    given(units, **dose)
    assert f">{heading}</label>" in text_of(client.get(CATCH_UP))
    on = TODAY - timedelta(days=2)
    answers = {f"amount_{on}": amount, f"before_{on}": "3", f"after_{on}": "3"}
    client.post(CATCH_UP, {"client_uuid": str(uuid7()), "symptoms": ["none"], **answers})
    walk = Walk.objects.get()
    assert (walk.minutes, walk.steps, walk.distance_m, walk.recalled) == (*saved, True)


def minutes_under_steps(given, *days):
    programme = given(steps=6000)
    for days_on in days:
        a_walk(programme, MONDAY + timedelta(days=days_on), minutes=20)
    return programme


def test_today_counts_walks_told_in_minutes_without_making_them_zero_steps(client, given):
    minutes_under_steps(given, 0, 2, 3)
    text = text_of(client.get("/today/"))
    assert "This week: walked on 3 of 3 days." in text
    assert "0 steps" not in text.replace("6,000 steps", "")
    assert 'class="bar"' not in text


def test_more_days_than_planned_in_minutes_name_no_steps(client, given):
    minutes_under_steps(given, 0, 1, 2, 3)
    assert "This week: walked on 4 days." in text_of(client.get("/today/"))


def test_my_progress_says_what_was_walked_in_minutes(client, given):
    minutes_under_steps(given, 0, 2, 3)
    text = text_of(client.get("/progress/"))
    assert "So far you have logged 3 walks." in text
    assert "Your walks are saved. You told us minutes or something else, so they have no bar here." in text
    assert '<td class="number">3 walks</td><td class="number">18,000</td>' in text
    assert not [said for said in ("0 steps", "No walks yet", "nothing logged") if said in text]


def test_after_the_end_walks_told_in_minutes_are_walks(client, given, clinician):
    programme = minutes_under_steps(given, 0)
    end_programme(programme=programme, ending=Ending.COMPLETED, on=TODAY, by=clinician, now=NOON)
    assert "In this plan you logged 1 walk." in text_of(client.get("/progress/"))


def test_coming_back_after_some_days_asks_for_round_metres(given):
    programme = given(distance_m=1600)
    a_walk(programme, MONDAY, minutes=None, distance_m=1334)
    patient = programme.patient
    plan = plan_of(patient=patient, on=TODAY)
    assert gently(plan, recent_walks(patient=patient)) == 1300
