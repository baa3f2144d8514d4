"""T5, the flare-up overlay: fourteen days laid over any programme, which waits meanwhile."""

from dataclasses import dataclass

from programmes.clinical.amounts import DISTANCE, MINUTES
from programmes.clinical.grading.doses import most_bouts, round_half_up, whole
from programmes.clinical.thresholds import GRADING


@dataclass(frozen=True, slots=True)
class FlarePhase:
    """Days of the flare overlay: share of the usual minutes, and in how many bouts (least, most)."""

    from_day: int
    until_day: int
    share: tuple[float, float]
    bouts: tuple[int, int]

    @property
    def length(self) -> int:
        """Days of this phase."""
        return self.until_day - self.from_day + 1


@dataclass(frozen=True, slots=True)
class FlareDay:
    """One day of the overlay: at least and at most so many minutes, in at least and at most so many walks."""

    day: int
    minutes: int
    up_to: int
    bouts: tuple[int, int]


T5_FLARE = (
    FlarePhase(1, 3, (0.5, 0.5), (2, 3)),
    FlarePhase(4, 7, (0.6, 0.75), (1, 2)),
    FlarePhase(8, 14, (1.0, 1.0), (1, 1)),  # the previous week's dose; not back by day 14: review
)
"""The flare-up overlay of up to 14 days; it pauses the programme's clock [P]."""
FLARE_LENGTH = T5_FLARE[-1].until_day


def shared(amount: int, share: float, counts: str = MINUTES) -> int:
    """A share of a dose: minutes and steps rounded half up, metres down to 50; at least 1, never above it."""
    if not amount or share >= 1:
        return amount
    wanted = whole(share * amount, counts) if counts == DISTANCE else round_half_up(share * amount)
    return min(amount, max(1, wanted))


def flare_days(minutes: int, previous_minutes: int) -> tuple[FlareDay, ...]:
    """The fourteen days from this week's minutes and the previous week's; bouts of at least 3 minutes.

    The last phase is the previous week's dose, never above this week's.
    """
    return tuple(
        _flare_day(day, phase, minutes, min(minutes, previous_minutes))
        for phase in T5_FLARE
        for day in range(phase.from_day, phase.until_day + 1)
    )


def _flare_day(day: int, phase: FlarePhase, minutes: int, previous: int) -> FlareDay:
    usual = previous if phase is T5_FLARE[-1] else minutes
    least, most = (shared(usual, share) for share in phase.share)
    return FlareDay(day, least, most, fitting_bouts(least, phase.bouts))


def fitting_bouts(amount: int, wanted: tuple[int, int], counts: str = MINUTES) -> tuple[int, int]:
    """As many walks as wanted, as far as each keeps 3 minutes or 200 metres; steps are spread anyway."""
    most = {MINUTES: most_bouts(amount), DISTANCE: max(1, amount // GRADING.least_bout_metres)}.get(counts, 1)
    return min(wanted[0], most), min(wanted[1], most)
