"""The page that asks again for the password."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from clinic.forms import ConfirmForm
from clinic.middleware.confirming import note_confirmed
from clinic.views.access import signed_in_page

UNPROCESSABLE = 422


@signed_in_page
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """The password once more; for ten minutes it is not asked again."""
    form = ConfirmForm(request.POST or None, user=request.user)
    back = safe_next(request, fallback=reverse("clinic:review-queue"))
    if request.method == "POST" and form.is_valid():
        note_confirmed(request, now=timezone.now())
        return redirect(back)
    context = {"form": form, "next": back}
    return render(request, "clinic/confirm.html", context, status=UNPROCESSABLE if form.errors else 200)


def safe_next(request: HttpRequest, *, fallback: str) -> str:
    """Where `next` says to go on, when that is one of our own pages."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else fallback
