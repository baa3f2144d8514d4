"""Which week is in force, and why: one idea of the return-and-hold rule each."""

import pytest

from programmes.clinical.amounts import Walked
from programmes.clinical.course import Dose, Repeat, Why, course_of
from programmes.clinical.diary import PlannedWeek
from programmes.clinical.grading import generate_steps
from tests.clinical.courses import T2, a_course, a_plan, doses, flare, full_weeks, story, told
from tests.clinical.diaries import day

# T2 at 15 minutes: 3x12 3x14 3x16 3x16 3x18 4x18 4x20 ...


def test_the_next_week_follows_a_week_that_was_done() -> None:
    assert story(a_course(full_weeks(3), on=21)) == [
        (0, "first", 1, 12),
        (7, "next", 2, 14),
        (14, "next", 3, 16),
        (21, "next", 4, 16),
    ]


def test_half_of_the_walks_are_enough() -> None:
    four_days = (Dose(1, 4, 10), Dose(2, 4, 12))

    assert story(a_course({0: 10, 2: 10}, a_plan(four_days), on=7))[-1] == (7, "next", 2, 12)


def test_less_than_half_repeats_the_week_and_says_so() -> None:
    course = a_course({0: 12}, on=7)

    assert told(course.today) == (7, "repeat", 1, 12)
    assert (course.today.done, course.today.planned) == (1, 3)


def test_a_walk_of_less_than_half_of_the_minutes_does_not_count() -> None:
    assert story(a_course({0: 12, 2: 5, 4: 5}, on=7))[-1] == (7, "repeat", 1, 12)


def test_several_walks_on_a_day_add_up() -> None:
    walks = [(day(n), Walked(minutes)) for n in (0, 2) for minutes in (3, 3)]

    assert told(course_of([a_plan()], walks=walks, on=day(7)).today) == (7, "next", 2, 14)


def test_a_plan_that_has_not_begun_shows_its_first_week() -> None:
    assert told(a_course(on=-3).at(day(-3))) == (0, "first", 1, 12)


def test_the_last_week_stays() -> None:
    plan = a_plan(T2[:2])

    assert story(a_course(full_weeks(5), plan, on=21))[2:] == [(14, "last", 2, 14), (21, "last", 2, 14)]


def test_the_clinician_may_let_time_alone_decide() -> None:
    plan = a_plan(repeats_until_half_done=False, returns_after_gap=False)

    assert [row[2] for row in story(a_course({}, plan, on=25))] == [1, 2, 3, 4]


def test_nobody_ever_walked_no_dose_to_come_back_with() -> None:
    assert {row[1:] for row in story(a_course({}, on=60))} == {("first", 1, 12), ("repeat", 1, 12)}


# --- Coming back after a gap


def test_six_days_without_a_walk_are_no_gap() -> None:
    assert story(a_course({0: 12, 7: 12}, on=13)) == [(0, "first", 1, 12), (7, "repeat", 1, 12)]


def test_after_seven_days_the_last_walked_week_waits() -> None:
    walked = full_weeks(2)  # the last on day 11

    course = a_course(walked, on=19)

    assert story(course)[-2:] == [(14, "next", 3, 16), (19, "gap-repeat", 2, 14)]
    assert (course.today.gap_on(day(19)), course.today.waits) == (7, True)


def test_after_fourteen_days_seventy_per_cent_of_it() -> None:
    course = a_course(full_weeks(2), on=28)

    assert told(course.today) == (26, "gap-reduced", 2, 9)
    assert course.today.gap_on(day(28)) == 16


def test_after_four_weeks_the_clinician_is_asked() -> None:
    course = a_course(full_weeks(2), on=45)

    assert told(course.today) == (40, "gap-baseline", 2, 9)
    assert course.today.asks_clinician


def test_the_first_walk_begins_a_week_of_the_return_dose_and_then_the_week_in_full() -> None:
    walked = full_weeks(2) | {28: 9, 30: 9, 35: 14, 37: 14}

    assert story(a_course(walked, on=42))[3:] == [
        (19, "gap-repeat", 2, 14),
        (26, "gap-reduced", 2, 9),
        (28, "gap-reduced", 2, 9),
        (35, "after-return", 2, 14),
        (42, "next", 3, 16),
    ]


def test_a_return_week_that_was_not_half_done_repeats() -> None:
    walked = full_weeks(2) | {28: 9}

    assert story(a_course(walked, on=35))[-1] == (35, "repeat", 2, 9)


def test_after_a_short_gap_the_repeated_week_leads_on() -> None:
    walked = full_weeks(2) | {20: 14, 22: 14}

    assert story(a_course(walked, on=27))[-2:] == [(20, "gap-repeat", 2, 14), (27, "next", 3, 16)]


