"""Prescribing: a template and a baseline make a draft, the clinician edits it and signs it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from clinic.models import StaffMember
from clinic.permissions import require
from clinic.services.going_live import require_live
from patients.models import Patient
from patients.services.in_care import held_in_care, require_in_care
from patients.services.restricted import require_unrestricted
from programmes.clinical import grading
from programmes.clinical.thresholds import GRADING
from programmes.models import (
    Programme,
    ProgrammeRevision,
    ProgrammeStatus,
    ProgrammeTemplate,
    ProgrammeWeek,
)
from programmes.models.template import WeekDose
from programmes.services.nights import mark_changed
from programmes.services.safety_checking import require_checked


class NoWeeks(Exception):
    """A programme or template without a single week cannot be used."""


class NotADraft(Exception):
    """Only a draft is edited in place; what was assigned changes by revision."""


class NotRunning(Exception):
    """The programme has not started or has ended."""


class WeeksNotInOrder(Exception):
    """Weeks must be numbered one after the other, without gaps or repeats."""


class AlreadyRunning(Exception):
    """The patient has a running programme; end it first."""


class ChangedMeanwhile(Exception):
    """Somebody else saved this programme since it was opened."""


class OtherUnit(Exception):
    """This template cannot be counted in the baseline's unit."""


class SteepWithoutReason(Exception):
    """A week asks for over 35 % more than the one before, and nobody has said why that is wanted."""


@dataclass(frozen=True)
class Baseline:
    """What everything is built on: a comfortable walk in minutes or metres, or a day's usual steps."""

    amount: int
    is_estimate: bool = False
    irritable: bool = False
    counts: str = grading.MINUTES


WEEK_COLUMNS = tuple(each.name for each in fields(grading.Week))


def generated_weeks(*, template: ProgrammeTemplate, baseline: Baseline) -> tuple[grading.Week, ...]:
    """The template's weeks at this patient's baseline: by its rules, else its own weeks to scale.

    Raises NoWeeks, OtherUnit or grading.BaselineOutOfRange.
    """
    stored = template_weeks(template)
    if not stored:
        raise NoWeeks
    if not template.rules:
        if baseline.counts != template.counts:
            raise OtherUnit
        return _scaled(stored, template.example_baseline, baseline)
    rules = rules_for(template, baseline)
    if baseline.irritable:
        rules = replace(rules, factor=min(rules.factor, GRADING.gentle_factor))
    return grading.generate(baseline.amount, rules)


def rules_for(template: ProgrammeTemplate, baseline: Baseline) -> grading.ProgressionRules:
    """The template's rules in the baseline's unit.

    Counted in metres, the target lies as far above the baseline as in the template's own example; weeks with
    fast parts stay timed, and steps are counted by templates in steps alone. Raises OtherUnit or
    grading.BaselineOutOfRange.
    """
    rules = grading.ProgressionRules(**template.rules)
    if baseline.counts == template.counts:
        return rules
    if (template.counts, baseline.counts) != (grading.MINUTES, grading.DISTANCE) or rules.intervals:
        raise OtherUnit
    if not GRADING.metres_unit <= baseline.amount <= GRADING.max_metres:
        raise grading.BaselineOutOfRange(f"baseline {baseline.amount} m is outside 50-40,000")
    share = rules.target_minutes / template.example_baseline
    target = grading.whole(min(share * baseline.amount, GRADING.max_metres), grading.DISTANCE)
    return replace(grading.in_metres(rules, target), min_baseline=1)


def template_weeks(template: ProgrammeTemplate) -> tuple[grading.Week, ...]:
    """The weeks that stand in the template, in order."""
    return stored_weeks(template.weeks.order_by("number"))


def stored_weeks(rows: Iterable[WeekDose]) -> tuple[grading.Week, ...]:
    """Stored rows as the grading code reads them."""
    return tuple(grading.Week(**{column: getattr(row, column) for column in WEEK_COLUMNS}) for row in rows)


