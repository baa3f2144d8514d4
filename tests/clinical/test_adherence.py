import random

import pytest

from programmes.clinical.adherence import adherence, dropped, low, still_dropped, still_low
from programmes.clinical.diary import Diary, Pause, PlannedWeek
from tests.clinical.diaries import START, day, diary, on_weekdays, plan, report

# ten, six and five of ten planned walks in the two weeks after day 50
FULL = [51, 52, 53, 54, 55, 58, 59, 60, 61, 62]
SOME = [51, 53, 55, 58, 60, 62]
FEW = [51, 53, 55, 58, 60]


def pattern(seen: Diary, n: int) -> str | None:
    drop = dropped(seen.until(day(n)), day(n))
    return drop.pattern if drop else None


def test_done_and_planned_are_summed_once() -> None:
    share = adherence(diary([0, 1, 7]), day(0), day(13))

    assert (share.done, share.planned, share.share) == (3, 10, 0.3)


def test_nothing_planned_has_no_share() -> None:
    assert adherence(diary([0], (plan(0),)), day(0), day(6)).share is None


@pytest.mark.parametrize(("minutes", "done"), [(9, 0), (10, 1), (90, 1)])
def test_a_walk_counts_once_from_half_of_the_minutes(minutes: int, done: int) -> None:
    walked = Diary(START, (plan(5, 20),), (report(1, minutes=minutes),))

    assert adherence(walked, day(0), day(6)).done == done


def test_several_walks_a_day_add_up_to_one() -> None:
    walked = Diary(START, (plan(5, 20),), (report(1, minutes=5), report(1, minutes=5)))

    assert adherence(walked, day(0), day(6)).done == 1


def test_a_busy_week_does_not_make_up_for_an_empty_one() -> None:
    assert adherence(diary(range(7)), day(0), day(13)).done == 5


def test_paused_days_are_out_of_both_sums_and_shown() -> None:
    paused = diary([0, 1, 2, 9], pauses=(Pause(day(7), day(13)),))
    share = adherence(paused, day(0), day(13))

    assert (share.done, share.planned, share.paused) == (3, 5, 7)


def test_the_plan_in_force_that_day_counts() -> None:
    changed = diary([], (plan(5), plan(3, start=7)))

    assert adherence(changed, day(0), day(13)).planned == pytest.approx(8)


@pytest.mark.parametrize(
    ("weekdays", "silent_days"),
    [([0, 3], 16), ([0, 2, 4], 10), ([0, 1, 3, 5], 7), ([0, 1, 2, 3, 4], 5), ([0, 1, 2, 3, 4, 5], 5)],
)
def test_silence_is_measured_against_own_habit(weekdays: list[int], silent_days: int) -> None:
    walked = diary(on_weekdays(weekdays, 0, 49), (plan(len(weekdays)),))
    last = max(walked.walk_days)
    first_seen = next(n for n in range(49, 90) if pattern(walked, n) == "silence")

    assert abs((day(first_seen) - last).days - silent_days) <= 1


def test_a_daily_walker_is_not_flagged_after_a_weekend() -> None:
    walked = diary(range(40), (plan(7),))

    assert [pattern(walked, n) for n in (40, 41, 42, 43)] == [None] * 4


def test_silence_needs_three_planned_walks() -> None:
    eager = diary(range(40), (plan(2),))

    assert [pattern(eager, n) == "silence" for n in (49, 50)] == [False, True]


def test_slowing_is_found_against_own_habit() -> None:
    slower = diary(on_weekdays(range(5), 0, 42) + [44, 51], (plan(5),))

    assert pattern(slower, 53) == "slowing"


def test_the_same_habit_is_no_drop() -> None:
    same = diary(on_weekdays([0, 2, 4], 0, 120), (plan(5),))

    assert {pattern(same, n) for n in range(120)} == {None}


@pytest.mark.parametrize(
    ("walked", "n", "found"), [([], 8, None), ([], 9, "never_started"), ([2], 11, "never_started")]
)
def test_never_started(walked: list[int], n: int, found: str | None) -> None:
    assert pattern(diary(walked), n) == found


def test_four_walks_are_a_start() -> None:
    assert pattern(diary([0, 2, 4, 6]), 15) != "never_started"


def flagged_within_four_weeks(before: int, after: int) -> int:
    """Of 150 patients who do 85 % of their plan at random, those flagged in weeks 9 to 12."""
    flagged = 0
    for seed in range(150):
        chance = random.Random(seed)
        rates = [before / 7] * 56 + [after / 7] * 28
        walked = [n for n, rate in enumerate(rates) if chance.random() < rate * 0.85]
        seen = diary(walked, plans_of(before, after))
        flagged += any(pattern(seen, n) for n in range(56, 84))
    return flagged


@pytest.mark.parametrize(("before", "after"), [(5, 3), (4, 2)])
def test_a_plan_made_smaller_is_flagged_no_more_than_a_small_plan(before: int, after: int) -> None:
    assert flagged_within_four_weeks(before, after) <= flagged_within_four_weeks(after, after)


WEEKDAYS_BEFORE_AND_AFTER = [((0, 1, 2, 3, 4), (0, 2, 4)), ((0, 2, 4, 5), (0, 3)), ((0, 2, 4), (1, 4))]


