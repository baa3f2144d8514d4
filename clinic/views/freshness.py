"""How old the newest complete review is: the queue's banner and the health check ask the same question."""

from datetime import datetime, timedelta

STALE_AFTER = timedelta(hours=26)  # one night and two hours of patience


def reviewed_at(finished_at: datetime, due_at: datetime) -> datetime:
    """The instant up to which a finished review vouches for the patients.

    A night that is caught up days later vouches for its own day only, however lately it finished.
    """
    return min(finished_at, due_at + timedelta(days=1))


def is_stale(reviewed: datetime | None, now: datetime) -> bool:
    return reviewed is None or now - reviewed > STALE_AFTER
