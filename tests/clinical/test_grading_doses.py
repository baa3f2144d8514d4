"""What is read from a dose: bouts, the parts of a walk, the pace's turn, metres, gaps and the flare plan."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programmes.clinical.grading import (
    T2_STEADY,
    T4_INTERVALS,
    Gap,
    Week,
    blank_rules,
    bout_minutes,
    flare_days,
    gap_after,
    generate,
    in_metres,
    most_bouts,
    parts,
    return_amount,
    weekly_warnings,
)


def a_week(minutes: int, *, bouts: int = 1, **more: int) -> Week:
    return replace(Week(1, 3, minutes, bouts, "easy", "build"), **more)


def said(week: Week, *, fast: bool = False) -> list[tuple[str, int, int]]:
    return [(part.kind, part.seconds, part.times) for part in parts(week, fast=fast)]


def test_from_twenty_minutes_the_ends_take_five() -> None:
    assert said(a_week(20)) == [("warm-up", 300, 1), ("walk", 600, 1), ("cool-down", 300, 1)]


def test_below_twenty_minutes_the_ends_take_two() -> None:
    assert said(a_week(19)) == [("warm-up", 120, 1), ("walk", 900, 1), ("cool-down", 120, 1)]


def test_a_bout_has_its_own_ends() -> None:
    assert said(a_week(9, bouts=2)) == [("warm-up", 120, 1), ("walk", 60, 1), ("cool-down", 120, 1)]


def test_four_minutes_are_easy_throughout() -> None:
    assert said(a_week(4)) == [("warm-up", 240, 1)]


def test_a_day_with_fast_parts() -> None:
    assert said(generate(25, T4_INTERVALS)[0], fast=True) == [
        ("warm-up", 300, 1),
        ("brisk", 30, 4),
        ("slow", 30, 4),
        ("cool-down", 300, 1),
    ]


def test_steps_have_no_parts() -> None:
    assert said(a_week(0, steps=6000)) == []


@given(st.integers(1, 300), st.integers(1, 6), st.integers(0, 30))
def test_the_parts_fill_the_walk(minutes: int, bouts: int, intervals: int) -> None:
    week = a_week(max(minutes, intervals), bouts=bouts, intervals=intervals)

    assert sum(p.seconds * p.times for p in parts(week)) == 60 * bout_minutes(week.minutes, bouts)[0]
    assert sum(p.seconds * p.times for p in parts(week, fast=True)) in (
        60 * week.minutes,
        60 * bout_minutes(week.minutes, bouts)[0],
    )


@given(st.integers(0, 300), st.integers(1, 6))
def test_bouts_add_up(minutes: int, count: int) -> None:
    split = bout_minutes(minutes, count)

    assert (sum(split), len(split), max(split) - min(split) <= 1) == (minutes, count, True)


@pytest.mark.parametrize(("minutes", "walks"), [(1, 1), (5, 1), (6, 2), (8, 2), (9, 3), (60, 3)])
def test_at_most_three_walks_of_three_minutes(minutes: int, walks: int) -> None:
    assert most_bouts(minutes) == walks


def test_the_pace_turns_after_two_weeks_at_the_target() -> None:
    rules = blank_rules(target_minutes=20, weeks=10, start_days=3, max_days=3)

    doses = [(w.minutes, w.intensity, w.kind) for w in generate(20, rules)]

    assert doses == [
        (16, "easy", "build"),
        (19, "easy", "build"),
        (20, "easy", "build"),
        (20, "easy", "consolidation"),
        (20, "moderate", "build"),
        *[(20, "moderate", "hold")] * 2,
        (20, "moderate", "consolidation"),
        *[(20, "moderate", "hold")] * 2,
    ]


def test_t2_turns_moderate_before_week_12_once_the_target_was_held() -> None:
    first = next(w.number for w in generate(20, T2_STEADY) if w.intensity == "moderate")

    assert first == 11


def test_a_plan_by_metres_alone() -> None:
    rules = in_metres(blank_rules(target_minutes=30, weeks=5, start_days=3, max_days=3), 1500)

    weeks = generate(1000, rules)

    assert [(w.distance_m, w.minutes, w.counts) for w in weeks] == [
        (metres, 0, "distance") for metres in (800, 950, 1100, 1100, 1250)
    ]


@pytest.mark.parametrize("target", [49, 40_001])
def test_a_target_in_metres_has_limits(target: int) -> None:
    with pytest.raises(ValueError, match="50-40000"):
        in_metres(T2_STEADY, target)


def test_a_steep_rise_in_metres_is_told_in_metres() -> None:
    weeks = (a_week(0, distance_m=500), replace(a_week(0, distance_m=700), number=2))

    assert [(w.before, w.after, w.counts) for w in weekly_warnings(weeks)] == [(1500, 2100, "distance")]


def test_weeks_of_unlike_units_are_not_compared() -> None:
    assert weekly_warnings((a_week(20), replace(a_week(0, steps=6000), number=2))) == ()


@pytest.mark.parametrize(
    ("days", "rule"),
    [
        (6, None),
        (7, Gap(7, 1.0)),
        (13, Gap(7, 1.0)),
        (14, Gap(14, 0.7)),
        (27, Gap(14, 0.7)),
        (28, Gap(28, 0.7, new_baseline=True)),
    ],
)
def test_what_a_gap_asks_for(days: int, rule: Gap | None) -> None:
    assert gap_after(days) == rule


@pytest.mark.parametrize(
    ("last_week", "completed", "minutes"), [(20, None, 14), (20, 12, 12), (19, 25, 13), (1, 5, 1), (0, 5, 0)]
)
def test_the_return_dose(last_week: int, completed: int | None, minutes: int) -> None:
    assert return_amount(last_week, Gap(14, 0.7), completed) == minutes


def test_the_flare_plan_of_a_twenty_minute_week() -> None:
    days = [(d.minutes, d.up_to, d.bouts) for d in flare_days(20, 18)]

    assert days == [(10, 10, (2, 3))] * 3 + [(12, 15, (1, 2))] * 4 + [(18, 18, (1, 1))] * 7