def _scaled(weeks: Sequence[grading.Week], example: int, baseline: Baseline) -> tuple[grading.Week, ...]:
    """Doses in proportion to the example's baseline; the first week never above the patient's own.

    Weeks with fast parts, and those that count something else, are copied as they are.
    """
    most = grading.most_of(baseline.counts)
    if not 1 <= baseline.amount <= most:
        raise grading.BaselineOutOfRange(f"baseline {baseline.amount} is outside 1-{most}")
    share = baseline.amount / example
    if baseline.irritable:
        share *= GRADING.gentle_factor / GRADING.factor
    made = [_scaled_week(week, share, baseline.counts) for week in weeks]
    if made[0] != weeks[0]:
        made[0] = made[0].of(min(made[0].amount, baseline.amount))
    return tuple(made)


def _scaled_week(week: grading.Week, share: float, counts: str) -> grading.Week:
    """A distance beside minutes was another patient's pace: such a week keeps both."""
    if week.intervals or week.counts != counts or (week.minutes and week.distance_m):
        return week
    exact = week.amount * share
    amount = grading.whole(exact, counts) if counts == grading.DISTANCE else grading.round_half_up(exact)
    return week.of(max(1, min(amount, grading.most_of(counts))))


@transaction.atomic
def draft_programme(
    *,
    patient: Patient,
    baseline: Baseline,
    starts_on: date,
    weeks: Sequence[grading.Week],
    template: ProgrammeTemplate | None,
    rule: dict[str, Any],
    by: StaffMember,
    today: date,
    warning_reason: str = "",
) -> Programme:
    """Makes a draft with its first revision; `warning_reason` says why a steep rise is wanted.

    Raises NoWeeks, WeeksNotInOrder, CareHasEnded, ProcessingRestricted or NotAllowed.
    """
    require(by, "prescribe")
    require_in_care(patient, today)
    require_unrestricted(patient, today)
    require_order(weeks)
    programme = Programme.objects.create(
        clinic=by.clinic,
        patient=patient,
        clinician=by,
        template=template,
        starts_on=starts_on,
        counts=baseline.counts,
        baseline=baseline.amount,
        baseline_is_estimate=baseline.is_estimate,
        irritable=baseline.irritable,
    )
    revision = ProgrammeRevision.objects.create(
        clinic=by.clinic,
        programme=programme,
        number=1,
        in_force_from=starts_on,
        reason="first plan",
        rule=rule,
        warning_reason=warning_reason,
    )
    write_weeks(revision, weeks)
    return programme


def require_order(weeks: Sequence[grading.Week], *, first: int = 1) -> None:
    """Weeks are numbered one after the other from `first` on. Raises NoWeeks or WeeksNotInOrder."""
    if not weeks:
        raise NoWeeks
    if [week.number for week in weeks] != list(range(first, first + len(weeks))):
        raise WeeksNotInOrder


def write_weeks(revision: ProgrammeRevision, weeks: Sequence[grading.Week]) -> None:
    """Gives an unsigned revision its weeks; once it is signed the database refuses."""
    ProgrammeWeek.objects.bulk_create(
        [
            ProgrammeWeek(
                clinic_id=revision.clinic_id,
                programme_id=revision.programme_id,
                revision=revision,
                **{column: getattr(week, column) for column in WEEK_COLUMNS},
            )
            for week in weeks
        ]
    )


