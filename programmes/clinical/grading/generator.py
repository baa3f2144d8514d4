"""The generator of graded programmes: a draft that the clinician edits and approves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, floor

from programmes.clinical.amounts import DISTANCE, MINUTES, STEPS
from programmes.clinical.grading.doses import (
    BUILD,
    CONSOLIDATION,
    EASY,
    HOLD,
    MAINTENANCE,
    MODERATE,
    BaselineOutOfRange,
    Week,
    bouts,
    round_half_up,
)
from programmes.clinical.grading.rules import T6_STEPS, ProgressionRules
from programmes.clinical.thresholds import GRADING


@dataclass(frozen=True, slots=True)
class Scale:
    """How a unit is rounded and stepped: doses in whole `unit`s, steps a week between two limits."""

    unit: int
    least_step: int
    most_step: int
    most: int


SCALES = {
    MINUTES: Scale(1, 1, GRADING.max_step, GRADING.max_baseline),
    DISTANCE: Scale(GRADING.metres_unit, GRADING.metres_unit, GRADING.max_step_metres, GRADING.max_metres),
    STEPS: Scale(1, 1, GRADING.steps_cap, GRADING.max_steps),
}


def most_of(counts: str) -> int:
    """The highest baseline, and dose of a day, in this unit."""
    return SCALES[counts].most


def generate(baseline: int, rules: ProgressionRules) -> tuple[Week, ...]:
    """Return the weeks of a programme from the comfortable baseline in the rules' unit.

    Starts at `factor` of the baseline, never above it; rises by a fixed step taken from the baseline (linear,
    never compounding); changes one of amount, days and intensity a week; repeats every fourth week; stops at
    the target; ends with the maintenance tail, if any. Raises BaselineOutOfRange outside the template's and
    the unit's limits.
    """
    least = max(rules.min_baseline, SCALES[rules.counts].unit)
    if not least <= baseline <= SCALES[rules.counts].most:
        raise BaselineOutOfRange(f"baseline {baseline} is outside {least}-{SCALES[rules.counts].most}")
    return _with_tail(_weeks(baseline, rules), rules.tail_weeks)


def generate_steps(
    baseline_steps: int, weeks: int = T6_STEPS.weeks, weekly_steps: int | None = None
) -> tuple[Week, ...]:
    """Return T6 at these usual daily steps; `weekly_steps` (for instance 500) replaces the 10 %.

    Raises BaselineOutOfRange outside 1-60,000.
    """
    return generate(baseline_steps, replace(T6_STEPS, weeks=weeks, weekly_steps=weekly_steps))


def by_distance(weeks: Sequence[Week], baseline_minutes: int, baseline_metres: int) -> tuple[Week, ...]:
    """Return weeks in minutes with a distance a walk, from the patient's own pace, to the nearest 50 m below.

    Raises BaselineOutOfRange unless both baselines are positive.
    """
    if baseline_minutes < 1 or baseline_metres < 1:
        raise BaselineOutOfRange("baseline minutes and metres must be positive")
    unit = GRADING.metres_unit
    pace = baseline_metres / baseline_minutes
    return tuple(replace(w, distance_m=max(unit, floor(w.minutes * pace / unit) * unit)) for w in weeks)


def start_of(baseline: int, rules: ProgressionRules) -> int:
    """A day's dose in the first week: `factor` of the baseline, at least one unit, at most the baseline.

    Minutes and steps are rounded half up, metres down to 50.
    """
    unit = SCALES[rules.counts].unit
    exact = rules.factor * baseline
    whole = round_half_up(exact) if unit == 1 else floor(exact / unit + 1e-9) * unit
    return max(unit, min(whole, baseline, target_of(baseline, rules)))


def step_of(baseline: int, rules: ProgressionRules) -> int:
    """What a progressing week adds: `step_share` of the baseline, 1-5 minutes or 50-400 metres."""
    scale = SCALES[rules.counts]
    wanted = rules.weekly_steps or round_half_up(rules.step_share * baseline / scale.unit) * scale.unit
    return max(scale.least_step, min(wanted, scale.most_step))


def target_of(baseline: int, rules: ProgressionRules) -> int:
    """The most that a day may ask for: the target, or 3,000 steps over the usual ones."""
    if rules.counts == STEPS:
        return min(baseline + GRADING.steps_cap, GRADING.max_steps)
    return rules.target_metres if rules.counts == DISTANCE else rules.target_minutes


def _weeks(baseline: int, rules: ProgressionRules) -> tuple[Week, ...]:
    if rules.intervals:
        return _interval_weeks(rules)
    if rules.steady:
        return _steady_weeks(baseline, rules)
    weeks = [_week(1, rules.start_days, start_of(baseline, rules), EASY, BUILD, rules)]
    while len(weeks) < rules.weeks:
        weeks.append(_next_week(weeks, baseline, rules))
    return tuple(weeks)


def _week(number: int, days: int, amount: int, intensity: str, kind: str, rules: ProgressionRules) -> Week:
    """A week whose dose is counted in the rules' unit."""
    if rules.counts == STEPS:
        return Week(number, days, 0, 1, intensity, kind, steps=amount)
    if rules.counts == DISTANCE:
        return Week(number, days, 0, 1, intensity, kind, distance_m=amount)
    return Week(number, days, amount, bouts(amount), intensity, kind)


