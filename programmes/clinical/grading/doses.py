"""One week's dose, and what can be read from it: bouts, the parts of a walk, and steep rises."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import floor
from typing import Any

from programmes.clinical.amounts import COLUMNS, DISTANCE, MINUTES, amount_of, counts_of
from programmes.clinical.thresholds import GRADING

EASY, MODERATE = "easy", "moderate"
BUILD, CONSOLIDATION, HOLD, MAINTENANCE = "build", "consolidation", "hold", "maintenance"
WARM_UP, WALK, BRISK, SLOW, COOL_DOWN = "warm-up", "walk", "brisk", "slow", "cool-down"


class BaselineOutOfRange(ValueError):
    """The comfortable baseline is zero, negative, too long, or too small for the template."""


@dataclass(frozen=True, slots=True)
class Week:
    """The dose of one week: `days` walks of `minutes` (0 where steps or metres count), taken in `bouts`.

    `kind` is build, consolidation, hold or maintenance. `intervals` pairs of 30 s brisk and 30 s easy on
    `interval_days` of the days; `distance_m` and `steps` a walk and a day, where the plan counts those.
    """

    number: int
    days: int
    minutes: int
    bouts: int
    intensity: str
    kind: str
    distance_m: int | None = None
    steps: int | None = None
    intervals: int = 0
    interval_days: int = 0

    @property
    def counts(self) -> str:
        """What the plan counts: minutes where it names them, else steps or metres."""
        return counts_of(self)

    @property
    def amount(self) -> int:
        """A day's dose in the plan's own unit: minutes, steps or metres."""
        return amount_of(self)

    def of(self, amount: int) -> "Week":
        """The same week with another amount of what it counts."""
        changed: dict[str, Any] = {COLUMNS[self.counts]: amount}
        return replace(self, **changed)

    @property
    def volume(self) -> int:
        """The week's dose in the plan's own unit."""
        return self.days * self.amount


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of one walk: warm-up, walk, brisk, slow or cool-down, `seconds` long.

    Brisk and slow parts follow each other in pairs; each says how often it comes (`times`).
    """

    kind: str
    seconds: int
    times: int = 1


@dataclass(frozen=True, slots=True)
class VolumeWarning:
    """Week `number` asks for over 35 % more than the week before; `before` and `after` are weekly volumes.

    `counts` says of what: minutes, steps or metres.
    """

    number: int
    before: int
    after: int
    rise: float
    counts: str = MINUTES


def round_half_up(value: float) -> int:
    """Round .5 upwards; Python's own round goes to the even number."""
    return floor(value + 0.5 + 1e-9)


def whole(amount: float, counts: str) -> int:
    """Rounded down: metres to 50 where there are so many, minutes and steps to one; at least 1."""
    rounded = floor(amount + 1e-9)
    if counts == DISTANCE and rounded >= GRADING.metres_unit:
        rounded -= rounded % GRADING.metres_unit
    return max(1, rounded)


def bouts(minutes: int) -> int:
    """Walks that make up a day's minutes: two of at least 3 minutes for 6 to 9, else one."""
    return 2 if GRADING.bout_from <= minutes < GRADING.bout_below else 1


def most_bouts(minutes: int) -> int:
    """Into how many walks of at least 3 minutes a day may be split: never more than three."""
    return max(1, min(GRADING.most_bouts, minutes // GRADING.least_bout))


def bout_minutes(minutes: int, count: int) -> tuple[int, ...]:
    """A day's minutes as `count` walks, the longer ones first: 7 in two is 4 and 3."""
    return tuple((minutes + place) // count for place in range(count - 1, -1, -1))


def parts(week: Week, *, fast: bool = False) -> tuple[Part, ...]:
    """One walk of the week from warm-up to cool-down; `fast` for a day with fast parts.

    The easy ends lie inside the minutes: 5 each from 20 minutes on, else 2 each; a walk of up to 4 minutes is
    easy throughout. Of a day in bouts it is the first, longest one. Empty where the plan counts steps or
    metres alone.
    """
    if not week.minutes:
        return ()
    if fast and week.intervals:
        return _fast_parts(week)
    seconds = 60 * bout_minutes(week.minutes, week.bouts)[0]
    end = GRADING.long_ends if week.minutes >= GRADING.long_ends_from else GRADING.short_ends
    between = seconds - 2 * 60 * end
    if between <= 0:
        return (Part(WARM_UP, seconds),)
    return (Part(WARM_UP, 60 * end), Part(WALK, between), Part(COOL_DOWN, 60 * end))


def _fast_parts(week: Week) -> tuple[Part, ...]:
    """T4: the ends take what the pairs leave, 5 minutes each as the template writes it."""
    ends = 60 * week.minutes - week.intervals * 2 * GRADING.fast_seconds
    warm_up = max(0, ends) // 2
    return (
        Part(WARM_UP, warm_up),
        Part(BRISK, GRADING.fast_seconds, week.intervals),
        Part(SLOW, GRADING.fast_seconds, week.intervals),
        Part(COOL_DOWN, max(0, ends) - warm_up),
    )


def weekly_warnings(weeks: Sequence[Week]) -> tuple[VolumeWarning, ...]:
    """List the weeks whose volume rises over 35 % from the week before; weeks of unlike units say nothing."""
    found = []
    for last, week in zip(weeks, weeks[1:], strict=False):
        before, after = last.volume, week.volume
        if last.counts == week.counts and before and after > before * (1 + GRADING.volume_rise):
            rise = round(after / before - 1, 3)
            found.append(VolumeWarning(week.number, before, after, rise, week.counts))
    return tuple(found)
