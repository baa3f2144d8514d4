"""For load balancers and monitors: is the process up, can it serve, do reviews and mails keep going?"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.db.models import F, Min, OuterRef, Subquery
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.backups.archives import taken_last
from clinic.models import Clinic, OutboxMessage
from clinic.tenancy import acting_for, with_all_post
from clinic.views.freshness import STALE_AFTER, is_stale, reviewed_at
from programmes.models import Programme, ReviewRun


@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"live": True})


BACKUP_IS_LATE_AFTER = timedelta(hours=26)  # a night and two hours, as for reviews


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """503 while the database is away, a running clinic's review or the backup is too old, or mails are stuck.

    Names nobody. The backup is asked for where WAYMARK_BACKUP_FOLDER says where backups lie.
    """
    now = timezone.now()
    backup = _backup(now)
    try:
        found: dict[str, Any] = {
            "database": True,
            "clinics_without_fresh_review": _clinics_without_fresh_review(now),
            "outbox_is_late": _outbox_is_late(now),
        }
    except DatabaseError:
        found = {"database": False, "clinics_without_fresh_review": None, "outbox_is_late": None}
    is_late = found["clinics_without_fresh_review"] or found["outbox_is_late"] or backup["backup_is_late"]
    is_ready = bool(found["database"] and not is_late)
    return JsonResponse({"ready": is_ready, **found, **backup}, status=200 if is_ready else 503)


def _backup(now: datetime) -> dict[str, Any]:
    """The age of the newest backup in whole hours; a folder that is away or shut holds none."""
    if not settings.BACKUP_FOLDER:
        return {"backup_age_hours": None, "backup_is_late": None}
    try:
        taken = taken_last(Path(settings.BACKUP_FOLDER))
    except OSError:
        taken = None
    hours = (now - taken) // timedelta(hours=1) if taken else None
    return {"backup_age_hours": hours, "backup_is_late": not taken or now - taken > BACKUP_IS_LATE_AFTER}


def _outbox_is_late(now: datetime) -> bool:
    with with_all_post():
        return OutboxMessage.objects.stuck(now).exists()


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
