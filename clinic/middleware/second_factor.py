"""No staff page without a second factor: who has none yet sees the pages that set one up, and no other."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from clinic.middleware.sessions import ENROLLING, STAFF_SESSION, drop_session
from clinic.services.second_factor import has_second_factor

SECOND_FACTOR = "second_factor"  # in a staff session: which factor passed, or NO_FACTOR where it is optional
NO_FACTOR = "none"
OPEN_WHILE_ENROLLING = (
    "clinic:second-factor",
    "clinic:add-app",
    "clinic:add-passkey",
    "clinic:confirm",
    "clinic:sign-out",
)

Handler = Callable[[HttpRequest], HttpResponse]


def second_factor_first(get_response: Handler) -> Handler:
    """Sends a session that is still enrolling to its pages; ends one whose factor is not good enough."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return get_response(request)
        if request.session.get(ENROLLING) and has_second_factor(request.user):
            drop_session(request)  # set up elsewhere meanwhile: the password alone must not replace it
        if request.session.get(ENROLLING) and not _is_open(request.path_info):
            return HttpResponseRedirect(reverse("clinic:second-factor"))
        if request.session.get(STAFF_SESSION) and not _is_enough(request.session.get(SECOND_FACTOR)):
            drop_session(request)
        return get_response(request)

    return middleware


def _is_open(path: str) -> bool:
    return path.startswith(("/static/", "/healthz/")) or path in map(reverse, OPEN_WHILE_ENROLLING)


def _is_enough(factor: str | None) -> bool:
    return factor is not None and (factor != NO_FACTOR or settings.MFA_OPTIONAL)
