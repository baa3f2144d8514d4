"""Reminders and weekly messages over a simulated year: what must never happen, counted."""

from collections.abc import Iterator

from programmes.clinical.reminding import Wish
from tests.clinical.reminding_year import ZONES, a_year
from tests.figures import Figure, measures

SEEDS, MANY_SEEDS = 4, 40


@measures("patient")
def a_year_of_reminders(full: bool) -> Iterator[Figure]:
    seeds = range(MANY_SEEDS if full else SEEDS)
    for wish in (Wish.WALKING_DAYS, Wish.WEEKLY):
        years = [a_year(zone, seed, wish) for zone in ZONES for seed in seeds]
        name = f"{wish} mails of {len(years)} simulated years"
        yield Figure(f"{name}: sent", sum(len(year.sent) for year in years), ">= 1")
        yield Figure(f"{name}: second of a day", sum(year.twice_a_day for year in years), "== 0")
        over = sum(year.too_many_in_seven_days for year in years)
        yield Figure(f"{name}: fourth in 7 days", over, "== 0")
        yield Figure(f"{name}: outside 8:00-20:00", sum(year.outside_hours for year in years), "== 0")
        yield Figure(f"{name}: after a log", sum(year.after_a_log for year in years), "== 0")
        yield Figure(f"{name}: while paused", sum(year.while_paused for year in years), "== 0")
