"""The outbox of a phone: walks that it kept, sent by script and answered in JSON (ADR 0046).

A page would answer an ended session with the sign-in page, which a script takes for "saved". Here every
answer is JSON, with the status that says what the phone may do with its walk: only 200 and 201 let it go.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from uuid_utils.compat import uuid7

from clinic.formats.dates import full_day
from clinic.models import tel
from patients import mails, wording
from patients.forms import Asked, WalkForm
from patients.forms.walks import LAYOUT_VERSION
from patients.services.restricted import ProcessingRestricted
from patients.tokens import person_mark
from patients.views import saved_before
from patients.views.access import UNPROCESSABLE, PatientRequest, View, open_record, with_record
from patients.views.refused_walks import raised_all_the_same
from patients.views.timer import timer_is_logged
from patients.views.walk_log import FORM_KEY, asked_of, is_of_another, needs_list
from programmes.models import Walk
from programmes.services.plan_reading import Plan, plan_of, running_programme
from programmes.services.walk_logging import OLDEST_ENTRY, DifferentEntry, Saved, WalkEntry, log_walk

SENT_FOR = "X-Outbox"  # whose walk it is, as its phone noted it
UNAUTHORIZED, CONFLICT = 401, 409
WRONG_CLOCK = timedelta(hours=12)
YEARS = range(2000, 2101)  # of a device's clock that are kept at all
UNITS = ("km", "mi")
# What a form that waited on a phone may say it was asked by: version of the safety list, layout of the scale.
KNOWN_TEXTS = {wording.SAFETY_TEXT_VERSION}
KNOWN_LAYOUTS = {str(number) for number in range(1, LAYOUT_VERSION + 1)}


def outbox_answer(view: View) -> View:
    """As `patient_page`, for scripts: 401 where no record is open."""

    @wraps(view)
    def wrapper(request: Any) -> HttpResponse:
        patient = open_record(request)
        if patient is None:
            return _problem(UNAUTHORIZED, "sign-in")
        with_record(request, patient)
        return view(request)

    return wrapper


@require_safe
@outbox_answer
def remembered(request: PatientRequest) -> HttpResponse:
    """Who is signed in here, a fresh token for sending, and what the page without signal shows."""
    now = timezone.now()
    today = request.patient.local_date(now)
    asked = asked_of(request, plan_of(patient=request.patient, on=today), today)
    return JsonResponse(
        {
            "person": person_mark(request.patient.pk),
            "csrf": get_token(request),
            "now": _milliseconds(now),
            "plan": {**_of_plan(asked), **_of_clinic(request), "closed": request.is_restricted},
        }
    )


def _problem(status: int, what: str, **more: object) -> HttpResponse:
    return JsonResponse({"problem": what, **more}, status=status)


def _milliseconds(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)


def _of_plan(asked: Asked) -> dict[str, Any]:
    """What the form asks for, in what the plan counts, and no name."""
    return {
        "counts": asked.counts,
        "units": asked.units,
        "planned": asked.planned,
        "choices": WalkForm(asked=asked).amounts.choices(),
        "before": asked.asks_pain_before,
        "after": asked.asks_pain_after,
        "lastWalk": asked.last_walk_on and asked.last_walk_on.isoformat(),
    }


def _of_clinic(request: PatientRequest) -> dict[str, str]:
    """The phone number is the one that must be there without signal."""
    clinic = request.patient.clinic
    return {"clinic": clinic.name, "phone": clinic.phone, "tel": tel(clinic.phone)}


@require_POST
@outbox_answer
def send(request: PatientRequest) -> HttpResponse:
    """One walk that a phone kept: 201 saved, 200 saved before, 401 sign in, 409 another's, 422 look again."""
    if request.headers.get(SENT_FOR) != person_mark(request.patient.pk) or is_of_another(request):
        return _problem(CONFLICT, "other-person")
    return _take(request, timezone.now())


def _take(request: PatientRequest, now: datetime) -> HttpResponse:
    today = request.patient.local_date(now)
    plan = plan_of(patient=request.patient, on=today)
    asked = _as_asked(request, asked_of(request, plan, today))
    form = WalkForm(request.POST, asked=asked)
    if not form.is_valid():
        return _look_again(_texts(request, form, now), now, raised=_raised(request, form, plan, now))
    try:
        saved = _save(request, _entry(request, form), plan, now)
    except ProcessingRestricted:
        return _look_again([("", _("Your record takes no walks just now. Please call us."))], now)
    except DifferentEntry:
        known = [("", _("This walk was saved already. Is this another walk? Then save it again."))]
        return _look_again(known, now, key=str(uuid7()), raised=_raised(request, form, plan, now))
    return _saved(request, saved, asked)


