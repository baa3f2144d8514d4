"""Flags: raised once, kept with their evidence, changed only as the pure lifecycle says."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Min
from uuid_utils.compat import uuid7

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
from programmes.models import (
    Flag,
    FlagCode,
    ItemStatus,
    Outcome,
    Programme,
    Resolution,
    ReviewItem,
    Severity,
    Walk,
)
from programmes.services.gathering import Subject

OF_WHOLE_DAYS = (
    FlagCode.ADHERENCE_DROPPED,
    FlagCode.ADHERENCE_LOW,
    FlagCode.NOT_STARTED,
    FlagCode.PAIN_THEN_SILENT,
)
"""They count days without a walk, so the day must be over."""


@dataclass
class Tally:
    """What one review did."""

    raised: int = 0
    cleared: int = 0


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


def store_changes(*, subject: Subject, changes: Sequence[Change], now: datetime) -> Tally:
    """Stores what the lifecycle asked for. Twice gives the same rows."""
    tally = Tally()
    for change in changes:
        _store(subject, change, now, tally)
    return tally


def _store(subject: Subject, change: Change, now: datetime, tally: Tally) -> None:
    if isinstance(change, Raise):
        flag = raise_flag(
            patient=subject.programme.patient,
            programme=subject.programme,
            finding=change.finding,
            on=change.on,
            now=now,
        )
        tally.raised += flag is not None
        return
    flag = next(flag for flag in subject.flags if flag.code == change.code and flag.resolved_on is None)
    if isinstance(change, Worsen):
        worsen_flag(flag, change.finding)
    elif isinstance(change, Clear):
        tally.cleared += _clear(flag, change.on, now)
    elif isinstance(change, ConditionNoLongerMet):
        Flag.objects.filter(pk=flag.pk).update(condition_ended_on=change.on)
    elif isinstance(change, ConditionMetAgain):
        Flag.objects.filter(pk=flag.pk).update(condition_ended_on=None)


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

    Returns None when an unresolved flag of this code exists already: the partial unique index decides,
    so two reviews of the same night make one flag. A new flag at least as severe as all the item held wakes
    it from a snooze.
    """
    severity = Severity.of_rule(finding.severity)
    item_id, is_resting = _open_item(patient, severity, on, now)
    flag = Flag(
        clinic_id=patient.clinic_id,
        patient=patient,
        programme=programme,
        item_id=item_id,
        walk=walk,
        code=finding.code,
        severity=severity,
        raised_on=on,
        raised_at=now,
        rule_version=RULE_VERSION,
        evidence=finding.evidence,
    )
    if not _insert_once(flag):
        return None
    if is_resting:
        _wake(item_id, severity)
    return flag


def _wake(item_id: UUID, severity: Severity) -> None:
    """Who snoozed has read what stood there then: a new reason as severe as the worst of it is news."""
    resting = ReviewItem.objects.filter(pk=item_id, status=ItemStatus.ON_HOLD, severity__gte=severity)
    resting.update(status=ItemStatus.REQUESTED, snoozed_until=None)


def _open_item(patient: Patient, severity: Severity, on: date, now: datetime) -> tuple[UUID, bool]:
    """The patient's open item and whether it is snoozed still, in one statement: two reviews meeting here
    share it.

    What is worse than all the item held wakes it from a snooze at once.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO programmes_reviewitem AS item
                (id, clinic_id, patient_id, status, severity, opened_at, opened_on, outcome, close_note)
            VALUES (%s, %s, %s, 'requested', %s, %s, %s, '', '')
            ON CONFLICT (patient_id) WHERE NOT (status = 'completed')
            DO UPDATE SET
                severity = least(item.severity, excluded.severity),
                status = CASE WHEN item.status = 'on-hold' AND excluded.severity < item.severity
                              THEN 'requested' ELSE item.status END,
                snoozed_until = CASE WHEN excluded.severity < item.severity
                                     THEN NULL ELSE item.snoozed_until END
            RETURNING id, status
            """,
            [uuid7(), patient.clinic_id, patient.pk, severity, now, on],
        )
        item_id, status = cursor.fetchone()
        return item_id, status == ItemStatus.ON_HOLD


def _insert_once(flag: Flag) -> bool:
    """INSERT unless an unresolved flag of this patient and code exists; says whether it was inserted."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO programmes_flag
                (id, clinic_id, patient_id, programme_id, item_id, walk_id, code, severity,
                 raised_on, raised_at, rule_version, evidence, resolution)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '')
            ON CONFLICT (patient_id, code) WHERE resolved_on IS NULL DO NOTHING
            RETURNING id
            """,
            [
                flag.pk,
                flag.clinic_id,
                flag.patient_id,
                flag.programme_id,
                flag.item_id,
                flag.walk_id,
                flag.code,
                flag.severity,
                flag.raised_on,
                flag.raised_at,
                flag.rule_version,
                json.dumps(flag.evidence),
            ],
        )
        return cursor.fetchone() is not None


@transaction.atomic
def worsen_flag(flag: Flag, finding: Finding) -> None:
    """Keeps the newest evidence; what got worse wakes a snoozed item."""
    _lock_item(flag)
    severity = Severity.of_rule(finding.severity)
    Flag.objects.filter(pk=flag.pk, resolved_on=None).update(
        severity=severity, latest=finding.evidence, condition_ended_on=None
    )
    ReviewItem.objects.filter(pk=flag.item_id, severity__gt=severity).update(severity=severity)
    ReviewItem.objects.filter(pk=flag.item_id, status=ItemStatus.ON_HOLD).update(
        status=ItemStatus.REQUESTED, snoozed_until=None
    )


@transaction.atomic
def _clear(flag: Flag, on: date, now: datetime) -> bool:
    """Resolves the flag; the item closes with its last flag, unless somebody holds it or it was promised."""
    _lock_item(flag)
    cleared = Flag.objects.filter(pk=flag.pk, resolved_on=None).update(
        resolved_on=on, resolution=Resolution.CLEARED, condition_ended_on=on
    )
    left = Flag.objects.unresolved().filter(item_id=flag.item_id).aggregate(worst=Min("severity"))["worst"]
    item = ReviewItem.objects.filter(pk=flag.item_id)
    if left is not None:
        item.update(severity=left)
    else:
        item.filter(
            status__in=[ItemStatus.REQUESTED, ItemStatus.ON_HOLD], claimed_by=None, promised_for=None
        ).update(
            status=ItemStatus.COMPLETED, outcome=Outcome.CONDITION_ENDED, closed_at=now, snoozed_until=None
        )
    return cleared == 1


def _lock_item(flag: Flag) -> None:
    """The item before its flags, as raising and closing do: no deadlock, and no flag comes in unseen."""
    ReviewItem.objects.select_for_update().filter(pk=flag.item_id).first()
