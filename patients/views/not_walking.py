"""Not walking just now? The reason is kept first; then a tip, the safety list, or what the plan allows."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from uuid_utils.compat import uuid7

from patients import day_wording, mails, wording
from patients.forms.days import HowItIsForm, PauseForm, WhyNotForm
from patients.services.in_care import CareHasEnded
from patients.services.restricted import ProcessingRestricted
from patients.views.access import UNPROCESSABLE, PatientRequest, page, patient_page
from patients.views.today import state_of
from programmes.clinical.safety import route_of
from programmes.clinical.saved import Saved
from programmes.clinical.thresholds import SAVED_PAGE
from programmes.models import NotWalking, Reason
from programmes.services import overlays, own_pauses
from programmes.services.not_walking import WhyNot, answer_how_it_is, tell_why_not
from programmes.services.pausing import NotPaused, OverlappingPause
from programmes.services.plan_reading import Plan, plan_of, running_programme
from programmes.services.prescribing import NotRunning
from programmes.services.walk_logging import AlreadyAnswered

TODAY = "patients:today"
REFUSED = (overlays.SafetyIsOpen, NotRunning, CareHasEnded, ProcessingRestricted)
NO_FLARE = (overlays.AlreadyPressed, overlays.NotOffered, *REFUSED)
NO_PAUSE = (own_pauses.NotForThis, OverlappingPause, *REFUSED)


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def why_not(request: PatientRequest) -> HttpResponse:
    """One question; the answer is a row that staff see."""
    if request.is_restricted:
        return redirect(TODAY)
    if request.method != "POST":
        return page(request, "not_walking.html", {"form": WhyNotForm(), "key": uuid7()})
    form = WhyNotForm(request.POST)
    if not form.is_valid():
        key = uuid7() if "client_uuid" in form.errors else form.cleaned_data["client_uuid"]
        return page(request, "not_walking.html", {"form": form, "key": key}, status=UNPROCESSABLE)
    answers = form.cleaned_data
    if answers["reason"] == day_wording.WALKED:
        return redirect("patients:catch-up")
    why = WhyNot(answers["client_uuid"], Reason(answers["reason"]), answers["note"])
    gap = tell_why_not(patient=request.patient, why=why, by=request.patient.user, now=timezone.now())
    return redirect("patients:told", gap.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def told(request: PatientRequest, gap_id: UUID) -> HttpResponse:
    """A sore back is asked how it is; then what to do now, or the tip and what the plan allows."""
    gap, plan = _own(request, gap_id), _plan(request)
    is_answered = gap.new_symptoms is not None
    # A second tab, or Back and another press: what it ticks is raised like the first.
    if gap.reason != Reason.PAIN or (is_answered and request.method != "POST"):
        return page(request, "not_walking_told.html", _told(request, gap, plan))
    form = HowItIsForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        _answer(gap, plan, form)
        return redirect("patients:told", gap.pk)
    return page(
        request, "not_walking_sore.html", {"form": form}, status=UNPROCESSABLE if form.errors else 200
    )


def _own(request: PatientRequest, gap_id: UUID) -> NotWalking:
    own = NotWalking.objects.filter(clinic_id=request.patient.clinic_id, patient=request.patient)
    gap: NotWalking = get_object_or_404(own.select_related("flag__item"), pk=gap_id)
    gap.patient = request.patient  # already here, with its clinic
    return gap


def _plan(request: PatientRequest) -> Plan | None:
    return plan_of(patient=request.patient, on=request.patient.local_date(timezone.now()))


def _answer(gap: NotWalking, plan: Plan | None, form: HowItIsForm) -> None:
    """Stores the answers; a second tab that answers later adds what it ticks, and changes nothing else."""
    try:
        answer_how_it_is(
            gap=gap,
            programme=running_programme(plan),
            answers=form.answers(),
            duty_letter=mails.duty_letter(),
            now=timezone.now(),
        )
    except AlreadyAnswered:
        return


def _told(
    request: PatientRequest, gap: NotWalking, plan: Plan | None, *, form: PauseForm | None = None
) -> dict[str, Any]:
    today = request.patient.local_date(timezone.now())
    if route := route_of(gap.new_symptoms or ()):
        promise = wording.promise(gap.flag.item.promised_for, today) if gap.flag else ""
        return {"advice": wording.what_to_do(route), "promise": promise, "is_urgent": True}
    if gap.pain_now is not None and gap.pain_now >= SAVED_PAGE.act:
        return {"advice": wording.saved(Saved.ACT_SEVERE), "is_urgent": True}
    runs = plan is not None and _walks(request, plan) and gap.from_on == today
    return {
        "gap": gap,
        "advice": day_wording.tip(gap.reason),
        "may_ease": bool(runs and plan and gap.reason == Reason.PAIN and plan.course.may_ease),
        "pause_form": (form or PauseForm(today=today)) if runs and gap.reason in own_pauses.REASONS else None,
        "offers_a_talk": gap.reason in (Reason.FEAR, Reason.OTHER),
    }


def _walks(request: PatientRequest, plan: Plan) -> bool:
    return state_of(request.safety_route, plan, is_restricted=request.is_restricted) == "walking"


@require_POST
@patient_page
def flare_plan(request: PatientRequest, gap_id: UUID) -> HttpResponse:
    """Takes up the flare-up plan with the answers that were given a moment ago."""
    gap, plan = _own(request, gap_id), _plan(request)
    if plan is None or gap.new_symptoms != [] or gap.client_uuid is None:  # a symptom has its own page
        return redirect("patients:told", gap.pk)
    now = timezone.now()
    if gap.from_on != request.patient.local_date(now):
        return redirect("patients:flare-up")
    answers = overlays.FlareAnswers(
        gap.client_uuid, gap.pain_now, tuple(gap.new_symptoms), gap.safety_text_version
    )
    try:
        overlay = overlays.start_flare_plan(
            programme=plan.programme,
            answers=answers,
            duty_letter=mails.duty_letter(),
            by=request.patient.user,
            now=now,
        )
    except NO_FLARE:
        return _unchanged(request)
    return redirect("patients:flare-up-saved", overlay.pk)


@require_POST
@patient_page
def pause(request: PatientRequest, gap_id: UUID) -> HttpResponse:
    """Rests the plan until a day, for who is ill or away."""
    gap, plan, now = _own(request, gap_id), _plan(request), timezone.now()
    form = PauseForm(request.POST, today=request.patient.local_date(now))
    if plan is None or request.patient.user is None:
        return _unchanged(request)
    if not form.is_valid():
        context = _told(request, gap, plan, form=form) | {"form": form}
        return page(request, "not_walking_told.html", context, status=UNPROCESSABLE)
    until = form.cleaned_data["until_on"]
    try:
        own_pauses.pause_own_plan(
            programme=plan.programme, gap=gap, until_on=until, by=request.patient.user, now=now
        )
    except own_pauses.NeedsStaff:
        context = _told(request, gap, plan) | {"needs_staff": True, "pause_form": None}
        return page(request, "not_walking_told.html", context, status=UNPROCESSABLE)
    except NO_PAUSE:
        return _unchanged(request)
    said = _("Your plan rests until %(day)s. Your physio team can see it.")
    messages.success(request, said % {"day": wording.day(until)})
    return redirect(TODAY)


@require_POST
@patient_page
def end_pause(request: PatientRequest) -> HttpResponse:
    """The patient is back: a pause that the patient took ends."""
    plan = _plan(request)
    try:
        if plan is None:
            raise NotPaused
        own_pauses.end_own_pause(programme=plan.programme, now=timezone.now())
    except NotPaused:
        return _unchanged(request)
    messages.success(request, _("Your plan goes on."))
    return redirect(TODAY)


def _unchanged(request: PatientRequest) -> HttpResponse:
    """Somebody was quicker, another tab, or the team: Today says how things stand."""
    messages.info(request, _("Nothing was changed. This is how your plan stands now."))
    return redirect(TODAY)