def _next_week(weeks: Sequence[Week], baseline: int, rules: ProgressionRules) -> Week:
    """The week after: exactly one of intensity, days and amount may differ from the last."""
    last = weeks[-1]
    number = last.number + 1
    target = target_of(baseline, rules)
    amount, days, intensity = last.amount, last.days, last.intensity
    if number == rules.intensity_week:
        intensity = MODERATE
    elif _day_rises(weeks, number, target, rules):
        days += 1
    elif _unlocks(weeks, number, target, rules):
        intensity = MODERATE
    elif _amount_rises(number, rules):
        amount = min(amount + step_of(baseline, rules), max(target, amount))
    kind = _kind(number, (amount, days) == (last.amount, last.days))
    if kind == HOLD and intensity != last.intensity:
        kind = BUILD
    return _week(number, days, amount, intensity, kind, rules)


def _day_rises(weeks: Sequence[Week], number: int, target: int, rules: ProgressionRules) -> bool:
    """Whether this week adds a day: a named week, or by the rule where the template names none."""
    last = weeks[-1]
    if last.days >= rules.max_days:
        return False
    if rules.days_rise_on is not None:
        return number in rules.days_rise_on
    since = next((w.number for w in weeks if w.days == last.days), 1)
    ready = last.amount >= GRADING.day_rise_share * target
    return ready and number - since >= GRADING.day_rise_gap and not _consolidates(number)


def _unlocks(weeks: Sequence[Week], number: int, target: int, rules: ProgressionRules) -> bool:
    """Whether this free week turns moderate: the two weeks before it asked for the target."""
    held = weeks[-GRADING.unlock_weeks :]
    if not rules.unlocks_intensity or held[-1].intensity != EASY or _consolidates(number):
        return False
    return len(held) == GRADING.unlock_weeks and all(week.amount >= target for week in held)


def _amount_rises(number: int, rules: ProgressionRules) -> bool:
    """Whether this week may add minutes, metres or steps."""
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
        week = _week(number, rules.start_days, 2 * GRADING.long_ends + count, EASY, kind, rules)
        weeks.append(replace(week, intervals=count, interval_days=rules.interval_days))
    return tuple(weeks)


def _steady_weeks(baseline: int, rules: ProgressionRules) -> tuple[Week, ...]:
    """T7: the same week throughout, on as few days (3-5) as reach 90 minutes a week."""
    amount = start_of(baseline, rules)
    days = rules.start_days
    if rules.counts == MINUTES:
        days = min(rules.max_days, max(days, ceil(GRADING.maintenance_minutes / amount)))
    week = _week(1, days, amount, EASY, MAINTENANCE, rules)
    return tuple(replace(week, number=n) for n in range(1, rules.weeks + 1))


def _with_tail(weeks: tuple[Week, ...], tail_weeks: int) -> tuple[Week, ...]:
    """The last week goes on as maintenance: no dose is added, whatever it reached."""
    last = replace(weeks[-1], kind=MAINTENANCE)
    tail = range(last.number + 1, last.number + 1 + tail_weeks)
    return weeks + tuple(replace(last, number=number) for number in tail)
