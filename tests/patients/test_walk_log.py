"""The walk form: what is asked, what is stored, and what comes back when something is wrong."""

import gzip
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from patients.models import Patient
from programmes.models import Walk
from tests.factories import a_programme, a_walk
from tests.patients.walk_form import PAGE, TODAY, answers, send, text_of
from tests.queries import DomainQueries
from tests.signing_in import sign_in_patient


def test_the_whole_form_is_stored(signed_in, programme):
    a_walk(programme, TODAY - timedelta(days=2))
    response = send(
        signed_in,
        settled="yes",
        pain_worst="5",
        distance="1,2",
        steps="1500",
        bouts="2",
        effort="3",
        limb_problem="no",
        reason_short="weather",
        confidence="8",
        painkillers="less",
        note="By the river. 🌊",
    )
    walk = Walk.objects.get(walked_on=TODAY)
    assert response.headers["Location"] == f"/walks/{walk.pk}/saved/"
    assert (walk.minutes, walk.outcome, walk.bouts, walk.distance_m, walk.steps) == (
        15,
        "done",
        2,
        1200,
        1500,
    )
    assert (walk.pain_before, walk.pain_worst, walk.pain_after, walk.settled) == (4, 5, 3, "yes")
    assert (walk.flare, walk.limb_problem, walk.fall, walk.new_symptoms) == (False, False, "none", [])
    assert (walk.safety_text_version, walk.intensity, walk.effort) == ("uk-1", "moderate", 3)
    assert (walk.reason_short, walk.confidence, walk.painkillers) == ("weather", 8, "less")
    assert (walk.note, walk.target_minutes, walk.programme) == ("By the river. 🌊", 15, programme)


def test_only_the_first_questions_must_be_answered(signed_in, programme):
    send(signed_in, intensity=None, flare=None, fall=None, symptoms=None)
    walk = Walk.objects.get()
    assert (walk.intensity, walk.flare, walk.fall, walk.new_symptoms) == ("", None, "", None)


def test_not_sure_is_neither_zero_nor_missing(signed_in, programme):
    send(signed_in, pain_before="not-sure", pain_after="0")
    walk = Walk.objects.get()
    assert (walk.pain_before, walk.pain_before_not_sure) == (None, True)
    assert (walk.pain_after, walk.pain_after_not_sure) == (0, False)


def test_nothing_is_chosen_beforehand(signed_in, programme):
    assert "checked" not in signed_in.get(PAGE).content.decode()


def test_each_scale_has_eleven_radios_and_not_sure(signed_in, programme):
    text = text_of(signed_in.get(PAGE))
    for name in ("pain_before", "pain_after"):
        values = re.findall(rf'type="radio" name="{name}" value="([^"]+)"', text)
        assert values == [*map(str, range(11)), "not-sure"]


@pytest.mark.parametrize(
    ("planned", "offered"),
    [
        (15, ["5", "10", "15", "20", "25", "30"]),
        (12, ["5", "10", "12", "15", "20", "25", "30"]),
        (45, ["30", "35", "40", "45", "50", "55"]),
    ],
)
def test_minutes_are_offered_around_the_plan(client, patient, clinician, planned, offered):
    a_programme(patient, clinician, minutes=planned)
    text = text_of(sign_in_patient(client, patient).get(PAGE))
    assert re.findall(r'name="minutes" value="(\d+)"', text) == offered
    assert f"<span>{planned} <small>(your plan)</small>" in text


def test_while_a_safety_answer_waits_the_form_shows_no_plan(signed_in, programme):
    a_walk(programme, TODAY, new_symptoms=("fever",))
    assert "your plan" not in signed_in.get(PAGE).content.decode()


def test_another_number_of_minutes(signed_in, programme):
    send(signed_in, minutes="other", other_minutes="22")
    assert Walk.objects.get().minutes == 22


def test_a_walk_that_no_plan_asked_for_is_an_extra_one(signed_in):
    send(signed_in)
    walk = Walk.objects.get()
    assert (walk.outcome, walk.programme, walk.target_minutes, walk.layout_version) == (
        "extra",
        None,
        None,
        2,
    )


