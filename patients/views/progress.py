"""My progress: a sentence, minutes against the plan, pain before and after, and the same as tables."""

from datetime import date

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from patients import wording
from patients.views.access import PatientRequest, page, patient_page
from programmes.charts import pain_chart, weekly_minutes_chart
from programmes.models import Walk
from programmes.services.own_walks import own_changeable
from programmes.services.plan_reading import Progress, plan_of, progress_of


@require_safe
@patient_page
def progress(request: PatientRequest) -> HttpResponse:
    """Charts for the newest plan; before its first day there is nothing to draw."""
    now = timezone.now()
    today = request.patient.local_date(now)
    plan = plan_of(patient=request.patient, on=today)
    changeable = [_changeable(walk, today) for walk in own_changeable(patient=request.patient, now=now)]
    if plan is None or not plan.has_started:
        return page(request, "progress.html", {"so_far": None, "changeable": changeable})
    return page(request, "progress.html", {**_charts(progress_of(plan=plan)), "changeable": changeable})


def _changeable(walk: Walk, today: date) -> dict[str, object]:
    """One walk of the last two days, with the way to change it."""
    return {
        "walk_id": walk.pk,
        "day": wording.short_day(today, walk.walked_on),
        "minutes": wording.minutes(walk.minutes),
    }


def _charts(so_far: Progress) -> dict[str, object]:
    return {
        "so_far": so_far,
        "sentence": wording.progress(so_far),
        "weekly": weekly_minutes_chart(so_far.weeks) if any(week.planned for week in so_far.weeks) else None,
        "weekly_sentence": wording.weekly_chart(so_far),
        "pain": pain_chart(so_far.pain) if so_far.pain else None,
        "pain_sentence": wording.pain_chart(so_far),
    }
