"""A timer for a walk: the session keeps the instant it began, and nothing counts in between (ADR 0044).

The session is a row of the server: the timer survives a locked phone, a reload and the change of the clocks.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from patients import wording
from patients.views.access import PatientRequest, page, patient_page
from programmes.clinical.amounts import MINUTES, MOST

TIMER = "timer"  # by patient, as two may share a login: when the walk began, and when it was over
LONGEST = MOST[MINUTES]
MINUTE = 60  # seconds
PAGE = "patients:timer"


@dataclass(frozen=True)
class Timer:
    """When the walk began; when it was over, once somebody has said so."""

    started: datetime
    finished: datetime | None

    def minutes(self, now: datetime) -> int:
        """Whole minutes, rounded half up, at least one. Instants are compared: clocks may change."""
        seconds = ((self.finished or now) - self.started).total_seconds()
        return max(1, int(seconds / MINUTE + 0.5))


def timer_of(request: PatientRequest) -> Timer | None:
    """This patient's timer in this browser."""
    kept = request.session.get(TIMER, {}).get(str(request.patient.pk))
    if kept is None:
        return None
    started, finished = kept
    return Timer(datetime.fromisoformat(started), datetime.fromisoformat(finished) if finished else None)


def _keep(request: PatientRequest, timer: Timer | None) -> None:
    kept = dict(request.session.get(TIMER, {}))
    kept.pop(str(request.patient.pk), None)
    if timer:
        finished = timer.finished and timer.finished.isoformat()
        kept[str(request.patient.pk)] = [timer.started.isoformat(), finished]
    request.session[TIMER] = kept


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def timer(request: PatientRequest) -> HttpResponse:
    """The running timer, or the button that starts it. Started again, it keeps its first instant."""
    if request.is_restricted:
        return page(request, "walk_closed.html")
    running = timer_of(request)
    if request.method == "POST":
        if running is None or running.finished:
            _keep(request, Timer(timezone.now(), None))
        return redirect(PAGE)
    if running is None:
        return page(request, "timer.html", {"timer": None})
    if running.finished:
        return redirect("patients:log-walk")
    return page(request, "timer.html", _words(request, running, timezone.now()))


def _words(request: PatientRequest, running: Timer, now: datetime) -> dict[str, object]:
    began = running.started.astimezone(request.patient.zone)
    return {
        "timer": running,
        "began": wording.clock(began.time()),
        "began_on": wording.short_day(request.patient.local_date(now), began.date()),
        "so_far": wording.minutes(int((now - running.started).total_seconds() // MINUTE)),
        "started_ms": _milliseconds(running.started),
        "now_ms": _milliseconds(now),
    }


def _milliseconds(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)


@require_POST
@patient_page
def finish(request: PatientRequest) -> HttpResponse:
    """The walk is over: the walk form opens with its minutes. Pressed again, the first time stands."""
    running, now = timer_of(request), timezone.now()
    if running is None:
        return redirect(PAGE)
    if running.finished is None:
        running = Timer(running.started, now)
        _keep(request, running)
    if running.minutes(now) > LONGEST:
        messages.info(request, _("Your timer ran for more than 5 hours. Choose how long you walked."))
    else:
        said = wording.minutes(running.minutes(now))
        messages.success(request, _("Your timer says %(minutes)s.") % {"minutes": said})
    return redirect("patients:log-walk")


@require_POST
@patient_page
def stop(request: PatientRequest) -> HttpResponse:
    """Stopped without a walk: nothing is kept."""
    _keep(request, None)
    return redirect("patients:today")


def timed_walk(request: PatientRequest) -> tuple[date, int | None] | None:
    """The day on which a timed walk began and its minutes (None: too many for a walk), once it is over."""
    timed = timer_of(request)
    if timed is None or timed.finished is None:
        return None
    minutes = timed.minutes(timed.finished)
    day = timed.started.astimezone(request.patient.zone).date()
    return day, minutes if minutes <= LONGEST else None


def timer_is_logged(request: PatientRequest) -> None:
    """The walk is saved: a timer that was over has done its work, one that runs goes on."""
    timed = timer_of(request)
    if timed is not None and timed.finished:
        _keep(request, None)
