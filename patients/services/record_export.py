"""A copy of everything about one patient: for the patient, and for staff who say why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model, Q

from clinic.models import StaffMember, User
from clinic.permissions import require
from clinic.personal import declared
from clinic.tenancy import act_for, with_all_post
from patients.models import Patient, RecordExport
from patients.services.record_rows import (
    Rows,
    foreign_keys,
    is_list_of_keys,
    rows_of_login,
    rows_of_record,
    rows_that_name,
    shares_login,
)
from patients.services.restricted import require_unrestricted

FORMAT, VERSION = "waymark-record", 1  # docs/privacy/export-format.md
COPIES_A_DAY = 3  # by the patient alone; more is a script, not a person [P]
DAY = timedelta(days=1)


class ReasonMissing(Exception):
    """Staff who take a copy out of the house say why."""


class TooManyCopies(Exception):
    """The patient has taken three copies within a day."""


@dataclass(frozen=True)
class RecordCopy:
    """The record as plain values: tables by label, the staff who appear, and what is not in it (codes)."""

    patient: Patient
    made_at: datetime
    tables: dict[str, list[dict[str, Any]]]
    people: list[dict[str, str]]
    withheld: tuple[str, ...]


@transaction.atomic
def export_record(
    *, patient: Patient, reason: str, with_notes: bool, by: StaffMember, now: datetime
) -> RecordCopy:
    """Staff take a copy. `with_notes` says that somebody has read the notes: they speak of nobody else.

    Raises ReasonMissing, ProcessingRestricted (patients take their own copy all the same), or NotAllowed.
    """
    require(by, "export_record", clinic_id=patient.clinic_id)
    require_unrestricted(patient, patient.local_date(now))
    if not reason.strip():
        raise ReasonMissing
    _note(patient, by.user, now, by_patient=False, reason=reason.strip(), with_notes=with_notes)
    return _copy(patient, now, with_notes=with_notes)


@transaction.atomic
def export_own_record(*, patient: Patient, now: datetime) -> RecordCopy:
    """Patients take their own copy, at most three a day. Raises TooManyCopies."""
    assert patient.user is not None
    act_for(clinic_id=patient.clinic_id, user_id=patient.user_id)  # checking the code left no clinic set
    Patient.objects.select_for_update().get(pk=patient.pk)  # two tabs count one after the other
    if RecordExport.objects.by_patient_since(patient, now - DAY).count() >= COPIES_A_DAY:
        raise TooManyCopies
    _note(patient, patient.user, now, by_patient=True)
    return _copy(patient, now, with_notes=False)


def _note(patient: Patient, user: User, now: datetime, **facts: Any) -> None:
    RecordExport.objects.create(
        clinic_id=patient.clinic_id, patient=patient, made_at=now, made_by=user, **facts
    )


def _copy(patient: Patient, now: datetime, *, with_notes: bool) -> RecordCopy:
    _see_the_audit()
    record = _values_of(rows_of_record(patient) | rows_of_login(patient), patient, with_notes=with_notes)
    named = {str(row["id"]) for rows in record.values() for row in rows if "id" in row}
    with with_all_post():  # codes and notices to the patient belong to no clinic
        tables = record | _values_of(rows_that_name(named, patient), patient, with_notes=with_notes)
    return RecordCopy(
        patient=patient,
        made_at=now,
        tables={label: rows for label, rows in tables.items() if rows},
        people=_people(patient, record),
        withheld=tuple(_withheld(patient, with_notes=with_notes)),
    )


def _withheld(patient: Patient, *, with_notes: bool) -> Iterable[str]:
    yield "secrets"
    if not with_notes:
        yield "notes"
    if shares_login(patient):
        yield "shared-login"


def _values_of(rows: Rows, only: Patient, *, with_notes: bool) -> dict[str, list[dict[str, Any]]]:
    return {
        model._meta.label: [_values(row, names, only) for row in found.iterator(chunk_size=500)]
        for model, found in rows.items()
        if (names := exported_fields(model, with_notes=with_notes))
    }


def exported_fields(model: type[Model], *, with_notes: bool) -> list[str]:
    """The fields that a person gets, by clinic/personal. Raises KeyError where the table is not declared."""
    table = declared()[model._meta.label]
    notes = () if with_notes else table.notes.split()
    found = table.by_name
    names = [field.name for field in model._meta.concrete_fields]
    return [name for name in names if found[name].is_exported and name not in notes]


def _values(row: Model, names: list[str], only: Patient) -> dict[str, Any]:
    """A list of keys may name other patients: of those only this one's is told."""
    values: dict[str, Any] = {}
    for name in names:
        field: Any = row._meta.get_field(name)
        value = field.value_from_object(row)
        values[name] = [str(only.pk)] if is_list_of_keys(field) else plain(value)
    return values


def _see_the_audit() -> None:
    """What was changed in and read of a record belongs to its copy, also where a page may not show it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('waymark.audit', 'all', true)")


def plain(value: Any) -> Any:
    """As JSON says it: keys as text, days and times in ISO 8601, instants with their zone."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes | memoryview) else value


def _people(patient: Patient, tables: dict[str, list[dict[str, Any]]]) -> list[dict[str, str]]:
    """The staff whose keys stand in the record; who treated a person is no secret from that person."""
    keys = {
        row[field.name]
        for model in rows_of_record(patient)
        for field in foreign_keys(model)
        if field.related_model in (User, StaffMember)
        for row in tables.get(model._meta.label, ())
        if row.get(field.name)
    }
    members = StaffMember.objects.for_clinic(patient.clinic).filter(Q(pk__in=keys) | Q(user_id__in=keys))
    return [
        {"id": str(each.pk), "login": str(each.user_id), "name": each.name, "role": each.role}
        for each in members
    ]
