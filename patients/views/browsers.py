"""Where the patient is signed in, and the button that ends it everywhere."""

from typing import cast

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.devices import cookie_name
from clinic.models import SessionKind, User, UserSession
from patients.services.signing_out import sign_out_everywhere
from patients.views.access import PatientRequest, page, patient_page
from patients.wording import day


@require_safe
@patient_page
def signed_in(request: PatientRequest) -> HttpResponse:
    """Every browser in which this login is open, this one first."""
    here, zone = request.session.row, request.patient.zone  # type: ignore[attr-defined]
    sessions = UserSession.objects.filter(user=request.user.pk, kind=SessionKind.PATIENT)
    rows = [
        {"is_here": row == here, "agent": row.agent, "seen": day(row.last_seen_at.astimezone(zone).date())}
        for row in sessions.alive(timezone.now()).order_by("-last_seen_at")
    ]
    rows.sort(key=lambda row: not row["is_here"])
    return page(request, "signed_in.html", {"rows": rows})


@require_POST
@patient_page
def sign_out_all(request: PatientRequest) -> HttpResponse:
    sign_out_everywhere(user=cast("User", request.user), now=timezone.now())
    request.session.flush()
    response = redirect("patients:signed-out")
    response.delete_cookie(cookie_name())
    return response


@require_safe
def signed_out(request: PatientRequest) -> HttpResponse:
    return page(request, "signed_out.html", {"only_here": "here" in request.GET})
