"""Setting up, one question a page, and Settings, where the same questions are asked again."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from patients import wording
from patients.forms import BeforeForm, DaysForm, RemindersForm, UnitsForm
from patients.models import Units
from patients.services.choosing import choose_units
from patients.services.restricted import ProcessingRestricted
from patients.tokens import read_stop_token
from patients.views.access import UNPROCESSABLE, PatientRequest, page, patient_page
from programmes.models import ReminderWish, SetUp
from programmes.services import set_up as choices
from programmes.services.plan_reading import plan_of

ANSWERED = "patients:settings"  # where a change ends
Keep = Callable[[dict[str, Any]], object]


@require_safe
@patient_page
def set_up(request: PatientRequest) -> HttpResponse:
    """On to the first question that is not answered. Whoever waits for help is not kept here."""
    if request.safety_route or request.is_restricted:
        return redirect("patients:today")
    question = _onward(choices.set_up_of(patient=request.patient))
    return redirect("patients:today" if question == ANSWERED else question)


def _onward(chosen: SetUp | None) -> str:
    """The next question; Settings where all are answered. Units come first and need no answer."""
    if chosen is None:
        return "patients:set-units"
    if chosen.walking_days is None:
        return "patients:set-days"
    if not chosen.wish:
        return "patients:set-reminders"
    return "patients:before-you-start" if not chosen.before_version else ANSWERED


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _ask(request: PatientRequest, form: forms.Form, template: str, keep: Keep, **shown: Any) -> HttpResponse:
    """Shows one question; a valid answer is kept and leads on."""
    chosen = choices.set_up_of(patient=request.patient)
    if not form.is_valid():
        around = {"form": form, "is_first_time": _onward(chosen) != ANSWERED, **shown}
        return page(request, template, around, status=UNPROCESSABLE if form.is_bound else 200)
    try:
        keep(form.cleaned_data)
    except ProcessingRestricted:
        return redirect("patients:today")
    chosen = choices.set_up_of(patient=request.patient)
    if template == "set_units.html" and chosen is None:
        return redirect("patients:set-days")
    if _onward(chosen) == ANSWERED:
        messages.success(request, _("Saved."))
    return redirect(_onward(chosen))


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def units(request: PatientRequest) -> HttpResponse:
    form = UnitsForm(_posted(request), initial={"units": request.patient.units})
    return _ask(
        request,
        form,
        "set_units.html",
        lambda said: choose_units(patient=request.patient, units=Units(said["units"]), now=timezone.now()),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def days(request: PatientRequest) -> HttpResponse:
    """The plan says how often; the patient says when."""
    patient, now = request.patient, timezone.now()
    chosen = choices.set_up_of(patient=patient)
    plan = plan_of(patient=patient, on=patient.local_date(now))
    before = (
        chosen and chosen.walking_days and {"days": chosen.walking_days, "at": f"{chosen.walks_at:%H:%M}"}
    )
    return _ask(
        request,
        DaysForm(_posted(request), initial=before or None),
        "set_days.html",
        lambda said: choices.choose_days(patient=patient, days=said["days"], at=said["at"], now=now),
        planned=wording.walks(plan.dose.days) if plan and plan.is_running else "",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def reminders(request: PatientRequest) -> HttpResponse:
    patient = request.patient
    chosen = choices.set_up_of(patient=patient)
    if chosen is None or chosen.walking_days is None:
        return redirect("patients:set-days")  # a reminder needs a time
    return _ask(
        request,
        RemindersForm(_posted(request), initial={"wish": chosen.wish}),
        "set_reminders.html",
        lambda said: choices.choose_reminders(
            patient=patient, wish=ReminderWish(said["wish"]), now=timezone.now()
        ),
        has_address=patient.user is not None and patient.user.email is not None,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def before_you_start(request: PatientRequest) -> HttpResponse:
    """The safety page that everybody reads once; which version, and when, is stored."""
    return _ask(
        request,
        BeforeForm(_posted(request)),
        "before_you_start.html",
        lambda _said: choices.note_before_start(
            patient=request.patient, version=wording.BEFORE_TEXT_VERSION, now=timezone.now()
        ),
        warnings=wording.warnings(),
        read_on=_read_on(request),
    )


def _read_on(request: PatientRequest) -> str:
    chosen = choices.set_up_of(patient=request.patient)
    at = chosen and chosen.before_read_at
    return wording.day(request.patient.local_date(at)) if at else ""


@require_safe
@patient_page
def settings(request: PatientRequest) -> HttpResponse:
    """What the patient chose, each with the way to change it."""
    chosen = choices.set_up_of(patient=request.patient)
    context = {
        "units": Units(request.patient.units).label,
        "days": wording.walking_days(chosen) if chosen else "",
        "reminders": ReminderWish(chosen.wish).label if chosen and chosen.wish else "",
        "read_on": _read_on(request),
    }
    return page(request, "settings.html", context)


@csrf_exempt  # mail programs post here by themselves (RFC 8058): the signed token is the only key
@require_http_methods(["GET", "HEAD", "POST"])
def stop_reminders(request: HttpRequest, token: str) -> HttpResponse:
    """One button, or the mail program's own. Looking changes nothing: scanners open every link."""
    rows = read_stop_token(token)
    if rows is None:
        raise Http404
    is_stopped = request.method == "POST"
    if is_stopped:
        clinic_id, set_up_id = rows
        choices.stop_reminders(clinic_id=clinic_id, set_up_id=set_up_id, now=timezone.now())
    response = page(request, "stop_reminders.html", {"is_stopped": is_stopped})
    response["Referrer-Policy"] = "strict-origin"  # the address holds the token
    return response
