"""My progress: minutes against the plan of each week, pain before and after, the same as tables."""

import re
from datetime import timedelta

import pytest

from programmes.models import Ending, PauseReason
from programmes.services.ending import end_programme
from programmes.services.pausing import pause_programme
from programmes.services.plan_reading import plan_of, progress_of
from tests.factories import NOON, START, a_programme, a_walk
from tests.queries import DomainQueries

TODAY = NOON.date()


def text_of(client):
    response = client.get("/progress/")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def weeks_of(patient):
    return progress_of(plan=plan_of(patient=patient, on=TODAY)).weeks


def test_a_week_without_a_walk_is_missing_not_zero(programme, patient):
    a_walk(programme, START, minutes=20)
    a_walk(programme, START + timedelta(days=15), minutes=10)
    walked = [week.walked for week in weeks_of(patient)]
    assert walked == [20, None, 10, *[None] * 8]


def test_the_plan_of_each_week_leaves_out_paused_days(programme, patient, clinician):
    pause_programme(
        programme=programme,
        from_on=START,
        until_on=START + timedelta(days=6),
        reason=PauseReason.AWAY,
        by=clinician,
        now=NOON,
    )
    assert [week.planned for week in weeks_of(patient)][:3] == [0, 45, 45]


def test_a_young_plan_shows_the_weeks_to_come(patient, clinician):
    a_programme(patient, clinician, starts_on=TODAY)
    assert [week.number for week in weeks_of(patient)] == [1, 2, 3, 4, 5, 6]


def test_weeks_to_come_are_not_called_empty(signed_in, patient, clinician):
    programme = a_programme(patient, clinician, starts_on=TODAY)
    a_walk(programme, TODAY)
    text = text_of(signed_in)
    assert (text.count("to come"), text.count("nothing logged")) == (5, 0)


def test_charts_have_names_and_tables(signed_in, programme):
    a_walk(programme, TODAY - timedelta(days=3), minutes=20, pain_before=4, pain_after=2)
    a_walk(programme, TODAY, minutes=15, pain=None)
    text = text_of(signed_in)
    assert "You are in week 1 of your plan. So far you have logged 2 walks, 35 minutes in all." in text
    assert text.count('role="img"') == 2
    assert text.count("Show as a table") == 2
    assert "Before your walks, your pain was 4." in text
    assert " style=" not in text


def test_weeks_of_the_chart_are_named_by_their_days_because_the_plans_week_may_come_again(
    signed_in, programme
):
    a_walk(programme, START + timedelta(days=15), minutes=10)
    text = text_of(signed_in)
    assert "You are in week 1 of your plan." in text
    assert "Your fullest week began on 21 September, with 10 minutes." in text
    assert '<th scope="row">21 Sep</th><td class="number">10</td>' in text


def test_after_the_end_no_week_is_now(signed_in, programme, clinician):
    a_walk(programme, START)
    end_programme(programme=programme, ending=Ending.COMPLETED, on=TODAY, by=clinician, now=NOON)
    assert "In this plan you logged 1 walk, 15 minutes in all." in text_of(signed_in)


def test_an_unknown_pain_is_drawn_nowhere(signed_in, programme):
    a_walk(programme, TODAY, pain_before=None, pain_after=5)
    chart = re.search(r'<svg class="chart pain-walks".*?</svg>', text_of(signed_in)).group()
    assert (chart.count("<circle"), chart.count("<rect")) == (0, 1)


def test_before_the_start_there_is_nothing_to_draw(signed_in):
    assert "When your plan has started" in text_of(signed_in)


@pytest.mark.parametrize("walks", [1, 30])
def test_progress_costs_four_domain_queries(signed_in, programme, walks):
    for days in range(walks):
        a_walk(programme, TODAY - timedelta(days=days))
    with DomainQueries() as queries:
        signed_in.get("/progress/")
    assert queries.count == 4, queries.domain
