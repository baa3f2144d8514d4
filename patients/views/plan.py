"""My plan: every week of the plan in force, to read ahead or to print."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from patients import paper, plan_wording
from patients.views.access import PatientRequest, page, patient_page
from patients.views.today import quiet_days, state_of
from programmes.services.plan_reading import Dose, Plan, gently, plan_of, recent_walks


@require_safe
@patient_page
def plan(request: PatientRequest) -> HttpResponse:
    """As on Today, no target stands here while a safety answer waits or after the plan's end."""
    found = plan_of(patient=request.patient, on=request.patient.local_date(timezone.now()))
    state = state_of(request.safety_route, found, is_restricted=request.is_restricted)
    if found is None or state in ("safety", "ended"):
        return page(request, "plan.html", {"state": state})
    now = _asked_today(request, found) if state == "walking" else None
    weeks = plan_wording.my_plan(
        found.doses,
        first_on=found.programme.starts_on,
        units=found.units,
        starts=found.week_starts,
        now=now,
    )
    shown: dict[str, Any] = {"state": state, "weeks": weeks, "parts": plan_wording.parts(found.dose)}
    shown["goal"] = found.programme.goal
    if state == "walking":
        course = found.course
        shown |= {
            "why": plan_wording.why_this_week(course.today),
            "presses": plan_wording.presses(course, found.units),
        }
    return page(request, "plan.html", shown)


def _asked_today(request: PatientRequest, plan: Plan) -> Dose:
    """This week's dose as Today asks for it: less after a gap, in a flare-up, or after some quiet days."""
    walks = recent_walks(patient=request.patient)
    if not quiet_days(plan, walks, plan.on):
        return plan.dose
    return plan.dose.of(gently(plan, walks))


@require_safe
@patient_page
def print_plan(request: PatientRequest) -> HttpResponse:
    """The weeks from this one on and a diary, for paper; nothing where My plan shows no target."""
    found = plan_of(patient=request.patient, on=request.patient.local_date(timezone.now()))
    state = state_of(request.safety_route, found, is_restricted=request.is_restricted)
    if found is None or state not in ("walking", "resting", "waiting"):
        return redirect("patients:plan")
    return page(request, "plan_print.html", {"sheet": paper.sheet_of(found)})
