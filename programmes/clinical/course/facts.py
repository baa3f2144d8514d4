"""What the course reads besides the plan: days walked and days paused, as day numbers, read forwards once."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from programmes.clinical.amounts import DISTANCE, MINUTES, STEPS, Walked, is_enough
from programmes.clinical.course.values import Dose
from programmes.clinical.diary import Pause
from programmes.clinical.thresholds import DEFAULTS, RETURN

FOREVER = date.max.toordinal()
UNITS = (MINUTES, STEPS, DISTANCE)  # as a `Walked` holds them


@dataclass(slots=True)
class Walks:
    """The days walked, in order, with a mark at the next one to be read.

    `last` is the latest day read, `complete` tells of each one read whether it was done in full.
    """

    days: list[int]
    walked: list[Walked]
    at: int = 0
    last: int | None = None
    complete: list[bool] = field(default_factory=list)

    @classmethod
    def of(cls, walks: Iterable[tuple[date, Walked]]) -> "Walks":
        """Several walks on a day add up."""
        a_day: dict[int, Walked] = {}
        for on, walked in walks:
            day = on.toordinal()
            a_day[day] = a_day[day].plus(walked) if day in a_day else walked
        days = sorted(a_day)
        return cls(days, [a_day[day] for day in days])

    @property
    def next(self) -> int:
        """The next day walked that was not read yet."""
        return self.days[self.at] if self.at < len(self.days) else FOREVER

    def limit(self, counts: str) -> int | None:
        """What a return dose never exceeds: the last completed walk, as far as it was told in this unit.

        Where no walk was complete: the most of any day.
        """
        unit = UNITS.index(counts)
        told = [walked[unit] for walked in self.walked[: self.at]]
        latest_first = zip(reversed(told), reversed(self.complete), strict=True)
        completed = (amount for amount, is_complete in latest_first if is_complete and amount)
        return next(completed, None) or max(filter(None, told), default=None)

    def silent_from(self, since: int, until: int, silence: int) -> int:
        """The first day before `until` that `silence` full days without a walk precede; FOREVER if none.

        Silence begins after `since` or after the latest walk. Where nobody ever walked there is no gap.
        """
        if self.last is None and self.next >= until:
            return FOREVER
        base = self.next if self.last is None else max(since, self.last)
        at, days = self.at, self.days
        while at < len(days) and days[at] <= base + silence and base + silence + 1 < until:
            base = max(base, days[at])
            at += 1
        threshold = base + silence + 1
        return threshold if threshold < until else FOREVER

    def read(self, until: int, dose: Dose, pauses: "Pauses") -> int:
        """Reads the days before `until`; returns how many of them count as walked, paused ones left out."""
        first, self.at = self.at, bisect_left(self.days, until, self.at)
        if first == self.at:
            return 0
        self.last = self.days[self.at - 1]
        unit, amount = UNITS.index(dose.counts), dose.amount
        told = [walked[unit] for walked in self.walked[first : self.at]]
        whole = RETURN.complete_share * amount
        # A walk that no week asked for is complete as well.
        self.complete += [not whole or (each is not None and each >= whole) for each in told]
        enough = DEFAULTS.adherence.counts_share * amount
        if not pauses.spans:
            return sum(is_enough(each, enough) for each in told)
        days = zip(self.days[first : self.at], told, strict=True)
        return sum(is_enough(each, enough) and not pauses.holds(day) for day, each in days)


@dataclass(slots=True)
class Pauses:
    """Paused spans, in order, ends included."""

    spans: list[tuple[int, int]]

    @classmethod
    def of(cls, pauses: Sequence[Pause]) -> "Pauses":
        """From a diary's pauses."""
        return cls(
            [(p.from_on.toordinal(), p.until_on.toordinal() if p.until_on else FOREVER) for p in pauses]
        )

    def holds(self, day: int) -> bool:
        """Whether the day is paused."""
        return any(first <= day <= last for first, last in self.spans)

    def after(self, begin: int, days: int) -> int:
        """The day after so many unpaused days from `begin` on: the clock stands still on paused days."""
        end = begin + days
        for first, last in self.spans:
            if first < end and last >= begin:
                end = min(FOREVER, end + last - max(first, begin) + 1)
        return end
