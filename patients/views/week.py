"""The week that is over, in words: what the weekly mail speaks of, without its numbers."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from patients import wording
from patients.views.access import PatientRequest, page, patient_page
from patients.wording import summary
from programmes.services.plan_reading import plan_of
from programmes.services.weeks import SIX_DAYS, last_week, week_of


@require_safe
@patient_page
def week(request: PatientRequest) -> HttpResponse:
    """Monday to Sunday before this week. Today, which says what to do, while a safety answer waits."""
    if request.safety_route or request.is_restricted:
        return redirect("patients:today")
    on = request.patient.local_date(timezone.now())
    plan = plan_of(patient=request.patient, on=on)
    first = last_week(on)
    if plan is None or plan.programme.starts_on > first + SIX_DAYS:
        return page(request, "week.html", {"said": []})
    past = week_of(plan=plan, first=first)
    context = {
        "first": wording.day(past.first),
        "last": wording.day(past.last),
        "said": summary.numbers(past, request.patient.units),
        "sentence": summary.sentence(past.week),
    }
    return page(request, "week.html", context)
