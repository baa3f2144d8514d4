"""A cohort for measuring: people who differ in habit, pain and diligence, and their walks as they came in.

Nothing here is fitted to data. The shares are round numbers of our own [P], near what walking programmes
report: 70 % of what was planned is walked on average [F McDonough 2013].
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

DAY = timedelta(days=1)
DAYS_A_WEEK = (3, 3, 3, 4, 4, 5, 5)
NEVER_STARTS, STOPS, WORSENS, PAUSES = 0.04, 0.12, 0.10, 0.03
LEAVES_PAIN_OUT, FORGETS_A_DAY = 0.05, 0.04
KEEPS_PAPER = 0.10  # a week's walks arrive together
LATEST = 13  # days after the walk; the form takes fourteen


@dataclass(slots=True)
class Person:
    """One patient's habits; `pain` is what the next walk starts from."""

    number: int
    starts_on: date
    days_a_week: int
    baseline: int
    rate: float
    stops_on: date | None
    usual: float
    swing: float
    worse_from: date | None
    paused_from: date | None
    on_paper: bool
    pain: float


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
        days_a_week=random.choice(DAYS_A_WEEK),
        baseline=random.randrange(10, 21),
        rate=random.betavariate(5, 2),
        stops_on=starts_on if random.random() < NEVER_STARTS else some_day(STOPS),
        usual=random.triangular(0.5, 8, 3.5),
        swing=random.uniform(0.4, 1.3),
        worse_from=some_day(WORSENS),
        paused_from=some_day(PAUSES),
        on_paper=random.random() < KEEPS_PAPER,
        pain=0.0,
    )


def arrivals(
    cohort: list[Person], *, first: date, last_day: date, random: Random
) -> Iterator[tuple[date, LoadedWalk]]:
    """Every walk with the day on which it came in, in that order; what comes in later is left out."""
    coming: dict[date, list[LoadedWalk]] = defaultdict(list)
    day = first
    while day <= last_day:
        for person in cohort:
            if person.starts_on <= day and random.random() < _chance(person, day):
                coming[day + _delay(person, day, random) * DAY].append(_walk(person, day, random))
        for walk in coming.pop(day, ()):
            yield day, walk
        day += DAY


def _chance(person: Person, day: date) -> float:
    if person.stops_on is not None and day >= person.stops_on:
        return 0.0
    if person.paused_from is not None and 0 <= (day - person.paused_from).days < 7:
        return 0.0
    return person.days_a_week / 7 * person.rate


def _delay(person: Person, day: date, random: Random) -> int:
    if person.on_paper:
        return 6 - day.weekday()
    return random.randrange(1, LATEST) if random.random() < FORGETS_A_DAY else 0


def _walk(person: Person, day: date, random: Random) -> LoadedWalk:
    """Pain goes back to what is usual by half from one walk to the next."""
    raised = 2.5 if person.worse_from is not None and day >= person.worse_from else 0.0
    person.pain += (person.usual + raised - person.pain) / 2 + random.gauss(0, person.swing)
    before = max(0, min(10, round(person.pain)))
    after = max(0, min(10, before + random.choice((-1, 0, 0, 1))))
    minutes = max(1, round(person.baseline * random.uniform(0.7, 1.4)))
    if random.random() < LEAVES_PAIN_OUT:
        return LoadedWalk(person, day, minutes, None, None)
    return LoadedWalk(person, day, minutes, before, after)
