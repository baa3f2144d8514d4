"""When a reminder falls due, and what holds it back."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from programmes.clinical.reminding import (
    Because,
    Situation,
    Times,
    Wish,
    day_is_over_at,
    held_back,
    is_due,
    next_due,
)
from tests.clinical.reminding_year import ZONES, a_year

LONDON = ZoneInfo("Europe/London")
MON_WED_FRI = Times(Wish.WALKING_DAYS, frozenset({1, 3, 5}), time(10))
FRIDAY_AT_TEN = datetime(2026, 11, 20, 10, 0, tzinfo=LONDON)
FREE = Situation(
    local=FRIDAY_AT_TEN,
    asks_for_a_walk=True,
    has_walked=False,
    has_told_why=False,
    is_worked_on=False,
    has_address=True,
    came_back=False,
    reminded_on=(),
)


def test_the_next_walking_day_at_its_time() -> None:
    assert next_due(MON_WED_FRI, after=FRIDAY_AT_TEN - timedelta(minutes=1), zone=LONDON) == FRIDAY_AT_TEN


def test_on_the_very_minute_the_next_one_is_another_day() -> None:
    monday = datetime(2026, 11, 23, 10, 0, tzinfo=LONDON)
    assert next_due(MON_WED_FRI, after=FRIDAY_AT_TEN, zone=LONDON) == monday


def test_one_walking_day_comes_again_in_a_week() -> None:
    fridays = Times(Wish.WALKING_DAYS, frozenset({5}), time(10))
    assert next_due(fridays, after=FRIDAY_AT_TEN, zone=LONDON) == FRIDAY_AT_TEN + timedelta(days=7)


def test_once_a_week_is_the_first_walking_day() -> None:
    weekly = replace(MON_WED_FRI, wish=Wish.WEEKLY)
    assert next_due(weekly, after=FRIDAY_AT_TEN, zone=LONDON) == datetime(2026, 11, 23, 10, tzinfo=LONDON)


def test_no_reminders_are_never_due() -> None:
    assert next_due(replace(MON_WED_FRI, wish=Wish.NONE), after=FRIDAY_AT_TEN, zone=LONDON) is None


def test_the_patients_clock_counts_when_it_changes() -> None:
    """Ten in the morning in London is 9:00 UTC in summer and 10:00 UTC in winter."""
    sundays = Times(Wish.WALKING_DAYS, frozenset({7}), time(10))
    due = next_due(sundays, after=datetime(2026, 10, 18, 12, tzinfo=UTC), zone=LONDON)
    assert due == datetime(2026, 10, 25, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        (FRIDAY_AT_TEN, True),
        (FRIDAY_AT_TEN - timedelta(minutes=1), False),
        (FRIDAY_AT_TEN + timedelta(hours=3), True),
        (FRIDAY_AT_TEN + timedelta(days=1), False),
    ],
)
def test_due_on_a_chosen_day_from_its_time_on(local: datetime, expected: bool) -> None:
    assert is_due(MON_WED_FRI, local) is expected


def test_a_free_day_gets_its_reminder() -> None:
    assert held_back(FREE) is None


@pytest.mark.parametrize(
    ("situation", "reason"),
    [
        (replace(FREE, has_address=False), Because.NO_ADDRESS),
        (replace(FREE, came_back=True), Because.CAME_BACK),
        (replace(FREE, local=FRIDAY_AT_TEN.replace(hour=20)), Because.LATE),
        (replace(FREE, local=FRIDAY_AT_TEN.replace(hour=7, minute=59)), Because.LATE),
        (replace(FREE, has_walked=True), Because.WALKED),
        (replace(FREE, has_told_why=True), Because.TOLD_WHY),
        (replace(FREE, asks_for_a_walk=False), Because.RESTS),
        (replace(FREE, is_worked_on=True), Because.WORKED_ON),
        (replace(FREE, reminded_on=(date(2026, 11, 20),)), Because.ENOUGH),
        (
            replace(FREE, reminded_on=(date(2026, 11, 14), date(2026, 11, 16), date(2026, 11, 18))),
            Because.ENOUGH,
        ),
    ],
)
def test_each_reason_holds_a_reminder_back(situation: Situation, reason: Because) -> None:
    assert held_back(situation) == reason


def test_the_fourth_goes_when_the_first_is_seven_days_old() -> None:
    three = (date(2026, 11, 13), date(2026, 11, 16), date(2026, 11, 18))
    assert held_back(replace(FREE, reminded_on=three)) is None


def test_the_day_is_over_at_eight_in_the_evening() -> None:
    assert day_is_over_at(FRIDAY_AT_TEN) == datetime(2026, 11, 20, 20, tzinfo=LONDON)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("wish", "fewest"), [(Wish.WALKING_DAYS, 20), (Wish.WEEKLY, 5)])
def test_a_simulated_year_never_nags(zone: str, seed: int, wish: Wish, fewest: int) -> None:
    """Random days, walks, pauses and a sender that is away at times, through both changes of the clock."""
    year = a_year(zone, seed, wish)
    wrong = (year.twice_a_day, year.too_many_in_seven_days, year.outside_hours)
    assert (wrong, year.after_a_log, year.while_paused) == ((0, 0, 0), 0, 0)
    assert len(year.sent) > fewest
