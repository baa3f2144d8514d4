"""A number for every request: in its answer, on its error page, in each line of the log."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bound_contextvars
from uuid_utils.compat import uuid7

HEADER = "X-Request-ID"
KEPT_AS = "waymark.request_id"  # a name in the WSGI environment that no header can take
GIVEN = "HTTP_X_REQUEST_ID"  # only a trusted proxy's is still there (clinic/middleware/proxies.py)
UUID_SHAPE = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

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
            response = get_response(request)
        response[HEADER] = request.request_id
        return response

    return middleware
