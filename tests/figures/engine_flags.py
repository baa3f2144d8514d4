"""How many items a clinic gets, and whether a smaller plan looks like a drop."""

from collections.abc import Iterator

from tests.benchmarks.cohort import load, smaller_plan
from tests.figures import Figure, measures


@measures("engine")
def flag_load(full: bool) -> Iterator[Figure]:
    total = load(seed=1, patients=1000 if full else 300)
    yield Figure("new review items per active patient-week, simulated", total.items / total.weeks, "<= 0.15")
    repeats = 100 * total.repeats / total.items
    yield Figure("items within 7 days of the last one, %", repeats, "<= 10 %")


@measures("engine")
def plan_changes(full: bool) -> Iterator[Figure]:
    for before, now in ((5, 3), (4, 2), (7, 5)):
        share = 100 * smaller_plan(before, now, fixed=True)
        yield Figure(f"flagged within 4 weeks of {before} to {now} days, own weekdays, %", share, "<= 5 %")
        chance = 100 * smaller_plan(before, now, fixed=False)
        same = 100 * smaller_plan(now, now, fixed=False)
        yield Figure(
            f"flagged more than with {now} days all along, {before} to {now} days, random days, points",
            chance - same,
            "<= 5",
        )
