"""The generator's promises on random baselines."""

import random
from collections.abc import Iterator

from programmes.clinical.distances import METRES, in_units, metres_from
from programmes.clinical.grading import MINUTES, TEMPLATES, ProgressionRules, in_metres
from programmes.clinical.grading.generator import SCALES
from programmes.clinical.thresholds import GRADING
from tests.clinical.grading_properties import broken, broken_by_flare
from tests.figures import Figure, measures

BASELINES = 1000


@measures("builder")
def properties_of_the_generator(full: bool) -> Iterator[Figure]:
    """T5 has no weeks of its own: its overlay is asked on the doses of two weeks on end."""
    chance = random.Random(4)  # noqa: S311 - baselines, not secrets
    failures = sum(_failures(chance) for _each in range(BASELINES))
    templates = len(TEMPLATES) + 1
    yield Figure(f"1,000 random baselines x {templates} templates, properties broken", failures, "== 0")


@measures("builder")
def properties_in_metres(full: bool) -> Iterator[Figure]:
    """The templates that may be counted in metres, at the target that the builder gives them."""
    chance = random.Random(42)  # noqa: S311 - baselines, not secrets
    counted = [rules for rules in TEMPLATES.values() if rules.counts == MINUTES and not rules.intervals]
    failures = sum(_in_metres(rules, chance) for rules in counted for _each in range(BASELINES))
    yield Figure(
        f"1,000 random baselines in metres x {len(counted)} templates, properties broken", failures, "== 0"
    )


def _in_metres(rules: ProgressionRules, chance: random.Random) -> int:
    baseline = chance.randint(GRADING.metres_unit, GRADING.max_metres)
    target = min(GRADING.max_metres, max(GRADING.metres_unit, 2 * baseline))
    return len(broken(baseline, in_metres(rules, target)))


@measures("builder")
def miles_come_back(full: bool) -> Iterator[Figure]:
    """Every hundredth of a mile and of a kilometre that can be typed, stored as metres and shown again."""
    typed = [f"{n / 100:.2f}" for n in range(4001)]
    lost = sum(
        f"{in_units(metres_from(each, units) or 0, units):f}" != each for each in typed for units in METRES
    )
    yield Figure("distances typed in miles or kilometres that come back otherwise, of 8,002", lost, "== 0")


def _failures(chance: random.Random) -> int:
    found = 0
    for rules in TEMPLATES.values():
        baseline = chance.randint(max(1, rules.min_baseline), SCALES[rules.counts].most)
        found += len(broken(baseline, rules))
    minutes = chance.randint(1, 300)
    return found + len(broken_by_flare(minutes, chance.randint(max(1, minutes - 5), minutes)))
