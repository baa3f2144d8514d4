"""A session begins with a new key, ends by idleness or age, and says when it was last seen."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from clinic.middleware.browsers import agent_family, network_of
from clinic.middleware.session_store import AGENT, ENROLLING, NETWORK, STAFF_SESSION, STARTED
from clinic.models import SessionKind, User, UserSession

BACKEND = "django.contrib.auth.backends.ModelBackend"
SEEN_AGAIN = timedelta(minutes=1)  # a row is written once a minute, not on each request
# Kind of session: how long without a request, and how long in all.
LIMITS: Final[dict[str, tuple[timedelta, timedelta]]] = {
    SessionKind.STAFF: (timedelta(minutes=settings.STAFF_IDLE_MINUTES), timedelta(hours=12)),
    SessionKind.PATIENT: (timedelta(days=30), timedelta(days=90)),
}

Handler = Callable[[HttpRequest], HttpResponse]


def begin_session(request: Any, user: User, *, kind: SessionKind, now: datetime, **marks: object) -> None:
    """Signs in with a new key; nothing of an earlier session stays, least of all another kind's marks.

    `marks` are what the session holds from its first moment. Staff sessions end at a fixed instant; it does
    not move when the session is saved.
    """
    request.session.flush()
    request.session.update(
        {STARTED: now.isoformat(), AGENT: agent_family(request), NETWORK: network_of(request), **marks}
    )
    request.session.set_expiry(now + LIMITS[kind][1])
    login(request, user, backend=BACKEND)


def drop_session(request: Any) -> None:
    """Ends the session of this request; what follows is a visitor's."""
    request.session.flush()
    request.user = AnonymousUser()


def living_session(get_response: Handler) -> Handler:
    """A session that was left alone too long, or is too old, is none. Needs `request.user`."""

    def middleware(request: HttpRequest) -> HttpResponse:
        row: UserSession | None = getattr(request.session, "row", None) if _signed_in(request) else None
        now = timezone.now()
        if row is not None and _is_over(row, now):
            drop_session(request)
        elif row is not None and now - row.last_seen_at >= SEEN_AGAIN:
            UserSession.objects.filter(pk=row.pk, last_seen_at__lt=now).update(last_seen_at=now)
        return get_response(request)

    return middleware


def _signed_in(request: HttpRequest) -> bool:
    """Asked only where there is a cookie: a visitor's page needs no session."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated


def _is_over(row: UserSession, now: datetime) -> bool:
    idle, longest = LIMITS.get(row.kind, LIMITS[SessionKind.STAFF])
    return now - row.last_seen_at > idle or now - row.started_at > longest


__all__ = [
    "BACKEND",
    "ENROLLING",
    "LIMITS",
    "STAFF_SESSION",
    "begin_session",
    "drop_session",
    "living_session",
]
