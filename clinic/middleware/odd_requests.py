"""Refusing what cannot be read, before anything reads it; and one way to write each letter."""

import re
from collections.abc import Callable
from typing import Any
from unicodedata import normalize

from django.conf import settings
from django.core.exceptions import SuspiciousMultipartForm
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict

from clinic.middleware.error_pages import error_page

OFFERED = ("GET", "HEAD", "POST")  # the admin would answer any other method like GET
SESSION_KEY_SHAPE = re.compile(r"[a-z0-9]{32}")

Handler = Callable[[HttpRequest], HttpResponse]


class NoFiles(FileUploadHandler):
    """No form takes a file: the first one ends the reading of the body, and is answered 400."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        raise SuspiciousMultipartForm

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def refuse_odd_requests(get_response: Handler) -> Handler:
    """What Django or PostgreSQL would make a 500 of is answered 400, and a large body 413, before it is read.

    Methods that no page has are answered 405 here, once for all of them.

    Stands inside the middleware that sets headers and outside everything that reads a body or a session.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method not in OFFERED:
            return HttpResponseNotAllowed(OFFERED)
        status = _refusal(request)
        if status:
            return error_page(request, status)
        return get_response(request)

    return middleware


def _refusal(request: HttpRequest) -> int | None:
    """400, 413, or None for a request that can be read.

    A charset that is a codec of Python's but no text encoding (hex, rot13, idna) fails in the middle of a
    form. The size is that of the whole body: Django counts form fields alone, and reads files all the same.
    """
    query = request.META.get("QUERY_STRING", "")
    length = request.META.get("CONTENT_LENGTH") or "0"
    charset = (request.content_params or {}).get("charset", "utf-8")
    if "\x00" in request.path_info or "%00" in query or "\x00" in query:
        return 400
    if charset.lower() != "utf-8" or not (length.isascii() and length.isdigit()):
        return 400
    longest = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return 413 if longest is not None and int(length[:20]) > longest else None


def drop_odd_session_key(get_response: Handler) -> Handler:
    """A session cookie that no session of ours can have is treated as none: with NUL it would be a 500."""

    def middleware(request: HttpRequest) -> HttpResponse:
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        if key is not None and not SESSION_KEY_SHAPE.fullmatch(key):
            del request.COOKIES[settings.SESSION_COOKIE_NAME]
        return get_response(request)

    return middleware


def compose_letters(get_response: Handler) -> Handler:
    """What was typed arrives in one spelling: letters composed (NFC), the end of a line as one character.

    Some keyboards send "e" and an accent; such a name would not be found again. Browsers send a line's end as
    two characters and count it as one: without this a text within its limit is refused.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        request.GET = _composed(request.GET)  # type: ignore[assignment]
        if request.method == "POST":
            request.POST = _composed(request.POST)  # type: ignore[assignment]
        return get_response(request)

    return middleware


def _composed(typed: QueryDict) -> QueryDict:
    composed = QueryDict(mutable=True, encoding=typed.encoding)
    for name, values in typed.lists():
        composed.setlist(name, [normalize("NFC", value.replace("\r\n", "\n")) for value in values])
    composed._mutable = False
    return composed
