"""Catching up: the last seven days on one screen."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods
from uuid_utils.compat import uuid7

from patients import mails, wording
from patients.forms import Asked
from patients.forms.days import CatchUpForm
from patients.services.restricted import ProcessingRestricted
from patients.views.access import UNPROCESSABLE, PatientRequest, page, patient_page
from patients.views.refused_walks import raised_of_days
from patients.views.walk_log import asked_of
from patients.views.walk_saving import needs_list
from programmes.clinical.thresholds import SAVED_PAGE
from programmes.models import Fall, Walk
from programmes.services.catching_up import DAYS, catch_up, key_of_day
from programmes.services.plan_reading import Plan, plan_of, running_programme
from programmes.services.safety_raising import SafetyAnswers, raise_safety
from programmes.services.walk_logging import DifferentEntry, Saved, WalkEntry, asks_for_safety


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def catching_up(request: PatientRequest) -> HttpResponse:
    """How much, and the pain, for each day without a walk; what is saved is marked as recalled."""
    if request.is_restricted and request.method != "POST":
        return page(request, "walk_closed.html")
    now = timezone.now()
    today = request.patient.local_date(now)
    plan = plan_of(patient=request.patient, on=today)
    asked = asked_of(request, plan, today)
    data = request.POST if request.method == "POST" else None
    # A form that is sent again finds its days logged: they are asked all the same, and saved once.
    logged = _logged(request, asked, but=request.POST.get("client_uuid"))
    form = CatchUpForm(data, asked=asked, logged=logged)
    form.must_answer = asked.safety_is_due
    if data is None or not form.is_valid():
        key = form["client_uuid"].value() if data and "client_uuid" not in form.errors else uuid7()
        raised = raised_of_days(request, form, plan, now) if data else None
        return _form_page(request, form, key, raised)
    try:
        saved = _save(request, form, plan, now)
    except ProcessingRestricted:
        return page(request, "walk_closed.html", {"not_saved": True}, status=UNPROCESSABLE)
    except DifferentEntry:
        return _saved_before(request, form, plan, now)
    if len(saved) < len(form.entries()):
        messages.info(request, _("Your other walks were not saved. You cannot log walks now."))
    return _onward(request, saved)


def _form_page(
    request: PatientRequest, form: CatchUpForm, key: UUID | str, raised: dict[str, Any] | None = None
) -> HttpResponse:
    asked = form.asked
    much = wording.to_write(asked.counts, asked.units)
    context = {"form": form, "key": key, "safety_is_due": asked.safety_is_due, "much": much, "raised": raised}
    return page(request, "catch_up.html", context, status=UNPROCESSABLE if form.errors else 200)


def _saved_before(
    request: PatientRequest, form: CatchUpForm, plan: Plan | None, now: datetime
) -> HttpResponse:
    """This form was saved with other answers. What asks for help is raised; else the patient looks again."""
    entry = form.entries()[0]
    if asks_for_safety(entry):
        return _raised(request, entry, plan, now)
    fresh = CatchUpForm(request.POST, asked=form.asked, logged=_logged(request, form.asked, but=None))
    fresh.must_answer = form.must_answer
    fresh.add_error(None, _("You saved this page before. Look at each day, then save it again."))
    return _form_page(request, fresh, uuid7())


def _raised(request: PatientRequest, entry: WalkEntry, plan: Plan | None, now: datetime) -> HttpResponse:
    """Today says what to do, for as long as the answer is open."""
    programme = running_programme(plan)
    told = SafetyAnswers(request.patient, programme, entry.new_symptoms or (), entry.fall or "none")
    key = f"catch-up:{request.patient.pk}:{entry.digest()[:32]}"
    raised = raise_safety(answers=told, duty_letter=mails.duty_letter(), key=key, now=now)
    messages.info(request, _("Your new answer is saved. Your walks stay as you saved them before."))
    if raised.flag:
        messages.info(request, wording.promise(raised.looked_at_by, request.patient.local_date(now)))
    return redirect("patients:today")


def _logged(request: PatientRequest, asked: Asked, *, but: str | None) -> dict[date, str]:
    """What was logged on each day, without what this very form has saved before."""
    walks = Walk.objects.filter(clinic_id=request.patient.clinic_id, patient=request.patient).valid()
    found: dict[date, list[str]] = defaultdict(list)
    for walk in walks.between(asked.today - timedelta(days=DAYS - 1), asked.today):
        if walk.client_uuid != key_of_day(but, walk.walked_on):
            found[walk.walked_on].append(wording.walked(walk.walked, asked.counts, asked.units))
    return {on: ", ".join(said) for on, said in found.items()}


def _save(request: PatientRequest, form: CatchUpForm, plan: Plan | None, now: datetime) -> list[Saved]:
    return catch_up(
        patient=request.patient,
        programme=running_programme(plan),
        entries=form.entries(),
        duty_letter=mails.duty_letter(),
        by=request.patient.user,
        now=now,
    )


def _onward(request: PatientRequest, saved: list[Saved]) -> HttpResponse:
    """To what to do now if an answer asks for it; else to the safety list, or to Today."""
    walks = [each.walk for each in saved]
    newest, worst = walks[-1], max(walks, key=_most_pain)
    if newest.new_symptoms or newest.fall == Fall.INJURY:
        return redirect("patients:saved", newest.pk)
    if newest.new_symptoms is None and any(needs_list(walk) for walk in walks):
        return redirect("patients:safety", newest.pk)
    if _most_pain(worst) >= SAVED_PAGE.act:
        return redirect("patients:saved", worst.pk)
    said = ngettext("Saved: %(count)d walk.", "Saved: %(count)d walks.", len(walks))
    messages.success(request, said % {"count": len(walks)})
    return redirect("patients:today")


def _most_pain(walk: Walk) -> int:
    return max(walk.pain_before or 0, walk.pain_after or 0)
