"""A year of reminders and weekly messages for one simulated patient, and what went wrong in it."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from programmes.clinical.reminding import (
    FROM,
    MOST,
    UNTIL,
    WITHIN,
    Situation,
    Times,
    Wish,
    held_back,
    is_due,
    next_due,
)

ZONES = ["Europe/London", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca"]
BEGINS, ENDS = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
TICKS = (1, 20, 60, 60, 60, 600)  # minutes: now and then nobody ticks for hours


@dataclass(frozen=True)
class Year:
    """When something was sent, on the patient's clock, and the days walked (before it left) and paused."""

    sent: tuple[datetime, ...]
    after_a_log: int
    while_paused: int

    @property
    def days(self) -> list[date]:
        return [at.date() for at in self.sent]

    @property
    def twice_a_day(self) -> int:
        return len(self.days) - len(set(self.days))

    @property
    def too_many_in_seven_days(self) -> int:
        days = self.days
        return sum(sum(day - WITHIN < other <= day for other in days) > MOST for day in days)

    @property
    def outside_hours(self) -> int:
        return sum(not FROM <= at.time() < UNTIL for at in self.sent)


def a_year(zone: str, seed: int, wish: Wish) -> Year:
    """Random days, walks, pauses and a sender that is away at times, through both changes of the clock."""
    chance, place = random.Random(f"{zone} {seed}"), ZoneInfo(zone)
    sent: list[datetime] = []
    walked: set[date] = set()
    paused: set[date] = set()
    wrong = {"after_a_log": 0, "while_paused": 0}
    now, times = BEGINS, some_times(chance, wish)
    due = next_due(times, after=now, zone=place)
    while now < ENDS:
        now += timedelta(minutes=chance.choice(TICKS))
        local = now.astimezone(place)
        today = local.date()
        if chance.random() < 0.02:
            walked.add(today)
        if chance.random() < 0.01:
            paused |= {today + timedelta(days=ahead) for ahead in range(chance.randrange(1, 14))}
        if chance.random() < 0.002:
            times = some_times(chance, wish)
            due = next_due(times, after=now, zone=place)
        if due is None or due > now:
            continue
        due = next_due(times, after=now, zone=place)
        if is_due(times, local) and held_back(_situation(local, walked, paused, sent)) is None:
            sent.append(local)
            wrong["after_a_log"] += today in walked
            wrong["while_paused"] += today in paused
    return Year(tuple(sent), **wrong)


def _situation(local: datetime, walked: set[date], paused: set[date], sent: list[datetime]) -> Situation:
    return Situation(
        local=local,
        asks_for_a_walk=local.date() not in paused,
        has_walked=local.date() in walked,
        has_told_why=False,
        is_worked_on=False,
        has_address=True,
        came_back=False,
        reminded_on=tuple(at.date() for at in sent),
    )


def some_times(chance: random.Random, wish: Wish) -> Times:
    days = frozenset(chance.sample(range(1, 8), chance.randrange(3, 8)))
    return Times(wish, days, time(chance.randrange(8, 20), chance.choice([0, 30])))