def test_the_return_dose_is_never_above_the_last_completed_walk() -> None:
    done_short = full_weeks(1) | {7: 8, 9: 8, 11: 8}  # half of week 2's 14, completed were the 12 of week 1

    assert told(a_course(done_short, on=19).today) == (19, "gap-repeat", 2, 12)


def test_where_no_walk_was_completed_the_longest_is_the_limit() -> None:
    assert told(a_course({0: 7, 2: 8}, on=10).today) == (10, "gap-repeat", 1, 8)


def test_after_four_weeks_walking_alone_goes_no_further() -> None:
    walked = full_weeks(2) | {n: 9 for n in range(42, 70, 2)}

    assert {row[1:] for row in story(a_course(walked, on=70))[-4:]} == {("gap-baseline", 2, 9)}


def test_a_second_gap_does_not_cut_the_cut_dose_again() -> None:
    walked = full_weeks(2) | {28: 9}

    assert told(a_course(walked, on=45).today)[1:] == ("gap-reduced", 2, 9)


def test_the_return_dose_may_be_switched_off() -> None:
    plan = a_plan(returns_after_gap=False)

    assert story(a_course(full_weeks(2), plan, on=30))[-1] == (28, "repeat", 3, 16)


def test_steps_come_back_at_their_share() -> None:
    steps = a_plan(doses(generate_steps(6000)))

    dose = a_course({0: 30, 1: 30, 2: 30}, steps, on=20).today.dose

    assert (dose.minutes, dose.steps) == (0, 4200)


# --- Pauses


def test_paused_days_stop_the_clock() -> None:
    course = a_course({0: 12, 1: 12, 7: 12}, on=11, pauses=((3, 6),))

    assert story(course) == [(0, "first", 1, 12), (11, "next", 2, 14)]


def test_a_walk_on_a_paused_day_does_not_count_for_the_week() -> None:
    course = a_course({0: 12, 4: 12}, on=9, pauses=((3, 4),))

    assert told(course.today) == (9, "repeat", 1, 12)
    assert course.today.done == 1


def test_a_pause_without_walks_is_a_gap_like_any_other() -> None:
    course = a_course(full_weeks(2), on=30, pauses=((13, 29),))

    assert told(course.today)[1:] == ("gap-reduced", 2, 9)


# --- What the patient presses


def test_the_patient_repeats_a_week_that_was_done() -> None:
    course = a_course(full_weeks(2), on=14, overlays=(Repeat(day(9)),))

    assert story(course) == [(0, "first", 1, 12), (7, "next", 2, 14), (14, "patient-repeat", 2, 14)]


def test_one_press_repeats_once() -> None:
    walked = full_weeks(1) | {7: 12, 9: 12}

    assert story(a_course(walked, on=14, overlays=(Repeat(day(3)),)))[-1] == (14, "next", 2, 14)


def test_the_clinician_may_forbid_repeating() -> None:
    course = a_course(full_weeks(2), a_plan(patient_may_repeat=False), on=14, overlays=(Repeat(day(9)),))

    assert told(course.today) == (14, "next", 3, 16)


WALKING_THROUGH = full_weeks(4) | {n: 9 for n in (29, 31, 33)} | {35: 16, 37: 16, 39: 16}


def test_the_flare_up_plan_eases_builds_and_leads_back() -> None:
    course = a_course(WALKING_THROUGH, on=42, overlays=(flare(28),))

    assert story(course)[4:] == [
        (28, "flare-ease", 5, 9),
        (31, "flare-build", 5, 11),
        (35, "flare-back", 4, 16),
        (42, "after-flare", 5, 18),
    ]


def test_its_days_have_walks_and_a_range() -> None:
    course = a_course(WALKING_THROUGH, on=42, overlays=(flare(28),))

    assert [(s.up_to, s.bouts) for s in course.stretches[4:7]] == [(9, (2, 3)), (14, (1, 2)), (16, None)]


def test_it_interrupts_a_week_which_starts_again() -> None:
    course = a_course(full_weeks(1) | {8: 14, 10: 7, 12: 7, 17: 12, 19: 12}, on=24, overlays=(flare(9),))

    assert story(course)[1:] == [
        (7, "next", 2, 14),
        (9, "flare-ease", 2, 7),
        (12, "flare-build", 2, 8),
        (16, "flare-back", 1, 12),
        (23, "after-flare", 2, 14),
    ]


def test_not_back_by_day_fourteen_asks_for_a_review() -> None:
    walked = full_weeks(4) | {n: 9 for n in (29, 31, 36)}

    course = a_course(walked, on=42, overlays=(flare(28),))

    assert told(course.today) == (42, "flare-review", 4, 16)
    assert course.today.asks_clinician


def test_a_flare_that_is_over_early_leads_back_early() -> None:
    course = a_course(full_weeks(4) | {29: 9}, on=31, overlays=(flare(28, over=31),))

    assert told(course.today) == (31, "flare-back", 4, 16)


