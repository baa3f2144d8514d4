"""What surrounds every request: refusing the unreadable, one transaction, the active clinic, no caching."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from clinic.models import StaffMember
from clinic.tenancy import act_for

if TYPE_CHECKING:
    from clinic.models import Clinic

UNSCOPED = ("/static/", "/healthz/")  # no person, no session, no transaction around them
PATIENTS_CLINIC = "patients_clinic"  # whose rows a patient's session may read; set with the record
STAFF_SESSION = "staff_session"  # set by the staff sign-in alone
SESSION_KEY_SHAPE = re.compile(r"[a-z0-9]{32}")

Handler = Callable[[HttpRequest], HttpResponse]


class StaffRequest(HttpRequest):
    """A request with the membership that `active_clinic` found; None for patients and visitors."""

    staff: StaffMember | None
    clinic: "Clinic | None"


def refuse_odd_requests(get_response: Handler) -> Handler:
    """What Django or PostgreSQL would make a 500 of is answered 400, and a large body 413, before it is read.

    Stands inside the middleware that sets headers and outside everything that reads a body or a session.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        status = _refusal(request)
        if status:
            request.encoding = "utf-8"  # the page itself may look at the query
            return render(request, f"{status}.html", status=status)
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


def one_transaction(get_response: Handler) -> Handler:
    """One transaction around session, view and rendering; a 5xx leaves nothing half-written.

    ATOMIC_REQUESTS would end before a TemplateResponse renders, so admin pages would render outside it.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(UNSCOPED):
            return get_response(request)
        with transaction.atomic():
            response = get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response

    return middleware


def active_clinic(get_response: Handler) -> Handler:
    """Finds the staff membership of this session and sets the clinic in the transaction."""

    def middleware(request: Any) -> HttpResponse:
        request.staff = request.clinic = None
        if not request.path_info.startswith(UNSCOPED) and request.user.is_authenticated:
            act_for(user_id=request.user.pk)  # one's own memberships and records, in whatever clinic
            request.staff = membership(request)
            request.clinic = request.staff.clinic if request.staff else None
            act_for(
                clinic_id=request.staff.clinic_id if request.staff else request.session.get(PATIENTS_CLINIC),
                user_id=request.user.pk,
                operator=request.user.is_superuser and bool(request.session.get(STAFF_SESSION)),
            )
        return get_response(request)

    return middleware


def membership(request: Any) -> StaffMember | None:
    """The membership chosen in the session, else the first; None for patients and operators.

    A code by e-mail opens a patient's pages only: without the mark of a staff sign-in there is no membership,
    even when the same address belongs to a member of staff.
    """
    if not request.session.get(STAFF_SESSION):
        return None
    found = list(
        StaffMember.objects.filter(user=request.user, is_active=True)
        .select_related("clinic")
        .order_by("name")
    )
    chosen = [member for member in found if str(member.pk) == request.session.get("membership")]
    return next(iter(chosen or found), None)


def site(request: Any) -> dict[str, Any]:
    """Template context of every page."""
    return {
        "staff": getattr(request, "staff", None),
        "demo": settings.DEMO,
        "source_url": settings.SOURCE_URL,
    }