@transaction.atomic
def edit_draft(
    *,
    programme: Programme,
    weeks: Sequence[grading.Week],
    starts_on: date,
    note_to_patient: str,
    seen_version: int,
    by: StaffMember,
    warning_reason: str = "",
    goal: str = "",
) -> None:
    """Replaces the weeks of a draft and what stands beside them.

    `warning_reason` says why a steep rise is wanted, `goal` is the patient's own.

    Raises NotADraft, NoWeeks, WeeksNotInOrder, ChangedMeanwhile or NotAllowed.
    """
    require(by, "prescribe")
    require_order(weeks)
    drafts = Programme.objects.for_clinic(by.clinic).filter(pk=programme.pk, status=ProgrammeStatus.DRAFT)
    saved = drafts.filter(version=seen_version).update(
        version=F("version") + 1, starts_on=starts_on, note_to_patient=note_to_patient, goal=goal
    )
    if saved != 1:
        raise ChangedMeanwhile if drafts.exists() else NotADraft
    revision = ProgrammeRevision.objects.for_clinic(by.clinic).get(programme=programme, number=1)
    ProgrammeRevision.objects.filter(pk=revision.pk).update(
        in_force_from=starts_on, warning_reason=warning_reason
    )
    ProgrammeWeek.objects.for_clinic(by.clinic).filter(revision=revision).delete()
    write_weeks(revision, weeks)


@transaction.atomic
def discard_draft(*, programme: Programme, by: StaffMember) -> None:
    """Takes a draft away that nobody will assign; the row stays. Raises NotADraft or NotAllowed."""
    require(by, "prescribe")
    drafts = Programme.objects.for_clinic(by.clinic).filter(pk=programme.pk, status=ProgrammeStatus.DRAFT)
    if drafts.update(status=ProgrammeStatus.ENTERED_IN_ERROR, version=F("version") + 1) != 1:
        raise NotADraft


@transaction.atomic
def assign_programme(
    *,
    programme: Programme,
    by: StaffMember,
    now: datetime,
    seen_version: int | None = None,
    began_elsewhere: bool = False,
) -> None:
    """Signs the first revision and starts the programme.

    With `seen_version` only what was shown is signed. A patient's first programme needs the safety
    checklist, unless it `began_elsewhere` and is only written down here. Raises NotADraft, NoWeeks,
    SteepWithoutReason, NotChecked, AdvisedAgainst, AlreadyRunning, ChangedMeanwhile, NotLive, CareHasEnded,
    ProcessingRestricted or NotAllowed.
    """
    require(by, "prescribe")
    require_live(by.clinic)
    held_in_care(programme.patient, programme.patient.local_date(now))
    require_unrestricted(programme.patient, programme.patient.local_date(now))
    _require_signable(programme, by)
    if not began_elsewhere:
        require_checked(programme.patient)
    _start(programme, by, now, seen_version)
    ProgrammeRevision.objects.for_clinic(by.clinic).filter(programme=programme, number=1).update(
        signed_at=now, signed_by=by.user
    )
    mark_changed(patient=programme.patient, earliest_on=programme.starts_on, now=now)


def _start(programme: Programme, by: StaffMember, now: datetime, seen_version: int | None) -> None:
    """The draft becomes the patient's one running programme."""
    drafts = Programme.objects.for_clinic(by.clinic).filter(pk=programme.pk, status=ProgrammeStatus.DRAFT)
    version = {} if seen_version is None else {"version": seen_version}
    try:
        with transaction.atomic():
            started = drafts.filter(**version).update(
                status=ProgrammeStatus.ACTIVE, assigned_at=now, assigned_by=by.user
            )
    except IntegrityError as error:
        if "programmes_programme_one_running" not in str(error):
            raise
        raise AlreadyRunning from error
    if started != 1:
        raise ChangedMeanwhile if drafts.exists() else NotADraft


def _require_signable(programme: Programme, by: StaffMember) -> None:
    """A draft has weeks, and a reason where they rise steeply. Raises NoWeeks or SteepWithoutReason."""
    rows = ProgrammeWeek.objects.for_clinic(by.clinic).filter(programme=programme, revision__number=1)
    found = list(rows.select_related("revision").order_by("number"))
    if not found:
        raise NoWeeks
    if grading.weekly_warnings(stored_weeks(found)) and not found[0].revision.warning_reason:
        raise SteepWithoutReason
