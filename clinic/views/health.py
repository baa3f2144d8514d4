"""For load balancers and monitors: is the process up, can it serve, do reviews and mails keep going?"""

from dataclasses import asdict

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from programmes.services.readiness import readiness


@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"live": True})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """503 while the database is away, a running clinic's review or the backup is too old, or mails are stuck.

    Names nobody. The backup is asked for where WAYMARK_BACKUP_FOLDER says where backups lie.
    """
    found = readiness(backups=settings.BACKUP_FOLDER, now=timezone.now())
    return JsonResponse({"ready": found.is_ready, **asdict(found)}, status=200 if found.is_ready else 503)
