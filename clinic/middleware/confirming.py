"""Asking again who it is, before what would hurt most in a browser left open: exports, addresses, factors."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

CONFIRMED = "confirmed_at"  # in the session: when the password was last given
OPENED = "opened_confirmed"  # in the session: the page that was opened while confirmed
CONFIRMED_FOR = timedelta(minutes=10)
TIME_TO_TYPE = timedelta(minutes=20)  # what was opened in time may be sent a little later

View = Callable[..., HttpResponse]


def note_confirmed(request: HttpRequest, *, now: datetime) -> None:
    request.session[CONFIRMED] = now.isoformat()


def recently_confirmed(request: HttpRequest, *, within: timedelta = CONFIRMED_FOR) -> bool:
    """Whether this session's password was given in the last ten minutes, by signing in or by confirming."""
    at = request.session.get(CONFIRMED)
    return at is not None and timezone.now() - datetime.fromisoformat(at) <= within


def may_send(request: HttpRequest) -> bool:
    """As `recently_confirmed`; a form that was opened in time may be sent for 20 minutes more."""
    if request.session.get(OPENED) == request.path:
        return recently_confirmed(request, within=CONFIRMED_FOR + TIME_TO_TYPE)
    return recently_confirmed(request)


def note_opened(request: HttpRequest) -> None:
    if request.session.get(OPENED) != request.path:
        request.session[OPENED] = request.path


def to_confirm(request: HttpRequest, back: str = "") -> HttpResponseRedirect:
    """To the page that asks for the password, and back here."""
    page = reverse("clinic:confirm", query={"next": back or request.get_full_path()})
    return HttpResponseRedirect(page)


def confirmed_page(view: View) -> View:
    """Asks for the password first unless it was given in the last ten minutes. For views and admin views.

    Stands below `staff_page` or the admin's own check: who may, comes first.
    """

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (recently_confirmed(request) if request.method in ("GET", "HEAD") else may_send(request)):
            return to_confirm(request)
        if request.method == "GET":
            note_opened(request)
        return view(request, *args, **kwargs)

    return guarded
