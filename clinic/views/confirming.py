"""The page that asks again for the password."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.devices import Device
from clinic.forms import NOT_NOW, ConfirmForm
from clinic.middleware.confirming import note_confirmed
from clinic.services.guessing import TooManyGuesses
from clinic.services.signing_in import WrongPassword, confirm_password
from clinic.views.access import own_factor_page, safe_next

UNPROCESSABLE = 422


@own_factor_page
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: Any) -> HttpResponse:
    """The password once more; for ten minutes it is not asked again."""
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    back = safe_next(request, fallback=reverse("clinic:second-factor"))
    if request.method == "POST" and form.is_valid() and _is_confirmed(request, form):
        note_confirmed(request, now=timezone.now())
        return redirect(back)
    context = {"form": form, "next": back}
    return render(request, "clinic/confirm.html", context, status=UNPROCESSABLE if form.errors else 200)


def _is_confirmed(request: HttpRequest, form: ConfirmForm) -> bool:
    user: Any = request.user
    typed, now = form.cleaned_data["password"], timezone.now()
    try:
        confirm_password(user=user, password=typed, device=Device.of(request), now=now)
    except WrongPassword:
        form.add_error("password", form.WRONG)
    except TooManyGuesses:
        form.add_error("password", NOT_NOW)
    return form.is_valid()
