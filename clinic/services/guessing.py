"""Delays that grow with wrong guesses, kept in the database (ADR 0023)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.utils.crypto import salted_hmac

FORGOTTEN_AFTER = timedelta(hours=24)  # without a further guess the count starts anew
LONGEST_DELAY = timedelta(minutes=15)

# The first `free` guesses cost nothing; after each further one the next waits 1, 2, 4 ... 900 seconds. One
# statement decides and counts, so that two guesses at the same moment are never taken for one.
TAKE = """
INSERT INTO clinic_guesses AS g (key, made, free_at, last_at) VALUES (%s, 1, %s::timestamptz, %s::timestamptz)
ON CONFLICT (key) DO UPDATE SET
  made = CASE WHEN g.last_at < %s::timestamptz THEN 1 ELSE g.made + 1 END,
  free_at = CASE WHEN g.last_at < %s::timestamptz OR g.made + 1 < %s::int THEN %s::timestamptz
    ELSE %s::timestamptz
      + interval '1 second' * least(%s::int, power(2, least(g.made + 1 - %s::int, 20))) END,
  last_at = excluded.last_at
WHERE g.free_at <= excluded.last_at
RETURNING g.made
"""


class TooManyGuesses(Exception):
    """Not now: somebody has guessed too often here. Says nothing about whether the account exists."""


@dataclass(frozen=True)
class Counter:
    """One thing that guesses are counted for, and how many of them are free."""

    kind: str
    of: str
    free: int

    @property
    def key(self) -> str:
        return salted_hmac("waymark.guesses", f"{self.kind}:{self.of}", algorithm="sha256").hexdigest()


FREE: Final = {"account": 5, "network": 30, "device": 8, "factor": 5}


def counter(kind: str, of: object) -> Counter:
    return Counter(kind, str(of), FREE[kind])


def take_guess(*counters: Counter, now: datetime) -> None:
    """Counts one guess under each key, before it is compared. Raises TooManyGuesses where one must wait.

    The guess is counted under the others all the same: the statements do not depend on the outcome.
    """
    if not all([_take(one, now) for one in counters]):
        raise TooManyGuesses


def _take(one: Counter, now: datetime) -> bool:
    oldest = now - FORGOTTEN_AFTER
    longest = int(LONGEST_DELAY.total_seconds())
    values: list[Any] = [one.key, now, now, oldest, oldest, one.free, now, now, longest, one.free]
    with connection.cursor() as cursor:
        cursor.execute(TAKE, values)
        return cursor.fetchone() is not None


def give_back(*counters: Counter, now: datetime) -> None:
    """A right guess was none: it is taken off the count, and whoever comes next does not wait for it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE clinic_guesses SET made = greatest(made - 1, 0), free_at = %s::timestamptz"
            " WHERE key = ANY(%s)",
            [now, [one.key for one in counters]],
        )
