"""Staff sign-in and sign-out, and the choice of the clinic."""

from typing import Any

from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from clinic.forms import ClinicChoiceForm, StaffSignInForm
from clinic.middleware.confirming import note_confirmed
from clinic.middleware.sessions import STAFF_SESSION, begin_session
from clinic.models import SessionKind, StaffMember, User
from clinic.views.access import ClinicRequest, staff_page


class StaffSignIn(LoginView):
    """Password sign-in. Only this page marks a session as staff: an e-mail code opens patient pages alone."""

    template_name = "clinic/sign_in.html"
    authentication_form = StaffSignInForm

    def form_valid(self, form: Any) -> HttpResponse:
        user = form.get_user()
        now = timezone.now()
        begin_session(self.request, user, kind=SessionKind.STAFF, now=now, **{STAFF_SESSION: True})
        note_confirmed(self.request, now=now)
        memberships = memberships_of(user)
        self.request.session["several_clinics"] = len(memberships) > 1
        return HttpResponseRedirect(self._first_page(memberships))

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def _first_page(self, memberships: list[StaffMember]) -> str:
        wanted = self.get_redirect_url()
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
        return redirect(_safe_next(request))
    context = {"form": form, "next": request.POST.get("next") or request.GET.get("next", "")}
    return render(request, "clinic/choose_clinic.html", context, status=422 if form.errors else 200)


def memberships_of(user: User | Any) -> list[StaffMember]:
    return list(StaffMember.objects.filter(user=user, is_active=True).select_related("clinic"))


def _safe_next(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else reverse("clinic:review-queue")
