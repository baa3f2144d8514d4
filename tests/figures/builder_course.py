"""What the course of a plan costs, and whether silence ever raised a dose."""

import random
import time
from collections.abc import Iterator

from programmes.clinical.amounts import MINUTES, STEPS, Walked
from programmes.clinical.course import course_of
from programmes.clinical.grading import T3_PREVENTION, TEMPLATES, generate
from programmes.clinical.grading.generator import SCALES
from tests.clinical.courses import a_plan, doses
from tests.clinical.diaries import day
from tests.figures import Figure, measures

SILENCES = 200


@measures("builder")
def course_of_26_weeks(full: bool) -> Iterator[Figure]:
    """CPU of one course: 26 weeks prescribed, all of them walked, with two gaps."""
    plan = a_plan(doses(generate(20, T3_PREVENTION)))
    walks = [
        (day(n), Walked(20))
        for n in range(182)
        if n % 7 in (0, 2, 4, 5) and not 60 <= n < 70 and not 120 <= n < 137
    ]
    best = min(_cpu_ms(plan, walks) for _each in range(20))
    yield Figure("the course of 26 weeks and 90 walks, ms of CPU", round(best, 3), "<= 1 ms")


def _cpu_ms(plan: object, walks: list[object]) -> float:
    began = time.process_time()
    for _each in range(10):
        course_of([plan], walks=walks, on=day(182))  # type: ignore[list-item,arg-type]
    return (time.process_time() - began) * 100


@measures("builder")
def silence_never_raises(full: bool) -> Iterator[Figure]:
    """The dose after 21 silent days against that of the last walk, for every template."""
    chance = random.Random(5)  # noqa: S311 - diaries, not secrets
    raised = sum(_raised(code, chance) for code in TEMPLATES for _each in range(SILENCES))
    yield Figure(
        f"doses raised by 21 silent days, {SILENCES} diaries x {len(TEMPLATES)} templates", raised, "== 0"
    )


def _raised(code: str, chance: random.Random) -> bool:
    rules = TEMPLATES[code]
    baseline = chance.randint(SCALES[rules.counts].unit, SCALES[rules.counts].most)
    baseline = max(rules.min_baseline, baseline)
    plan = a_plan(doses(generate(baseline, rules)))
    days = sorted(chance.sample(range(90), 40))
    walks = [(day(n), _some_of(rules.counts, baseline, chance)) for n in days]
    before, after = (course_of([plan], walks=walks, on=day(days[-1] + silent)).today for silent in (0, 21))
    return after.dose.amount > before.dose.amount


def _some_of(counts: str, baseline: int, chance: random.Random) -> Walked:
    """Anything up to twice the baseline, told in the plan's unit; now and then in minutes alone."""
    amount = chance.randint(1, 2 * baseline)
    if counts == MINUTES:
        return Walked(min(amount, 300))
    walked = Walked(20, steps=amount) if counts == STEPS else Walked(20, distance_m=amount)
    return walked if chance.random() < 0.9 else Walked(20)
