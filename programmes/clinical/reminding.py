"""When a patient is reminded of a walk: on their own days and time, seldom, never beside the point.

Numbers by the product's brief (screens.md, "Settings" and "Reminders"): at most one a day and three in seven
days, between 8:00 and 20:00 on the patient's own clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

FROM, UNTIL = time(8), time(20)  # quiet outside: the patient's own clock [P]
MOST, WITHIN = 3, timedelta(days=7)  # a fourth in a week nags [P]
A_WEEK = 7


class Wish(StrEnum):
    """What a patient asked for."""

    NONE = "none"
    WALKING_DAYS = "walking-days"
    WEEKLY = "weekly"


class Because(StrEnum):
    """Why a reminder that was due did not go out."""

    LATE = "late"  # the day's hours are over
    WALKED = "walked"
    TOLD_WHY = "told-why"  # the patient has said why there is no walk today
    RESTS = "rests"  # no plan that asks for a walk today: paused, ended, not begun
    WORKED_ON = "worked-on"  # staff look at a review item, or a safety answer waits
    ENOUGH = "enough"
    NO_ADDRESS = "no-address"
    CAME_BACK = "came-back"  # the last mail to this address did


@dataclass(frozen=True)
class Times:
    """What the patient chose: ISO weekdays (Monday is 1) and a time between FROM and UNTIL."""

    wish: Wish
    days: frozenset[int]
    at: time

    def is_on(self, day: date) -> bool:
        """Whether the wish names that day; once a week means the first of the walking days."""
        if self.wish == Wish.NONE or not self.days:
            return False
        days = self.days if self.wish == Wish.WALKING_DAYS else {min(self.days)}
        return day.isoweekday() in days


@dataclass(frozen=True)
class Situation:
    """The patient's day, as it stands at `local`, which is on the patient's own clock."""

    local: datetime
    asks_for_a_walk: bool
    has_walked: bool
    has_told_why: bool
    is_worked_on: bool
    has_address: bool
    came_back: bool
    reminded_on: Sequence[date]  # earlier attempts


def next_due(times: Times, *, after: datetime, zone: ZoneInfo) -> datetime | None:
    """The first instant after `after` (aware) at which a reminder falls due; None where none is wanted."""
    first = after.astimezone(zone).date()
    for ahead in range(A_WEEK + 1):
        day = first + timedelta(days=ahead)
        due = datetime.combine(day, times.at, tzinfo=zone)
        if times.is_on(day) and due > after:
            return due
    return None


def is_due(times: Times, local: datetime) -> bool:
    """Whether this is one of the days, and its time has come. False after a change of days or of the zone."""
    return times.is_on(local.date()) and local.time() >= times.at


def held_back(situation: Situation) -> Because | None:
    """Why nothing goes out now; None where the reminder goes."""
    today = situation.local.date()
    recent = [on for on in situation.reminded_on if today - WITHIN < on <= today]
    reasons = {
        Because.NO_ADDRESS: not situation.has_address,
        Because.CAME_BACK: situation.came_back,
        Because.LATE: not FROM <= situation.local.time() < UNTIL,
        Because.WALKED: situation.has_walked,
        Because.TOLD_WHY: situation.has_told_why,
        Because.RESTS: not situation.asks_for_a_walk,
        Because.WORKED_ON: situation.is_worked_on,
        Because.ENOUGH: len(recent) >= MOST or today in recent,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def day_is_over_at(local: datetime) -> datetime:
    """When a mail about that day may no longer leave."""
    return datetime.combine(local.date(), UNTIL, tzinfo=local.tzinfo)
