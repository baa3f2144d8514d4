"""The plan's sentences for the patient: one for each reason, the parts of a walk, and no banned word."""

import re

import pytest

from patients import plan_wording
from programmes.clinical.course import Why
from programmes.clinical.grading import T4_INTERVALS, Week, generate
from tests.clinical.courses import a_course, a_plan, flare, full_weeks

BANNED = re.compile(r"clinician|adherence|compliance|fail|miss|streak|only|should have", re.IGNORECASE)


def a_week(minutes, **fields):
    return Week(1, 3, minutes, **{"bouts": 1, "intensity": "easy", "kind": "build", **fields})


def test_every_reason_has_its_sentence_without_a_banned_word():
    assert set(plan_wording._WHY) == set(Why)
    assert [said for said in map(str, plan_wording._WHY.values()) if BANNED.search(said)] == []


@pytest.mark.parametrize(
    ("walked", "on", "said"),
    [
        ({}, 0, "This is week 1. Your plan starts here."),
        (full_weeks(1), 7, "This is week 2. You walked on 3 days in the week before."),
        ({0: 12}, 7, "Week 1 comes again, so that you can get used to it."),
        (full_weeks(2), 25, "You come back after some days without a walk, so week 2 comes again."),
    ],
)
def test_why_this_week(walked, on, said):
    assert plan_wording.why_this_week(a_course(walked, on=on).today) == said


def test_a_week_before_without_a_walk_is_not_counted_out():
    by_the_calendar = a_plan(repeats_until_half_done=False, returns_after_gap=False)
    assert plan_wording.why_this_week(a_course({}, by_the_calendar, on=7).today) == "This is week 2."


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (4, ["Walk easily from start to end."]),
        (15, ["Walk easily for the first and the last 2 minutes."]),
        (20, ["Walk easily for the first and the last 5 minutes."]),
    ],
)
def test_the_parts_of_a_walk(minutes, said):
    assert plan_wording.parts(a_week(minutes)) == said


def test_a_plan_by_steps_has_no_parts():
    assert plan_wording.parts(a_week(0, steps=6000)) == []


def test_weeks_with_fast_parts_say_how_they_go():
    first = generate(25, T4_INTERVALS)[0]
    assert plan_wording.parts(first)[1:] == [
        "On 3 days this week, walk with fast bits.",
        "Warm up first: walk easily for 5 minutes.",
        "Then walk fast for 30 seconds and slowly for 30 seconds. Do that 4 times.",
        "End with an easy walk until your minutes are full.",
    ]


def test_in_a_flare_up_the_day_is_shared_out():
    stretch = a_course(full_weeks(4), on=28, overlays=(flare(28),)).today
    assert plan_wording.bouts(stretch, a_week(9)) == "Do it in 2 or 3 short walks."


def test_where_the_flare_up_plan_leaves_room_it_says_so():
    walked = full_weeks(4) | {28: 9}
    stretch = a_course(walked, on=31, overlays=(flare(28),)).today
    assert plan_wording.up_to(stretch, "km") == "If that feels fine, you can walk up to 14 minutes."
    assert plan_wording.up_to(a_course(full_weeks(1), on=7).today, "km") == ""
