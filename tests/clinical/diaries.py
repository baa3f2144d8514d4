"""Builds small diaries for the tests: day 0 is a Monday."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from programmes.clinical.diary import Diary, Pause, PlannedWeek, Report

START = date(2026, 1, 5)


def day(n: int) -> date:
    return START + timedelta(n)


def report(n: int, pain: int | None = 3, minutes: int = 20, late: int = 0) -> Report:
    return Report(day(n), minutes, pain, day(n + late))


def reports(pains: Mapping[int, int | None]) -> tuple[Report, ...]:
    return tuple(report(n, pain) for n, pain in sorted(pains.items()))


def plan(days: int = 5, minutes: int = 20, start: int = 0) -> PlannedWeek:
    return PlannedWeek(day(start), days, minutes, day(start))


def diary(
    walked: Iterable[int] | Mapping[int, int | None],
    plans: tuple[PlannedWeek, ...] = (plan(),),
    pauses: tuple[Pause, ...] = (),
) -> Diary:
    pains = walked if isinstance(walked, Mapping) else dict.fromkeys(walked, 3)
    return Diary(START, plans, reports(pains), pauses)


def on_weekdays(weekdays: Iterable[int], first: int, last: int) -> list[int]:
    """Day numbers from first to before last that fall on the weekdays (0 = Monday)."""
    return [n for n in range(first, last) if n % 7 in set(weekdays)]
