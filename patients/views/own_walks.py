"""Changing a walk that was entered a short time ago, and taking one back."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from uuid_utils.compat import uuid7

from patients import mails, wording
from patients.forms import Asked, PainAsked, WalkForm
from patients.forms.changes import answers_of
from patients.services.restricted import ProcessingRestricted
from patients.views.access import UNPROCESSABLE, PatientRequest, page, patient_page
from patients.views.refused_walks import raised_of_change
from patients.views.walk_log import asked_of, form_page, own_walk, urgent_page
from patients.views.walk_saving import list_follows
from programmes.clinical.amounts import COLUMNS
from programmes.models import Walk
from programmes.services.own_walks import (
    NotChangeable,
    RefusedButRaised,
    change_own_walk,
    last_walk_before,
    own_changeable,
    take_back_walk,
)
from programmes.services.plan_reading import plan_of
from programmes.services.walk_logging import DifferentEntry, WalkEntry

TODAY = "patients:today"


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def change(request: PatientRequest, walk_id: UUID) -> HttpResponse:
    """The walk form with its answers; saving makes a new version, and the one before stays in the record."""
    walk = own_walk(request, walk_id)
    now = timezone.now()  # read once: the form and the verb mean the same "today", also at midnight
    asked = _asked(request, walk, now)
    if request.method != "POST":
        if not _is_changeable(request, walk):
            return _no_longer(request)
        form = WalkForm(asked=asked, initial={**answers_of(walk, asked), "client_uuid": str(uuid7())})
        return form_page(request, form, walk.walked_on, changing=walk)
    form = WalkForm(request.POST, asked=asked)
    if not form.is_valid():
        raised = raised_of_change(request, form, walk, now)
        return form_page(request, form, form.cleaned_data.get("walked_on"), changing=walk, raised=raised)
    try:
        newer = _save(request, walk, _entry(form, walk), now)
    except ProcessingRestricted:
        return page(request, "walk_closed.html", {"not_saved": True}, status=UNPROCESSABLE)
    except RefusedButRaised as refused:
        return urgent_page(request, walk, refused.finding, status=UNPROCESSABLE)
    except (NotChangeable, DifferentEntry):
        return _no_longer(request)
    return redirect("patients:safety" if list_follows(newer, asked) else "patients:saved", newer.pk)


def _is_changeable(request: PatientRequest, walk: Walk) -> bool:
    return own_changeable(patient=request.patient, now=timezone.now()).filter(pk=walk.pk).exists()


def _asked(request: PatientRequest, walk: Walk, now: datetime) -> Asked:
    today = request.patient.local_date(now)
    asked = asked_of(request, plan_of(patient=request.patient, on=today), today)
    last = last_walk_before(walk=walk)
    return replace(
        asked,
        last_walk_on=last,
        safety_is_due=False,
        own_day=walk.walked_on,
        pain=_pain_of(asked, walk),
        counted=_counted(asked, walk),
    )


def _counted(asked: Asked, walk: Walk) -> str:
    """What was told is asked for again, whatever the plan counts by now."""
    known = (asked.counts, walk.target.counts, *COLUMNS)
    return next(counts for counts in known if walk.walked.told(counts) is not None)


def _pain_of(asked: Asked, walk: Walk) -> PainAsked:
    """What was answered is asked again, so that a change of the minutes loses no pain."""
    if walk.pain_after is not None or walk.pain_after_not_sure:
        return PainAsked.EACH_WALK
    if walk.pain_before is not None or walk.pain_before_not_sure:
        return PainAsked.THIS_WEEK if asked.pain is not PainAsked.EACH_WALK else asked.pain
    return asked.pain


def _entry(form: WalkForm, walk: Walk) -> WalkEntry:
    """The form's answers, and what the form does not ask again."""
    entry = replace(form.entry(), started_at_local=walk.started_at_local, recalled=walk.recalled)
    if entry.new_symptoms is not None or walk.new_symptoms is None:
        return entry
    answered = tuple(walk.new_symptoms)
    return replace(entry, new_symptoms=answered, safety_text_version=walk.safety_text_version)


def _save(request: PatientRequest, walk: Walk, entry: WalkEntry, now: datetime) -> Walk:
    return change_own_walk(
        walk=walk,
        patient=request.patient,
        entry=entry,
        duty_letter=mails.duty_letter(),
        by=request.patient.user,
        now=now,
    ).walk


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def take_back(request: PatientRequest, walk_id: UUID) -> HttpResponse:
    """For a walk that never was: it stays in the record, marked, and counts no more."""
    walk = own_walk(request, walk_id)
    if request.is_restricted or not _is_changeable(request, walk):
        return _no_longer(request)
    amount = wording.walked(walk.walked, walk.target.counts, request.patient.units)
    words = {"amount": amount, "day": wording.day(walk.walked_on), "walk": walk}
    if request.method != "POST":
        return page(request, "walk_take_back.html", words)
    try:
        take_back_walk(walk=walk, patient=request.patient, now=timezone.now())
    except NotChangeable:
        return _no_longer(request)
    messages.success(request, _("This walk does not count any more: %(amount)s, %(day)s.") % words)
    return redirect(TODAY)


def _no_longer(request: PatientRequest) -> HttpResponse:
    """Two days are over, another tab was quicker, or the team has marked it."""
    messages.info(
        request,
        _("This walk cannot be changed any more, or was changed already. Call us if it is not right."),
    )
    return redirect(TODAY)
