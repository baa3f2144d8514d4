"""Headers of every response that Django and its packages do not set, and all of them where Django is not."""

from collections.abc import Callable
from functools import partial
from typing import Any

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware

from clinic.middleware.error_pages import error_page
from clinic.middleware.request_id import KEPT_AS, number_requests

BAD_REQUEST = 400

Handler = Callable[[HttpRequest], HttpResponse]


ALWAYS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Reporting-Endpoints": f'csp="{settings.CSP_REPORTS}"',
}


def complete_headers(get_response: Handler) -> Handler:
    """What Django and django-csp do not set. Only static files may stay in a cache, shared or one's own."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in ALWAYS.items():
            response[name] = value
        is_file = request.path_info.startswith(settings.STATIC_URL) and response.status_code < BAD_REQUEST
        if not is_file and "no-store" not in response.get("Cache-Control", ""):
            response["Cache-Control"] = "no-store"
        return response

    return middleware


class _UnreadableRequest(HttpRequest):
    """Stands for a request that Django could not even make an object of."""

    def is_secure(self) -> bool:
        return bool(settings.HTTPS)


def answer_outside_django(request_id: str, status: int = 500) -> HttpResponse:
    """An error page with every header, for a request that failed outside Django's own middleware."""
    request = _UnreadableRequest()
    request.META[KEPT_AS] = request_id
    handler: Any = partial(error_page, status=status, template="500.html" if status >= 500 else "400.html")
    for middleware in (SecurityMiddleware, XFrameOptionsMiddleware, CSPMiddleware, complete_headers):
        handler = middleware(handler)
    response: HttpResponse = number_requests(handler)(request)
    response["Content-Length"] = str(len(response.content))
    return response
