"""A past week of a patient: what was walked against what was asked on each of its days."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from programmes.clinical.amounts import Walked, reaches, together
from programmes.clinical.diary import Diary
from programmes.clinical.thresholds import DEFAULTS
from programmes.clinical.weekly import Week
from programmes.models import Walk
from programmes.services.plan_reading import Plan

SIX_DAYS = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class PastWeek:
    """Monday to Sunday, with its numbers as the rule takes them; `counts` is the plan's unit."""

    first: date
    last: date
    week: Week
    counts: str


def last_week(on: date) -> date:
    """The Monday of the last week that is over."""
    return on - timedelta(days=on.weekday() + 7)


def week_of(*, plan: Plan, first: date) -> PastWeek:
    """The seven days from `first`. Days before the plan's start, after its end, or paused ask for nothing.

    A day counts once its walks together reach half of what that day asked for, as everywhere else.
    """
    programme, last = plan.programme, first + SIX_DAYS
    rows = Walk.objects.filter(clinic_id=programme.clinic_id, patient_id=programme.patient_id).valid()
    a_day: dict[date, Walked] = defaultdict(Walked)
    had_flare = False
    for on, flare, *amounts in rows.between(first, last).values_list("walked_on", "flare", *Walked._fields):
        a_day[on] = a_day[on].plus(Walked(*amounts))
        had_flare = had_flare or bool(flare)
    enough, counts = DEFAULTS.adherence.counts_share, plan.course.at(last).dose.counts
    planned_walks, planned_amount = _planned(plan, first, counts)
    week = Week(
        walks=sum(reaches(walked, plan.course.at(on).dose, enough) for on, walked in a_day.items()),
        planned_walks=planned_walks,
        amount=together(a_day.values()).told(counts) if a_day else 0,
        planned_amount=planned_amount,
        had_flare=had_flare,
    )
    return PastWeek(first, last, week, counts)


def _planned(plan: Plan, first: date, counts: str) -> tuple[int, int]:
    """Walks and amount that the days asked for, whole numbers: a week may be of two revisions."""
    last = min(first + SIX_DAYS, plan.programme.ended_on or date.max)
    diary = Diary(plan.programme.starts_on, plan.course.planned_weeks(), pauses=plan.pauses)
    return round(diary.planned_walks(first, last)), round(diary.planned_volume(first, counts, last))
