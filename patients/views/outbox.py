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
from patients import wording
from patients.forms import Asked, WalkForm
from patients.forms.walks import LAYOUT_VERSION
from patients.services.restricted import ProcessingRestricted
from patients.tokens import person_mark
from patients.views import saved_before
from patients.views.access import UNPROCESSABLE, PatientRequest, View, open_record, with_record
from patients.views.refused_walks import raised_all_the_same
from patients.views.timer import timer_is_logged
from patients.views.walk_log import asked_of, is_of_another
from patients.views.walk_saving import as_sent, form_is_over, list_follows, save_entry
from programmes.clinical.safety import safety_finding
from programmes.services.plan_reading import Plan, plan_of
from programmes.services.walk_logging import OLDEST_ENTRY, DifferentEntry, Saved, WalkEntry

SENT_FOR = "X-Outbox"  # whose walk it is, as its phone noted it
UNAUTHORIZED, CONFLICT = 401, 409
WRONG_CLOCK = timedelta(hours=12)
YEARS = range(2000, 2101)  # of a device's clock that are kept at all
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
    asked = as_sent(request, asked_of(request, plan, today))
    form = WalkForm(request.POST, asked=asked)
    if not form.is_valid():
        counts = not _is_straight(request)  # its page sends the form again at once, which counts
        raised = _raised(request, form, plan, now, is_error=counts)
        return _look_again(_texts(request, form, now), now, raised=raised)
    entry = _entry(request, form)
    if _is_straight(request) and saved_before.is_again(request, entry, now):
        return _ask_first(request, form, plan, now)
    try:
        saved = _save(request, entry, plan, now)
    except ProcessingRestricted:
        return _look_again([("", _("Your record takes no walks just now. Please call us."))], now)
    except DifferentEntry:
        return _ask_first(request, form, plan, now)
    return _saved(request, saved, asked)


def _is_straight(request: HttpRequest) -> bool:
    """The form is on its way just now, and its page shows what is not right; no walk that waited."""
    return "straight" in request.POST


def _ask_first(request: PatientRequest, form: WalkForm, plan: Plan | None, now: datetime) -> HttpResponse:
    """It may be one that was saved before: by its key, or by its answers where its form is sent just now."""
    form_is_over(request, form.cleaned_data["client_uuid"])
    known = [("", saved_before.question())]
    return _look_again(known, now, key=str(uuid7()), raised=_raised(request, form, plan, now, is_error=False))


def _raised(
    request: PatientRequest, form: WalkForm, plan: Plan | None, now: datetime, *, is_error: bool
) -> str:
    """What may be said of the team; "" where it was not told."""
    raised = raised_all_the_same(request, form, plan, now, is_error=is_error)
    return raised["told"] if raised else ""


def _entry(request: HttpRequest, form: WalkForm) -> WalkEntry:
    """The answers, with the versions of the words and the scale that were read then."""
    entry = form.entry()
    text, _space, layout = request.POST.get("asked_as", "").partition(" ")
    if entry.new_symptoms is not None and text in KNOWN_TEXTS:
        entry = replace(entry, safety_text_version=text)
    return replace(entry, layout_version=int(layout)) if layout in KNOWN_LAYOUTS else entry


def _save(request: PatientRequest, entry: WalkEntry, plan: Plan | None, now: datetime) -> Saved:
    saved = save_entry(request, entry, plan, now, recorded_at=_device_time(request, "recorded_at"))
    if form_is_over(request, entry.client_uuid):
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
    follows = list_follows(walk, asked)
    answer = {
        "saved": str(walk.client_uuid),
        "next": reverse("patients:safety" if follows else "patients:saved", args=[walk.pk]),
        "listFollows": follows,
        "urgent": safety_finding(walk.new_symptoms or (), walk.fall or "none") is not None,
    }
    return JsonResponse(answer, status=201 if saved.created else 200)


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
        words = {"theirs": full_day(shown.date()), "ours": full_day(today)}
        said = _("The clock of your phone is wrong. It says %(theirs)s, and today is %(ours)s.")
        return f"{said % words} {_('Choose the day of your walk.')}"
    if on > today:
        return ""
    words = {"day": full_day(on), "days": str(OLDEST_ENTRY.days)}
    said = _("You walked on %(day)s. That is more than %(days)s days ago, so it came too late to be saved.")
    return f"{said % words} {_('You can still tell your physio team about it.')}"


def _day_of(form: WalkForm) -> date | None:
    try:
        return parse_date(str(form["walked_on"].value() or ""))
    except ValueError:
        return None
