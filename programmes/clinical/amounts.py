"""What a plan counts: minutes, metres or steps. One dose and what was walked, in the same unit."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

MINUTES, DISTANCE, STEPS = "minutes", "distance", "steps"
COLUMNS = {MINUTES: "minutes", DISTANCE: "distance_m", STEPS: "steps"}
"""Under which name a dose, and a walk, holds it."""
MOST = {MINUTES: 300, DISTANCE: 40_000, STEPS: 60_000}
"""The most that one walk or a day's dose may be (metres); more is a typing error [P]."""


class Dosed(Protocol):
    """Anything that asks for an amount a day: a week of the plan, a dose of the course, a planned week."""

    @property
    def minutes(self) -> int:
        """0 where metres or steps count instead."""

    @property
    def steps(self) -> int | None:
        """None where the plan names none."""

    @property
    def distance_m(self) -> int | None:
        """In metres."""


class Target(NamedTuple):
    """What was asked for on a day, as it stands beside a walk."""

    minutes: int = 0
    steps: int | None = None
    distance_m: int | None = None

    @property
    def counts(self) -> str:
        """Minutes, steps or distance."""
        return counts_of(self)

    @property
    def amount(self) -> int:
        """0 outside a plan."""
        return amount_of(self)


class Walked(NamedTuple):
    """What was walked on a walk or a day: minutes, steps, metres; None is not told, never zero."""

    minutes: int | None = None
    steps: int | None = None
    distance_m: int | None = None

    def told(self, counts: str) -> int | None:
        """How much of what the plan counts; None where only something else was told."""
        return getattr(self, COLUMNS[counts])  # type: ignore[no-any-return]

    def plus(self, other: "Walked") -> "Walked":
        """Both walks of a day together, as far as they are told."""
        return Walked(*(_sum(a, b) for a, b in zip(self, other, strict=True)))


def together(walks: Iterable[Walked]) -> Walked:
    """All walks of a day."""
    total = Walked()
    for walk in walks:
        total = total.plus(walk)
    return total


def counts_of(dose: Dosed) -> str:
    """What a dose counts: minutes where it names them, else steps or metres."""
    if dose.minutes:
        return MINUTES
    return STEPS if dose.steps else DISTANCE


def amount_of(dose: Dosed) -> int:
    """A day's dose in its own unit."""
    return dose.minutes or dose.steps or dose.distance_m or 0


def reaches(walked: Walked, dose: Dosed, share: float) -> bool:
    """Whether a day walked reaches this share of the dose, in the plan's unit."""
    return is_enough(walked.told(counts_of(dose)), share * amount_of(dose))


def is_enough(told: int | None, asked: float) -> bool:
    """Whether what was told of a day is as much as asked.

    A walk that was told in another unit is: it was walked, and how much nobody knows [P].
    """
    return told is None or told >= asked


def _sum(a: int | None, b: int | None) -> int | None:
    return b if a is None else a if b is None else a + b
