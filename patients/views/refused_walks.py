"""What the page, or the phone, says of walks that were refused while their answers asked for help."""

from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from patients import mails, wording
from patients.views.access import PatientRequest
from programmes.clinical.diary import Finding
from programmes.models import Flag, Programme, Walk
from programmes.services.plan_reading import Plan, running_programme
from programmes.services.refused_walks import raise_refused, raise_refused_change, raise_refused_days
from programmes.services.safety_raising import SafetyAnswers


def raised_all_the_same(
    request: PatientRequest, form: forms.Form, plan: Plan | None, now: datetime, *, is_error: bool
) -> dict[str, Any] | None:
    """Tells the team of the safety answers that are valid themselves; what to do now, and what may be said
    of the team. None where nothing asks for it. `is_error`: the form was refused, which is counted."""
    verb = partial(raise_refused, is_error=is_error)
    finding = _raise(verb, request, form, running_programme(plan), None, now)
    return _said(request, finding, _("This walk is not saved, but we have your safety answers."), now)


def raised_of_days(
    request: PatientRequest, form: forms.Form, plan: Plan | None, now: datetime
) -> dict[str, Any] | None:
    """The same of a form that caught up some days."""
    finding = _raise(raise_refused_days, request, form, running_programme(plan), None, now)
    return _said(request, finding, _("Nothing is saved yet, but we have your safety answers."), now)


def raised_of_change(
    request: PatientRequest, form: forms.Form, walk: Walk, now: datetime
) -> dict[str, Any] | None:
    """The same of a form that would change this walk; None also where the walk has said it already."""
    finding = _raise(raise_refused_change, request, form, walk.programme, walk, now)
    return _said(request, finding, _("Nothing is saved yet, but we have your safety answers."), now)


def _raise(
    verb: Any,
    request: PatientRequest,
    form: forms.Form,
    programme: Programme | None,
    walk: Walk | None,
    now: datetime,
) -> Finding | None:
    given = form.cleaned_data
    symptoms, fall = given.get("symptoms") or (), given.get("fall") or "none"
    told = SafetyAnswers(request.patient, programme, symptoms, fall, walk)
    finding: Finding | None = verb(
        answers=told, form=given.get("client_uuid"), duty_letter=mails.duty_letter(), now=now
    )
    return finding


def _said(
    request: PatientRequest, finding: Finding | None, answers: str, now: datetime
) -> dict[str, Any] | None:
    if finding is None:
        return None
    told = f"{answers} {_team(request, now)}"
    return {"advice": wording.what_to_do(finding.evidence["route"]), "told": told}


def _team(request: PatientRequest, now: datetime) -> str:
    """Said only after the row was written; it may be closed again by now."""
    flag = Flag.objects.open_safety(request.patient).select_related("item").first()
    today = request.patient.local_date(now)
    return wording.promise(flag.item.promised_for, today) if flag else _("Your physio team has been told.")
