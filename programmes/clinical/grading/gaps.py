"""Coming back after days without a walk: what a gap of so many days asks for."""

from dataclasses import dataclass

from programmes.clinical.amounts import MINUTES
from programmes.clinical.grading.doses import whole
from programmes.clinical.thresholds import RETURN


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap of `from_days` or more full days without a walk.

    The last walked week's dose comes back at `share`; from the longest gap on only the clinician goes
    further (`new_baseline`).
    """

    from_days: int
    share: float
    new_baseline: bool = False


GAPS = (
    Gap(RETURN.repeat_days, 1.0),
    Gap(RETURN.reduce_days, RETURN.share),
    Gap(RETURN.baseline_days, RETURN.share, new_baseline=True),
)


def gap_after(days: int) -> Gap | None:
    """The rule for so many full days without a walk, the day of coming back not counted; None below 7."""
    return next((gap for gap in reversed(GAPS) if days >= gap.from_days), None)


def return_amount(last_week: int, gap: Gap, last_completed: int | None, counts: str = MINUTES) -> int:
    """What to come back with: the last week's share, never above the last completed walk, rounded down.

    In the plan's unit, at least 1; 0 stays 0.
    """
    if not last_week:
        return 0
    amount = last_week if gap.share >= 1 else whole(gap.share * last_week, counts)
    return amount if last_completed is None else min(amount, whole(last_completed, counts))
