"""One unit for a plan and for what was walked under it."""

import pytest

from programmes.clinical.amounts import Target, Walked, reaches, together
from programmes.clinical.course import Dose
from programmes.clinical.diary import Diary, PlannedWeek, Report
from programmes.clinical.grading import GAPS, T6_STEPS, generate, in_metres, return_amount
from programmes.clinical.grading.flare import fitting_bouts, shared
from programmes.clinical.suggestion import Missing, Signs, suggest
from programmes.clinical.workload import minutes_needed
from tests.clinical.courses import a_course, a_plan, doses, flare
from tests.clinical.diaries import day

STEPS = Target(steps=6000)
METRES = Target(distance_m=1200)


@pytest.mark.parametrize(
    ("walked", "asked", "counts"),
    [
        (Walked(minutes=8), Target(15), True),
        (Walked(minutes=7), Target(15), False),
        (Walked(steps=3000), STEPS, True),
        (Walked(minutes=90, steps=2999), STEPS, False),
        (Walked(distance_m=600), METRES, True),
        (Walked(minutes=90, distance_m=599), METRES, False),
        (Walked(steps=0), STEPS, False),
    ],
)
def test_a_walk_counts_from_half_of_the_days_dose_in_the_plans_unit(walked, asked, counts):
    assert reaches(walked, asked, 0.5) is counts


@pytest.mark.parametrize(
    ("walked", "asked"),
    [(Walked(minutes=5), STEPS), (Walked(minutes=5), METRES), (Walked(steps=9), Target(15))],
)
def test_a_walk_that_was_told_in_another_unit_counts(walked, asked):
    assert reaches(walked, asked, 0.5)


def test_the_walks_of_a_day_add_up_as_far_as_they_are_told():
    walks = [Walked(10, 1000), Walked(5), Walked(None, 2000, 700)]
    assert together(walks) == Walked(15, 3000, 700)


def test_nothing_told_stays_nothing_told():
    assert together([Walked(10), Walked(20)]).told("steps") is None


@pytest.mark.parametrize(
    ("last_week", "completed", "counts", "back"),
    [
        (6600, None, "steps", 4620),
        (6600, 4000, "steps", 4000),
        (1150, None, "distance", 800),
        (1150, 650, "distance", 650),
        (1950, 1234, "distance", 1200),
        (1150, 42, "distance", 42),
        (60, None, "distance", 42),
    ],
)
def test_a_return_dose_is_rounded_down_and_never_above_the_last_completed_walk(
    last_week, completed, counts, back
):
    assert return_amount(last_week, GAPS[1], completed, counts) == back


@pytest.mark.parametrize(("metres", "half"), [(1150, 550), (80, 40), (1200, 600)])
def test_a_flare_up_halves_metres_down_to_fifty(metres, half):
    assert shared(metres, 0.5, "distance") == half


@pytest.mark.parametrize(
    ("amount", "counts", "walks"),
    [
        (600, "distance", (2, 3)),
        (400, "distance", (2, 2)),
        (150, "distance", (1, 1)),
        (4000, "steps", (1, 1)),
    ],
)
def test_bouts_of_a_flare_up_keep_200_metres(amount, counts, walks):
    assert fitting_bouts(amount, (2, 3), counts) == walks


def steps_course(walked, on):
    plan = a_plan(doses(generate(6000, T6_STEPS)))
    return a_course({}, plan, on=on, walks={n: Walked(20, steps=steps) for n, steps in walked.items()})


def test_a_week_of_steps_goes_on_once_half_of_it_was_walked():
    walked = dict.fromkeys((0, 1, 2), 3000)
    assert (steps_course(walked, on=7).today.week, steps_course({0: 6000}, on=7).today.week) == (2, 1)


def test_after_a_gap_a_plan_in_steps_comes_back_with_the_last_completed_walk():
    course = steps_course(dict.fromkeys(range(5), 6000) | {8: 5600}, on=30)
    assert (course.today.why, course.today.dose.steps) == ("gap-reduced", 4620)


def test_a_plan_in_metres_eases_by_distance():
    weeks = doses(generate(1000, in_metres(T6_STEPS, 3000)))
    course = a_course({}, a_plan(weeks), on=8, overlays=(flare(8),))
    today = course.today
    assert (today.dose.distance_m, today.up_to, today.bouts) == (500, 500, (2, 2))


def test_the_suggestion_reads_steps_against_steps():
    week = PlannedWeek(day(0), 5, 0, day(0), steps=6000)
    reports = tuple(Report(day(n), 20, 3, day(n), steps=4000) for n in range(10))
    numbers = suggest(Diary(day(0), (week,), reports), Signs(), day(13)).numbers
    assert (numbers["counts"], numbers["amount"], numbers["planned_amount"]) == ("steps", 40_000, 60_000)


def suggested_steps(*walked, planned=3):
    """Days of one week under 3 x 6,000 steps; None was told in minutes."""
    week = PlannedWeek(day(0), planned, 0, day(0), steps=6000)
    reports = tuple(Report(day(n), 20, 3, day(n), steps=steps) for n, steps in enumerate(walked))
    return suggest(Diary(day(0), (week,), reports), Signs(), day(6))


def amounts(suggestion):
    return suggestion.numbers["amount"], suggestion.numbers["planned_amount"]


@pytest.mark.parametrize(
    ("walked", "done", "planned"),
    [
        ((6000, 6000, 6000), 18_000, 18_000),
        ((6000, 6000, None), 12_000, 12_000),
        ((3000, None), 3000, 12_000),
        ((6000, 6000, 3000, None), 15_000, 13_500),
    ],
)
def test_a_day_told_in_another_unit_is_in_neither_sum_of_the_suggestion(walked, done, planned):
    assert amounts(suggested_steps(*walked)) == (done, planned)


def test_such_a_day_is_still_a_walk():
    assert suggested_steps(6000, 6000, None).numbers["walks"] == 3


def test_where_most_days_were_told_in_another_unit_the_amount_is_missing():
    suggestion = suggested_steps(6000, None, None)
    assert amounts(suggestion) == (None, None)
    assert Missing.AMOUNT in suggestion.missing


def test_half_of_the_days_still_say_how_much():
    assert Missing.AMOUNT not in suggested_steps(6000, None).missing


def test_no_walk_is_no_walk_in_another_unit():
    assert Missing.AMOUNT not in suggested_steps().missing


def test_a_dose_without_anything_asks_for_nothing():
    assert Dose(1, 3, 0).amount == 0


@pytest.mark.parametrize(("programmes", "minutes"), [(0, 0), (1, 2), (20, 30), (100, 150)])
def test_the_minutes_that_reviewing_needs(programmes, minutes):
    """.15 items a week, ten minutes each."""
    assert minutes_needed(programmes) == minutes


@pytest.mark.parametrize(
    ("amount", "share", "expected"), [(0, 0.5, 0), (0, 1.0, 0), (20, 1.0, 20), (1, 0.2, 1)]
)
def test_a_share_is_never_above_the_dose_and_never_nothing(amount: int, share: float, expected: int) -> None:
    assert shared(amount, share) == expected
