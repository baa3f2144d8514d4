"""Changing a running programme: every change is the next signed revision, from a day on; the past stays."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from clinic.models import StaffMember
from clinic.permissions import require
from patients.models import Patient
from patients.services.in_care import require_in_care
from patients.services.restricted import require_unrestricted
from programmes.clinical import grading
from programmes.clinical.course import Course
from programmes.models import (
    Programme,
    ProgrammeRevision,
    ProgrammeTemplate,
    RevisionChange,
)
from programmes.services.courses import course_of_programme
from programmes.services.library import save_template
from programmes.services.nights import mark_changed
from programmes.services.prescribing import (
    Baseline,
    ChangedMeanwhile,
    NotRunning,
    NoWeeks,
    SteepWithoutReason,
    draft_programme,
    require_order,
    stored_weeks,
    write_weeks,
)

SWITCHES = ("repeats_until_half_done", "returns_after_gap", "patient_may_repeat", "allows_flare_plan")


class InThePast(Exception):
    """A change begins today or later: what was asked on past days stays as it was."""


@dataclass(frozen=True)
class Standing:
    """Where a programme stands on a day: the governing revision, its weeks, and the course they take."""

    on: date
    revision: ProgrammeRevision
    weeks: tuple[grading.Week, ...]
    course: Course

    @property
    def number(self) -> int:
        """This week's number; the last week stays in force after the end of the plan."""
        return self.course.today.week

    @property
    def week_starts_on(self) -> date:
        return self.course.today.from_on

    @property
    def week(self) -> grading.Week:
        return next(week for week in self.weeks if week.number >= self.number)

    @property
    def next_week_on(self) -> date:
        """The first day of the next week, as far as is known; before the start, the start."""
        this_week = self.course.today
        if self.on < this_week.from_on:
            return this_week.from_on
        to_come = self.course.to_come
        return to_come[0].from_on if to_come else self.on + timedelta(days=7)

    def from_week(self, number: int) -> tuple[grading.Week, ...]:
        return tuple(week for week in self.weeks if week.number >= number)


@dataclass(frozen=True)
class Change:
    """What the next revision holds, from when on, and why. The weeks are numbered without a gap."""

    kind: RevisionChange
    from_on: date
    weeks: tuple[grading.Week, ...]
    reason: str
    rule: dict[str, Any] = field(default_factory=dict)
    template: ProgrammeTemplate | None = None
    warning_reason: str = ""  # why a rise over 35 % is wanted


def standing_of(*, programme: Programme, on: date) -> Standing:
    """Where a signed programme stands; before its first day, where it will start. Raises NotRunning."""
    signed = ProgrammeRevision.objects.filter(clinic_id=programme.clinic_id, programme=programme)
    revision = signed.in_force(on).first() or signed.signed().first()
    if revision is None:
        raise NotRunning
    course = course_of_programme(programme, on)
    return Standing(on, revision, stored_weeks(revision.weeks.all()), course)


def going_to_week(standing: Standing, *, number: int, from_on: date, reason: str) -> Change:
    """The plan goes on with one of its weeks: the same again, an earlier or a later one. Raises NoWeeks."""
    weeks = standing.from_week(number)
    if not weeks or weeks[0].number != number:
        raise NoWeeks
    kinds = {-1: RevisionChange.STEPPED_BACK, 0: RevisionChange.REPEATED, 1: RevisionChange.MOVED_ON}
    kind = kinds[(number > standing.number) - (number < standing.number)]
    return Change(kind, from_on, weeks, reason, standing.revision.rule)


def steep_rises(standing: Standing, change: Change) -> tuple[grading.VolumeWarning, ...]:
    """Rises over 35 %: from this week to the first that is asked for, and in weeks that are new.

    What the old plan asked for further on was explained when it was signed.
    """
    first = change.weeks[0]
    jump = grading.weekly_warnings((standing.week, replace(first, number=standing.week.number + 1)))
    is_new = change.kind in (RevisionChange.REWRITTEN, RevisionChange.NEW_TEMPLATE)
    return jump + (grading.weekly_warnings(change.weeks) if is_new else ())


