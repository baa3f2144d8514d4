"""Headers of every response that Django and its packages do not set, and all of them where Django is not."""

from collections.abc import Callable
from typing import Any

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware

from clinic.middleware.error_pages import server_error
from clinic.middleware.request_id import KEPT_AS, number_requests

Handler = Callable[[HttpRequest], HttpResponse]


def no_store(get_response: Handler) -> Handler:
    """Nothing a signed-in person sees may stay in a shared cache or behind the back button."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        return response

    return middleware


class _UnreadableRequest(HttpRequest):
    """Stands for a request that Django could not even make an object of."""

    def is_secure(self) -> bool:
        return bool(settings.HTTPS)


def answer_outside_django(request_id: str) -> HttpResponse:
    """The page of a 500 with every header, for a request that failed outside Django's own middleware."""
    request = _UnreadableRequest()
    request.META[KEPT_AS] = request_id
    handler: Any = server_error
    for middleware in (no_store, XFrameOptionsMiddleware, CSPMiddleware, SecurityMiddleware, number_requests):
        handler = middleware(handler)
    response: HttpResponse = handler(request)
    response["Content-Length"] = str(len(response.content))
    return response
