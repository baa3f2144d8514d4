"""A cohort for measuring: people who differ in habit, pain and diligence, and their walks as they came in.

Nothing here is fitted to data. The shares are round numbers of our own [P], near what walking programmes
report: 70 % of what was planned is walked on average [F McDonough 2013]. Most walks fall on days of the week
that are a person's own, and take about as long as the plan asks by then.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random

from programmes.clinical import grading

DAY = timedelta(days=1)
DAYS_A_WEEK = (3, 3, 3, 4, 4, 5, 5)
NEVER_STARTS, STOPS, WORSENS, PAUSES = 0.04, 0.12, 0.10, 0.03
LEAVES_PAIN_OUT, FORGETS_A_DAY = 0.05, 0.04
ON_OWN_DAYS = 0.8
KEEPS_PAPER = 0.10  # a week's walks arrive together
LATEST = 13  # days after the walk; the form takes fourteen


@dataclass(slots=True)
class Person:
    """One patient's habits; `pain` is what the next walk starts from, `week` the one of the plan in force."""

    number: int
    starts_on: date
    own_days: frozenset[int]
    baseline: int
    rate: float
    stops_on: date | None
    usual: float
    swing: float
    worse_from: date | None
    paused_from: date | None
    on_paper: bool
    pain: float = 0.0
    week: int = 0
    done: int = 0

    @property
    def days_a_week(self) -> int:
        """As many as were planned."""
        return len(self.own_days)


@dataclass(frozen=True, slots=True)
class LoadedWalk:
    """One walk as it arrives."""

    person: Person
    walked_on: date
    minutes: int
    before: int | None
    after: int | None


def people(*, count: int, weeks: int, last_day: date, random: Random) -> list[Person]:
    """Patients of whom a third began with the first week, the others evenly since then."""
    first = last_day - (7 * weeks - 1) * DAY
    return [_person(number, first, last_day, random) for number in range(count)]


def _person(number: int, first: date, last_day: date, random: Random) -> Person:
    span = (last_day - first).days
    starts_on = first if random.random() < 0.34 else first + random.randrange(span) * DAY

    def some_day(share: float) -> date | None:
        left = (last_day - starts_on).days
        return starts_on + random.randrange(left + 1) * DAY if random.random() < share else None

    return Person(
        number=number,
        starts_on=starts_on,
        own_days=frozenset(random.sample(range(7), random.choice(DAYS_A_WEEK))),
        baseline=random.randrange(10, 21),
        rate=random.betavariate(5, 2),
        stops_on=starts_on if random.random() < NEVER_STARTS else some_day(STOPS),
        usual=random.triangular(0.5, 8, 3.5),
        swing=random.uniform(0.4, 1.3),
        worse_from=some_day(WORSENS),
        paused_from=some_day(PAUSES),
        on_paper=random.random() < KEEPS_PAPER,
    )


def arrivals(
    cohort: list[Person], *, first: date, last_day: date, random: Random
) -> Iterator[tuple[date, LoadedWalk]]:
    """Every walk with the day on which it came in, in that order; what comes in later is left out."""
    coming: dict[date, list[LoadedWalk]] = defaultdict(list)
    day = first
    while day <= last_day:
        for person in cohort:
            if person.starts_on > day:
                continue
            _begin_a_week(person, day)
            if random.random() < _chance(person, day):
                coming[day + _delay(person, day, random) * DAY].append(_walk(person, day, random))
        for walk in coming.pop(day, ()):
            yield day, walk
        day += DAY


def _begin_a_week(person: Person, day: date) -> None:
    """The next week of the plan follows where half of the last one was done; gaps and pauses are left out."""
    if day > person.starts_on and (day - person.starts_on).days % 7 == 0:
        person.week += 2 * person.done >= person.days_a_week
        person.done = 0


def _chance(person: Person, day: date) -> float:
    if person.stops_on is not None and day >= person.stops_on:
        return 0.0
    if person.paused_from is not None and 0 <= (day - person.paused_from).days < 7:
        return 0.0
    if day.weekday() in person.own_days:
        return ON_OWN_DAYS * person.rate
    return (1 - ON_OWN_DAYS) * person.rate * person.days_a_week / (7 - person.days_a_week)


def _delay(person: Person, day: date, random: Random) -> int:
    if person.on_paper:
        return 6 - day.weekday()
    return random.randrange(1, LATEST) if random.random() < FORGETS_A_DAY else 0


def _walk(person: Person, day: date, random: Random) -> LoadedWalk:
    """Pain goes back to what is usual by half from one walk to the next."""
    person.done += 1
    raised = 2.5 if person.worse_from is not None and day >= person.worse_from else 0.0
    person.pain += (person.usual + raised - person.pain) / 2 + random.gauss(0, person.swing)
    before = max(0, min(10, round(person.pain)))
    after = max(0, min(10, before + random.choice((-1, 0, 0, 1))))
    asked = _minutes_of_weeks(person.baseline)
    minutes = max(1, round(asked[min(person.week, len(asked) - 1)] * random.uniform(0.7, 1.4)))
    if random.random() < LEAVES_PAIN_OUT:
        return LoadedWalk(person, day, minutes, None, None)
    return LoadedWalk(person, day, minutes, before, after)


@cache
def _minutes_of_weeks(baseline: int) -> tuple[int, ...]:
    return tuple(week.minutes for week in grading.generate(baseline, grading.T2_STEADY))
