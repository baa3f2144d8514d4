"""The rows of flags and their items: the same few statements for one patient and for a clinic's whole night.

Items come before their flags, in the order of the patients: no two writers wait for each other, and no flag
comes in unseen.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import F, OuterRef, QuerySet, Subquery
from uuid_utils.compat import uuid7

from programmes.clinical.diary import Finding
from programmes.models import Flag, ItemStatus, Outcome, Resolution, ReviewItem, Severity

CLOSES_ITSELF = {
    "status__in": [ItemStatus.REQUESTED, ItemStatus.ON_HOLD],
    "claimed_by": None,
    "promised_for": None,
}


def lock_items(patients: Iterable[UUID]) -> None:
    """The open items of these patients, for as long as the transaction lasts."""
    theirs = ReviewItem.objects.open().with_keys("patient_id", patients).order_by("patient_id")
    list(theirs.select_for_update().values_list("pk"))


def insert_flags(flags: Sequence[Flag]) -> list[Flag]:
    """Writes each flag into its patient's open review item, opening one where there is none.

    Returns the flags that are new: where an unresolved one of that patient and code exists already, the
    partial unique index keeps the other out, so two reviews of the same night make one flag. A new flag at
    least as severe as all the item held wakes it from a snooze: who snoozed has read what stood there then.
    """
    if not flags:
        return []
    items = _open_items(flags)
    for flag in flags:
        flag.item_id = items[flag.patient_id].pk
    inserted = _insert_once(flags)
    new = [flag for flag in flags if flag.pk in inserted]
    _wake(flag.item_id for flag in new if items[flag.patient_id].is_woken_by(flag))
    return new


class OpenItem(NamedTuple):
    """A patient's open item once it has taken the severity of the new flags."""

    pk: UUID
    severity: int
    status: str

    def is_woken_by(self, flag: Flag) -> bool:
        """Whether it is snoozed still, and the flag as severe as the worst that it holds."""
        return self.status == ItemStatus.ON_HOLD and flag.severity <= self.severity


def _open_items(flags: Iterable[Flag]) -> dict[UUID, OpenItem]:
    """Each patient's open item, in one statement: two reviews meeting here share it.

    What is worse than all the item held wakes it from a snooze at once.
    """
    worst = {flag.patient_id: flag for flag in sorted(flags, key=lambda flag: -flag.severity)}
    new = [worst[patient_id] for patient_id in sorted(worst)]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO programmes_reviewitem AS item
                (id, clinic_id, patient_id, status, severity, opened_at, opened_on, outcome, close_note)
            SELECT id, clinic_id, patient_id, 'requested', severity, opened_at, opened_on, '', ''
              FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::smallint[], %s::timestamptz[], %s::date[])
                   AS new (id, clinic_id, patient_id, severity, opened_at, opened_on)
            ON CONFLICT (patient_id) WHERE NOT (status = 'completed')
            DO UPDATE SET
                severity = least(item.severity, excluded.severity),
                status = CASE WHEN item.status = 'on-hold' AND excluded.severity < item.severity
                              THEN 'requested' ELSE item.status END,
                snoozed_until = CASE WHEN excluded.severity < item.severity
                                     THEN NULL ELSE item.snoozed_until END
            RETURNING patient_id, id, severity, status
            """,
            [[uuid7() for _flag in new], *_columns(new, "clinic_id", "patient_id", *OPENED_BY)],
        )
        return {patient_id: OpenItem(*item) for patient_id, *item in cursor.fetchall()}


OPENED_BY = ("severity", "raised_at", "raised_on")
"""What an item takes from its worst new flag."""
INSERTED = (
    *("pk", "clinic_id", "patient_id", "programme_id", "item_id", "walk_id", "code", "severity"),
    *("raised_on", "raised_at", "rule_version"),
)


def _columns(rows: Sequence[Any], *names: str) -> list[list[Any]]:
    return [[getattr(row, name) for row in rows] for name in names]


def _insert_once(flags: Sequence[Flag]) -> set[UUID]:
    """INSERT unless an unresolved flag of this patient and code exists; the keys of those inserted."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO programmes_flag
                (id, clinic_id, patient_id, programme_id, item_id, walk_id, code, severity,
                 raised_on, raised_at, rule_version, evidence, resolution)
            SELECT *, ''
              FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::text[],
                          %s::smallint[], %s::date[], %s::timestamptz[], %s::text[], %s::jsonb[])
            ON CONFLICT (patient_id, code) WHERE resolved_on IS NULL DO NOTHING
            RETURNING id
            """,
            [*_columns(flags, *INSERTED), [json.dumps(flag.evidence) for flag in flags]],
        )
        return {key for (key,) in cursor.fetchall()}


def _wake(items: Iterable[UUID]) -> None:
    keys = set(items)
    if keys:
        resting = ReviewItem.objects.with_keys("pk", keys).filter(status=ItemStatus.ON_HOLD)
        resting.update(status=ItemStatus.REQUESTED, snoozed_until=None)


def worsen_flags(worse: Sequence[tuple[Flag, Finding]]) -> None:
    """Keeps the newest evidence; what got worse wakes a snoozed item. The items are locked already."""
    if not worse:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE programmes_flag AS flag
               SET severity = worse.severity, latest = worse.latest, condition_ended_on = NULL
              FROM unnest(%s::uuid[], %s::smallint[], %s::jsonb[]) AS worse (id, severity, latest)
             WHERE flag.id = worse.id AND flag.resolved_on IS NULL
            RETURNING flag.item_id
            """,
            [
                [flag.pk for flag, _finding in worse],
                [Severity.of_rule(finding.severity) for _flag, finding in worse],
                [json.dumps(finding.evidence) for _flag, finding in worse],
            ],
        )
        items = [item_id for (item_id,) in cursor.fetchall()]
    milder = ReviewItem.objects.with_keys("pk", items).filter(severity__gt=_worst_left())
    milder.update(severity=_worst_left())
    _wake(items)


def clear_flags(flags: Sequence[Flag], *, on: date, now: datetime) -> int:
    """Resolves the flags, and counts them. The items are locked already.

    An item closes with its last flag, unless somebody holds it or it was promised.
    """
    if not flags:
        return 0
    cleared = _of(flags).update(resolved_on=on, resolution=Resolution.CLEARED, condition_ended_on=on)
    items = ReviewItem.objects.with_keys("pk", {flag.item_id for flag in flags}).annotate(left=_worst_left())
    items.filter(left__isnull=False).exclude(severity=F("left")).update(severity=_worst_left())
    items.filter(left=None, **CLOSES_ITSELF).update(
        status=ItemStatus.COMPLETED, outcome=Outcome.CONDITION_ENDED, closed_at=now, snoozed_until=None
    )
    return cleared


def note_condition(flags: Sequence[Flag], *, ended_on: date | None) -> None:
    """Since when the condition is no longer met, for the person who holds the item; None: it is met again."""
    if flags:
        _of(flags).update(condition_ended_on=ended_on)


def _of(flags: Iterable[Flag]) -> QuerySet[Flag]:
    """Those of the flags that nobody has resolved meanwhile."""
    return Flag.objects.unresolved().with_keys("pk", [flag.pk for flag in flags])


def _worst_left() -> Subquery:
    """The severity of the worst unresolved flag of an item."""
    unresolved = Flag.objects.unresolved().filter(item_id=OuterRef("pk"))
    return Subquery(unresolved.order_by("severity").values("severity")[:1])
