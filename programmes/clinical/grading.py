"""The generator of graded programmes: a draft that the clinician edits and approves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, floor

from programmes.clinical.thresholds import GRADING

EASY, MODERATE = "easy", "moderate"
BUILD, CONSOLIDATION, HOLD, MAINTENANCE = "build", "consolidation", "hold", "maintenance"


class BaselineOutOfRange(ValueError):
    """The comfortable baseline is zero, negative, too long, or too small for the template."""


@dataclass(frozen=True, slots=True)
class ProgressionRules:
    """One template's own parameters.

    `minutes_rise_on` and `days_rise_on` name the weeks that change the dose; None means every free week for
    the minutes, and for the days the rule "minutes at 60 % of the target, three weeks since the last".
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


@dataclass(frozen=True, slots=True)
class Week:
    """The dose of one week: `days` walks of `minutes` (0 where steps count), taken in `bouts`.

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


@dataclass(frozen=True, slots=True)
class VolumeWarning:
    """Week `number` asks for over 35 % more than the week before; `before` and `after` are weekly volumes."""

    number: int
    before: int
    after: int
    rise: float


@dataclass(frozen=True, slots=True)
class FlarePhase:
    """Days of the flare overlay: share of the usual minutes, and in how many bouts (least, most)."""

    from_day: int
    until_day: int
    share: tuple[float, float]
    bouts: tuple[int, int]


T1_GENTLE = ProgressionRules("T1", 8, 5, 5, 20, factor=GRADING.gentle_factor)
T2_STEADY = ProgressionRules("T2", 12, 3, 5, 30, days_rise_on=(6, 10), intensity_week=12)
T3_PREVENTION = ProgressionRules(
    "T3", 26, 3, 5, 30, step_share=0.10, minutes_rise_on=(2, 3, 5, 7, 9, 14, 20), days_rise_on=(6, 10)
)
T4_INTERVALS = ProgressionRules(
    "T4", 6, 5, 5, 20, min_baseline=25, intervals=(4, 6, 6, 8, 10, 10), interval_days=3
)
T7_MAINTENANCE = ProgressionRules("T7", 12, 3, 5, 30, factor=1.0, steady=True)
TEMPLATES = {
    rules.code: rules for rules in (T1_GENTLE, T2_STEADY, T3_PREVENTION, T4_INTERVALS, T7_MAINTENANCE)
}
"""Templates counted in minutes; T6 counts steps (`generate_steps`)."""

STEPS_CODE, STEPS_WEEKS, STEPS_DAYS = "T6", 12, 5
T5_FLARE = (
    FlarePhase(1, 3, (0.5, 0.5), (2, 3)),
    FlarePhase(4, 7, (0.6, 0.75), (1, 2)),
    FlarePhase(8, 14, (1.0, 1.0), (1, 1)),  # the previous week's dose; not back by day 14: review
)
"""The flare-up overlay of up to 14 days; it pauses the programme's clock [P]."""


def blank_rules(
    *,
    target_minutes: int,
    weeks: int,
    start_days: int,
    max_days: int,
    step_share: float = GRADING.step_share,
    factor: float = GRADING.factor,
) -> ProgressionRules:
    """Return the rules of a programme without a template.

    Target 1-300 minutes, 1-52 weeks, days 1-7 with start_days <= max_days, step share and factor in (0, 1];
    ValueError otherwise.
    """
    limits = (
        1 <= target_minutes <= GRADING.max_baseline,
        1 <= weeks <= 52,
        1 <= start_days <= max_days <= 7,
        0 < step_share <= 1,
        0 < factor <= 1,
    )
    if not all(limits):
        raise ValueError("target 1-300 minutes, 1-52 weeks, 1-7 days, shares above 0 and up to 1")
    return ProgressionRules("blank", weeks, start_days, max_days, target_minutes, factor, step_share)


def generate(baseline_minutes: int, rules: ProgressionRules) -> tuple[Week, ...]:
    """Return the weeks of a programme from the comfortable baseline in minutes.

    Starts at `factor` of the baseline, never above it; rises by a fixed step taken from the baseline (linear,
    never compounding); changes one of minutes, days and intensity a week; repeats every fourth week; stops at
    the target. Raises BaselineOutOfRange below the template's least baseline or above 300.
    """
    if not max(1, rules.min_baseline) <= baseline_minutes <= GRADING.max_baseline:
        raise BaselineOutOfRange(f"baseline {baseline_minutes} min is outside {rules.min_baseline}-300")
    if rules.intervals:
        return _interval_weeks(rules)
    if rules.steady:
        return _steady_weeks(baseline_minutes, rules)
    weeks = [_first_week(baseline_minutes, rules)]
    while len(weeks) < rules.weeks:
        weeks.append(_next_week(weeks, baseline_minutes, rules))
    return tuple(weeks)


def generate_steps(
    baseline_steps: int, weeks: int = STEPS_WEEKS, weekly_steps: int | None = None
) -> tuple[Week, ...]:
    """Return T6: daily steps on five days, from the 7-day median up by 10 % of it a week.

    `weekly_steps` (for instance 500) replaces the 10 %. Linear, at most 3,000 over the baseline, every fourth
    week repeats. `minutes` is 0: the plan counts steps. Raises BaselineOutOfRange outside 1-60,000.
    """
    if not 1 <= baseline_steps <= 60_000:
        raise BaselineOutOfRange(f"baseline {baseline_steps} steps is outside 1-60000")
    step = weekly_steps or round_half_up(GRADING.steps_share * baseline_steps)
    made: list[Week] = []
    for number in range(1, weeks + 1):
        rises = sum(not _consolidates(n) for n in range(2, number + 1))
        steps = baseline_steps + min(GRADING.steps_cap, rises * step)
        kind = _kind(number, bool(made) and made[-1].steps == steps)
        made.append(Week(number, STEPS_DAYS, 0, 1, EASY, kind, steps=steps))
    return tuple(made)


