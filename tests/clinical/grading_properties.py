"""What must hold for every generated plan, by name: asked by the property tests and counted as a figure."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from programmes.clinical.grading import (
    T5_FLARE,
    FlareDay,
    ProgressionRules,
    Week,
    flare_days,
    generate,
    step_of,
    weekly_warnings,
)
from programmes.clinical.grading.generator import target_of

Property = Callable[[Sequence[Week], int, ProgressionRules], bool]


def never_starts_above_the_baseline(weeks: Sequence[Week], baseline: int, _rules: ProgressionRules) -> bool:
    return 1 <= weeks[0].amount <= baseline


def never_compounds(weeks: Sequence[Week], baseline: int, rules: ProgressionRules) -> bool:
    """Every rise is the one step; only the last may be cut by the target. Fast parts keep their own list."""
    rises = [b.amount - a.amount for a, b in pairwise(weeks) if b.amount != a.amount]
    if rules.intervals:
        return weeks[-1].amount - weeks[0].amount == rules.intervals[-1] - rules.intervals[0]
    step = step_of(baseline, rules)
    return all(rise == step for rise in rises[:-1]) and all(0 < rise <= step for rise in rises)


def one_variable_a_week(weeks: Sequence[Week], _baseline: int, _rules: ProgressionRules) -> bool:
    return all(
        (a.amount != b.amount) + (a.days != b.days) + (a.intensity != b.intensity) <= 1
        for a, b in pairwise(weeks)
    )


def never_above_the_target(weeks: Sequence[Week], baseline: int, rules: ProgressionRules) -> bool:
    target = target_of(baseline, rules)
    return all(week.amount <= target and week.days <= rules.max_days for week in weeks)


def never_falls(weeks: Sequence[Week], _baseline: int, _rules: ProgressionRules) -> bool:
    return all(a.amount <= b.amount and a.days <= b.days for a, b in pairwise(weeks))


def warns_of_steep_rises(weeks: Sequence[Week], _baseline: int, _rules: ProgressionRules) -> bool:
    """Exactly the weeks that ask for over 35 % more than the one before."""
    steep = {b.number for a, b in pairwise(weeks) if 100 * b.days * b.amount > 135 * a.days * a.amount}
    return {warning.number for warning in weekly_warnings(weeks)} == steep


def fourth_weeks_do_not_build(weeks: Sequence[Week], _baseline: int, rules: ProgressionRules) -> bool:
    """Where the template names no weeks of its own; the pace may turn in a named week."""
    named = rules.minutes_rise_on is not None or rules.intervals
    return bool(named) or all(
        (a.amount, a.days) == (b.amount, b.days) for a, b in pairwise(weeks) if b.number % 4 == 0
    )


def numbered(weeks: Sequence[Week], _baseline: int, rules: ProgressionRules) -> bool:
    return [week.number for week in weeks] == list(range(1, rules.weeks + rules.tail_weeks + 1))


def the_same_again(weeks: Sequence[Week], baseline: int, rules: ProgressionRules) -> bool:
    return generate(baseline, rules) == tuple(weeks)


PROPERTIES: tuple[Property, ...] = (
    never_starts_above_the_baseline,
    never_compounds,
    one_variable_a_week,
    never_above_the_target,
    never_falls,
    warns_of_steep_rises,
    fourth_weeks_do_not_build,
    numbered,
    the_same_again,
)


def broken(baseline: int, rules: ProgressionRules) -> list[str]:
    """The names of the properties that the plan at this baseline breaks."""
    weeks = generate(baseline, rules)
    return [each.__name__ for each in PROPERTIES if not each(weeks, baseline, rules)]


def broken_by_flare(minutes: int, previous: int) -> list[str]:
    """The same for the flare overlay: less than usual, never a minute-long scrap of a walk, then back."""
    days = flare_days(minutes, previous)
    held = {
        "fourteen days": [day.day for day in days] == list(range(1, T5_FLARE[-1].until_day + 1)),
        "never above the usual": all(1 <= day.minutes <= day.up_to <= minutes for day in days),
        "never falls": all(a.minutes <= b.minutes for a, b in pairwise(days) if b.day <= 7),
        "ends on the previous week": days[-1].up_to == min(minutes, previous),
        "walks of 3 minutes": all(_walks_are_long_enough(day) for day in days),
        "the same again": flare_days(minutes, previous) == days,
    }
    return [name for name, holds in held.items() if not holds]


def _walks_are_long_enough(day: FlareDay) -> bool:
    return day.bouts[1] == 1 or day.minutes // day.bouts[1] >= 3
