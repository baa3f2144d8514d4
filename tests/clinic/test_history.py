"""Every change of a clinical row leaves an entry that says what, when and by whose hand, whatever made it."""

import json
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection, transaction

from clinic import checks
from clinic.models import Clinic, Closure, HistoryEntry, User
from clinic.tenancy import WITHOUT_HISTORY, act_for
from patients.models import Patient
from programmes.models import ProgrammeWeek
from tests.conftest import as_runtime, as_superuser
from tests.factories import NOON, START, a_clinic, a_draft, a_patient, a_staff_member
from tests.test_tenancy import other_clinic  # noqa: F401  a clinic with a row of every kind

pytestmark = pytest.mark.django_db
REQUEST = uuid4()

# One column of a table, and the SQL of another value for it. Any other table has the same trigger: the system
# check looks.
CHANGES = {
    "clinic_clinic": "phone = '01632 960 999'",
    "clinic_closure": "reason = 'another reason'",
    "clinic_staffmember": "name = 'Another Name'",
    "clinic_user": "is_active = NOT is_active",
    "patients_patient": "phone = '01632 960 999'",
    "patients_datarequest": "text = 'another text'",
    "programmes_contactattempt": "note = 'another note'",
    "programmes_flag": "condition_ended_on = '2026-11-22'",
    "programmes_notwalking": "note = 'another note'",
    "programmes_pause": "until_on = until_on + 1",
    "programmes_programme": "note_to_patient = 'another note'",
    "programmes_programmerevision": "reason = 'another reason'",
    "programmes_programmetemplate": "name = 'Another name'",
    "programmes_programmeweek": "days = days - 1",
    "programmes_reviewitem": "opened_at = opened_at + interval '1 second'",
    "programmes_reviewrun": "due_at = due_at + interval '1 hour'",
    "programmes_templateweek": "days = days - 1",
    "programmes_walk": "note = 'another note'",
}


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def newest(table):
    return HistoryEntry.objects.filter(table_name=table).order_by("-id").first()


@pytest.mark.parametrize("table", CHANGES)
def test_a_change_by_raw_sql_leaves_an_entry_with_its_person(other_clinic, table):  # noqa: F811
    clinic, person = other_clinic, User.objects.create_user("by-hand@clinic.example")
    a_draft(a_patient(clinic), a_staff_member(clinic))
    key = _a_changeable_row(table, clinic)
    with as_runtime():
        act_for(clinic_id=clinic.pk, user_id=person.pk, operator=True, request_id=REQUEST)
        assert sql(f"UPDATE {table} SET {CHANGES[table]} WHERE id = %s", key) == 1
    entry = newest(table)
    column = CHANGES[table].split(" = ")[0]
    assert (entry.operation, entry.row_id, entry.actor_id, entry.request_id, list(entry.changed)) == (
        "update",
        str(key),
        person.pk,
        REQUEST,
        [column],
    )
    assert entry.clinic_id == (None if table == "clinic_user" else clinic.pk)


def _a_changeable_row(table, clinic):
    """The newest row: of revisions and weeks those of the draft, which may still change."""
    whose = {"clinic_clinic": "id = %s", "clinic_user": "%s IS NOT NULL"}.get(table, "clinic_id = %s")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table} WHERE {whose} ORDER BY id DESC LIMIT 1", [clinic.pk])
        return cursor.fetchone()[0]


def test_an_update_keeps_old_and_new_of_what_changed_and_nothing_else():
    patient = a_patient(a_clinic(), phone="01632 960 300", given_name="Pat")
    Patient.objects.filter(pk=patient.pk).update(phone="01632 960 301", given_name="Pat")
    entry = newest("patients_patient")
    assert (entry.changed, entry.patient_id) == ({"phone": ["01632 960 300", "01632 960 301"]}, patient.pk)


def test_an_update_that_changes_nothing_writes_nothing():
    patient = a_patient(a_clinic())
    before = HistoryEntry.objects.count()
    patient.save()
    assert HistoryEntry.objects.count() == before


def test_an_insert_says_that_it_was_and_leaves_the_values_in_the_row():
    patient = a_patient(a_clinic(), given_name="Zebedee")
    entry = newest("patients_patient")
    assert (entry.operation, entry.row_id, entry.changed) == ("insert", str(patient.pk), {})


def test_a_delete_keeps_the_whole_row():
    closure = Closure.objects.create(clinic=a_clinic(), on=START, reason="bank holiday")
    key = closure.pk
    closure.delete()
    entry = newest("clinic_closure")
    assert (entry.operation, entry.row_id, entry.changed["reason"]) == ("delete", str(key), "bank holiday")


def test_rows_that_name_only_their_programme_or_item_are_found_under_their_patient(other_clinic):  # noqa: F811
    patient = Patient.objects.for_clinic(other_clinic).get(family_name="Quillfeather")
    tables = ["programmes_programmerevision", "programmes_programmeweek", "programmes_contactattempt"]
    assert [newest(table).patient_id for table in tables] == [patient.pk] * 3


def test_the_parents_patient_is_found_without_any_clinic_being_set():
    clinic = a_clinic()
    draft = a_draft(a_patient(clinic), a_staff_member(clinic))
    act_for()
    ProgrammeWeek.objects.filter(programme=draft, number=1).delete()
    assert newest("programmes_programmeweek").patient_id == draft.patient_id


