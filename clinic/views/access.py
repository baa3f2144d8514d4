"""Who may open a staff page: a person with a membership, signed in as staff."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from clinic.middleware.confirming import confirmed_page
from clinic.middleware.people import StaffRequest
from clinic.middleware.sessions import ENROLLING
from clinic.models import Clinic, StaffMember
from clinic.permissions import Operator, may

__all__ = [
    "ClinicRequest",
    "confirmed_page",
    "own_factor_page",
    "safe_next",
    "signed_in_page",
    "staff_page",
]


Refusals = dict[type[Exception], tuple[str | None, Any]]  # beside which field each refusal is told


class ClinicRequest(StaffRequest):
    """A request that `staff_page` let through: somebody, in some clinic."""

    staff: StaffMember
    clinic: Clinic


def page_for(verb: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Staff whose role has this verb; other staff get 403. The verb that the page calls asks again."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @staff_page
        @wraps(view)
        def guarded(request: ClinicRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not may(request.staff, verb):
                raise PermissionDenied
            with timezone.override(request.clinic.zone):
                return view(request, *args, **kwargs)

        return guarded

    return decorate


def is_done(form: Form, refusals: Refusals, verb: Callable[[], Any]) -> bool:
    """Whether the verb did it; if not, the form says why beside the field that `refusals` names."""
    try:
        verb()
    except tuple(refusals) as refusal:
        field, words = refusals[type(refusal)]
        form.add_error(field if field in form.fields else None, words)
    return not form.errors


def staff_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Staff only. Others are asked to sign in and come back; an operator, who sees no patient, gets 403."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if cast("StaffRequest", request).staff is not None:
            return view(request, *args, **kwargs)
        if isinstance(cast("StaffRequest", request).actor, Operator):
            raise PermissionDenied
        # A POST cannot be repeated after signing in; its page can.
        back = request.get_full_path() if request.method == "GET" else reverse("clinic:review-queue")
        return redirect_to_login(back, reverse("clinic:sign-in"))

    return guarded


def signed_in_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Staff and operator: pages about one's own sign-in. `own_factor_page` also while setting up a factor."""
    return _own_page(view, while_enrolling=False)


def own_factor_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    return _own_page(view, while_enrolling=True)


def _own_page(view: Callable[..., HttpResponse], *, while_enrolling: bool) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        enrolling = while_enrolling and request.session.get(ENROLLING)
        if cast("StaffRequest", request).actor is not None or enrolling:
            return view(request, *args, **kwargs)
        back = request.get_full_path() if request.method == "GET" else reverse("clinic:review-queue")
        return redirect_to_login(back, reverse("clinic:sign-in"))

    return guarded


def safe_next(request: HttpRequest, *, fallback: str) -> str:
    """Where `next` says to go on, when that is a path here; other words would be taken for a view's name."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe and wanted.startswith("/") else fallback
