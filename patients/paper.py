"""The plan on paper: what one sheet says, and the rows of a diary to fill in by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse

from clinic.formats import dates
from patients import plan_wording, wording
from programmes.services.plan_reading import Dose, Plan

DIARY_WEEKS = 4  # then a new sheet: the plan may have changed by then
ONE_COLUMN = 14  # longer tables stand in two


@dataclass(frozen=True, slots=True)
class DiaryRow:
    """One planned walking day: the week's number and first day, which of its walks, how much is asked."""

    week: int
    starts_on: str
    walk: int
    of: int
    amount: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that one printed plan says; `address` is where walks are logged, the same for everybody."""

    first_on: str
    note: str
    columns: list[list[plan_wording.PlanWeek]]
    how: list[str]
    parts: list[Any]
    diary: list[DiaryRow]
    to_write: str
    address: str

    @property
    def until_week(self) -> int:
        """The last week of the diary."""
        return self.diary[-1].week


def sheet_of(plan: Plan) -> Sheet:
    """The weeks from this one on, at the doses that stand now."""
    now = plan.dose
    doses = [now if dose.number == now.number else dose for dose in plan.doses if dose.number >= now.number]
    starts = plan.week_starts
    weeks = plan_wording.my_plan(doses, first_on=starts[now.number], units=plan.units, starts=starts)
    half = -(-len(weeks) // 2) if len(weeks) > ONE_COLUMN else len(weeks)
    return Sheet(
        first_on=dates.full_day(starts[now.number]),
        note=plan.programme.note_to_patient,
        columns=[part for part in (weeks[:half], weeks[half:]) if part],
        how=[sentence for sentence in (wording.pace(now.intensity), wording.bouts(now.bouts)) if sentence],
        parts=list(plan_wording.parts(now)),
        diary=_diary(plan, doses),
        to_write=wording.to_write(now.counts, plan.units),
        address=log_address(),
    )


def log_address() -> str:
    """The page on which everybody logs walks: it names no patient, and asks who is there."""
    return f"{settings.BASE_URL}{reverse('patients:log-walk')}"


def _diary(plan: Plan, doses: Sequence[Dose]) -> list[DiaryRow]:
    """Four weeks; where the plan has fewer left, its last week goes on."""
    first, starts = doses[0], plan.week_starts
    rows = []
    for number in range(DIARY_WEEKS):
        dose = doses[min(number, len(doses) - 1)]
        begins = starts[first.number] + timedelta(days=7 * number)
        if number < len(doses):
            begins = starts.get(dose.number, begins)
        day, amount = dates.day_and_short_month(begins), wording.amount(dose, plan.units)
        rows += [DiaryRow(dose.number, day, walk + 1, dose.days, amount) for walk in range(dose.days)]
    return rows
