"""The values that every rule reads: what a patient reported, what was planned, when it was paused."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from operator import attrgetter
from typing import Any, NamedTuple

from programmes.clinical.amounts import Walked, amount_of, counts_of
from programmes.clinical.thresholds import DEFAULTS

DAY = timedelta(days=1)
_on, _starts_on = attrgetter("on"), attrgetter("starts_on")


class Report(NamedTuple):
    """One logged walk.

    `on` is the day walked in the patient's zone, `minutes` 1-300 or None where only steps or metres were
    told, `pain` the score before walking, 0-10, or None for "not sure" and unanswered (never zero),
    `received_on` the day the entry reached us.
    """

    on: date
    minutes: int | None
    pain: int | None
    received_on: date
    steps: int | None = None
    distance_m: int | None = None

    @property
    def walked(self) -> Walked:
        """How much, in every unit that was told."""
        return Walked(self.minutes, self.steps, self.distance_m)

    @property
    def known_on(self) -> date:
        """The first day on which a rule may read this report."""
        return max(self.on, self.received_on)

    def drives_trends(self, late_days: int = DEFAULTS.pain.late_days) -> bool:
        """Tell whether the pain score arrived soon enough to be a measurement rather than a memory."""
        return (self.received_on - self.on).days <= late_days


class Answer(NamedTuple):
    """What was told about one logged walk beside its amount; None and "" are "not asked or not answered".

    `before`, `after` and `worst` are scores 0-10; `settled` (yes, no, not-sure) speaks of the walk before
    this one; `fall` is one of `safety.FALLS`. `received_at` in minutes since the epoch; `by_patient` is False
    for what staff, paper or an import brought, `recalled` True for what was entered under "Catch up".
    """

    on: date
    received_on: date
    received_at: float = 0.0
    recalled: bool = False
    by_patient: bool = True
    before: int | None = None
    after: int | None = None
    worst: int | None = None
    settled: str = ""
    flare: bool | None = None
    limb: bool | None = None
    fall: str = ""

    @property
    def known_on(self) -> date:
        """The first day on which a rule may read it."""
        return max(self.on, self.received_on)


class PlannedWeek(NamedTuple):
    """A dose in force from `starts_on` until the next row starts; the last row stays in force.

    `days` walks a week (0-7), `minutes` each, or 0 where `steps` or metres count (none of them: every walk
    counts); `revision_from` is the first day of the revision that the row belongs to.
    """

    starts_on: date
    days: int
    minutes: int
    revision_from: date
    steps: int | None = None
    distance_m: int | None = None

    @property
    def counts(self) -> str:
        """The plan's unit."""
        return counts_of(self)

    @property
    def amount(self) -> int:
        """A day's dose in the plan's unit."""
        return amount_of(self)


