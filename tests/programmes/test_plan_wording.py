"""Suggestions and the course in words for staff."""

import pytest

from programmes.clinical.course import Why
from programmes.clinical.suggestion import Kind, Missing, Reason, Signs, Suggestion, suggest
from programmes.plan_wording import suggested, why_this_week
from tests.clinical.courses import a_course, flare, full_weeks
from tests.clinical.diaries import day
from tests.clinical.test_suggestion import FINE, a_diary, recent

NUMBERS = suggest(a_diary(), FINE, day(41)).numbers


def test_progress_says_what_it_stands_on() -> None:
    assert suggested(suggest(a_diary(), FINE, day(41))) == (
        "Progress. 6 of 6 planned walks in the last 14 days. 120 of 120 planned minutes."
        " Average pain before the last 5 walks is not above the four weeks before."
        " Settled by the next morning after 6 of 6 walks."
    )


def test_step_back_leaves_the_call_to_the_clinician() -> None:
    assert suggested(suggest(a_diary(pain=recent(5)), FINE, day(41))) == (
        "Step back. Average pain before the last 5 walks is 2.0 points above the four weeks before."
        " Graded activity would keep the quota: your call."
    )


def test_what_is_missing_is_said() -> None:
    assert suggested(suggest(a_diary([0, 2, 4]), Signs(), day(5))) == (
        "Not enough to go on. Missing: walks on at least 4 days (3 so far)."
        " Missing: enough earlier pain scores to compare with."
        " Missing: whether it had settled by the next morning (0 answers)."
    )


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_is_a_sentence(reason: Reason) -> None:
    said = suggested(Suggestion(Kind.HOLD, (reason,), tuple(Missing), NUMBERS))

    assert (said.startswith("Hold. "), said.endswith("."), "%" in said.replace(" %", "")) == (
        True,
        True,
        False,
    )


def test_a_repeated_week_says_what_was_done() -> None:
    assert why_this_week(a_course({0: 12}, on=7).today) == "Week 1 again: 1 of 3 walks last week."


def test_a_return_dose_says_after_how_long() -> None:
    back = a_course(full_weeks(2) | {28: 9}, on=28).today

    assert why_this_week(back) == (
        "Return dose after 16 days without a walk: 70 % of week 2, at most the last completed walk."
    )


@pytest.mark.parametrize("why", list(Why))
def test_every_reason_for_a_week_has_words(why: Why) -> None:
    said = why_this_week(a_course({0: 12}, on=7, overlays=(flare(7),)).today._replace(why=why))

    assert "%(" not in said
