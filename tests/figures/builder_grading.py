"""The generator's promises on random baselines."""

import random
from collections.abc import Iterator

from programmes.clinical.grading import TEMPLATES
from programmes.clinical.grading.generator import SCALES
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


def _failures(chance: random.Random) -> int:
    found = 0
    for rules in TEMPLATES.values():
        baseline = chance.randint(max(1, rules.min_baseline), SCALES[rules.counts].most)
        found += len(broken(baseline, rules))
    minutes = chance.randint(1, 300)
    return found + len(broken_by_flare(minutes, chance.randint(max(1, minutes - 5), minutes)))
