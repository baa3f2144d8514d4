"""Raw SQL as the role of web and workers: no foreign row is read, written, changed, moved or deleted."""

import json

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from uuid_utils.compat import uuid7

from clinic.tenancy import ClinicRecord, SameClinic, act_for
from patients.models import Patient
from programmes.models import Programme, ProgrammeRevision
from tests.conftest import as_runtime
from tests.factories import a_patient
from tests.figures import Figure, record

MODELS = [model for model in apps.get_models() if issubclass(model, ClinicRecord)]
TABLES = [model._meta.db_table for model in MODELS]
INSERT = "INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, %s::jsonb)).*"
KEYS = [
    (model, constraint)
    for model in MODELS
    for constraint in model._meta.constraints
    if isinstance(constraint, SameClinic)
]


@pytest.fixture(autouse=True)
def _undone(world):
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def run(statement, *parameters):
    """Affected rows, as the runtime role in our clinic's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.rowcount


def rows_of(table, clinic):
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT to_jsonb(t)::text FROM {table} t WHERE clinic_id = %s ORDER BY id", [clinic.pk]
        )
        return [row for (row,) in cursor.fetchall()]


@pytest.fixture
def ours(world):
    act_for(clinic_id=world.ours.clinic.pk)
    return world.ours.clinic


def reached(sql, clinic_id):
    """How many rows; none where the role may not change this table at all."""
    try:
        with transaction.atomic():
            return run(sql, clinic_id)
    except DatabaseError as refused:
        if refused.__cause__.sqlstate != "42501":
            raise
        return 0


@pytest.mark.parametrize("table", TABLES)
def test_there_is_a_foreign_row_to_get_at(world, table):
    assert rows_of(table, world.theirs.clinic) != [], "make one in tests/access/world.py"


@pytest.mark.parametrize("table", TABLES)
def test_no_foreign_row_is_changed_or_deleted(world, ours, table):
    theirs = world.theirs.clinic.pk
    with as_runtime():
        changed = reached(f"UPDATE {table} SET clinic_id = clinic_id WHERE clinic_id = %s", theirs)
        deleted = reached(f"DELETE FROM {table} WHERE clinic_id = %s", theirs)
        read = run(f"SELECT FROM {table} WHERE clinic_id = %s", theirs)
    record(Figure(f"foreign rows reached by raw SQL in {table}", changed + deleted + read, "== 0"))
    assert (changed, deleted, read) == (0, 0, 0)


@pytest.mark.parametrize("table", TABLES)
def test_no_row_is_written_into_another_clinic(world, ours, table):
    row = rows_of(table, world.theirs.clinic)[0]
    with as_runtime(), pytest.raises(DatabaseError) as refused, transaction.atomic():
        run(INSERT.format(table=table), json.dumps(json.loads(row) | {"id": str(uuid7())}))
    assert refused.value.__cause__.sqlstate == "42501", refused.value


@pytest.mark.parametrize("table", TABLES)
def test_no_row_of_ours_is_moved_into_another_clinic(world, ours, table):
    with as_runtime(), pytest.raises(DatabaseError), transaction.atomic():
        run(f"UPDATE {table} SET clinic_id = %s WHERE clinic_id = %s", world.theirs.clinic.pk, ours.pk)


# --- Composite keys: PostgreSQL checks foreign keys without row-level security


@pytest.mark.parametrize(("model", "key"), KEYS, ids=[key.name for _model, key in KEYS])
def test_a_key_into_another_clinic_is_refused(world, model, key):
    refused_by = stopped_by(world, model, key)
    record(Figure(f"key into another clinic refused: {key.name}", float(key.name in refused_by), "== 1"))
    assert (key.name in refused_by, None in refused_by) == (True, False), refused_by


def stopped_by(world, model, key):
    """The constraints that stop our rows, and copies of them, from pointing to a row of theirs.

    Both, because triggers keep signed rows as they are and another rule may stop a copy first. None is among
    them when one stood.
    """
    field = model._meta.get_field(key.field)
    target = str(a_target(field.related_model, world.theirs.clinic))
    table, found = model._meta.db_table, set()
    change = f"UPDATE {table} SET {field.column} = %s WHERE id = %s"
    for row in rows_of(table, world.ours.clinic):
        copied = json.loads(row) | {field.column: target, "id": str(uuid7())}
        copied |= {"number": 40} if "number" in copied else {}
        found.add(what_stops(INSERT.format(table=table), json.dumps(copied)))
        found.add(what_stops(change, target, json.loads(row)["id"]))
    return found


def what_stops(statement, *parameters):
    """The name of the constraint, "trigger" for what is no constraint, None when nothing did."""
    try:
        with transaction.atomic():
            run(statement, *parameters)
            connection.check_constraints()
    except DatabaseError as error:
        return error.__cause__.diag.constraint_name or "trigger"
    return None


def a_target(model, clinic):
    """The key of a row of theirs that nothing hangs on yet, where one can be made."""
    rows = model.objects.for_clinic(clinic).order_by("-pk")
    row = rows.filter(signed_at=None).first() if model is ProgrammeRevision else rows.first()
    if model is Patient:
        return a_patient(clinic).pk
    if model is Programme:
        row.pk, row._state.adding, row.status = uuid7(), True, "draft"
        row.assigned_at = row.assigned_by = None
        row.save()
    return row.pk


def test_the_database_has_exactly_these_keys():
    """n of n: what the models declare stands in the database, and nothing else calls itself so."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, cardinality(conkey), convalidated FROM pg_constraint"
            " WHERE contype = 'f' AND cardinality(conkey) > 1"
        )
        found = cursor.fetchall()
    record(
        Figure(
            "composite keys in the database, of those declared, %", 100 * len(found) / len(KEYS), "== 100 %"
        )
    )
    assert sorted(found) == sorted((key.name, 2, True) for _model, key in KEYS)


def test_no_simple_key_joins_two_clinical_tables():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'f' AND cardinality(conkey) = 1"
            " AND conrelid::regclass::text = ANY(%s) AND confrelid::regclass::text = ANY(%s)",
            [TABLES, TABLES],
        )
        assert cursor.fetchall() == []
