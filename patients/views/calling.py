"""Please call me."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from patients import wording
from patients.forms.days import CallForm
from patients.views.access import UNPROCESSABLE, PatientRequest, page, patient_page
from programmes.models import Severity
from programmes.services.calling import ask_for_call, open_request
from programmes.services.plan_reading import plan_of, running_programme


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def call_me(request: PatientRequest) -> HttpResponse:
    """Asks whether it can wait. That the team has been told is said only while the request stands there."""
    if request.is_restricted:
        return redirect("patients:today")
    form = CallForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        _ask(request, can_wait=form.cleaned_data["can_wait"] == "yes")
        return redirect("patients:call-me")
    waiting = open_request(patient=request.patient)
    may_hurry = waiting is not None and waiting.severity > Severity.AMBER_HIGH
    on = request.patient.local_date(timezone.now())
    context = {"form": form, "waiting": waiting, "call": asked_call(request, on), "may_hurry": may_hurry}
    return page(request, "call_me.html", context, status=UNPROCESSABLE if form.errors else 200)


def _ask(request: PatientRequest, *, can_wait: bool) -> None:
    now = timezone.now()
    plan = plan_of(patient=request.patient, on=request.patient.local_date(now))
    ask_for_call(patient=request.patient, programme=running_programme(plan), can_wait=can_wait, now=now)


def asked_call(request: PatientRequest, on: date) -> list[str]:
    """What is written down of an open request, in the patient's days; nothing without one."""
    call = request.call
    if call is None:
        return []
    tried_on = request.patient.local_date(call.tried_at) if call.tried_at else None
    return wording.what_became_of_the_call(
        call.asked_on, promised_for=call.promised_for, tried_on=tried_on, today=on
    )
