"""How many review items a clinic gets: a realistic cohort with answers, day by day, and staff who close.

The people are those of `second_diaries`; half of them improve by 1 to 3 points, one in ten has a true rise of
pain, one in ten a true drop of walking.
Flare-ups come in bouts (5 days in 28 on average), one walk in twenty makes it worse, one in fifty hurts a leg
or foot, one in three hundred is a near-fall [P]. Staff close an item on the third day, and every second time
what had changed goes back.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from programmes.clinical.detection import INFO, KnownFlag, Raise, after, findings, flag_changes
from programmes.clinical.diary import Answer, Diary, PlannedWeek, Report
from tests.benchmarks.second_diaries import (
    DAYS,
    FIRST_DAY,
    Person,
    a_person,
    better,
    days_walked,
    plus,
    ramp,
    scores,
)

CLOSED_AFTER = timedelta(days=3)
DOSE = 20
HELPED = 0.5  # of the items that staff close: what had changed goes back


@dataclass
class Load:
    """What a cohort brought: patient-weeks, new items, those within a week of the last one, flags by code."""

    weeks: float = 0.0
    items: int = 0
    repeats: int = 0
    flags: Counter[str] = field(default_factory=Counter)
    openers: Counter[str] = field(default_factory=Counter)


def a_diary(rng: Random) -> tuple[Diary, Diary]:
    """Somebody's diary as it goes, and as it would go without the change that may have come."""
    person = a_person(rng)
    if rng.random() < 0.5:
        person.pain = better(rng.uniform(1, 3), rng.randrange(28, DAYS))
    calm = replace(person)
    onset, change = rng.randrange(21, 100), rng.random()
    if change < 0.1:
        person.pain = plus(calm.pain, ramp(onset, 2, 5))
    elif change < 0.2:
        person.walking = lambda day: 1.0 if day < onset else 0.3
    seed = rng.random()
    return _diary(person, Random(seed)), _diary(calm, Random(seed))


def _diary(person: Person, rng: Random) -> Diary:
    pain, flaring = scores(person, rng), _flare_days(rng)
    walked = days_walked(person, pain, rng)
    reports = tuple(_report(day, pain[day], rng) for day in walked)
    answers = tuple(_answer(day, pain[day], day in flaring, rng) for day in walked)
    week = PlannedWeek(FIRST_DAY, person.sessions, DOSE, FIRST_DAY)
    return Diary(FIRST_DAY, (week,), reports, answers=answers)


def _from(diary: Diary, other: Diary, on: date) -> Diary:
    """The one up to a day, the other after it."""
    reports = [r for r in diary.reports if r.on <= on] + [r for r in other.reports if r.on > on]
    answers = [a for a in diary.answers if a.on <= on] + [a for a in other.answers if a.on > on]
    return replace(diary, reports=tuple(reports), answers=tuple(answers))


def _report(day: int, pain: int, rng: Random) -> Report:
    on = FIRST_DAY + timedelta(day)
    return Report(on, max(8, round(rng.gauss(DOSE, 3))), pain if rng.random() > 0.05 else None, on)


def _flare_days(rng: Random) -> set[int]:
    days: set[int] = set()
    while rng.random() < 0.85:
        first = rng.randrange(DAYS)
        days.update(range(first, first + rng.randrange(2, 7)))
    return days


def _answer(day: int, pain: int, flaring: bool, rng: Random) -> Answer:
    on = FIRST_DAY + timedelta(day)
    worse = 2 if rng.random() < 0.05 else rng.choice((-1, 0, 0, 0, 1))
    return Answer(
        on,
        on,
        received_at=1440.0 * day,
        before=pain,
        after=min(10, max(0, pain + worse)),
        settled="no" if rng.random() < 0.05 else "yes",
        flare=flaring,
        limb=rng.random() < 0.02,
        fall="near" if rng.random() < 1 / 300 else "none",
    )


def load(seed: int, patients: int) -> Load:
    """Each patient's eighteen weeks through the same lifecycle as the nightly review's."""
    rng, total = Random(seed), Load()
    for _ in range(patients):
        _count(*a_diary(rng), rng, total)
    return total


def _count(diary: Diary, calm: Diary, rng: Random, total: Load) -> None:
    flags: tuple[KnownFlag, ...] = ()
    opened = closed = None
    for on in (FIRST_DAY + timedelta(day) for day in range(DAYS)):
        changes = flag_changes(findings(diary, on), flags, diary, on)
        flags = after(flags, changes)
        total.flags.update(change.code for change in changes if isinstance(change, Raise))
        waits = any(flag.closed_on is None and flag.severity != INFO for flag in flags)
        if waits and opened is None:
            opened = on
            total.items += 1
            total.openers.update(change.code for change in changes if isinstance(change, Raise))
            total.repeats += closed is not None and (on - closed).days < 7
        elif opened is not None and (not waits or on - opened >= CLOSED_AFTER):
            flags = tuple(replace(flag, closed_on=flag.closed_on or on) for flag in flags)
            opened, closed = None, on
            if waits and rng.random() < HELPED:
                diary = _from(diary, calm, on)
    total.weeks += DAYS / 7


def smaller_plan(before: int, now: int, *, fixed: bool, seed: int = 1, patients: int = 200) -> float:
    """Share flagged for their walking within four weeks of a smaller plan, all of them doing 85 % of it."""
    rng = Random(seed)
    return sum(_flagged(before, now, fixed, rng) for _ in range(patients)) / patients


def _flagged(before: int, now: int, fixed: bool, rng: Random) -> bool:
    weeks = (
        PlannedWeek(FIRST_DAY, before, DOSE, FIRST_DAY),
        PlannedWeek(FIRST_DAY + timedelta(56), now, DOSE, FIRST_DAY + timedelta(56)),
    )
    days = [day for day in range(84) if _walks(day, now if day >= 56 else before, fixed, rng)]
    reports = tuple(Report(on, DOSE, 3, on) for on in (FIRST_DAY + timedelta(day) for day in days))
    diary = Diary(FIRST_DAY, weeks, reports)
    codes = {"ADHERENCE_DROPPED", "ADHERENCE_LOW"}
    return any(
        codes & {finding.code for finding in findings(diary, FIRST_DAY + timedelta(day))}
        for day in range(56, 84)
    )


def _walks(day: int, planned: int, fixed: bool, rng: Random) -> bool:
    chosen = {2: (1, 4), 3: (0, 2, 4), 4: (0, 2, 4, 5), 5: (0, 1, 2, 4, 5), 7: tuple(range(7))}[planned]
    return rng.random() < (0.85 * (day % 7 in chosen) if fixed else 0.85 * planned / 7)


def lines(seed: int = 1, patients: int = 300) -> Iterator[str]:
    """What `python -m tests.benchmarks.cohort` prints."""
    total = load(seed, patients)
    rate = total.items / total.weeks
    yield f"{total.weeks:.0f} patient-weeks, {total.items} items: {rate:.3f} a patient-week"
    yield f"within 7 days of the last one: {total.repeats / max(1, total.items):.1%}"
    yield "flags: " + ", ".join(f"{code} {count}" for code, count in total.flags.most_common())
    yield "that opened one: " + ", ".join(f"{code} {count}" for code, count in total.openers.most_common())


if __name__ == "__main__":
    print("\n".join(lines()))
