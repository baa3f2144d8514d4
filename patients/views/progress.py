"""My progress: a sentence, minutes against the plan, pain before and after, and the same as tables."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from patients import wording
from patients.views.access import PatientRequest, page, patient_page
from programmes.charts import pain_chart, weekly_minutes_chart
from programmes.services.plan_reading import Progress, plan_of, progress_of


@require_safe
@patient_page
def progress(request: PatientRequest) -> HttpResponse:
    """Charts for the newest plan; before its first day there is nothing to draw."""
    plan = plan_of(patient=request.patient, on=request.patient.local_date(timezone.now()))
    if plan is None or not plan.has_started:
        return page(request, "progress.html", {"so_far": None})
    return page(request, "progress.html", _charts(progress_of(plan=plan)))


def _charts(so_far: Progress) -> dict[str, object]:
    return {
        "so_far": so_far,
        "sentence": wording.progress(so_far),
        "weekly": weekly_minutes_chart(so_far.weeks) if any(week.planned for week in so_far.weeks) else None,
        "weekly_sentence": wording.weekly_chart(so_far),
        "pain": pain_chart(so_far.pain) if so_far.pain else None,
        "pain_sentence": wording.pain_chart(so_far),
    }