def _raised(request: PatientRequest, form: WalkForm, plan: Plan | None, now: datetime) -> str:
    """What may be said of the team; "" where it was not told."""
    raised = raised_all_the_same(request, form, plan, now)
    return raised["told"] if raised else ""


def _as_asked(request: HttpRequest, asked: Asked) -> Asked:
    """Distances were typed in the units of that day, whatever was chosen since."""
    units = request.POST.get("units", "")
    return replace(asked, units=units) if units in UNITS else asked


def _entry(request: HttpRequest, form: WalkForm) -> WalkEntry:
    """The answers, with the versions of the words and the scale that were read then."""
    entry = form.entry()
    text, _space, layout = request.POST.get("asked_as", "").partition(" ")
    if entry.new_symptoms is not None and text in KNOWN_TEXTS:
        entry = replace(entry, safety_text_version=text)
    return replace(entry, layout_version=int(layout)) if layout in KNOWN_LAYOUTS else entry


def _save(request: PatientRequest, entry: WalkEntry, plan: Plan | None, now: datetime) -> Saved:
    saved = log_walk(
        patient=request.patient,
        programme=running_programme(plan),
        course=plan.course if plan else None,
        entry=entry,
        duty_letter=mails.duty_letter(),
        by=request.patient.user,
        now=now,
        recorded_at=_device_time(request, "recorded_at"),
    )
    saved_before.remember_saving(request, entry, now)
    if request.session.get(FORM_KEY) == str(entry.client_uuid):  # the form that stood open here
        del request.session[FORM_KEY]
        timer_is_logged(request)
    return saved


def _device_time(request: HttpRequest, name: str) -> datetime | None:
    """What the device's clock said; None where it said nothing that can be kept."""
    try:
        told = parse_datetime(request.POST.get(name, ""))
    except ValueError:
        return None
    return told if told and told.tzinfo and told.year in YEARS else None


def _saved(request: PatientRequest, saved: Saved, asked: Asked) -> HttpResponse:
    walk = saved.walk
    list_follows = walk.new_symptoms is None and (asked.safety_is_due or needs_list(walk))
    answer = {
        "saved": str(walk.client_uuid),
        "next": reverse("patients:safety" if list_follows else "patients:saved", args=[walk.pk]),
        "listFollows": list_follows,
        "urgent": _is_urgent(walk),
    }
    return JsonResponse(answer, status=201 if saved.created else 200)


def _is_urgent(walk: Walk) -> bool:
    return bool(walk.new_symptoms) or walk.fall == "injury"


def _look_again(
    problems: Iterable[tuple[str, str]], now: datetime, *, key: str = "", raised: str = ""
) -> HttpResponse:
    """What is not right, each with the field it is about; `key`: the one to save it under as another walk;
    `raised`: that the team has been told of the safety answers, where it was."""
    listed = [{"field": field, "text": text} for field, text in problems]
    told = {"problems": listed, "key": key, "raised": raised, "now": _milliseconds(now)}
    return _problem(UNPROCESSABLE, "look-again", **told)


def _texts(request: PatientRequest, form: WalkForm, now: datetime) -> list[tuple[str, str]]:
    problems = [(field, text) for text, field in form.problems().items()]
    said = _about_the_day(request, form, now)
    if not said:
        return problems
    return [("id_walked_on", said), *(each for each in problems if each[0] != "id_walked_on")]


def _about_the_day(request: PatientRequest, form: WalkForm, now: datetime) -> str:
    """Why the day was refused: the clock of the phone is wrong, or the walk came too late."""
    on = _day_of(form)
    if "walked_on" not in form.errors or on is None:
        return ""
    shown, today = _device_time(request, "sent_at"), request.patient.local_date(now)
    if shown and abs(shown - now) > WRONG_CLOCK:
        words = {"theirs": _long(shown.date()), "ours": _long(today)}
        said = _("The clock of your phone is wrong. It says %(theirs)s, and today is %(ours)s.")
        return f"{said % words} {_('Choose the day of your walk.')}"
    if on > today:
        return ""
    words = {"day": _long(on), "days": str(OLDEST_ENTRY.days)}
    said = _("You walked on %(day)s. That is more than %(days)s days ago, so it came too late to be saved.")
    return f"{said % words} {_('You can still tell your physio team about it.')}"


def _day_of(form: WalkForm) -> date | None:
    try:
        return parse_date(str(form["walked_on"].value() or ""))
    except ValueError:
        return None


def _long(on: date) -> str:
    return full_day(on)