def test_without_a_walk_the_flare_up_plan_does_not_rise() -> None:
    course = a_course(full_weeks(4), on=35, overlays=(flare(28),))

    assert [s.dose.minutes for s in course.stretches if s.from_on >= day(28) and s.from_on <= day(35)] == [
        9,
        9,
        9,
    ]


def test_the_clinician_may_forbid_the_flare_up_plan() -> None:
    plan = a_plan(allows_flare_plan=False)

    assert told(a_course(full_weeks(4), plan, on=28, overlays=(flare(28),)).today) == (28, "next", 5, 18)


# --- Revisions


def test_a_revision_in_mid_week_starts_its_first_week_on_its_own_day() -> None:
    course = a_course(full_weeks(3), a_plan(), a_plan(start=17, first_week=2), on=24)

    assert story(course)[2:] == [(14, "next", 3, 16), (17, "first", 2, 14), (24, "repeat", 2, 14)]
    assert course.at(day(16)).until_on == day(16)


def test_of_two_revisions_with_one_day_the_later_governs() -> None:
    course = a_course({}, a_plan(), a_plan(T2[4:], first_week=5), on=0)

    assert story(course) == [(0, "first", 5, 18)]


def test_a_revision_ends_the_flare_up_plan() -> None:
    course = a_course(full_weeks(4), a_plan(), a_plan(start=30, first_week=3), on=31, overlays=(flare(28),))

    assert told(course.today) == (30, "first", 3, 16)


def test_silence_is_counted_from_the_revision_on() -> None:
    plans = (a_plan(), a_plan(start=20, first_week=2))

    assert story(a_course(full_weeks(2), *plans, on=28))[-2:] == [
        (27, "repeat", 2, 14),
        (28, "gap-repeat", 2, 14),
    ]


def test_walks_before_the_first_plan_are_not_read() -> None:
    assert story(a_course({-9: 40}, on=6)) == [(0, "first", 1, 12)]


# --- What is to come


def test_the_weeks_to_come_are_shown_as_if_each_gets_done() -> None:
    course = a_course({0: 12}, a_plan(T2[:4]), on=7)

    assert [told(each) for each in course.to_come] == [
        (14, "next", 2, 14),
        (21, "next", 3, 16),
        (28, "next", 4, 16),
    ]


def test_while_a_dose_waits_the_rest_is_shown_as_if_the_patient_came_back_tomorrow() -> None:
    course = a_course(full_weeks(2), a_plan(T2[:3]), on=28)

    assert [told(each) for each in course.to_come] == [
        (29, "gap-reduced", 2, 9),
        (36, "after-return", 2, 14),
        (43, "next", 3, 16),
    ]


def test_what_the_clinician_has_to_decide_is_not_foretold() -> None:
    course = a_course(full_weeks(2), on=45)

    assert [told(each) for each in course.to_come] == [(46, "gap-baseline", 2, 9)]


def test_a_plan_signed_for_later_follows_on_its_day() -> None:
    course = a_course({}, a_plan(T2[:2]), a_plan(T2[4:5], start=10, first_week=5), on=3)

    assert [told(each) for each in course.stretches] == [
        (0, "first", 1, 12),
        (7, "next", 2, 14),
        (10, "first", 5, 18),
    ]


def test_the_diary_counts_against_what_was_asked() -> None:
    course = a_course(full_weeks(2), a_plan(T2[:2]), on=26)

    assert course.planned_weeks()[:4] == (
        PlannedWeek(day(0), 3, 12, day(0)),
        PlannedWeek(day(7), 3, 14, day(0)),
        PlannedWeek(day(14), 3, 14, day(0)),
        PlannedWeek(day(19), 3, 14, day(0)),
    )


@pytest.mark.parametrize("plans", [(), (a_plan(()),)])
def test_without_weeks_there_is_no_course(plans: tuple[object, ...]) -> None:
    assert not course_of(plans, on=day(0))  # type: ignore[arg-type]


def test_every_reason_has_a_stretch_that_tells_it() -> None:
    seen = {
        each.why
        for walked, overlays in [
            (full_weeks(1) | {28: 9, 30: 9, 35: 12, 37: 12}, ()),
            (WALKING_THROUGH, (flare(28),)),
            (full_weeks(4), (flare(28),)),
            (full_weeks(2), (Repeat(day(9)),)),
            (full_weeks(12), ()),
            (full_weeks(4) | {29: 9, 31: 9, 36: 9, 38: 5}, (flare(28),)),
        ]
        for each in a_course(walked, on=120, overlays=overlays).stretches
    }

    assert seen == set(Why)


def test_a_held_return_dose_follows_a_shorter_walk_down() -> None:
    """5 minutes were asked after 28 silent days and 4 walked: that is what the next week holds."""
    plan = a_plan((Dose(1, 5, 8), Dose(2, 5, 10)))

    assert told(a_course({0: 5, 29: 4}, plan, on=36).today) == (36, "gap-baseline", 1, 4)
