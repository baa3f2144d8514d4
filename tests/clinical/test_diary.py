from datetime import date

import pytest

from programmes.clinical.diary import Diary, Pause
from tests.clinical.diaries import START, day, diary, plan, report


def test_until_drops_later_walks_and_later_arrivals() -> None:
    whole = Diary(START, (plan(),), (report(1), report(2, late=5), report(4)))

    assert [r.on for r in whole.until(day(4)).reports] == [day(1), day(4)]


def test_until_drops_plans_and_pauses_that_start_later() -> None:
    whole = diary([1], (plan(5), plan(3, start=14)), (Pause(day(20), day(25)),))

    assert whole.until(day(13)) == diary([1])


@pytest.mark.parametrize(("late", "drives"), [(0, True), (7, True), (8, False)])
def test_a_report_drives_trends_up_to_seven_days_late(late: int, drives: bool) -> None:
    assert report(0, late=late).drives_trends() is drives


def test_two_walks_on_a_day_are_one_day_walked() -> None:
    twice = Diary(START, (plan(),), (report(1), report(1), report(3)))

    assert twice.days_walked(day(0), day(3)) == 2


def test_active_days_leave_out_pauses() -> None:
    paused = diary([], pauses=(Pause(day(2), day(4)), Pause(day(9), None)))

    assert paused.active_days(day(0), day(13)) == 6


def test_planned_walks_follow_the_plan_in_force_and_skip_pauses() -> None:
    changed = diary([], (plan(7), plan(0, start=7), plan(7, start=14)), (Pause(day(15), day(15)),))

    assert changed.planned_walks(day(5), day(16)) == pytest.approx(4)


def test_active_span_reaches_back_over_a_pause_but_not_before_the_start() -> None:
    paused = diary([], pauses=(Pause(day(10), day(19)),))

    assert [paused.active_span_start(day(22), n) for n in (3, 4, 99)] == [day(20), day(9), START]


def test_week_on_is_none_before_the_plan() -> None:
    late_plan = diary([], (plan(start=3),))

    assert (late_plan.week_on(day(2)), late_plan.week_on(day(3))) == (None, plan(start=3))


def test_unsorted_reports_are_refused() -> None:
    with pytest.raises(ValueError, match="reports must be sorted"):
        Diary(START, (plan(),), (report(2), report(1)))


@pytest.mark.parametrize("second", [date(2026, 1, 6), date(2026, 1, 1)])
def test_overlapping_pauses_are_refused(second: date) -> None:
    with pytest.raises(ValueError, match="pauses"):
        diary([], pauses=(Pause(START, day(3)), Pause(second, None)))


def test_days_before_the_first_plan_ask_for_nothing() -> None:
    later = Diary(START, (plan(start=14),))

    assert later.plan_between(day(0), day(6)) == []
