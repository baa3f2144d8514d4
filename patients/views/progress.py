"""My progress: a sentence, minutes against the plan, pain before and after, and the same as tables."""

from dataclasses import replace
from datetime import date

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from patients import wording
from patients.views.access import PatientRequest, page, patient_page
from programmes.charts import WeekVolume, pain_chart, volume_chart
from programmes.clinical.amounts import DISTANCE, STEPS
from programmes.clinical.distances import in_units
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
    changeable = [
        _changeable(walk, today, request.patient.units)
        for walk in own_changeable(patient=request.patient, now=now)
    ]
    if plan is None or not plan.has_started:
        return page(request, "progress.html", {"so_far": None, "changeable": changeable})
    charts = _charts(progress_of(plan=plan), plan.units)
    return page(request, "progress.html", {**charts, "changeable": changeable})


def _changeable(walk: Walk, today: date, units: str) -> dict[str, object]:
    """One walk of the last two days, with the way to change it."""
    return {
        "walk_id": walk.pk,
        "day": wording.short_day(today, walk.walked_on),
        "amount": wording.walked(walk.walked, walk.target.counts, units),
    }


def _charts(so_far: Progress, units: str) -> dict[str, object]:
    return {
        "so_far": so_far,
        "sentence": wording.progress(so_far, units),
        "weekly": _weekly(so_far, units) if any(week.planned for week in so_far.weeks) else None,
        "each_week": wording.each_week(so_far.counts, units),
        "weekly_sentence": wording.weekly_chart(so_far, units),
        "pain": pain_chart(so_far.pain) if so_far.pain else None,
        "pain_sentence": wording.pain_chart(so_far),
    }


def _weekly(so_far: Progress, units: str) -> dict[str, object]:
    """The chart in the patient's units, with the words beside its axis and in its table."""
    far = so_far.counts == DISTANCE
    drawn = [_in_units(week, units) for week in so_far.weeks] if far else so_far.weeks
    chart = volume_chart(drawn)

    def said(value: int) -> str:
        return wording.bare(value, so_far.counts, units)

    values = [(tick.at, int(str(tick.value))) for tick in chart.y_ticks]
    part = {DISTANCE: 100, STEPS: 1000}.get(so_far.counts, 1)  # long numbers do not fit beside the axis
    levels = [(at, f"{value / part:g}") for at, value in values]
    rows = [
        (week.starts_on, week.number, wording.week_walked(week, so_far.counts, units), said(week.planned))
        for week in so_far.weeks
    ]
    return {"chart": chart, "levels": levels, "rows": rows}


def _in_units(week: WeekVolume, units: str) -> WeekVolume:
    """Hundredths of a kilometre or mile, so that the axis has round numbers."""
    walked = None if week.walked is None else int(100 * in_units(week.walked, units))
    return replace(week, planned=int(100 * in_units(week.planned, units)), walked=walked)