@pytest.mark.parametrize(("before", "after"), WEEKDAYS_BEFORE_AND_AFTER)
def test_keeping_to_a_smaller_plan_is_no_drop(before: tuple[int, ...], after: tuple[int, ...]) -> None:
    walked = on_weekdays(before, 0, 56) + on_weekdays(after, 56, 84)
    seen = diary(walked, plans_of(len(before), len(after)))

    assert {pattern(seen, n) for n in range(56, 84)} == {None}


def plans_of(before: int, after: int) -> tuple[PlannedWeek, ...]:
    """One plan, or a smaller one from week 9."""
    return (plan(before),) if before == after else (plan(before), plan(after, start=56))


def test_a_plan_with_more_days_is_not_held_against_an_unchanged_habit() -> None:
    same = diary(on_weekdays([0, 2, 4], 0, 84), (plan(3), plan(5, start=42)))

    assert {pattern(same, n) for n in range(42, 84)} == {None}


def test_a_pause_is_no_silence() -> None:
    paused = diary(on_weekdays(range(5), 0, 42), pauses=(Pause(day(42), day(55)),))

    assert {pattern(paused, n) for n in range(42, 58)} == {None}


def test_silence_is_counted_on_after_a_pause() -> None:
    paused = diary(on_weekdays(range(5), 0, 42), pauses=(Pause(day(42), day(55)),))

    assert pattern(paused, 62) == "silence"


def test_a_week_without_planned_walks_is_not_judged() -> None:
    resting = diary(on_weekdays(range(5), 0, 42), (plan(5), plan(0, start=42)))

    assert pattern(resting, 70) is None


def test_below_half_of_the_plan_stands_in_the_evidence() -> None:
    drop = dropped(diary(on_weekdays(range(5), 0, 42)), day(55))

    assert drop is not None
    assert drop.evidence()["plan"] == {
        "done": 0,
        "planned": 10.0,
        "share": 0.0,
        "paused": 0,
        "below_half": True,
    }


@pytest.mark.parametrize(
    ("walked", "days", "found"),
    [([14, 15, 16, 17], 5, True), ([14, 15, 16, 17, 21], 5, False), ([], 1, False)],
)
def test_low_is_below_half_of_at_least_four_planned_walks(walked: list[int], days: int, found: bool) -> None:
    assert (low(diary([0, 2, 4, *walked], (plan(days),)), day(27)) is not None) is found


def test_one_poor_fortnight_is_not_low() -> None:
    assert low(diary([*range(0, 12), 14, 15, 16, 17]), day(27)) is None


@pytest.mark.parametrize(("walked", "still"), [(FULL, False), (SOME, True), ([], True)])
def test_a_drop_clears_within_twenty_points_of_the_reference(walked: list[int], still: bool) -> None:
    assert still_dropped(1.0, diary(walked), day(50), day(64)) is still


def test_a_drop_does_not_clear_before_two_weeks() -> None:
    assert still_dropped(1.0, diary(range(51, 64)), day(50), day(63)) is True


def test_paused_days_do_not_help_a_drop_to_clear() -> None:
    paused = diary(FULL, pauses=(Pause(day(56), day(57)),))

    assert still_dropped(0.5, paused, day(50), day(64)) is True


def test_a_drop_of_unknown_reference_clears_at_sixty_per_cent() -> None:
    some, few = diary(SOME), diary(FEW)

    assert [still_dropped(None, seen, day(50), day(64)) for seen in (some, few)] == [False, True]


def test_low_clears_at_sixty_per_cent() -> None:
    assert [still_low(diary(days), day(50), day(64)) for days in (SOME, FEW)] == [False, True]


def first_silence(walked: list[int]) -> int:
    """The first day from 60 on that is called silent."""
    drops = ((n, dropped(diary(walked), day(n))) for n in range(60, 80))
    return next(n for n, drop in drops if drop is not None and drop.pattern == "silence")


def test_silence_shorter_than_the_own_longest_gap_is_habit() -> None:
    with_a_gap = [n for n in range(0, 60) if n % 7 < 5 and not 20 <= n < 28]

    first = [first_silence(walked) for walked in (with_a_gap, on_weekdays(range(5), 0, 60))]

    assert first == [69, 64]


def test_a_gap_longer_than_ten_days_excuses_ten() -> None:
    after_a_holiday = [n for n in range(0, 60) if n % 7 < 5 and not 20 <= n < 35]

    assert first_silence(after_a_holiday) == 70


def test_paused_days_are_no_gap() -> None:
    walked = [n for n in range(0, 60) if n % 7 < 5 and not 20 <= n < 28]

    paused = diary(walked, pauses=(Pause(day(20), day(27)),))

    assert paused.longest_gap(day(0), day(60)) == 2


def test_whoever_walks_again_is_not_slow() -> None:
    a_week_off = [n for n in range(0, 70) if n % 7 < 5 and not 54 <= n < 63]
    slow = [n for n in range(0, 70) if (n % 7 < 5 if n < 54 else n in (56, 63))]

    patterns = [drop.pattern if (drop := dropped(diary(w), day(67))) else None for w in (a_week_off, slow)]

    assert patterns == [None, "slowing"]


def test_who_walked_on_more_days_than_were_not_paused_is_judged() -> None:
    paused = diary(range(41), pauses=(Pause(day(2), day(20)),))

    assert pattern(paused, 40) is None
