"""One's own second factors: set up, look at, take away; recovery codes."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.forms import CodeForm, PasskeyForm
from clinic.middleware.sessions import ENROLLING
from clinic.services.second_factor import (
    APP,
    PASSKEY,
    LastFactor,
    WrongCode,
    enrol_app,
    factors_of,
    new_app_secret,
    new_recovery_codes,
    readable,
    recovery_codes_left,
    remove_factor,
)
from clinic.views.access import confirmed_page, own_factor_page, signed_in_page
from clinic.views.passkeys import creation_options, keep, passkeys_work_here
from clinic.views.sign_in import complete

SECRET = "new_app_secret"  # in the session while an app is being set up, encrypted  # noqa: S105
CODES_DUE = "recovery_codes_due"  # in the session: the first factor was set up, its codes not yet shown
UNPROCESSABLE = 422


@own_factor_page
@require_safe
def second_factor(request: Any) -> HttpResponse:
    """What one has, and what can be added."""
    context = {
        "factors": [_row(factor) for factor in factors_of(request.user)],
        "has_app": factors_of(request.user).filter(type=APP).exists(),
        "codes_left": recovery_codes_left(request.user),
        "enrolling": bool(request.session.get(ENROLLING)),
        "passkeys_work_here": passkeys_work_here(request),
        "required": not settings.MFA_OPTIONAL,
    }
    return render(request, "clinic/second_factor.html", context)


def _row(factor: Any) -> dict[str, Any]:
    is_app = factor.type == APP
    name = _("Authenticator app") if is_app else factor.data.get("name", "")
    return {
        "id": factor.pk,
        "name": name,
        "is_app": is_app,
        "since": factor.created_at,
        "used": factor.last_used_at,
    }


@own_factor_page
@confirmed_page
@require_http_methods(["GET", "HEAD", "POST"])
def add_app(request: Any) -> HttpResponse:
    """The key as a picture and in letters; the first code proves that the app has it."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    secret = request.session.setdefault(SECRET, new_app_secret())
    if request.method == "POST" and form.is_valid():
        try:
            enrol_app(user=request.user, secret=secret, code=form.cleaned_data["code"], now=timezone.now())
        except WrongCode:
            form.add_error("code", form.WRONG)
        else:
            request.session.pop(SECRET)
            return _enrolled(request, str(APP))
    context = {"form": form, **_key(request.user, readable(secret))}
    return render(request, "clinic/add_app.html", context, status=UNPROCESSABLE if form.errors else 200)


def _key(user: Any, secret: str) -> dict[str, Any]:
    adapter = get_adapter()
    picture = adapter.build_totp_svg(adapter.build_totp_url(user, secret))
    groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    # The picture is made here, of our own address and key: nobody's markup.
    return {"key": groups, "picture": mark_safe(picture[picture.index("<svg") :])}  # noqa: S308


@own_factor_page
@confirmed_page
@require_http_methods(["GET", "HEAD", "POST"])
def add_passkey(request: Any) -> HttpResponse:
    """The browser makes the passkey, a script carries the answer; without scripts there is the app."""
    form = PasskeyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and keep(form, request.user, timezone.now()):
        return _enrolled(request, str(PASSKEY))
    context = {"form": form, "options": creation_options(request.user)}
    return render(request, "clinic/add_passkey.html", context, status=UNPROCESSABLE if form.errors else 200)


def _enrolled(request: Any, factor: str) -> HttpResponse:
    """The first factor completes the sign-in; the first of all ends on the page with recovery codes."""
    messages.success(request, _("Your second factor is set up."))
    first = recovery_codes_left(request.user) == 0
    to = reverse("clinic:recovery-codes" if first else "clinic:second-factor")
    is_enrolling = request.session.get(ENROLLING)
    response = complete(request, request.user, factor, to=to) if is_enrolling else redirect(to)
    if first:
        request.session[CODES_DUE] = True
    return response


@signed_in_page
@confirmed_page
@require_http_methods(["GET", "HEAD", "POST"])
def recovery_codes(request: Any) -> HttpResponse:
    """A button that makes ten codes. They stand on the answer's page and are never shown again.

    Right after the first factor was set up no button is needed: the codes belong to it.
    """
    left = recovery_codes_left(request.user)
    codes: list[str] = []
    is_due = request.method == "GET" and request.session.pop(CODES_DUE, False) and not left
    if (request.method == "POST" or is_due) and factors_of(request.user).exists():
        codes = new_recovery_codes(user=request.user, now=timezone.now(), first=not left)
    return render(request, "clinic/recovery_codes.html", {"codes": codes, "left": left})


@signed_in_page
@confirmed_page
@require_POST
def remove(request: Any, factor_id: int) -> HttpResponse:
    required = not settings.MFA_OPTIONAL
    try:
        remove_factor(user=request.user, factor_id=factor_id, required=required, now=timezone.now())
    except LastFactor:
        messages.error(request, _("This is your last second factor. Set up another one first."))
    else:
        messages.success(request, _("The second factor was removed."))
    return redirect("clinic:second-factor")
