"""A number for every request: in its answer, on its error page, in each line of the log; and its own line."""

import re
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from structlog.contextvars import bound_contextvars
from uuid_utils.compat import uuid7

HEADER = "X-Request-ID"
KEPT_AS = "waymark.request_id"  # a name in the WSGI environment that no header can take
GIVEN = "HTTP_X_REQUEST_ID"  # only a trusted proxy's is still there (clinic/middleware/proxies.py)
UUID_SHAPE = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

log = structlog.stdlib.get_logger(__name__)
Handler = Callable[[HttpRequest], HttpResponse]


class NumberedRequest(HttpRequest):
    """A request with its number: 32 hexadecimal digits, a UUID."""

    request_id: str


def request_id_of(environ: dict[str, Any]) -> str:
    """The number of this request: made here once, or that of a trusted proxy if it is a UUID."""
    if KEPT_AS not in environ:
        given = environ.get(GIVEN, "")
        environ[KEPT_AS] = (UUID(given) if UUID_SHAPE.fullmatch(given) else uuid7()).hex
    return str(environ[KEPT_AS])


def number_requests(get_response: Handler) -> Handler:
    """Gives the request its `request_id`, the answer its header, each line logged meanwhile the number."""

    def middleware(request: Any) -> HttpResponse:
        request.request_id = request_id_of(request.META)
        with bound_contextvars(request_id=request.request_id):
            began = time.perf_counter()
            response = get_response(request)
            ms = round((time.perf_counter() - began) * 1000)
            log.info("request", method=request.method, status=response.status_code, ms=ms, **_facts(request))
        response[HEADER] = request.request_id
        return response

    return middleware


def _facts(request: Any) -> dict[str, Any]:
    """Which page, and who asked in which clinic: keys alone, and only what the request found out itself."""
    user, staff = _known_user(request), getattr(request, "staff", None)
    clinic_id = staff.clinic_id if staff else getattr(getattr(request, "patient", None), "clinic_id", None)
    facts = {"route": _route(request), "role": _role(user, staff)}
    facts |= {"user_id": user.pk} if user else {}
    return facts | ({"clinic_id": clinic_id} if clinic_id else {})


def _known_user(request: Any) -> Any:
    """The person, if anybody looked: looking here would be a query after the answer."""
    user = request.__dict__.get("user")
    if isinstance(user, SimpleLazyObject) and "_cached_user" not in request.__dict__:
        return None
    return user if user is not None and user.is_authenticated else None


def _role(user: Any, staff: Any) -> str:
    if user is None:
        return "visitor"
    if staff is not None:
        return str(staff.role)
    return "operator" if user.is_superuser else "patient"


def _route(request: Any) -> str:
    """The name of the page; the path may hold keys, words and mistakes."""
    if request.resolver_match is not None:
        return str(request.resolver_match.view_name)
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "unknown"
