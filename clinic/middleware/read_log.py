"""No audit, no page: what a request read stands in the read log before it is answered."""

from collections.abc import Callable, Iterable
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from clinic.permissions import role_of
from clinic.reads import noting
from clinic.services.audit import Reader, log_reads

Handler = Callable[[HttpRequest], HttpResponse]
SERVER_ERROR = 500


def read_log(get_response: Handler) -> Handler:
    """Notes whose rows the view and its templates load, and writes one entry in the same transaction.

    Stands inside `one_transaction` and `active_clinic`. An entry that cannot be written is a server error,
    which takes everything back. A 5xx shows nobody and is rolled back, so it has no entry.
    """

    def middleware(request: Any) -> HttpResponse:
        with noting() as reads:
            response = get_response(request)
            if response.streaming:
                _read_to_the_end(response)
        if reads.patients and response.status_code < SERVER_ERROR:
            log_reads(reads=reads, reader=_reader(request), status=response.status_code)
        return response

    return middleware


def _read_to_the_end(response: Any) -> None:
    """A stream would be read after the commit: without clinic, and unseen by the log."""
    response.streaming_content = iter(list(cast("Iterable[bytes]", response.streaming_content)))


def _reader(request: Any) -> Reader:
    match = request.resolver_match
    return Reader(
        user_id=request.user.pk if request.user.is_authenticated else None,
        role=_role(request),
        route=match.view_name if match else "",
        method=request.method,
        request_id=UUID(request.request_id),
    )


def _role(request: Any) -> str:
    """What the person was for this page. An operator without the mark of a staff sign-in is none."""
    if role := role_of(request.actor):
        return str(role)
    return "patient" if request.user.is_authenticated else "visitor"
