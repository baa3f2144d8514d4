"""My plan: the weeks ahead; and the builder's preview says what these pages say."""

import html
import re
from datetime import timedelta

import pytest
import time_machine

from programmes.clinical import grading
from programmes.models import Ending, PauseReason
from programmes.services.ending import end_programme
from programmes.services.pausing import pause_programme
from programmes.services.prescribing import Baseline, assign_programme, draft_programme
from tests.factories import NOON, START, a_checklist, a_flare_plan, a_programme, a_walk
from tests.queries import DomainQueries
from tests.signing_in import sign_in_patient, sign_in_staff

TODAY = NOON.date()


def text_of(page):
    """The words alone."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def page_of(client, path="/plan/"):
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def rows_of(page):
    return [text_of(row) for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL)]


def a_draft_of(patient, clinician, intensity):
    return draft_programme(
        patient=patient,
        baseline=Baseline(15),
        starts_on=START,
        weeks=[grading.Week(number, 3, 14 + number, 2, intensity, "build") for number in (1, 2)],
        template=None,
        rule={},
        by=clinician,
        today=START,
    )


def walked_twice_a_week(programme, *, weeks):
    for number in range(weeks):
        for days in (0, 2):
            a_walk(programme, START + timedelta(days=7 * number + days))


def test_every_week_of_the_plan_and_which_is_now(signed_in, programme):
    walked_twice_a_week(programme, weeks=11)
    page = page_of(signed_in)
    rows = rows_of(page)
    assert len(rows) == 13
    assert rows[1] == "1 7 Sep 3 days 15 minutes"
    assert [row for row in rows if "now" in row] == ["11 now 16 Nov 3 days 15 minutes"]
    assert page.count('aria-current="true"') == 1


def test_weeks_that_came_again_move_the_later_ones(signed_in, programme):
    """Nothing was walked after the second week: its dose waits, and the others follow from tomorrow on."""
    walked_twice_a_week(programme, weeks=2)
    rows = rows_of(page_of(signed_in))
    assert [row for row in rows if "now" in row] == ["2 now 15 Oct 3 days 10 minutes for now, not 15 minutes"]
    assert rows[1] == "1 7 Sep 3 days 15 minutes"
    assert "22 Nov" not in rows[3]


def test_before_the_start_no_week_is_now(signed_in, patient, clinician):
    a_programme(patient, clinician, starts_on=TODAY + timedelta(days=2))
    rows = rows_of(page_of(signed_in))
    assert rows[1] == "1 23 Nov 3 days 15 minutes"
    assert [row for row in rows if "now" in row] == []


def test_a_paused_plan_says_so(signed_in, programme, clinician):
    pause_programme(
        programme=programme, from_on=TODAY, until_on=TODAY, reason=PauseReason.ILL, by=clinician, now=NOON
    )
    page = page_of(signed_in)
    assert "Your plan is paused." in page
    assert page.count('aria-current="true"') == 0


def test_while_a_safety_answer_waits_there_is_no_target(signed_in, programme):
    a_walk(programme, TODAY, new_symptoms=("chest_pain",))
    page = page_of(signed_in)
    assert "Your plan rests until your physio team has talked with you." in page
    assert rows_of(page) == []


def test_after_the_end_and_without_a_plan(signed_in, patient, clinician):
    assert "You have no plan yet" in page_of(signed_in)
    programme = a_programme(patient, clinician)
    end_programme(programme=programme, ending=Ending.COMPLETED, on=TODAY, by=clinician, now=NOON)
    page = page_of(signed_in)
    assert "Your plan has come to its end" in page
    assert rows_of(page) == []


def test_my_plan_costs_three_domain_queries(signed_in, programme):
    """Patient, plan, and the latest walks, which say what Today asks for after quiet days."""
    with DomainQueries() as queries:
        signed_in.get("/plan/")
    assert queries.count == 3, queries.domain


def this_week(page):
    return next(row for row in rows_of(page) if " now " in row)


def test_in_the_flare_up_plan_the_row_asks_for_what_today_asks(signed_in, patient, clinician):
    programme = a_programme(patient, clinician, starts_on=TODAY - timedelta(days=1), minutes=20)
    a_walk(programme, TODAY - timedelta(days=1), minutes=20)
    a_flare_plan(programme, TODAY)
    assert "10 minutes" in page_of(signed_in, "/today/")
    assert this_week(page_of(signed_in)).endswith("10 minutes for now, not 20 minutes")


def test_after_quiet_days_the_row_asks_for_what_today_asks(signed_in, patient, clinician):
    programme = a_programme(patient, clinician, starts_on=TODAY - timedelta(days=9), minutes=20)
    for days in (9, 7, 6):
        a_walk(programme, TODAY - timedelta(days=days), minutes=16)
    assert "16 minutes" in text_of(page_of(signed_in, "/today/"))
    assert this_week(page_of(signed_in)).endswith("16 minutes for now, not 20 minutes")


def test_in_an_ordinary_week_the_row_says_the_plans_own_dose(signed_in, patient, clinician):
    programme = a_programme(patient, clinician, starts_on=TODAY - timedelta(days=1), minutes=20)
    a_walk(programme, TODAY - timedelta(days=1), minutes=20)
    page = page_of(signed_in)
    assert ("for now" in page, this_week(page).endswith("20 minutes")) == (False, True)


@pytest.mark.parametrize(
    ("intensity", "pace"),
    [
        ("easy", "Walk at a pace where you could still sing."),
        ("moderate", "Walk a little faster, but so that you can still talk."),
        ("brisk", "Walk fast: you can say only a few words at a time."),
    ],
)
def test_the_builders_preview_is_what_the_patient_reads(client, patient, clinician, intensity, pace):
    programme = a_draft_of(patient, clinician, intensity)
    path = f"/admin/programmes/programme/{programme.pk}/assign/"
    programme.goal = "To the market and back"
    programme.save(update_fields=["goal"])
    read = (
        page_of(sign_in_staff(client, clinician), path)
        .split('class="as-patient"')[1]
        .split("</section>\n    <form")[0]
    )
    sentences = [text_of(each) for each in re.findall(r"<(?:p|li|h4)[^>]*>(.*?)</(?:p|li|h4)>", read, re.S)]
    assert "Your next walk: 15 minutes" in sentences
    assert f"{pace} You can split it into 2 shorter walks." in sentences
    assert "Your goal: To the market and back" in sentences
    with time_machine.travel(NOON.replace(year=START.year, month=START.month, day=START.day), tick=False):
        a_checklist(patient, clinician)
        assign_programme(programme=programme, by=clinician, now=NOON)
        sign_in_patient(client, patient)
        today, plan = text_of(page_of(client, "/today/")), page_of(client)
    assert [each for each in sentences if each not in today + text_of(plan)] == []
    assert [row.replace(" now", "") for row in rows_of(plan)] == rows_of(read)
