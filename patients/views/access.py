"""Who may open a patient's page, and what every such page shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, JSONObject
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from clinic.languages import approvable
from clinic.middleware.sessions import STAFF_SESSION
from clinic.models import LanguageDecision, tel
from patients.models import Patient
from patients.services.speaking import languages_of, other_languages, speak_with
from patients.tokens import person_mark
from patients.wording.before import before_version
from programmes.models import ContactAttempt, Flag, FlagCode, LightMode, PatientText, SetUp, TextCode

SESSION_KEY = "patient"  # which record this session has open
UNPROCESSABLE = 422

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class TextDecision:
    """What a clinic decided about one text for patients (`PatientText`), without the words."""

    code: str
    version: int
    shows: str
    title: str


@dataclass(frozen=True, slots=True)
class AskedCall:
    """A request to be called that is open, as it is written down."""

    asked_on: date
    promised_for: date | None
    tried_at: datetime | None

    @classmethod
    def of(cls, row: dict[str, str] | None) -> "AskedCall | None":
        """From the row's JSON."""
        if row is None:
            return None
        promised, tried = row["promised_for"], row["tried_at"]
        return cls(
            date.fromisoformat(row["asked_on"]),
            date.fromisoformat(promised) if promised else None,
            datetime.fromisoformat(tried) if tried else None,
        )


class PatientRequest(HttpRequest):
    """A request for one patient's own page.

    `is_restricted` says that the record is kept and not used; `safety_route` where an unresolved safety
    answer sends the patient, None without one; `call` the request to be called that is open; `texts` what
    the clinic decided about its texts; `before_version` the words of "before you start" that hold now.
    """

    patient: Patient
    is_restricted: bool
    safety_route: str | None
    texts: dict[str, TextDecision]
    call: AskedCall | None
    light_since: date | None
    may_choose_light: bool
    before_version: str


def patient_page(view: View) -> View:
    """Gives the view `request.patient`, the record that this session has open; else the way to sign in."""

    @wraps(view)
    def wrapper(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        patient = open_record(request)
        if patient is None:
            return redirect("patients:choose" if is_patients(request) else "patients:sign-in")
        with_record(request, patient)
        return view(request, *args, **kwargs)

    return wrapper


def with_record(request: Any, patient: Any) -> None:
    """Gives the request its record, as `open_record` found it."""
    request.patient, request.safety_route = patient, patient.safety_route
    request.texts = {text["code"]: TextDecision(**text) for text in patient.texts}
    light = patient.light or {"since": None, "may_choose": False}
    request.light_since = light["since"] and date.fromisoformat(light["since"])
    request.may_choose_light = light["may_choose"]
    request.call = AskedCall.of(patient.call)
    request.before_version = before_version(request.texts.get(TextCode.BEFORE))
    request.is_restricted = patient.is_restricted(patient.local_date(timezone.now()))


def is_patients(request: HttpRequest) -> bool:
    """Signed in by code, link or letter: a staff password, which an operator can set, opens no record."""
    return request.user.is_authenticated and not request.session.get(STAFF_SESSION)


def open_record(request: HttpRequest) -> Any:
    """The record in the session, if it still belongs to this login and is open.

    With its `safety_route`, which "before you start" was read, and the clinic's decisions about its texts.
    From here on the page speaks this patient's language.
    """
    chosen = request.session.get(SESSION_KEY)
    if chosen is None or not is_patients(request):
        return None
    records = Patient.objects.of_user(request.user).filter(pk=chosen)
    more: dict[str, Any] = {"safety_route": _route(), "before_read": _before_read(), "texts": _texts()}
    more |= {"call": _call(), "light": _light()}
    more |= {"approved_languages": _approved()} if approvable() else {}
    patient = records.annotate(**more).first()
    if patient is not None:
        speak_with(patient, languages_of(patient))
    return patient


def _approved() -> ArraySubquery:
    """With the record, so that no page needs a query for its language."""
    return ArraySubquery(LanguageDecision.objects.holding().values("language"))


def _route() -> Subquery:
    flags = Flag.objects.filter(patient=OuterRef("pk"), code=FlagCode.SAFETY).unresolved()
    newest = Coalesce(KeyTextTransform("route", "latest"), KeyTextTransform("route", "evidence"))
    return Subquery(flags.annotate(route=newest).values("route")[:1])


def _before_read() -> Subquery:
    return Subquery(SetUp.objects.filter(patient=OuterRef("pk")).values("before_version")[:1])


def _call() -> Subquery:
    """The open request to be called: when, until when an answer was promised, when staff last tried."""
    asked = Flag.objects.filter(patient=OuterRef("pk"), code=FlagCode.CALL_ME).unresolved()
    tries = ContactAttempt.objects.filter(item=OuterRef("item"), made_at__gte=OuterRef("raised_at"))
    columns = JSONObject(
        asked_on="raised_on",
        promised_for="item__promised_for",
        tried_at=Subquery(tries.order_by("-made_at").values("made_at")[:1]),
    )
    return Subquery(asked.values(json=columns)[:1])


def _light() -> Subquery:
    rows = LightMode.objects.filter(patient=OuterRef("pk"))
    columns = JSONObject(since="since", may_choose="patient_may_choose")
    return Subquery(rows.values(json=columns)[:1])


def _texts() -> ArraySubquery:
    """What the clinic decided about each text for patients, without the words: no query of its own."""
    newest = PatientText.objects.filter(clinic=OuterRef("clinic")).newest()
    columns = JSONObject(code="code", version="version", shows="shows", title="title")
    return ArraySubquery(newest.values(json=columns))


def _before(request: Any) -> str:
    """Whether "before you start" was never "read", is "read", or has "changed" since.

    The privacy pages, which visitors read too, do not ask which words hold now: what was read counts as read.
    """
    read = getattr(request.patient, "before_read", None)
    if not read:
        return "unread"
    return "read" if read == getattr(request, "before_version", read) else "changed"


def page(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Renders a patient's page with the clinic whose phone stands on every one of them."""
    patient = getattr(request, "patient", None)
    clinic = patient and patient.clinic
    around = {
        "patient": patient,
        "clinic": clinic,
        "tel": clinic and tel(clinic.phone),
        "is_restricted": getattr(request, "is_restricted", False),
        "before": _before(request) if patient else "",
        "person": patient and person_mark(patient.pk),
        "worker_is_off": not settings.OFFLINE_WORKER,
        "other_languages": other_languages(patient),
        "this_page": request.path if request.method in ("GET", "HEAD") else "",
    }
    return render(request, f"patients/{template}", {**around, **(context or {})}, status=status)
