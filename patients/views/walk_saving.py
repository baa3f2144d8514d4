"""What the walk form and the outbox of a phone share: how a form is read, saved, and where it leads."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest

from patients import mails
from patients.forms import Asked
from patients.models import Units
from patients.views import saved_before
from patients.views.access import PatientRequest
from programmes.clinical.amounts import COLUMNS
from programmes.models import Walk
from programmes.services.plan_reading import Plan, running_programme
from programmes.services.walk_logging import Saved, WalkEntry, log_walk

FORM_KEY = "walk_form"  # one open form per session, so that two tabs save one walk
SAFETY_FROM_PAIN = 7  # the list follows at once, and whenever a leg or foot problem is reported


def as_sent(request: HttpRequest, asked: Asked) -> Asked:
    """In the units, and in what the plan counted, when the form was shown.

    A form may wait for days, and a plan that rests meanwhile counts nothing.
    """
    units, counts = request.POST.get("units", ""), request.POST.get("counts", "")
    return replace(
        asked,
        units=units if units in Units.values else asked.units,
        counted=counts if counts in COLUMNS else "",
    )


def save_entry(
    request: PatientRequest,
    entry: WalkEntry,
    plan: Plan | None,
    now: datetime,
    recorded_at: datetime | None = None,
) -> Saved:
    """Stores the walk, and remembers in the session that these answers were just saved.

    Raises as `log_walk` does.
    """
    saved = log_walk(
        patient=request.patient,
        programme=running_programme(plan),
        course=plan.course if plan else None,
        entry=entry,
        duty_letter=mails.duty_letter(),
        by=request.patient.user,
        now=now,
        recorded_at=recorded_at,
    )
    saved_before.remember_saving(request, entry, now)
    return saved


def form_is_over(request: PatientRequest, key: UUID) -> bool:
    """Whether it was the one that stood open here. The next one gets a key of its own."""
    is_open = request.session.get(FORM_KEY) == str(key)
    if is_open:
        del request.session[FORM_KEY]
    return is_open


def list_follows(walk: Walk, asked: Asked) -> bool:
    """Whether the safety list comes next: it was not answered, and is due or asked for by an answer."""
    return walk.new_symptoms is None and (asked.safety_is_due or needs_list(walk))


def needs_list(walk: Walk) -> bool:
    """Whether an answer about this walk asks for the safety list at once."""
    pain = [score for score in (walk.pain_before, walk.pain_worst, walk.pain_after) if score is not None]
    return bool(walk.limb_problem) or max(pain, default=0) >= SAFETY_FROM_PAIN
