"""What may be pressed on a day, and whether the patient is back after a flare-up plan."""

from programmes.clinical.course import Repeat
from tests.clinical.courses import T2, a_course, a_plan, flare, full_weeks, number
from tests.clinical.diaries import day


def test_an_ordinary_week_may_be_asked_for_again() -> None:
    assert a_course(full_weeks(1), on=9).may_repeat


def test_once_asked_it_says_so_until_the_week_is_over() -> None:
    asked = [a_course(full_weeks(2), on=n, overlays=(Repeat(day(9)),)).is_asked_again for n in (9, 13, 14)]

    assert asked == [True, True, False]


def test_neither_the_last_week_nor_a_waiting_dose_is_repeated() -> None:
    assert not a_course(full_weeks(3), a_plan(T2[:2]), on=15).may_repeat
    assert not a_course(full_weeks(1), on=20).may_repeat


def test_the_flare_up_plan_is_not_repeated_nor_taken_up_twice() -> None:
    course = a_course(full_weeks(4), on=30, overlays=(flare(28),))

    assert (course.may_repeat, course.may_ease, course.flare_day) == (False, False, 3)


def test_what_was_not_signed_is_not_offered() -> None:
    course = a_course(full_weeks(1), a_plan(patient_may_repeat=False, allows_flare_plan=False), on=9)

    assert (course.may_repeat, course.may_ease) == (False, False)


def test_before_the_first_day_nothing_is_offered() -> None:
    assert (a_course(on=-1).may_repeat, a_course(on=-1).may_ease) == (False, False)


def test_walking_half_of_the_week_back_ends_the_flare_up_plan() -> None:
    """Nobody has to say that it is over."""
    walked = full_weeks(4) | {28: 9, 31: 11, 33: 11, 36: 16, 38: 16, 40: 16}
    course = a_course(walked, on=43, overlays=(flare(28),))

    assert (course.open_flare, course.may_ease, number(course.back_on(flare(28)) or day(0))) == (
        None,
        True,
        42,
    )


def test_who_is_not_back_by_day_14_is_looked_at() -> None:
    walked = full_weeks(4) | {28: 9, 31: 11, 33: 11, 38: 16}
    days = [a_course(walked, on=n, overlays=(flare(28),)) for n in (41, 42)]

    assert [(each.flare_day, each.is_flare_overdue, each.asks_clinician) for each in days] == [
        (14, False, False),
        (15, True, True),
    ]


def test_who_stopped_walking_in_the_flare_up_is_not_back_either() -> None:
    """A dose to come back with then takes the place of the flare-up plan's last phase."""
    course = a_course(full_weeks(4), on=42, overlays=(flare(28),))

    assert (str(course.today.why), course.is_flare_overdue) == ("gap-reduced", True)


def test_a_flare_up_that_is_said_to_be_over_is_over() -> None:
    course = a_course(full_weeks(4) | {29: 9}, on=43, overlays=(flare(28, over=30),))

    assert (course.open_flare, course.is_flare_overdue) == (None, False)


def test_a_new_revision_ends_it() -> None:
    plans = (a_plan(), a_plan(start=35, first_week=3))
    course = a_course(full_weeks(4), *plans, on=43, overlays=(flare(28),))

    assert course.open_flare is None


def test_what_was_taken_back_on_its_day_never_was() -> None:
    """Or stopped by a safety answer."""
    course = a_course(full_weeks(4), on=28, overlays=(flare(28, over=28),))

    assert (str(course.today.why), course.may_ease) == ("next", True)