def from_one(weeks: Sequence[grading.Week]) -> tuple[grading.Week, ...]:
    """The same weeks, numbered 1, 2, 3."""
    return tuple(replace(week, number=number) for number, week in enumerate(weeks, 1))


@transaction.atomic
def revise(
    *, programme: Programme, change: Change, seen_version: int, by: StaffMember, now: datetime
) -> ProgrammeRevision:
    """Signs the next revision of a running programme.

    A revision that has not begun when this one does never begins. Raises NotRunning, ChangedMeanwhile,
    InThePast, NoWeeks, WeeksNotInOrder, SteepWithoutReason, CareHasEnded, ProcessingRestricted or NotAllowed.
    """
    require(by, "prescribe", clinic_id=programme.clinic_id)
    today = now.astimezone(by.clinic.zone).date()
    require_in_care(programme.patient, today)
    require_unrestricted(programme.patient, today)
    if change.from_on < today:
        raise InThePast
    require_order(change.weeks, first=change.weeks[0].number if change.weeks else 1)
    if not change.warning_reason and steep_rises(standing_of(programme=programme, on=today), change):
        raise SteepWithoutReason
    _take(programme, change, seen_version, by)
    revision = _next_revision(programme, change, by)
    write_weeks(revision, change.weeks)
    ProgrammeRevision.objects.filter(pk=revision.pk).update(signed_at=now, signed_by=by.user)
    mark_changed(patient=programme.patient, earliest_on=change.from_on, now=now)
    return revision


def _take(programme: Programme, change: Change, seen_version: int, by: StaffMember) -> None:
    """The programme is ours until the end of the transaction, if nobody changed it since it was read."""
    running = Programme.objects.for_clinic(by.clinic).running().filter(pk=programme.pk)
    template = {} if change.template is None else {"template": change.template}
    if running.filter(version=seen_version).update(version=F("version") + 1, **template) != 1:
        raise ChangedMeanwhile if running.exists() else NotRunning


def _next_revision(programme: Programme, change: Change, by: StaffMember) -> ProgrammeRevision:
    revisions = ProgrammeRevision.objects.for_clinic(by.clinic).filter(programme=programme)
    newest = revisions.latest("number")
    return ProgrammeRevision.objects.create(
        clinic=by.clinic,
        programme=programme,
        number=newest.number + 1,
        in_force_from=change.from_on,
        first_week=change.weeks[0].number,
        change=change.kind,
        reason=change.reason,
        rule=change.rule,
        warning_reason=change.warning_reason,
        **{name: getattr(newest, name) for name in SWITCHES},
    )


@transaction.atomic
def copy_programme(
    *, programme: Programme, patient: Patient, starts_on: date, by: StaffMember, today: date
) -> Programme:
    """A draft for another patient with this programme's weeks from the first; its baseline is an estimate.

    Raises NotRunning, CareHasEnded, ProcessingRestricted or NotAllowed.
    """
    require(by, "prescribe", clinic_id=programme.clinic_id)
    return draft_programme(
        patient=patient,
        baseline=Baseline(
            programme.baseline, is_estimate=True, irritable=programme.irritable, counts=programme.counts
        ),
        starts_on=starts_on,
        weeks=from_one(standing_of(programme=programme, on=today).weeks),
        template=programme.template,
        rule={"copied": True},
        by=by,
        today=today,
    )


@transaction.atomic
def save_as_template(
    *, programme: Programme, template: ProgrammeTemplate, by: StaffMember, today: date
) -> ProgrammeTemplate:
    """The clinic's library gains these weeks as a new template.

    Raises NotRunning, OtherUnit or NotAllowed.
    """
    require(by, "edit_templates", clinic_id=programme.clinic_id)
    weeks = from_one(standing_of(programme=programme, on=today).weeks)
    return save_template(template=template, weeks=weeks, by=by)
