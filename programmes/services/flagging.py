"""Flags: raised once, kept with their evidence, changed only as the pure lifecycle says.

What a night found of all its patients is stored together; one patient's review is a night of one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from django.db import transaction

from patients.models import Patient
from programmes.clinical.detection import (
    Change,
    Clear,
    ConditionMetAgain,
    ConditionNoLongerMet,
    Raise,
    Worsen,
    findings,
    flag_changes,
)
from programmes.clinical.diary import Finding
from programmes.clinical.new_rules import due_now
from programmes.clinical.thresholds import RULE_VERSION
from programmes.models import Flag, FlagCode, Programme, Severity, Walk
from programmes.services.flag_rows import (
    clear_flags,
    insert_flags,
    lock_items,
    note_condition,
    worsen_flags,
)
from programmes.services.gathering import Subject

Judged = tuple[Subject, Sequence[Change]]
Kind = TypeVar("Kind", Raise, Worsen, Clear, ConditionNoLongerMet, ConditionMetAgain)

OF_WHOLE_DAYS = (
    FlagCode.ADHERENCE_DROPPED,
    FlagCode.ADHERENCE_LOW,
    FlagCode.NOT_STARTED,
    FlagCode.PAIN_THEN_SILENT,
)
"""They count days without a walk, so the day must be over."""


@dataclass(frozen=True)
class Tally:
    """What one review did."""

    raised: int = 0
    cleared: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.raised + other.raised, self.cleared + other.cleared)


def changes_of(*, subject: Subject, on: date, day_is_over: bool = True) -> tuple[Change, ...]:
    """Judges one patient on one day, writing nothing.

    Walks not walked are counted when the day is over; what the patient reported is judged at once.
    """
    seen = subject.diary.until(on)
    found = findings(seen, on, subject.thresholds)
    if not day_is_over:
        found = tuple(finding for finding in found if finding.code not in OF_WHOLE_DAYS)
    found = due_now(
        found,
        seen,
        on,
        nights=subject.nights_under_these_rules,
        place=subject.programme.patient_id.int,
        open_codes=[flag.code for flag in subject.flags if flag.resolved_on is None],
        thresholds=subject.thresholds,
    )
    return flag_changes(found, subject.known_flags, seen, on, subject.thresholds)


@transaction.atomic
def store_changes(*, judged: Sequence[Judged], on: date, now: datetime) -> Tally:
    """Stores what the lifecycle asked for, of one patient or of many. Twice gives the same rows.

    For an item it is the same in which order its changes are stored.
    """
    changed = [subject for subject, changes in judged if changes]
    if not changed:
        return Tally()
    lock_items(subject.programme.patient_id for subject in changed)
    new = [_new_flag(subject, change, now) for subject, change in _of_kind(Raise, judged)]
    raised = insert_flags(new)
    worsen_flags([(_known(subject, change), change.finding) for subject, change in _of_kind(Worsen, judged)])
    cleared = clear_flags([_known(*each) for each in _of_kind(Clear, judged)], on=on, now=now)
    note_condition([_known(*each) for each in _of_kind(ConditionNoLongerMet, judged)], ended_on=on)
    note_condition([_known(*each) for each in _of_kind(ConditionMetAgain, judged)], ended_on=None)
    return Tally(len(raised), cleared)


def _of_kind(kind: type[Kind], judged: Sequence[Judged]) -> Iterator[tuple[Subject, Kind]]:
    return ((subject, each) for subject, changes in judged for each in changes if isinstance(each, kind))


def _known(subject: Subject, change: Change) -> Flag:
    """The unresolved flag that the change is about."""
    return next(flag for flag in subject.flags if flag.code == change.code and flag.resolved_on is None)


def _new_flag(subject: Subject, change: Raise, now: datetime) -> Flag:
    programme = subject.programme
    return _flag(programme.patient, programme, change.finding, change.on, now)


def _flag(
    patient: Patient,
    programme: Programme | None,
    finding: Finding,
    on: date,
    now: datetime,
    walk: Walk | None = None,
) -> Flag:
    return Flag(
        clinic_id=patient.clinic_id,
        patient=patient,
        programme=programme,
        walk=walk,
        code=finding.code,
        severity=Severity.of_rule(finding.severity),
        raised_on=on,
        raised_at=now,
        rule_version=RULE_VERSION,
        evidence=finding.evidence,
    )


@transaction.atomic
def raise_flag(
    *,
    patient: Patient,
    programme: Programme | None,
    finding: Finding,
    on: date,
    now: datetime,
    walk: Walk | None = None,
) -> Flag | None:
    """Writes the flag into the patient's open review item, opening one when there is none.

    Returns None when an unresolved flag of this code exists already. See `insert_flags`.
    """
    new = insert_flags([_flag(patient, programme, finding, on, now, walk)])
    return new[0] if new else None


@transaction.atomic
def worsen_flag(flag: Flag, finding: Finding) -> None:
    """Keeps the newest evidence; what got worse wakes a snoozed item."""
    lock_items([flag.patient_id])
    worsen_flags([(flag, finding)])
