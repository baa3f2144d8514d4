"""Courses on numbered days for the tests: day 0 is a Monday, the usual plan T2 at 15 minutes."""

from collections.abc import Iterable, Mapping
from datetime import date

from programmes.clinical.amounts import Walked
from programmes.clinical.course import Course, Dose, Flare, Prescription, Repeat, Stretch, course_of
from programmes.clinical.diary import Pause
from programmes.clinical.grading import T2_STEADY, Week, generate
from tests.clinical.diaries import START, day


def doses(weeks: Iterable[Week]) -> tuple[Dose, ...]:
    return tuple(Dose(w.number, w.days, w.minutes, w.steps, w.distance_m) for w in weeks)


T2 = doses(generate(15, T2_STEADY))


def a_plan(
    weeks: tuple[Dose, ...] = T2, start: int = 0, first_week: int = 1, **switches: bool
) -> Prescription:
    return Prescription(day(start), weeks, first_week, **switches)


def a_course(
    walked: Mapping[int, int] | None = None,
    *plans: Prescription,
    on: int,
    pauses: tuple[tuple[int, int], ...] = (),
    overlays: tuple[Repeat | Flare, ...] = (),
    walks: Mapping[int, Walked] | None = None,
) -> Course:
    """`walked` holds minutes by day number, `walks` what was told in other units too."""
    told = walks or {n: Walked(minutes) for n, minutes in (walked or {}).items()}
    return course_of(
        plans or (a_plan(),),
        walks=[(day(n), each) for n, each in told.items()],
        pauses=[Pause(day(first), day(last)) for first, last in pauses],
        overlays=overlays,
        on=day(on),
    )


def flare(n: int, over: int | None = None) -> Flare:
    return Flare(day(n), None if over is None else day(over))


def number(on: date) -> int:
    return (on - START).days


def told(stretch: Stretch) -> tuple[int, str, int, int]:
    """First day, why, week, minutes."""
    return number(stretch.from_on), str(stretch.why), stretch.week, stretch.dose.minutes


def story(course: Course) -> list[tuple[int, str, int, int]]:
    """Every stretch that has begun."""
    return [told(each) for each in course.stretches if each.from_on <= course.on]


def full_weeks(last: int, first: int = 0, plan: tuple[Dose, ...] = T2) -> dict[int, int]:
    """All walks of the weeks `first` to before `last` (from 0), each as long as planned."""
    return {
        7 * week + 2 * n: plan[week].minutes for week in range(first, last) for n in range(plan[week].days)
    }
