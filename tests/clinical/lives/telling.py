"""A life told day by day: the course, what the rules find and change, what they suggest.

`python -m tests.clinical.lives` writes every story anew; a person reads what has changed before it is
committed.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from programmes.clinical.course import Course, Stretch
from programmes.clinical.detection import Change, KnownFlag, after, findings, flag_changes
from programmes.clinical.diary import Diary
from programmes.clinical.silence import kind_of_silence
from programmes.clinical.suggestion import Signs, suggest
from programmes.clinical.thresholds import RULE_VERSION
from tests.clinical.diaries import day
from tests.clinical.lives.making import DAYS, Life, a_life

STORIES = Path(__file__).parent / "stories"
LIVES = 42
CLAIMED, CLOSED = 5, 12  # every fifth flag is taken by somebody, and closed twelve days later


def file_of(number: int) -> Path:
    return STORIES / f"{number:02}.txt"


def story(number: int) -> str:
    """One life as text: a line for each thing that happened."""
    life = a_life(number)
    lines = [f"Life {number} under rules {RULE_VERSION}: {life.title}", *_course(life.course(day(DAYS - 1)))]
    return "\n".join([*lines, *_days(life)]) + "\n"


def _course(course: Course) -> Iterator[str]:
    for each in course.stretches:
        if each.from_on <= course.on:
            yield f"{each.from_on}..{each.until_on} {_asked(each)}"


def _asked(each: Stretch) -> str:
    """All but the days and the plan."""
    dose = f"week {each.week}: {each.dose.days} x {each.dose.amount}, up to {each.up_to}, bouts {each.bouts}"
    why = f"{each.why} after {each.done} of {each.planned}, gap {each.gap_days}"
    return f"{dose}, {why}{' waits' if each.waits else ''}{' ASKS' if each.asks_clinician else ''}"


def _days(life: Life) -> Iterator[str]:
    flags: tuple[KnownFlag, ...] = ()
    for n in range(DAYS):
        on = day(n)
        diary, course = life.diary(on), life.course(on)
        found = findings(diary, on)
        changes = flag_changes(found, flags, diary, on)
        if found or changes:
            yield f"{on} found {' '.join(each.code for each in found) or '-'}"
        yield from (f"{on} {_said(change)}" for change in changes)
        flags = _handled(after(flags, changes), on)
        if n % 7 == 6:
            yield f"{on} {_pressed(course)}, silence {kind_of_silence(diary, on, has_signed_in=n % 2 == 0)}"
        if n % 21 == 20:
            yield f"{on} suggests {_compact(_suggested(diary, course, flags, on))}"


def _said(change: Change) -> str:
    finding = getattr(change, "finding", None)
    said = f"{type(change).__name__} {change.code}"
    return said if finding is None else f"{said} {finding.severity} {_compact(finding.evidence)}"


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _handled(flags: tuple[KnownFlag, ...], on: date) -> tuple[KnownFlag, ...]:
    """What staff do: some flags are taken on the day after, and closed."""

    def one(flag: KnownFlag) -> KnownFlag:
        age = (on - flag.raised_on).days
        if flag.closed_on is not None or flag.raised_on.toordinal() % CLAIMED:
            return flag
        return replace(flag, claimed=True, closed_on=on if age >= CLOSED else None)

    return tuple(one(flag) for flag in flags)


def _pressed(course: Course) -> str:
    """What the pages ask of a course."""
    may = [
        course.has_begun,
        course.is_asked_again,
        course.may_repeat,
        course.may_ease,
        course.is_flare_overdue,
    ]
    letters = "".join(letter if is_so else "-" for letter, is_so in zip("barfo", may, strict=True))
    coming = f"{len(course.to_come)} to come"
    return f"may {letters}, flare day {course.flare_day}, asks {course.asks_clinician}, {coming}"


def _suggested(diary: Diary, course: Course, flags: tuple[KnownFlag, ...], on: date) -> dict[str, object]:
    lately = [each for each in diary.answers if (on - each.on).days < 14]
    signs = Signs(
        open_flags=frozenset(flag.code for flag in flags if flag.closed_on is None),
        settled=[{"yes": True, "no": False}.get(each.settled) for each in lately],
        flare_days=course.flare_day,
        reasons=["pain"] * (len(lately) % 4),
        stretch=course.today,
    )
    return suggest(diary, signs, on).evidence()
