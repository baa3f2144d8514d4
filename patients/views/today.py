"""Today: the next walk, the week so far, and what to do when there is none."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from patients import plan_wording, wording
from patients.views.access import PatientRequest, page, patient_page
from patients.views.calling import asked_call
from patients.views.fitting_cards import offered, reader_of
from patients.views.timer import timer_of
from programmes.clinical.amounts import MINUTES
from programmes.services.plan_reading import PastWalk, Plan, plan_of, recent_walks

QUIET_DAYS = 5  # without a log: the kind sentence
LAST_WALKS = 4


@require_safe
@patient_page
def today(request: PatientRequest) -> HttpResponse:
    """Shows no target while a safety answer waits, the plan rests, has not begun, or has ended."""
    on = request.patient.local_date(timezone.now())
    plan = plan_of(patient=request.patient, on=on)
    walks = recent_walks(patient=request.patient)
    state = state_of(request.safety_route, plan, is_restricted=request.is_restricted)
    context: dict[str, Any] = {
        "state": state,
        "day": wording.day(on),
        "plan": plan,
        "walks": _listed(walks, on, plan.dose.counts if plan else MINUTES, request.patient.units),
        "timer": timer_of(request),
        "call": asked_call(request, on),
        "card": offered(request.texts, reader_of(state, plan, walks, on)),
    }
    if request.safety_route:
        context["advice"] = wording.what_to_do(request.safety_route)
    if state == "walking" and plan:
        context |= plan_wording.next_walk(plan, walks, quiet=quiet_days(plan, walks, on))
    if plan and state in ("resting", "waiting"):
        until = plan.paused_until
        context |= {"until": until and wording.day(until), "starts": wording.day(plan.programme.starts_on)}
    return page(request, "today.html", context)


def state_of(safety_route: str | None, plan: Plan | None, *, is_restricted: bool) -> str:
    """Which of its pages Today shows."""
    if safety_route:
        return "safety"
    if is_restricted:
        return "restricted"
    if plan is None:
        return "no-plan"
    if plan.has_ended:
        return "ended"
    if not plan.has_started:
        return "waiting"
    return "resting" if plan.is_resting else "walking"


def quiet_days(plan: Plan, walks: list[PastWalk], on: date) -> int:
    """Days since the last walk, or since the start; 0 while they are few."""
    last = walks[0].walked_on if walks else plan.programme.starts_on
    days = (on - max(last, plan.programme.starts_on)).days
    return days if days >= QUIET_DAYS else 0


def _listed(walks: list[PastWalk], on: date, counts: str, units: str) -> list[dict[str, str]]:
    return [
        {
            "day": wording.short_day(on, walk.walked_on),
            "amount": wording.walked(walk.walked, counts, units),
            "pain": wording.pain_change(walk.pain_before, walk.pain_after),
        }
        for walk in walks[:LAST_WALKS]
    ]
