"""Row-level security holds when every filter is forgotten: raw SQL as the role of web and workers."""

import os
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.management import call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction

from clinic import checks
from clinic.devices import Device
from clinic.models import Closure, StaffMember
from clinic.services.post import Letter
from clinic.tenancy import ClinicRecord, act_for
from patients.models import Patient
from patients.services.sign_in_codes import Asker, request_code
from programmes.models import Programme, ReviewRun, Walk
from programmes.services.nights import plan_runs, review_changed_patients, run_planned_reviews
from tests.conftest import as_runtime
from tests.factories import NOON, START, a_clinic, a_patient, a_programme, a_staff_member, a_template, a_walk

pytestmark = pytest.mark.django_db
TABLES = [model._meta.db_table for model in apps.get_models() if issubclass(model, ClinicRecord)]


@pytest.fixture
def clinics():
    """Two clinics with a row in most tables each."""
    return [clinic_with_rows(), clinic_with_rows()]


def clinic_with_rows():
    clinic = a_clinic()
    clinician = a_staff_member(clinic)
    a_template(clinic)
    programme = a_programme(a_patient(clinic), clinician)
    a_walk(programme, START + timedelta(days=1), new_symptoms=("fever",))
    Closure.objects.create(clinic=clinic, on=START, reason="bank holiday")
    return clinic


def foreign_rows(table, clinic):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE clinic_id <> %s", [clinic.pk])
        return cursor.fetchone()[0]


@pytest.mark.parametrize("table", TABLES)
def test_raw_sql_sees_no_row_of_another_clinic(clinics, table):
    mine, _other = clinics
    with as_runtime():
        act_for(clinic_id=mine.pk)
        assert foreign_rows(table, mine) == 0


def test_there_were_rows_to_see(clinics):
    mine, _other = clinics
    seen = {table for table in TABLES if foreign_rows(table, mine)}
    assert {"patients_patient", "programmes_walk", "programmes_flag", "clinic_closure"} - seen == set()


@pytest.mark.parametrize("table", TABLES)
def test_without_a_clinic_raw_sql_sees_nothing(clinics, table):
    with as_runtime(), connection.cursor() as cursor:
        act_for()
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone() == (0,)


def test_a_forgotten_filter_changes_only_own_rows(clinics):
    mine, other = clinics
    with as_runtime():
        act_for(clinic_id=mine.pk)
        Walk.objects.update(note="changed by everybody's update")
    assert set(Walk.objects.for_clinic(other).values_list("note", flat=True)) == {""}


def test_a_row_cannot_be_written_into_another_clinic(clinics):
    mine, other = clinics
    with as_runtime():
        act_for(clinic_id=mine.pk)
        with pytest.raises(ProgrammingError), transaction.atomic():
            Closure.objects.create(clinic=other, on=START + timedelta(days=1), reason="not ours")


@pytest.mark.parametrize(
    ("model", "key", "target"),
    [(Walk, "patient", Patient), (Programme, "clinician", StaffMember), (Patient, "lead", StaffMember)],
    ids=["walk", "programme", "patient"],
)
def test_a_key_into_another_clinic_is_refused(clinics, model, key, target):
    mine, other = clinics
    row = model.objects.for_clinic(mine).first()
    model.objects.filter(pk=row.pk).update(**{key: target.objects.for_clinic(other).first()})
    with pytest.raises(IntegrityError):
        connection.check_constraints()


def test_a_form_is_told_of_a_key_into_another_clinic(clinics):
    """The database would refuse it too; people read why."""
    mine, other = clinics
    row = Patient.objects.for_clinic(mine).first()
    row.lead = StaffMember.objects.for_clinic(other).first()
    with pytest.raises(ValidationError) as refused:
        row.validate_constraints()
    assert refused.value.message_dict == {"lead": ["Choose one that belongs to this clinic."]}


def test_an_address_sees_its_own_records_before_any_clinic_is_known(clinics):
    patient = Patient.objects.for_clinic(clinics[0]).get()
    with as_runtime():
        act_for(user_id=patient.user_id)
        assert list(Patient.objects.values_list("pk", flat=True)) == [patient.pk]


def test_a_code_is_made_without_a_clinic(clinics):
    patient = Patient.objects.for_clinic(clinics[0]).get()
    asker, a_mail = Asker(uuid4(), Device(uuid4())), lambda code, token: Letter("A code", code)
    with as_runtime():
        act_for()
        request_code(email=patient.user.email, asker=asker, write=a_mail, now=NOON)
    assert patient.user.sign_in_codes.count() == 1


def test_the_reviews_reach_every_clinic_one_after_the_other(clinics):
    with as_runtime():
        act_for()
        plan_runs(now=NOON)
        nights = {run.clinic_id for run in run_planned_reviews(now=NOON)}
        reviewed = review_changed_patients(now=NOON)
    assert (reviewed, nights) == (2, {clinic.pk for clinic in clinics})
    assert ReviewRun.objects.filter(status="waiting").count() == 0


@pytest.mark.django_db(transaction=True)
def test_the_check_names_a_table_whose_owner_is_let_through():
    with psycopg.connect(os.environ["MIGRATOR_DATABASE_URL"], autocommit=True) as owner:
        owner.execute("ALTER TABLE clinic_closure NO FORCE ROW LEVEL SECURITY")
        found = checks.clinical_tables_are_protected(None, ["default"])
        owner.execute("ALTER TABLE clinic_closure FORCE ROW LEVEL SECURITY")
    assert [(error.id, error.msg) for error in found] == [
        ("waymark.E002", "No row-level security on clinic_closure")
    ]


def test_the_house_is_in_order():
    with as_runtime():
        checks.require_protection()
        call_command("check", databases=["default"])


def test_a_role_that_passes_row_security_does_not_serve():
    with pytest.raises(ImproperlyConfigured):
        checks.require_protection()
