"""Whether the promises are being kept: reviews are fresh, mail leaves, backups are taken. Names nobody.

The queue's banner, the health check and the call to a dead-man service ask here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import DatabaseError
from django.db.models import F, Min, OuterRef, Subquery

from clinic.backups.archives import taken_last
from clinic.models import Clinic, OutboxMessage
from clinic.tenancy import acting_for, with_all_post
from programmes.models import Programme, ReviewRun

STALE_AFTER = timedelta(hours=26)  # one night and two hours of patience
BACKUP_IS_LATE_AFTER = timedelta(hours=26)  # the same


@dataclass(frozen=True)
class Readiness:
    """None: the database is away, or nobody told where backups lie."""

    database: bool
    clinics_without_fresh_review: int | None
    outbox_is_late: bool | None
    outbox_stands_still: bool | None
    backup_age_hours: int | None
    backup_is_late: bool | None

    @property
    def is_ready(self) -> bool:
        is_late = self.clinics_without_fresh_review or self.outbox_is_late or self.backup_is_late
        return self.database and not is_late

    @property
    def keeps_going(self) -> bool:
        """Alerts that failed or came back do not count: nothing stands still, and staff see them all week."""
        stands_still = self.clinics_without_fresh_review or self.outbox_stands_still or self.backup_is_late
        return self.database and not stands_still


def reviewed_at(finished_at: datetime, due_at: datetime) -> datetime:
    """The instant up to which a finished review vouches for the patients.

    A night that is caught up days later vouches for its own day only, however lately it finished.
    """
    return min(finished_at, due_at + timedelta(days=1))


def is_stale(reviewed: datetime | None, now: datetime) -> bool:
    """Whether the newest complete review is older than 26 hours."""
    return reviewed is None or now - reviewed > STALE_AFTER


def readiness(*, backups: str, now: datetime) -> Readiness:
    """Of the whole service. `backups` is the folder where they lie; "" where it is not known here."""
    hours, backup_is_late = _backup(backups, now)
    try:
        stale, (is_late, stands_still) = _clinics_without_fresh_review(now), _outbox(now)
    except DatabaseError:
        return Readiness(False, None, None, None, hours, backup_is_late)
    return Readiness(True, stale, is_late, stands_still, hours, backup_is_late)


def _backup(folder: str, now: datetime) -> tuple[int | None, bool | None]:
    """The age of the newest backup in whole hours; a folder that is away or shut holds none."""
    if not folder:
        return None, None
    try:
        taken = taken_last(Path(folder))
    except OSError:
        taken = None
    hours = (now - taken) // timedelta(hours=1) if taken else None
    return hours, not taken or now - taken > BACKUP_IS_LATE_AFTER


def _outbox(now: datetime) -> tuple[bool, bool]:
    """Whether something is late, and whether that is because it stands still."""
    with with_all_post():
        posts = OutboxMessage.objects
        return posts.stuck(now).exists(), posts.standing_still(now).exists()


def _clinics_without_fresh_review(now: datetime) -> int:
    """Clinics where a programme has run for longer than a night and its review has not."""
    return sum(_lacks_fresh_review(clinic, now) for clinic in Clinic.objects.all())


def _lacks_fresh_review(clinic: Clinic, now: datetime) -> int:
    with acting_for(clinic):
        return _stale_reviews(now)


def _stale_reviews(now: datetime) -> int:
    runs: Any = ReviewRun.objects.filter(clinic=OuterRef("clinic"))
    newest = runs.done().order_by("-local_date", "-finished_at")
    running = (
        Programme.objects.running()
        .order_by()
        .values("clinic_id")
        .annotate(
            since=Min("assigned_at"),
            finished=Subquery(newest.values("finished_at")[:1]),
            due=Subquery(newest.values("due_at")[:1]),
        )
        .filter(since__lt=now - STALE_AFTER)
        .values_list(F("finished"), F("due"))
    )
    reviews = [reviewed_at(finished, due) if finished else None for finished, due in running]
    return sum(is_stale(reviewed, now) for reviewed in reviews)
