"""One's own password, the link that lets one be chosen, and the way back for those who forgot it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic.forms import NOT_NOW, ForgottenForm, NewPasswordForm
from clinic.middleware.browsers import network_of
from clinic.middleware.second_factor import SECOND_FACTOR
from clinic.services.guessing import TooManyGuesses
from clinic.services.passwords import DeadLink, ask_for_link, change_password, choose_password, link_of
from clinic.views.access import confirmed_page, signed_in_page
from clinic.views.sign_in import after_password, complete

UNPROCESSABLE, NOT_FOUND = 422, 404


def page_of_token(token: str) -> str:
    return f"{settings.BASE_URL}{reverse('clinic:password-link', args=[token])}"


@signed_in_page
@confirmed_page
@require_http_methods(["GET", "HEAD", "POST"])
def own_password(request: Any) -> HttpResponse:
    """Changes it, signs out everywhere else, and goes on in a fresh session."""
    form = NewPasswordForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        password, factor = form.cleaned_data["new_password"], request.session[SECOND_FACTOR]
        user = change_password(user=request.user, password=password, now=timezone.now())
        response = complete(request, user, factor, to=reverse("clinic:second-factor"))
        messages.success(request, _("Your password is changed. Other browsers are signed out."))
        return response
    return render(
        request, "clinic/own_password.html", {"form": form}, status=UNPROCESSABLE if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
def password_link(request: HttpRequest, token: str) -> HttpResponse:
    """Looking spends nothing; the POST with a good password does, and goes on to the second factor."""
    try:
        link = link_of(token=token, now=timezone.now())
        form = NewPasswordForm(request.POST if request.method == "POST" else None, user=link.user)
        if request.method == "POST" and form.is_valid():
            password = form.cleaned_data["new_password"]
            return after_password(
                request, choose_password(token=token, password=password, now=timezone.now())
            )
    except DeadLink:
        return render(request, "clinic/password_link_dead.html", status=NOT_FOUND)
    status = UNPROCESSABLE if form.errors else 200
    response = render(
        request, "clinic/password_link.html", {"form": form, "login": link.user.email}, status=status
    )
    # The address holds the secret: not even our own style sheet is asked for under its name.
    response["Referrer-Policy"] = "strict-origin"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Asks for the address. Known or unknown, the answer is the same."""
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    sent = request.method == "POST" and form.is_valid() and _asked(request, form)
    context = {"form": form, "sent": sent}
    return render(request, "clinic/forgotten.html", context, status=UNPROCESSABLE if form.errors else 200)


def _asked(request: HttpRequest, form: ForgottenForm) -> bool:
    try:
        ask_for_link(
            email=form.cleaned_data["email"],
            address=page_of_token,
            network=network_of(request),
            now=timezone.now(),
        )
    except TooManyGuesses:
        form.add_error(None, NOT_NOW)
    return form.is_valid()
