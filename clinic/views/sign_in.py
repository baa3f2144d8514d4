"""Staff sign-in in two steps, sign-out, and the choice of the clinic."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.devices import Device
from clinic.forms import NOT_NOW, ClinicChoiceForm, SecondStepForm, StaffSignInForm
from clinic.middleware.browsers import network_of
from clinic.middleware.confirming import CONFIRMED
from clinic.middleware.second_factor import NO_FACTOR, SECOND_FACTOR
from clinic.middleware.sessions import ENROLLING, STAFF_SESSION, begin_session
from clinic.models import SessionKind, StaffMember, User
from clinic.services.guessing import TooManyGuesses
from clinic.services.second_factor import WrongCode, has_second_factor, pass_code
from clinic.services.signing_in import WrongPassword, check_password, works_here
from clinic.tenancy import act_for
from clinic.views.access import ClinicRequest, safe_next, staff_page
from clinic.views.passkeys import passkey_options, passkey_passes

PASSED = "password_passed"  # in a visitor's session: whose password was right, and until when that counts
TIME_FOR_SECOND_STEP = timedelta(minutes=10)
UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The password. It opens nothing yet: only `complete` marks a session as staff."""
    form = StaffSignInForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        user = _checked(request, form)
        if user is not None:
            return after_password(request, user)
    context = {"form": form, "next": request.POST.get("next") or request.GET.get("next", "")}
    return render(request, "clinic/sign_in.html", context, status=UNPROCESSABLE if form.errors else 200)


def _checked(request: HttpRequest, form: StaffSignInForm) -> User | None:
    try:
        return check_password(
            email=form.cleaned_data["username"],
            password=form.cleaned_data["password"],
            device=Device.of(request),
            network=network_of(request),
            now=timezone.now(),
        )
    except WrongPassword:
        form.add_error(None, form.WRONG)
    except TooManyGuesses:
        form.add_error(None, NOT_NOW)
    return None


def after_password(request: HttpRequest, user: User) -> HttpResponse:
    """On to the second factor; to setting one up where there is none yet."""
    now, wanted = timezone.now(), safe_next(request, fallback="")
    if has_second_factor(user):
        request.session.flush()
        request.session[PASSED] = [str(user.pk), user.get_session_auth_hash(), now.isoformat()]
        request.session.set_expiry(now + TIME_FOR_SECOND_STEP)
        return redirect(reverse("clinic:second-step", query={"next": wanted} if wanted else None))
    if settings.MFA_OPTIONAL:
        return complete(request, user, NO_FACTOR)
    marks = {ENROLLING: True, CONFIRMED: now.isoformat()}
    begin_session(request, user, kind=SessionKind.STAFF, now=now, **marks)
    return redirect("clinic:second-factor")


def half_signed_in(request: HttpRequest) -> User | None:
    """Whose password was right in this session, within ten minutes; nobody disabled or changed meanwhile."""
    key, hashed, at = request.session.get(PASSED, (None, "", ""))
    user = User.objects.filter(pk=key).first() if key else None
    if user is None or hashed != user.get_session_auth_hash() or not works_here(user):
        return None
    return user if timezone.now() - datetime.fromisoformat(at) <= TIME_FOR_SECOND_STEP else None


@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """A code or a passkey, after the right password only."""
    user = half_signed_in(request)
    if user is None:
        return redirect("clinic:sign-in")
    by_passkey = "credential" in request.POST
    form = SecondStepForm(request.POST if request.method == "POST" and not by_passkey else None)
    factor = passkey_passes(request, user) if by_passkey else _code_passes(request, user, form)
    if factor:
        return complete(request, user, factor)
    refused = by_passkey or bool(form.errors)
    context = {
        "form": form,
        "next": safe_next(request, fallback=""),
        "options": passkey_options(request, user),
        "passkey_refused": by_passkey,
    }
    return render(request, "clinic/second_step.html", context, status=UNPROCESSABLE if refused else 200)


def _code_passes(request: HttpRequest, user: User, form: SecondStepForm) -> str | None:
    """Which factor the code belongs to; else None, and the form says why."""
    if not form.is_valid():
        return None
    device = Device.of(request)
    browser = str(device.key) if device.knows(user) else ""
    try:
        return pass_code(user=user, code=form.cleaned_data["code"], browser=browser, now=timezone.now())
    except WrongCode:
        form.add_error("code", form.WRONG)
    except TooManyGuesses:
        form.add_error("code", NOT_NOW)
    return None


def complete(request: HttpRequest, user: User, factor: str, *, to: str = "") -> HttpResponse:
    """Everything has passed: a new session, marked as staff, in a browser that is known from now on."""
    now, wanted = timezone.now(), safe_next(request, fallback="")
    marks: dict[str, Any] = {STAFF_SESSION: True, SECOND_FACTOR: factor, CONFIRMED: now.isoformat()}
    device = Device.of(request)
    begin_session(request, user, kind=SessionKind.STAFF, now=now, **marks)
    act_for(user_id=user.pk)  # by a password link nobody has told the database yet
    memberships = memberships_of(user)
    request.session["several_clinics"] = len(memberships) > 1
    response = HttpResponseRedirect(to or _first_page(wanted, memberships))
    device.remember(user, response)
    return response


def _first_page(wanted: str, memberships: list[StaffMember]) -> str:
    if not memberships:
        return wanted or reverse("admin:index")  # an operator has no queue
    if len(memberships) == 1:
        return wanted or reverse("clinic:review-queue")
    return reverse("clinic:choose-clinic", query={"next": wanted} if wanted else None)


class StaffSignOut(LogoutView):
    next_page = "clinic:sign-in"


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def choose_clinic(request: ClinicRequest) -> HttpResponse:
    """Which of one's clinics the session works in."""
    memberships = memberships_of(request.user)
    form = ClinicChoiceForm(
        request.POST if request.method == "POST" else None,
        memberships=memberships,
        initial={"membership": str(request.staff.pk)},
    )
    if request.method == "POST" and form.is_valid():
        request.session["membership"] = form.cleaned_data["membership"]
        return redirect(safe_next(request, fallback=reverse("clinic:review-queue")))
    context = {"form": form, "next": request.POST.get("next") or request.GET.get("next", "")}
    return render(request, "clinic/choose_clinic.html", context, status=422 if form.errors else 200)


def memberships_of(user: User | Any) -> list[StaffMember]:
    return list(StaffMember.objects.filter(user=user, is_active=True).select_related("clinic"))
