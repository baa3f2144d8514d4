"""WSGI entry point: `gunicorn clinic.wsgi`."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
django_application = get_wsgi_application()

from clinic.checks import require_protection  # noqa: E402  needs Django to be set up

require_protection()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Django, which fails on some charsets before any middleware runs: those reach it by no codec's name."""
    content_type = environ.get("CONTENT_TYPE", "").lower()
    odd_charset = "charset" in content_type and "utf-8" not in content_type.replace("utf8", "utf-8")
    if odd_charset or "\x00" in content_type or "%00" in content_type:
        environ["CONTENT_TYPE"] = "text/plain; charset=refused"
    return django_application(environ, start_response)