def test_a_short_walk_is_called_short(signed_in, programme):
    send(signed_in, minutes="11")
    assert Walk.objects.get().outcome == "shortened"


def test_the_next_morning_is_asked_about_an_earlier_day_only(signed_in, programme):
    assert "next morning" not in signed_in.get(PAGE).content.decode()
    a_walk(programme, TODAY - timedelta(days=2))
    assert "After Thursday 19 November" in signed_in.get(PAGE).content.decode()
    a_walk(programme, TODAY)
    assert "next morning" not in signed_in.get(PAGE).content.decode()


def test_miles_are_stored_as_metres(signed_in, programme, patient):
    Patient.objects.filter(pk=patient.pk).update(units="mi")
    assert "How far? (miles)" in signed_in.get(PAGE).content.decode()
    send(signed_in, distance="2")
    assert Walk.objects.get().distance_m == 3219


def test_walks_are_logged_without_a_plan_too(signed_in):
    assert send(signed_in).status_code == 302
    assert Walk.objects.get().programme is None


WRONG = [
    ({"pain_before": "11"}, "Choose a number from 0 to 10", "id_pain_before"),
    ({"pain_before": None}, "Choose a number from 0 to 10", "id_pain_before"),
    ({"pain_after": "-1"}, "Choose a number from 0 to 10", "id_pain_after"),
    ({"minutes": None}, "Choose how many minutes you walked.", "id_minutes"),
    ({"minutes": "-3"}, "Enter whole minutes, from 1 to 300.", "id_minutes"),
    ({"minutes": "0"}, "Enter whole minutes, from 1 to 300.", "id_minutes"),
    ({"minutes": "other", "other_minutes": "301"}, "Enter whole minutes", "id_other_minutes"),
    ({"minutes": "other", "other_minutes": "abc"}, "Enter whole minutes", "id_other_minutes"),
    ({"minutes": "other", "other_minutes": "²"}, "Enter whole minutes", "id_other_minutes"),
    ({"minutes": "other"}, "Enter whole minutes, from 1 to 300.", "id_other_minutes"),
    ({"minutes": "9" * 4000}, "Enter whole minutes, from 1 to 300.", "id_minutes"),
    ({"walked_on": "2026-11-22"}, "from Saturday 7 November to today", "id_walked_on"),
    ({"walked_on": "2026-11-06"}, "from Saturday 7 November to today", "id_walked_on"),
    ({"walked_on": "yesterday"}, "Choose the day of your walk.", "id_walked_on"),
    ({"walked_on": None}, "Choose the day of your walk.", "id_walked_on"),
    ({"distance": "41"}, "Enter a distance from 0 to 40 km.", "id_distance"),
    ({"distance": "nan"}, "Enter a distance from 0 to 40 km.", "id_distance"),
    ({"distance": "1e9"}, "Enter a distance from 0 to 40 km.", "id_distance"),
    ({"distance": "9" * 5000}, "Enter a distance from 0 to 40 km.", "id_distance"),
    ({"steps": "60001"}, "Enter whole steps, from 0 to 60000.", "id_steps"),
    ({"bouts": "0"}, "Enter a number from 1 to 10.", "id_bouts"),
    ({"effort": "11"}, "Choose a number from 0 to 10.", "id_effort"),
    ({"note": "x" * 501}, "The note is too long.", "id_note"),
    ({"fall": "flew"}, "Choose one of the answers.", "id_fall"),
    ({"symptoms": ["none", "fever"]}, "not both", "id_symptoms"),
    ({"symptoms": ["plague"]}, "Choose from the list.", "id_symptoms"),
    ({"client_uuid": "1; DROP TABLE"}, "Something went wrong with this page.", "id_client_uuid"),
]


