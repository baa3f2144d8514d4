"""What is shown when something is wrong: one page for each status, which says no more than its number.

They are rendered without the request: no context processor runs, so no query, no session, no person. The
page of a 500 thus also comes when the database is away.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

# When even the templates are broken.
LAST_RESORT = """<!DOCTYPE html>
<html lang="en-gb">
<head><meta charset="utf-8"><title>Something went wrong – Waymark</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>Something went wrong</h1>
<p>This is our fault, not yours. Please wait a minute and try again. In an emergency call 999.</p>
<p>Tell us this number: <code>{number}</code></p></main></body>
</html>
"""


def error_page(request: HttpRequest, status: int, template: str = "") -> HttpResponse:
    """The page of this status, with the number of the request. Never raises."""
    number = getattr(request, "request_id", "")
    facts = {"request_id": number, "demo": settings.DEMO, "source_url": settings.SOURCE_URL}
    try:
        text: str = render_to_string(template or f"{status}.html", facts)
    except Exception:  # an error page must not need an error page
        text = LAST_RESORT.format(number=number)
    return HttpResponse(text, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400."""
    return error_page(request, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler403."""
    return error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404: the address asked for is not repeated, nor what was missing."""
    return error_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500."""
    return error_page(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "", **_: Any) -> HttpResponse:
    """CSRF_FAILURE_VIEW: a form from no page of this session, or a browser that refuses cookies."""
    kept = settings.CSRF_COOKIE_NAME in request.COOKIES
    return error_page(request, 403, "403_csrf.html" if kept else "403_cookies.html")
