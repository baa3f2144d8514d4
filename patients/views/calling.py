"""Please call me."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from patients import wording
from patients.forms.days import CallForm
from patients.views.access import UNPROCESSABLE, PatientRequest, page, patient_page
from programmes.models import Flag, Severity
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
    context = {"form": form, "waiting": waiting, **(_told(request, waiting) if waiting else {})}
    return page(request, "call_me.html", context, status=UNPROCESSABLE if form.errors else 200)


def _ask(request: PatientRequest, *, can_wait: bool) -> None:
    now = timezone.now()
    plan = plan_of(patient=request.patient, on=request.patient.local_date(now))
    ask_for_call(patient=request.patient, programme=running_programme(plan), can_wait=can_wait, now=now)


def _told(request: PatientRequest, waiting: Flag) -> dict[str, object]:
    today = request.patient.local_date(timezone.now())
    return {
        "asked_on": wording.day(waiting.raised_on),
        "promise": wording.promise(waiting.item.promised_for, today),
        "may_hurry": waiting.severity > Severity.AMBER_HIGH,
    }