def test_of_a_login_neither_password_nor_address_is_kept_and_a_visit_is_no_change():
    user = User.objects.create_user("before@clinic.example", "a-secret-of-twelve")
    before = HistoryEntry.objects.count()
    User.objects.filter(pk=user.pk).update(last_login=NOON)
    assert HistoryEntry.objects.count() == before
    User.objects.filter(pk=user.pk).update(password="another-hash", email="after@clinic.example")
    entry = newest("clinic_user")
    assert (entry.changed, entry.clinic_id) == ({"password": None, "email": None}, None)
    User.objects.filter(pk=user.pk).delete()
    held = json.dumps([entry.changed for entry in HistoryEntry.objects.filter(table_name="clinic_user")])
    assert [word for word in ("before@", "after@", "another-hash", "a-secret") if word in held] == []


def test_what_is_rolled_back_leaves_no_entry():
    patient = a_patient(a_clinic())
    before = HistoryEntry.objects.count()
    with transaction.atomic():
        Patient.objects.filter(pk=patient.pk).update(phone="01632 960 302")
        assert HistoryEntry.objects.count() == before + 1
        transaction.set_rollback(True)
    assert HistoryEntry.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_emptying_a_table_is_noted():
    Closure.objects.create(clinic=a_clinic(), on=START, reason="bank holiday")
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE clinic_closure")
    assert newest("clinic_closure").operation == "truncate"


def test_a_clinic_sees_its_own_changes_only(other_clinic):  # noqa: F811
    mine = a_clinic()
    Clinic.objects.filter(pk=mine.pk).update(phone="01632 960 444")
    with as_runtime():
        act_for(clinic_id=mine.pk, audit="all")
        assert set(HistoryEntry.objects.values_list("clinic_id", flat=True)) == {mine.pk}


@pytest.mark.parametrize("audit", ["", "history"])
def test_a_request_without_the_sight_of_it_sees_no_entry(audit):
    clinic = a_clinic()
    with as_runtime():
        act_for(clinic_id=clinic.pk, audit=audit)
        assert HistoryEntry.objects.exists() is (audit == "history")


def test_logins_are_seen_by_the_operator_alone():
    User.objects.create_user("somebody@clinic.example")
    with as_runtime():
        act_for(clinic_id=a_clinic_id(), audit="all")
        assert HistoryEntry.objects.filter(clinic=None).exists() is False
        act_for(operator=True)
        assert HistoryEntry.objects.filter(clinic=None).exists() is True


def a_clinic_id():
    return UUID(int=7)


def test_nobody_hangs_the_writing_function_on_a_table_of_their_own():
    with as_runtime(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE patients_patient (id uuid, clinic_id uuid)")
        with pytest.raises(Exception, match="permission denied for function"), transaction.atomic():
            cursor.execute(
                "CREATE TRIGGER forged AFTER INSERT ON pg_temp.patients_patient"
                " FOR EACH ROW EXECUTE FUNCTION public.waymark_keep_history()"
            )
        cursor.execute("DROP TABLE pg_temp.patients_patient")


def test_every_table_of_ours_has_a_history_or_a_reason_to_have_none():
    ours = {model._meta.db_table for model in apps.get_models() if model._meta.app_label in OURS}
    assert ours - set(checks.tables_with_history()) - set(WITHOUT_HISTORY) - set(NO_RECORDS) == set()
    assert [reason for reason in WITHOUT_HISTORY.values() if len(reason) < 20] == []
    assert set(WITHOUT_HISTORY) - ours == set()


OURS = {"clinic", "patients", "programmes"}
NO_RECORDS = {
    "clinic_outboxmessage": "work for the mailer, its states are its own columns",
    "clinic_historyentry": "the history itself",
    "clinic_privacytext": "never changed nor deleted: privileges and a trigger refuse it",
    "clinic_languagedecision": "never changed nor deleted: privileges and a trigger refuse it",
    "clinic_readentry": "written once",
    "clinic_auditseal": "written once",
    "clinic_usersession": "browsers that come and go; ending one deletes its row",
    "patients_signincode": "digests for ten minutes",
    "patients_lettercode": "digests for four weeks",
    "patients_networktries": "a counter of guesses",
    "clinic_guesses": "a counter of guesses",
    "clinic_passwordlink": "a digest for an hour; using it changes the login, which has a history",
}


@pytest.mark.django_db(transaction=True)
def test_the_check_names_a_table_whose_trigger_sleeps():
    with as_superuser() as superuser:
        superuser.execute("ALTER TABLE clinic_closure DISABLE TRIGGER keep_history")
        found = checks.clinical_tables_keep_history(None, ["default"])
        with (
            as_runtime(),
            pytest.raises(ImproperlyConfigured, match="No history of changes on clinic_closure"),
        ):
            checks.require_protection()
        superuser.execute("ALTER TABLE clinic_closure ENABLE TRIGGER keep_history")
    assert [(error.id, error.msg) for error in found] == [
        ("waymark.E007", "No history of changes on clinic_closure")
    ]
    with as_runtime():
        call_command("check", databases=["default"])
