"""WSGI entry point: `gunicorn clinic.wsgi`."""

import os
import sys
from collections.abc import Callable, Iterable
from typing import Any

import structlog
from django.core.wsgi import get_wsgi_application
from structlog.contextvars import bound_contextvars

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
django_application = get_wsgi_application()

from clinic.checks import require_protection  # noqa: E402  needs Django to be set up
from clinic.middleware.headers import answer_outside_django  # noqa: E402
from clinic.middleware.proxies import believe_only_ours  # noqa: E402
from clinic.middleware.request_id import request_id_of  # noqa: E402

log = structlog.stdlib.get_logger(__name__)
require_protection()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Django; what it raises itself, before or after its middleware, becomes a page with every header."""
    believe_only_ours(environ)
    number = request_id_of(environ)
    with bound_contextvars(request_id=number):
        try:
            return django_application(_readable(environ), start_response)
        except Exception:
            log.exception("failed-outside-django")
            response = answer_outside_django(number)
            status = f"{response.status_code} {response.reason_phrase}"
            start_response(status, list(response.items()), sys.exc_info())
            return [response.content]


def _readable(environ: dict[str, Any]) -> dict[str, Any]:
    """Some charsets make Django fail before any middleware runs: those reach it by no codec's name."""
    content_type = environ.get("CONTENT_TYPE", "").lower()
    odd_charset = "charset" in content_type and "utf-8" not in content_type.replace("utf8", "utf-8")
    if odd_charset or "\x00" in content_type or "%00" in content_type:
        environ["CONTENT_TYPE"] = "text/plain; charset=refused"
    return environ
