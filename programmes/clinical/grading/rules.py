"""The parameters of each template, and those of a programme without one."""

from dataclasses import dataclass, replace

from programmes.clinical.amounts import DISTANCE, MINUTES, STEPS
from programmes.clinical.thresholds import GRADING


@dataclass(frozen=True, slots=True)
class ProgressionRules:
    """One template's own parameters.

    `minutes_rise_on` and `days_rise_on` name the weeks that change the dose; None means every free week for
    the minutes, and for the days the rule "minutes at 60 % of the target, three weeks since the last".
    `intensity_week` names the week that turns moderate at the latest; with `unlocks_intensity` the first free
    week after two weeks at the target does so earlier. `counts` is the unit of baseline and dose (minutes,
    distance, steps), `target_metres` and `weekly_steps` belong to the latter two. `tail_weeks` of
    maintenance follow the last week.
    """

    code: str
    weeks: int
    start_days: int
    max_days: int
    target_minutes: int
    factor: float = GRADING.factor
    step_share: float = GRADING.step_share
    minutes_rise_on: tuple[int, ...] | None = None
    days_rise_on: tuple[int, ...] | None = None
    intensity_week: int | None = None
    min_baseline: int = 1
    intervals: tuple[int, ...] = ()
    interval_days: int = 0
    steady: bool = False
    unlocks_intensity: bool = False
    counts: str = MINUTES
    target_metres: int = 0
    weekly_steps: int | None = None
    tail_weeks: int = 0


T1_GENTLE = ProgressionRules("T1", 8, 5, 5, 20, factor=GRADING.gentle_factor)
T2_STEADY = ProgressionRules(
    "T2", 12, 3, 5, 30, days_rise_on=(6, 10), intensity_week=12, unlocks_intensity=True
)
T3_PREVENTION = ProgressionRules(
    "T3", 26, 3, 5, 30, step_share=0.10, minutes_rise_on=(2, 3, 5, 7, 9, 14, 20), days_rise_on=(6, 10)
)
T4_INTERVALS = ProgressionRules(
    "T4", 6, 5, 5, 20, min_baseline=25, intervals=(4, 6, 6, 8, 10, 10), interval_days=3
)
T6_STEPS = ProgressionRules(
    "T6", 12, 5, 5, 0, factor=1.0, step_share=GRADING.steps_share, counts=STEPS
)  # from the 7-day median itself: usual steps are walked already
T7_MAINTENANCE = ProgressionRules("T7", 12, 3, 5, 30, factor=1.0, steady=True)
TEMPLATES = {
    rules.code: rules
    for rules in (T1_GENTLE, T2_STEADY, T3_PREVENTION, T4_INTERVALS, T6_STEPS, T7_MAINTENANCE)
}
"""What `generate` makes programmes of; T5 is an overlay on any of them (`T5_FLARE`)."""


def blank_rules(
    *,
    target_minutes: int,
    weeks: int,
    start_days: int,
    max_days: int,
    step_share: float = GRADING.step_share,
    factor: float = GRADING.factor,
    tail_weeks: int = 0,
) -> ProgressionRules:
    """Return the rules of a programme without a template.

    Target 1-300 minutes, 1-52 weeks and 0-52 of maintenance after them, days 1-7 with start_days <= max_days,
    step share and factor in (0, 1]; ValueError otherwise.
    """
    limits = (
        1 <= target_minutes <= GRADING.max_baseline,
        1 <= weeks <= 52,
        0 <= tail_weeks <= 52,
        1 <= start_days <= max_days <= 7,
        0 < step_share <= 1,
        0 < factor <= 1,
    )
    if not all(limits):
        raise ValueError("target 1-300 minutes, 1-52 weeks, 1-7 days, shares above 0 and up to 1")
    return ProgressionRules(
        "blank",
        weeks,
        start_days,
        max_days,
        target_minutes,
        factor,
        step_share,
        unlocks_intensity=True,
        tail_weeks=tail_weeks,
    )


def in_metres(rules: ProgressionRules, target_metres: int) -> ProgressionRules:
    """The same rules counted in metres. ValueError unless the target is 50 to 40,000 metres."""
    if not GRADING.metres_unit <= target_metres <= GRADING.max_metres:
        raise ValueError("target 50-40000 metres")
    return replace(rules, counts=DISTANCE, target_metres=target_metres)
