"""What a patient may press, each with a page to confirm: this week again, the flare-up plan and its end."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from uuid_utils.compat import uuid7

from patients import mails, plan_wording, wording
from patients.forms import FlareForm, RepeatForm
from patients.services.in_care import CareHasEnded
from patients.services.restricted import ProcessingRestricted
from patients.views.access import UNPROCESSABLE, PatientRequest, page, patient_page
from patients.views.today import state_of
from programmes.clinical.safety import route_of
from programmes.clinical.saved import Saved
from programmes.clinical.thresholds import SAVED_PAGE
from programmes.models import Overlay, OverlayKind
from programmes.services import overlays
from programmes.services.plan_reading import Plan, plan_of
from programmes.services.prescribing import NotRunning

TODAY = "patients:today"
REFUSED = (
    overlays.AlreadyPressed,
    overlays.NotOffered,
    overlays.SafetyIsOpen,
    NotRunning,
    CareHasEnded,
    ProcessingRestricted,
)


def _plan(request: PatientRequest) -> Plan | None:
    return plan_of(patient=request.patient, on=request.patient.local_date(timezone.now()))


def _walks(request: PatientRequest, plan: Plan) -> bool:
    """Whether Today shows a target: only then is anything offered."""
    return state_of(request.safety_route, plan, is_restricted=request.is_restricted) == "walking"


def _no_longer(request: PatientRequest) -> HttpResponse:
    """Somebody was quicker, another tab, or the team: Today says how things stand."""
    messages.info(request, _("Nothing was changed. This is how your plan stands now."))
    return redirect(TODAY)


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def repeat(request: PatientRequest) -> HttpResponse:
    """This week once more; asked for already, it can be taken back here until the week is over."""
    plan = _plan(request)
    if plan is not None and _walks(request, plan) and plan.course.is_asked_again:
        return _take_back(request, plan)
    if plan is None or not _walks(request, plan) or not plan.course.may_repeat:
        return _no_longer(request)
    form = RepeatForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        dose = plan_wording.this_week(plan.dose, plan.units)
        context = {"week": plan.course.today.week, "dose": dose, "key": uuid7()}
        return page(request, "repeat_week.html", context, status=UNPROCESSABLE if form.is_bound else 200)
    try:
        overlays.repeat_this_week(
            programme=plan.programme,
            client_uuid=form.cleaned_data["client_uuid"],
            by=request.patient.user,
            now=timezone.now(),
        )
    except REFUSED:
        return _no_longer(request)
    return redirect(TODAY)


def _take_back(request: PatientRequest, plan: Plan) -> HttpResponse:
    """Only its own button takes back: the first form sent twice asks once."""
    if request.method != "POST":
        return page(request, "repeat_taken_back.html", {"week": plan.course.today.week})
    if "take_back" not in request.POST:
        return redirect(TODAY)
    try:
        overlays.take_back_repeat(programme=plan.programme, by=request.patient.user, now=timezone.now())
    except overlays.NothingAsked:
        return _no_longer(request)
    messages.success(request, _("Taken back. After this week your plan goes on."))
    return redirect(TODAY)


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def flare_up(request: PatientRequest) -> HttpResponse:
    """Asks the pain now and the safety list first. What is ticked is heard whatever the plan allows."""
    plan = _plan(request)
    if plan is None:
        return redirect(TODAY)
    if request.method != "POST":
        if not _walks(request, plan) or not plan.course.may_ease:
            return _no_longer(request)
        return page(request, "flare_up.html", {"form": FlareForm(), "key": uuid7()})
    form = FlareForm(request.POST)
    if not form.is_valid():
        key = uuid7() if "client_uuid" in form.errors else form.cleaned_data["client_uuid"]
        return page(request, "flare_up.html", {"form": form, "key": key}, status=UNPROCESSABLE)
    try:
        overlay = overlays.start_flare_plan(
            programme=plan.programme,
            answers=form.answers(),
            duty_letter=mails.duty_letter(),
            by=request.patient.user,
            now=timezone.now(),
        )
    except REFUSED:
        return _no_longer(request)
    return redirect("patients:flare-up-saved", overlay.pk)


@require_safe
@patient_page
def flare_up_saved(request: PatientRequest, overlay_id: UUID) -> HttpResponse:
    """What to do now, or what the flare-up plan asks. That the team has been told is said only if it has."""
    found = Overlay.objects.filter(clinic_id=request.patient.clinic_id, patient=request.patient)
    flares = found.filter(kind=OverlayKind.FLARE).select_related("flag__item")
    return page(request, "flare_up_saved.html", _saved(request, get_object_or_404(flares, pk=overlay_id)))


def _saved(request: PatientRequest, overlay: Overlay) -> dict[str, Any]:
    if route := route_of(overlay.new_symptoms or ()):
        today = request.patient.local_date(timezone.now())
        promise = wording.promise(overlay.flag.item.promised_for, today) if overlay.flag else ""
        return {"advice": wording.what_to_do(route), "promise": promise, "is_urgent": True}
    plan = _plan(request)
    runs = plan is not None and _walks(request, plan) and plan.course.open_flare is not None
    severe = overlay.pain_now is not None and overlay.pain_now >= SAVED_PAGE.act
    return {
        "advice": wording.saved(Saved.ACT_SEVERE if severe else Saved.FLARE),
        "is_severe": severe,
        "phases": plan_wording.flare_days(plan.course, plan.units) if plan and runs else [],
    }


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def flare_up_over(request: PatientRequest) -> HttpResponse:
    """The patient says that the flare-up is over."""
    plan = _plan(request)
    if plan is None or plan.course.open_flare is None:
        return _no_longer(request)
    if request.method != "POST":
        return page(request, "flare_up_over.html", {"is_first_day": plan.course.flare_day == 1})
    try:
        overlays.end_flare_plan(programme=plan.programme, by=request.patient.user, now=timezone.now())
    except overlays.NoFlarePlan:
        return _no_longer(request)
    messages.success(request, _("Your flare-up plan has ended."))
    return redirect(TODAY)