@dataclass(frozen=True, slots=True)
class Pause:
    """Days on which adherence rules rest, both ends included; `until_on` None means until further notice."""

    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule saw on one day: a code, a severity and the numbers behind it (JSON-able, ISO dates)."""

    code: str
    severity: str
    evidence: dict[str, Any]


def _overlap(first: date, last: date, from_on: date, until_on: date | None) -> int:
    """Days that two spans share, ends included."""
    end = last if until_on is None else min(last, until_on)
    return max(0, (end - max(first, from_on)).days + 1)


@dataclass(frozen=True, slots=True)
class Diary:
    """Everything the rules may know about one programme.

    `reports` may reach back before `started_on`: pain is compared with the patient's whole past, walks are
    counted from the start on. `reports` sorted by day walked, `weeks` by start, `pauses` not overlapping;
    ValueError if they are not. `flare_from`: first day of the flare-up plan that runs, if any. `answers` of
    the last weeks, sorted like reports.
    """

    started_on: date
    weeks: tuple[PlannedWeek, ...]
    reports: tuple[Report, ...] = ()
    pauses: tuple[Pause, ...] = ()
    flare_from: date | None = None
    answers: tuple[Answer, ...] = ()
    as_of: date | None = field(default=None, repr=False, compare=False)  # what `until` has cut to
    walk_days: tuple[date, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse unsorted input and note the distinct days walked since the start."""
        _require_sorted([w.starts_on for w in self.weeks], "weeks")
        _require_sorted([r.on for r in self.reports], "reports")
        _require_disjoint(self.pauses)
        object.__setattr__(
            self, "walk_days", tuple(dict.fromkeys(r.on for r in self.reports if r.on >= self.started_on))
        )

    def until(self, day: date) -> "Diary":
        """Return the diary as it stood on `day`: later walks, later arrivals and later plans are gone."""
        if self.as_of == day:
            return self
        return Diary(
            self.started_on,
            tuple(w for w in self.weeks if w.starts_on <= day),
            tuple(r for r in self.reports if r.on <= day and r.received_on <= day),
            tuple(p for p in self.pauses if p.from_on <= day),
            self.flare_from if self.flare_from and self.flare_from <= day else None,
            tuple(a for a in self.answers if a.on <= day and a.received_on <= day),
            day,
        )

    def with_answers(self, answers: tuple[Answer, ...]) -> "Diary":
        """The same diary with other answers."""
        return replace(self, answers=answers)

    def has_news(self, day: date) -> bool:
        """Tell whether a report became known on `day` itself."""
        return any(day in (r.on, r.received_on) and r.known_on == day for r in self.reports)

    def reports_between(self, first: date, last: date) -> tuple[Report, ...]:
        """The walks from `first` to `last`, ends included."""
        begun = bisect_left(self.reports, first, key=_on)
        return self.reports[begun : bisect_right(self.reports, last, lo=begun, key=_on)]

    def days_walked(self, first: date, last: date) -> int:
        """Count the distinct days with a walk from `first` to `last`, ends included."""
        return bisect_right(self.walk_days, last) - bisect_left(self.walk_days, first)

    def last_walk(self, day: date) -> date | None:
        """The latest day walked on or before `day`, or None."""
        at = bisect_right(self.walk_days, day)
        return self.walk_days[at - 1] if at else None

    def longest_gap(self, first: date, last: date) -> int:
        """The most unpaused days without a walk between two walks from `first` to `last`."""
        days = self.walk_days[bisect_left(self.walk_days, first) : bisect_right(self.walk_days, last)]
        return max((self.active_days(a + DAY, b - DAY) for a, b in pairwise(days)), default=0)

    def active_days(self, first: date, last: date) -> int:
        """Count the days from `first` to `last` that are not paused."""
        days = max(0, (last - first).days + 1)
        if not self.pauses:
            return days
        return days - sum(_overlap(first, last, p.from_on, p.until_on) for p in self.pauses)

    def planned_walks(self, first: date, last: date) -> float:
        """Planned walks from `first` to `last` without paused days; a week's walks are spread evenly."""
        return sum(w.days * self.active_days(a, b) for w, a, b in self.plan_between(first, last)) / 7

    def planned_volume(self, first: date, counts: str, last: date | None = None) -> float:
        """What the plan asks for in the seven days from `first` (or until `last`), in this unit.

        Paused days are out of it.
        """
        spans = self.plan_between(first, last or first + 6 * DAY)
        rows = ((week, self.active_days(a, b)) for week, a, b in spans if week.counts == counts)
        return sum(week.days * week.amount * days for week, days in rows) / 7

    def plan_between(self, first: date, last: date) -> list[tuple[PlannedWeek, date, date]]:
        """List the plan rows in force from `first` to `last`, each with the part of the span it covers."""
        begun = bisect_right(self.weeks, last, key=_starts_on)
        at = max(0, bisect_right(self.weeks, first, hi=begun, key=_starts_on) - 1)
        if not (rows := self.weeks[at:begun]):
            return []
        ends = [w.starts_on - DAY for w in rows[1:]] + [last]
        spans = ((w, max(first, w.starts_on), end) for w, end in zip(rows, ends, strict=True))
        return [(w, a, b) for w, a, b in spans if a <= b]

    def week_on(self, day: date) -> PlannedWeek | None:
        """The plan row in force on `day`, or None before the plan starts."""
        at = bisect_right(self.weeks, day, key=_starts_on)
        return self.weeks[at - 1] if at else None

    def is_paused(self, day: date) -> bool:
        """Tell whether `day` lies in a pause."""
        return any(_overlap(day, day, p.from_on, p.until_on) for p in self.pauses)

    def active_span_start(self, last: date, days: int) -> date:
        """First day of the span that ends on `last` and holds `days` unpaused days (or the start)."""
        first = last - (days - 1) * DAY
        while first > self.started_on and (lack := days - self.active_days(first, last)) > 0:
            first -= lack * DAY
        return max(first, self.started_on)


def _require_sorted(days: Sequence[date], what: str) -> None:
    if any(b < a for a, b in zip(days, days[1:], strict=False)):
        raise ValueError(f"{what} must be sorted by day")


def _require_disjoint(pauses: Iterable[Pause]) -> None:
    ends: date | None = None
    for n, pause in enumerate(pauses):
        if n and (ends is None or pause.from_on <= ends):
            raise ValueError("pauses must be sorted and must not overlap")
        ends = pause.until_on