def by_distance(weeks: Sequence[Week], baseline_minutes: int, baseline_metres: int) -> tuple[Week, ...]:
    """Return the weeks with a distance a walk, from the patient's own pace, to the nearest 50 m below.

    Raises BaselineOutOfRange unless both baselines are positive.
    """
    if baseline_minutes < 1 or baseline_metres < 1:
        raise BaselineOutOfRange("baseline minutes and metres must be positive")
    pace = baseline_metres / baseline_minutes
    return tuple(replace(w, distance_m=max(50, floor(w.minutes * pace / 50) * 50)) for w in weeks)


def weekly_warnings(weeks: Sequence[Week]) -> tuple[VolumeWarning, ...]:
    """List the weeks whose volume (minutes, or steps, times days) rises over 35 % from the week before."""
    found = []
    for last, week in zip(weeks, weeks[1:], strict=False):
        before, after = _volume(last), _volume(week)
        if before and after > before * (1 + GRADING.volume_rise):
            found.append(VolumeWarning(week.number, before, after, round(after / before - 1, 3)))
    return tuple(found)


def round_half_up(value: float) -> int:
    """Round .5 upwards; Python's own round goes to the even number."""
    return floor(value + 0.5 + 1e-9)


def start_minutes(baseline_minutes: int, rules: ProgressionRules) -> int:
    """Minutes of the first week: `factor` of the baseline, at least 1, at most baseline and target."""
    return max(1, min(round_half_up(rules.factor * baseline_minutes), baseline_minutes, rules.target_minutes))


def step_minutes(baseline_minutes: int, rules: ProgressionRules) -> int:
    """Minutes added in a progressing week: `step_share` of the baseline, 1 to 5."""
    return max(1, min(round_half_up(rules.step_share * baseline_minutes), GRADING.max_step))


def bouts(minutes: int) -> int:
    """Walks that make up a day's minutes: two of at least 3 minutes for 6 to 9, else one."""
    return 2 if GRADING.bout_from <= minutes < GRADING.bout_below else 1


def _first_week(baseline: int, rules: ProgressionRules) -> Week:
    minutes = start_minutes(baseline, rules)
    return Week(1, rules.start_days, minutes, bouts(minutes), EASY, BUILD)


def _next_week(weeks: Sequence[Week], baseline: int, rules: ProgressionRules) -> Week:
    """The week after: exactly one of intensity, days and minutes may differ from the last."""
    last = weeks[-1]
    number = last.number + 1
    minutes, days, intensity = last.minutes, last.days, last.intensity
    if number == rules.intensity_week:
        intensity = MODERATE
    elif _day_rises(weeks, number, rules):
        days += 1
    elif _minutes_rise(number, rules):
        minutes = min(minutes + step_minutes(baseline, rules), max(rules.target_minutes, minutes))
    kind = _kind(number, (minutes, days) == (last.minutes, last.days))
    if kind == HOLD and intensity != last.intensity:
        kind = BUILD
    return Week(number, days, minutes, bouts(minutes), intensity, kind)


def _day_rises(weeks: Sequence[Week], number: int, rules: ProgressionRules) -> bool:
    """Whether this week adds a day: a named week, or by the rule where the template names none."""
    last = weeks[-1]
    if last.days >= rules.max_days:
        return False
    if rules.days_rise_on is not None:
        return number in rules.days_rise_on
    since = next((w.number for w in weeks if w.days == last.days), 1)
    ready = last.minutes >= GRADING.day_rise_share * rules.target_minutes
    return ready and number - since >= GRADING.day_rise_gap and not _consolidates(number)


def _minutes_rise(number: int, rules: ProgressionRules) -> bool:
    """Whether this week may add minutes."""
    if rules.minutes_rise_on is not None:
        return number in rules.minutes_rise_on
    return not _consolidates(number)


def _consolidates(number: int) -> bool:
    return number % GRADING.consolidate_every == 0


def _kind(number: int, same: bool) -> str:
    """What the week does: build, or stay - as a fourth week, or because the target is reached."""
    if not same:
        return BUILD
    return CONSOLIDATION if _consolidates(number) else HOLD


def _interval_weeks(rules: ProgressionRules) -> tuple[Week, ...]:
    """T4: warm-up and cool-down of 5 minutes round the intervals; easy days last as long."""
    weeks: list[Week] = []
    for number, count in enumerate(rules.intervals, 1):
        kind = _kind(number, bool(weeks) and weeks[-1].intervals == count)
        weeks.append(
            Week(
                number,
                rules.start_days,
                10 + count,
                1,
                EASY,
                kind,
                intervals=count,
                interval_days=rules.interval_days,
            )
        )
    return tuple(weeks)


def _steady_weeks(baseline: int, rules: ProgressionRules) -> tuple[Week, ...]:
    """T7: the same week throughout, on as few days (3-5) as reach 90 minutes a week."""
    minutes = start_minutes(baseline, rules)
    days = min(rules.max_days, max(rules.start_days, ceil(GRADING.maintenance_minutes / minutes)))
    week = Week(1, days, minutes, bouts(minutes), EASY, MAINTENANCE)
    return tuple(replace(week, number=n) for n in range(1, rules.weeks + 1))


def _volume(week: Week) -> int:
    return week.days * (week.minutes if week.steps is None else week.steps)
