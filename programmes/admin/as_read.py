"""A draft as its patient will read it: the same code and the same templates as Today and My plan."""

from collections.abc import Sequence
from typing import Any

from patients import plan_wording, wording
from programmes.clinical import course
from programmes.models import Programme, ProgrammeWeek
from programmes.services.courses import prescription_of
from programmes.services.plan_reading import Plan
from programmes.services.prescribing import stored_weeks


def as_read(programme: Programme, rows: Sequence[ProgrammeWeek]) -> dict[str, Any]:
    """Today and My plan on the first day of a draft with these weeks, revision and all."""
    revision = rows[0].revision
    weeks = [[getattr(row, name) for name in course.Dose._fields] for row in rows]
    first_day = programme.starts_on
    taken = course.course_of([prescription_of(revision, weeks)], walks=[], on=first_day)
    doses = stored_weeks(rows)
    plan = Plan(first_day, programme, revision, doses, None, taken, ())
    return {
        **plan_wording.next_walk(plan, []),
        "starts": wording.day(first_day),
        "goal": programme.goal,
        "weeks": plan_wording.my_plan(doses, first_on=first_day, units=plan.units, starts=plan.week_starts),
    }
