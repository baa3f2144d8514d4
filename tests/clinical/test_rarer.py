"""Walks that become rarer, against the patient's own habit and the plan in force."""

from programmes.clinical.diary import Diary, Pause
from programmes.clinical.rarer import rarer
from tests.clinical.diaries import START, day, diary, plan, reports

EVERY_OTHER = range(0, 42, 2)


def test_half_of_the_usual_walks_is_rarer() -> None:
    found = rarer(diary([*EVERY_OTHER, 43, 47, 51]), day(55))

    assert found is not None
    assert (found.walked, found.days, found.expected) == (3, 14, 7.0)


def test_three_quarters_of_them_is_not() -> None:
    assert rarer(diary([*EVERY_OTHER, 42, 44, 46, 48, 50, 52]), day(55)) is None


def test_a_habit_of_three_walks_says_nothing() -> None:
    assert rarer(diary([1, 9, 20]), day(55)) is None


def test_paused_days_are_not_missing_walks() -> None:
    paused = diary([*EVERY_OTHER, 42, 43], pauses=(Pause(day(44), day(55)),))

    assert rarer(paused, day(55)) is None


def test_a_smaller_plan_is_no_reason() -> None:
    fewer = Diary(START, (plan(5), plan(2, start=42)), reports(dict.fromkeys([*EVERY_OTHER, 43, 47, 51], 3)))

    assert rarer(fewer, day(55)) is None


def test_walks_of_paused_weeks_alone_are_no_habit() -> None:
    paused = diary([*range(0, 14, 2), 20, 25], pauses=(Pause(START, day(13)),))

    assert rarer(paused, day(27)) is None
