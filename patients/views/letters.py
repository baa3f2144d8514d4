"""The way in for patients without an e-mail address: a printed code and the date of birth."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.devices import Device
from clinic.middleware.browsers import network_of
from clinic.models import User
from patients.forms import LetterForm
from patients.services.letters import TooManyTries, use_letter
from patients.views.access import UNPROCESSABLE, page
from patients.views.signing_in import let_in


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_by_letter(request: HttpRequest) -> HttpResponse:
    """Takes code and date of birth. Unknown, old, used, voided and a wrong date give the same message."""
    form = LetterForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and (user := _user_of(request, form)):
        return let_in(request, user)
    return page(request, "letter.html", {"form": form}, status=UNPROCESSABLE if form.errors else 200)


def _user_of(request: HttpRequest, form: Any) -> User | None:
    """The login that the letter opens; else None, and the form says why not."""
    try:
        user = use_letter(
            code=form.cleaned_data["code"],
            born_on=form.cleaned_data["born_on"],
            device=Device.of(request),
            network=network_of(request),
            now=timezone.now(),
        )
    except TooManyTries:
        form.add_error("code", LetterForm.TOO_MANY)
        return None
    if user is None:
        form.add_error("code", LetterForm.WRONG)
    return user
