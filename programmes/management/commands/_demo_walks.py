"""Believable walks for an invented patient: the same every time, whatever the date."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from programmes.clinical.grading import COLUMNS, Week
from programmes.management.commands._demo_stories import Story
from programmes.services.walk_logging import Arrival, WalkEntry

WALKING_DAYS = {3: (0, 2, 4), 4: (0, 2, 4, 5), 5: (0, 1, 3, 4, 6)}  # of a programme's week


def arrivals(story: Story, weeks: Sequence[Week], today: date, zone: ZoneInfo) -> list[Arrival]:
    """Every walk of the story, each logged on its own evening; the symptoms come with the last one."""
    chance = random.Random(story.name)  # noqa: S311  the same walks at every seeding
    walks = [
        _arrival(story, week, ago, today, zone, chance) for week, ago in _days_walked(story, weeks, chance)
    ]
    if story.symptoms:
        last = walks[-1]
        walks[-1] = replace(last, entry=replace(last.entry, new_symptoms=story.symptoms))
    return walks


def _days_walked(story: Story, weeks: Sequence[Week], chance: random.Random) -> Iterator[tuple[Week, int]]:
    """The plan's week and how many days ago, for each planned walk that was done."""
    until = story.finished or max(1, story.silent)
    for day in range(story.started - until + 1):
        week, ago = weeks[min(day // 7, len(weeks) - 1)], story.started - day
        rests = story.paused is not None and story.paused[1] <= ago <= story.paused[0]
        if day % 7 in WALKING_DAYS[week.days] and chance.random() < story.keeps and not rests:
            yield week, ago


def _arrival(
    story: Story, week: Week, ago: int, today: date, zone: ZoneInfo, chance: random.Random
) -> Arrival:
    on = today - timedelta(days=ago)
    walked = max(1, round(week.amount * story.dose * chance.uniform(0.9, 1.1)))
    amount: dict[str, Any] = {COLUMNS[week.counts]: walked}
    before = _score(_level(story, ago) + chance.gauss(0, 0.7))
    worst = _score(before + chance.choice((0, 0, 1, 1, 2)))
    started = time(chance.choice((8, 9, 10, 14, 16)), chance.choice((0, 10, 20, 30, 45)))
    entry = WalkEntry(
        client_uuid=uuid5(NAMESPACE_URL, f"waymark-demo:{story.name}:{on}"),
        walked_on=on,
        **amount,
        outcome="done" if walked >= 0.9 * week.amount else "shortened",
        started_at_local=started,
        bouts=week.bouts,
        intensity=week.intensity,
        effort=_score(chance.gauss(3.5 * story.dose, 0.8)),
        pain_before=before,
        pain_worst=worst,
        pain_after=_score(min(worst, before + chance.choice((-1, 0, 0, 1)))),
        settled="yes" if before < 7 else "no",
        fall="none",
        new_symptoms=(),
        confidence=_score(chance.gauss(7, 1)),
    )
    evening = datetime.combine(on, time(18, chance.randrange(60)), zone)
    return Arrival(entry, evening)


def _level(story: Story, ago: int) -> float:
    """The story's own level of pain on that day, before the ups and downs of every day."""
    level = story.pain
    for change in story.changes:
        share = min(1.0, max(0.0, (change.began - ago) / change.takes))
        level += (change.to - level) * share
    return level


def _score(value: float) -> int:
    return min(10, max(0, round(value)))
