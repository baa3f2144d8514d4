"""Setting up, one question a page, and Settings, where the same questions are asked again."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from clinic.languages import name_of
from patients import wording
from patients.forms import BeforeForm, DaysForm, RemindersForm, UnitsForm
from patients.models import Units
from patients.services.choosing import choose_units
from patients.services.restricted import ProcessingRestricted
from patients.services.speaking import languages_of
from patients.tokens import read_stop_token
from patients.views.access import UNPROCESSABLE, PatientRequest, page, patient_page
from patients.wording.before import before_parts, is_own
from programmes.models import ReminderWish, SetUp, TextCode
from programmes.services import set_up as choices
from programmes.services.learning import texts_in_force
from programmes.services.plan_reading import plan_of

LANGUAGE = "patients:language"
ANSWERED = "patients:settings"  # where a change ends
Keep = Callable[[dict[str, Any]], str]  # stores an answer and says where to go on


@require_safe
@patient_page
def set_up(request: PatientRequest) -> HttpResponse:
    """On to the first question that is not answered. Whoever waits for help is not kept here."""
    if request.safety_route or request.is_restricted:
        return redirect("patients:today")
    chosen = choices.set_up_of(patient=request.patient)
    question = LANGUAGE if chosen is None and _language_is_asked(request) else _onward(request, chosen)
    return redirect("patients:today" if question == ANSWERED else question)


def _language_is_asked(request: PatientRequest) -> bool:
    """The very first question, where there is a choice."""
    return not request.patient.language and len(languages_of(request.patient)) > 1


def _onward(request: PatientRequest, chosen: SetUp | None) -> str:
    """The next question; Settings where all are answered. Units come first and need no answer."""
    if chosen is None:
        return "patients:set-units"
    if chosen.walking_days is None:
        return "patients:set-days"
    if not chosen.wish:
        return "patients:set-reminders"
    return ANSWERED if _has_read(request, chosen) else "patients:before-you-start"


def _has_read(request: PatientRequest, chosen: SetUp) -> bool:
    """Whether "before you start" was read as it stands now."""
    return chosen.before_version == request.before_version


def _ask(
    request: PatientRequest, chosen: SetUp | None, form: forms.Form, template: str, keep: Keep, **shown: Any
) -> HttpResponse:
    """Shows one question; a valid answer is kept and leads on."""
    if not form.is_valid():
        around = {"form": form, "is_first_time": _onward(request, chosen) != ANSWERED, **shown}
        return page(request, template, around, status=UNPROCESSABLE if form.is_bound else 200)
    try:
        onward = keep(form.cleaned_data)
    except ProcessingRestricted:
        return redirect("patients:today")
    if onward == ANSWERED:
        messages.success(request, _("Saved."))
    return redirect(onward)


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def units(request: PatientRequest) -> HttpResponse:
    patient, chosen = request.patient, choices.set_up_of(patient=request.patient)

    def keep(said: dict[str, Any]) -> str:
        choose_units(patient=patient, units=Units(said["units"]), now=timezone.now())
        return "patients:set-days" if chosen is None else _onward(request, chosen)

    form = UnitsForm(_posted(request), initial={"units": patient.units})
    return _ask(request, chosen, form, "set_units.html", keep)


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def days(request: PatientRequest) -> HttpResponse:
    """The plan says how often; the patient says when."""
    patient, now, chosen = request.patient, timezone.now(), choices.set_up_of(patient=request.patient)

    def keep(said: dict[str, Any]) -> str:
        return _onward(
            request, choices.choose_days(patient=patient, days=said["days"], at=said["at"], now=now)
        )

    before = {}
    if chosen and chosen.walking_days:
        before = {"days": chosen.walking_days, "at": f"{chosen.walks_at:%H:%M}"}
    plan = plan_of(patient=patient, on=patient.local_date(now))
    planned = wording.walks(plan.dose.days) if plan and plan.is_running else ""
    form = DaysForm(_posted(request), initial=before)
    return _ask(request, chosen, form, "set_days.html", keep, planned=planned)


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def reminders(request: PatientRequest) -> HttpResponse:
    patient, chosen = request.patient, choices.set_up_of(patient=request.patient)
    if chosen is None or chosen.walking_days is None:
        return redirect("patients:set-days")  # a reminder needs a time

    def keep(said: dict[str, Any]) -> str:
        wish = ReminderWish(said["wish"])
        return _onward(request, choices.choose_reminders(patient=patient, wish=wish, now=timezone.now()))

    form = RemindersForm(_posted(request), initial={"wish": chosen.wish})
    has_address = patient.user is not None and patient.user.email is not None
    return _ask(request, chosen, form, "set_reminders.html", keep, has_address=has_address)


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def before_you_start(request: PatientRequest) -> HttpResponse:
    """The safety page that everybody reads once; which version, and when, is stored."""
    patient, chosen = request.patient, choices.set_up_of(patient=request.patient)

    version = request.before_version
    own = texts_in_force(clinic=patient.clinic).get(TextCode.BEFORE)

    def keep(_said: dict[str, Any]) -> str:
        return _onward(
            request, choices.note_before_start(patient=patient, version=version, now=timezone.now())
        )

    shown = {
        "warnings": wording.warnings(),
        "own_parts": before_parts(own),
        "is_own": is_own(own),
        "read_on": _read_on(request, chosen),
        "read_earlier": chosen is not None and chosen.before_version not in ("", version),
    }
    return _ask(
        request, chosen, BeforeForm(_posted(request), version=version), "before_you_start.html", keep, **shown
    )


def _read_on(request: PatientRequest, chosen: SetUp | None) -> str:
    at = chosen.before_read_at if chosen and _has_read(request, chosen) else None
    return wording.day(request.patient.local_date(at)) if at else ""


@require_safe
@patient_page
def settings(request: PatientRequest) -> HttpResponse:
    """What the patient chose, each with the way to change it."""
    chosen = choices.set_up_of(patient=request.patient)
    context = {
        "language": name_of(get_language() or ""),
        "has_languages": len(languages_of(request.patient)) > 1,
        "units": Units(request.patient.units).label,
        "days": wording.walking_days(chosen) if chosen else "",
        "reminders": ReminderWish(chosen.wish).label if chosen and chosen.wish else "",
        "read_on": _read_on(request, chosen),
        "is_light": request.light_since is not None,
        "may_choose_light": request.may_choose_light,
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
