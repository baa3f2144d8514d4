"""In which language a request is answered: staff in English, patients in one they were offered.

Django's own LocaleMiddleware takes any language that is installed; here one counts only while an approval
of its safety texts holds and a clinic offers it (ADR 0047), whatever a cookie or a browser asks for.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from clinic.languages import SOURCE, approvable
from clinic.middleware.people import UNSCOPED
from clinic.services.languages import offered_to_visitors

A_YEAR = 60 * 60 * 24 * 365


class SpeakTheirLanguage:
    """Chooses before the first view, form or error page; a patient's own record decides later, once open."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with translation.override(language_of(request)):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or SOURCE)
        patch_vary_headers(response, ("Accept-Language",))
        return response


def language_of(request: HttpRequest) -> str:
    """What the browser's cookie or settings ask for, where visitors are offered it; else the source."""
    asked = _asked(request)
    if asked == SOURCE or request.path_info.startswith(UNSCOPED) or _is_staffs(request):
        return SOURCE
    return asked if asked in offered_to_visitors() else SOURCE


def _asked(request: HttpRequest) -> str:
    """By cookie, else by the browser; nothing is asked of the database for a language nobody could get."""
    known = {SOURCE, *approvable()}
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    if chosen in known:
        return str(chosen)
    wanted = parse_accept_lang_header(request.headers.get("accept-language", ""))
    short = {code.partition("-")[0]: code for code in known}
    found = (known & {code} or {short.get(code.partition("-")[0], "")} for code, _weight in wanted)
    return next((code for codes in found for code in codes if code), SOURCE)


def _is_staffs(request: HttpRequest) -> bool:
    try:
        return "patients" not in resolve(request.path_info).namespaces
    except Resolver404:
        return False


def remember_language(response: HttpResponse, language: str) -> None:
    """In this browser, for the pages before somebody is signed in."""
    options: dict[str, Any] = {"secure": settings.LANGUAGE_COOKIE_SECURE, "samesite": "Lax"}
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, max_age=A_YEAR, path="/", httponly=True, **options
    )