@pytest.mark.parametrize(("changed", "message", "target"), WRONG, ids=[str(row[0])[:40] for row in WRONG])
def test_what_is_wrong_is_said_and_nothing_is_stored(signed_in, programme, changed, message, target):
    response = send(signed_in, **changed)
    text = text_of(response)
    assert response.status_code == 422
    assert "<title>Error: Log a walk" in text
    assert message in text
    assert f'href="#{target}"' in text
    assert f'id="{target}"' in text
    assert not Walk.objects.exists()


def test_the_summary_names_each_question_once(signed_in, programme):
    wrong = {"pain_before": None, "pain_after": "11", "effort": "11", "minutes": "-3", "other_minutes": "abc"}
    summary = text_of(send(signed_in, **wrong)).split('id="error-summary"')[1].split("</div>")[0]
    assert re.findall(r'<a href="#(\w+)">([^<]+)</a>', summary) == [
        ("id_minutes", "Enter whole minutes, from 1 to 300. For example: 15."),
        ("id_pain_before", "Pain before the walk: choose a number from 0 to 10, or “Not sure”."),
        ("id_pain_after", "Pain after the walk: choose a number from 0 to 10, or “Not sure”."),
        ("id_effort", "Effort: choose a number from 0 to 10."),
    ]


def test_what_was_typed_stays(signed_in, programme):
    text = text_of(send(signed_in, pain_after="11", note="Rain <b>all</b> day", flare="yes", minutes="20"))
    assert "Rain &lt;b&gt;all&lt;/b&gt; day" in text
    for name, value in (("minutes", "20"), ("pain_before", "4"), ("flare", "yes"), ("intensity", "moderate")):
        assert re.search(rf'name="{name}" value="{value}" id="[^"]+" checked', text), name
    assert '<details class="more" open>' in text


def test_nul_bytes_are_taken_out_of_a_note(signed_in, programme):
    send(signed_in, note="wind\x00y")
    assert Walk.objects.get().note == "windy"


def test_a_body_of_ten_megabytes_is_refused(signed_in, programme):
    assert send(signed_in, note="x" * 10_000_000).status_code in (400, 413)
    assert not Walk.objects.exists()


def test_far_more_than_the_plan_is_asked_about_then_saved(signed_in, programme):
    response = send(signed_in, minutes="other", other_minutes="90")
    assert response.status_code == 422
    assert "You entered 90 minutes. Your plan says 15 minutes." in text_of(response)
    assert 'name="confirmed"' in text_of(response)
    assert send(signed_in, minutes="other", other_minutes="90", confirmed="on").status_code == 302
    assert Walk.objects.get().minutes == 90


def test_the_last_fifteen_days_can_be_chosen(signed_in, programme):
    text = text_of(signed_in.get(PAGE))
    assert text.count('<option value="2026-11-') == 15
    assert "Today, Saturday 21 November <span" in text
    assert send(signed_in, walked_on="2026-11-07").status_code == 302
    assert Walk.objects.get().walked_on == date(2026, 11, 7)


def test_the_form_costs_three_domain_queries(signed_in, programme):
    a_walk(programme, TODAY - timedelta(days=1))
    with DomainQueries() as queries:
        signed_in.get(PAGE)
    assert queries.count == 3, queries.domain


@pytest.mark.parametrize("earlier", [1, 30])
def test_saving_costs_six_domain_queries(signed_in, programme, earlier):
    for days in range(earlier):
        a_walk(programme, TODAY - timedelta(days=days))
    form = answers()
    with DomainQueries() as queries:
        signed_in.post(PAGE, form)
    assert queries.count == 6, queries.domain


def test_saving_a_red_flag_costs_fourteen(signed_in, programme):
    form = answers(symptoms=["chest_pain"])
    with DomainQueries() as queries:
        signed_in.post(PAGE, form)
    assert queries.count == 14, queries.domain


def test_the_first_load_is_small(signed_in, programme):
    page = signed_in.get(PAGE).content
    linked = set(re.findall(r'(?:href|src)="/static/([^"]+)"', page.decode()))
    sizes = [len(gzip.compress(Path(finders.find(name)).read_bytes())) for name in linked]
    assert 1 + len(linked) <= 6
    assert sum(sizes) + len(gzip.compress(page)) <= 15 * 1024
