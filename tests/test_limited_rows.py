"""Limited records hold when every filter is forgotten: raw SQL as the role of web and workers."""

import os
from datetime import timedelta

import psycopg
import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError

from clinic import checks
from clinic.models import HistoryEntry, Role
from clinic.tenancy import SEEN_WHILE_LIMITED, ClinicRecord, act_for, past_limits
from patients.models import LimitedRecord, Patient, PatientHandover
from patients.services import limiting
from patients.services.enrolment import change_patient
from programmes.models import (
    ChangedPatient,
    Channel,
    ContactResult,
    NotWalking,
    Programme,
    ReviewItem,
    Walk,
)
from programmes.services.nights import review_changed_patients
from programmes.services.pausing import pause_programme
from programmes.services.reviewing import Contact, record_contact
from tests.conftest import as_runtime
from tests.factories import (
    DUTY_LETTER,
    NOON,
    a_clinic,
    a_patient,
    a_programme,
    a_staff_member,
    a_walk,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
REASON = "A neighbour of two colleagues here."
ABOUT = {
    model._meta.db_table
    for model in apps.get_models()
    if issubclass(model, ClinicRecord) and any(field.name == "patient" for field in model._meta.fields)
}
HIDDEN = sorted(ABOUT - set(SEEN_WHILE_LIMITED) - {"programmes_reviewitem"})
THROUGH_ANOTHER = {
    "programmes_programmerevision": "programme_id IN (SELECT id FROM programmes_programme)",
    "programmes_programmeweek": "programme_id IN (SELECT id FROM programmes_programme)",
    "programmes_contactattempt": "item_id IN (SELECT id FROM programmes_reviewitem)",
}


@pytest.fixture
def house():
    """A clinic with one limited record that has a row of every kind, and one that is open to all."""
    clinic = a_clinic()
    lead, colleague = a_staff_member(clinic), a_staff_member(clinic)
    limited, usual = (a_full_record(clinic, lead, number) for number in ("L-1", "U-1"))
    limiting.limit_record(patient=limited, reason=REASON, by=lead, now=NOON)
    return {"clinic": clinic, "lead": lead, "colleague": colleague, "limited": limited, "usual": usual}


def a_full_record(clinic, lead, number):
    patient = a_patient(clinic, lead=lead, reference=number)
    programme = a_programme(patient, lead)
    a_walk(programme, TODAY, new_symptoms=("fever",), now=NOON)
    contact = Contact(Channel.PHONE, ContactResult.REACHED, note="spoke")
    record_contact(item=ReviewItem.objects.get(patient=patient), contact=contact, by=lead, now=NOON)
    NotWalking.objects.create(
        clinic=clinic, patient=patient, from_on=TODAY, until_on=TODAY, reason="pain", received_at=NOON
    )
    pause_programme(programme=programme, from_on=TODAY, until_on=TODAY, reason="ill", by=lead, now=NOON)
    before = a_staff_member(clinic)
    PatientHandover.objects.create(
        clinic=clinic,
        patient=patient,
        giver=before,
        receiver=lead,
        reason=REASON,
        made_at=NOON,
        made_by=before,
    )
    return patient


def act_as(member, *, now=NOON):
    act_for(clinic_id=member.clinic_id, user_id=member.user_id, staff_id=member.pk, now=now)


def count(table, where="true", values=()):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {where}", list(values))
        return cursor.fetchone()[0]


def seen(table, house, member, *, now=NOON):
    """How many of this table's rows about the limited record the member sees by raw SQL."""
    if table == "patients_patient":
        where, values = "id = %s", [house["limited"].pk]
    else:
        where, values = "patient_id = %s", [house["limited"].pk]
    with as_runtime():
        act_as(member, now=now)
        return count(table, where, values)


@pytest.mark.parametrize("table", ["patients_patient", *HIDDEN])
def test_a_colleague_sees_no_row_of_a_limited_record(house, table):
    assert seen(table, house, house["colleague"]) == 0


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.MANAGER])
def test_nor_does_any_other_role(house, role):
    member = a_staff_member(house["clinic"], role)
    assert {table: seen(table, house, member) for table in ("patients_patient", *HIDDEN)} == dict.fromkeys(
        ("patients_patient", *HIDDEN), 0
    )


FILLED = {
    "patients_patient",
    *(f"programmes_{name}" for name in ("flag", "notwalking", "pause", "programme", "walk")),
}


def test_the_lead_sees_them_all(house):
    empty = {table for table in FILLED if not seen(table, house, house["lead"])}
    assert empty == set()


@pytest.mark.parametrize("table", list(THROUGH_ANOTHER))
def test_rows_without_a_patient_of_their_own_are_hidden_too(house, table):
    with as_runtime():
        act_as(house["lead"])
        all_of_them = count(table)
        act_as(house["colleague"])
        theirs = count(table)
    assert (all_of_them > 0, theirs * 2) == (True, all_of_them)


def test_a_record_without_a_limit_is_seen_by_all(house):
    with as_runtime():
        act_as(house["colleague"])
        assert list(Patient.objects.values_list("pk", flat=True)) == [house["usual"].pk]


def test_an_open_item_stays_in_everybodys_sight_until_it_is_done(house):
    items = ReviewItem.objects.filter(patient=house["limited"])
    with as_runtime():
        act_as(house["colleague"])
        open_one = items.count()
    items.update(status="completed", outcome="already-known", closed_at=NOON, closed_by=house["lead"].user)
    with as_runtime():
        act_as(house["colleague"])
        done = items.count()
    assert (open_one, done) == (1, 0)


def test_an_emergency_opens_it_for_one_person_for_an_hour(house):
    other = a_staff_member(house["clinic"], Role.REVIEWER)
    limiting.open_in_emergency(
        patient_id=house["limited"].pk,
        reason="The lead is away and pain is rising.",
        letter=DUTY_LETTER,
        by=house["colleague"],
        now=NOON,
    )
    hour = timedelta(minutes=60)
    at = {"before": NOON - timedelta(seconds=1), "during": NOON + hour / 2, "after": NOON + hour}
    mine = {when: seen("programmes_walk", house, house["colleague"], now=now) for when, now in at.items()}
    assert mine == {"before": 0, "during": 1, "after": 0}
    assert seen("programmes_walk", house, other) == 0


def test_without_a_moment_the_databases_clock_decides(house):
    """Raw SQL that names a member but no moment gets no access that ended long ago."""
    limiting.open_in_emergency(
        patient_id=house["limited"].pk,
        reason="The lead is away and pain is rising.",
        letter=DUTY_LETTER,
        by=house["colleague"],
        now=NOON - timedelta(days=900),
    )
    assert seen("programmes_walk", house, house["colleague"], now=None) == 0


def test_a_new_lead_sees_it_and_the_old_one_no_longer(house):
    patient = house["limited"]
    patient.lead = house["colleague"]
    with as_runtime():
        act_as(house["lead"])
        change_patient(record=patient, email=None, by=house["lead"], now=NOON, today=TODAY)
    sees = {name: seen("programmes_walk", house, house[name]) for name in ("lead", "colleague")}
    assert (sees, LimitedRecord.objects.get().lead) == ({"lead": 0, "colleague": 1}, house["colleague"])


def test_lifting_shows_it_to_all(house):
    limiting.lift_limit(limited=LimitedRecord.objects.get(), by=house["lead"], now=NOON)
    assert seen("programmes_walk", house, house["colleague"]) == 1


def test_workers_and_the_patients_own_session_are_not_hindered(house):
    patient = house["limited"]
    with as_runtime():
        act_for(clinic_id=house["clinic"].pk, user_id=patient.user_id)
        own = Walk.objects.filter(patient=patient).count()
        act_for()
        reviewed = review_changed_patients(now=NOON)
    assert (own, reviewed, ChangedPatient.objects.count()) == (1, 2, 0)


def test_nothing_is_written_into_a_limited_record(house):
    with as_runtime():
        act_as(house["colleague"])
        changed = Walk.objects.update(note="changed by everybody's update")
        with pytest.raises(ProgrammingError), transaction.atomic():
            NotWalking.objects.create(
                clinic=house["clinic"],
                patient=house["limited"],
                from_on=TODAY,
                until_on=TODAY,
                reason="pain",
                received_at=NOON,
            )
    assert changed == 1


def test_the_history_of_a_limited_record_is_hidden_too(house):
    of_record = HistoryEntry.objects.filter(patient_id=house["limited"].pk)
    told = {}
    with as_runtime():
        for name in ("lead", "colleague"):
            member = house[name]
            act_for(
                clinic_id=member.clinic_id,
                user_id=member.user_id,
                staff_id=member.pk,
                audit="all",
                now=NOON,
            )
            told[name] = of_record.exists()
    assert told == {"lead": True, "colleague": False}


def test_past_limits_ends_with_its_block(house):
    with as_runtime():
        act_as(house["colleague"])
        with past_limits():
            inside = Programme.objects.count()
        outside = Programme.objects.count()
    assert (inside, outside) == (2, 1)


def test_past_limits_ends_with_an_error_too(house):
    with as_runtime():
        act_as(house["colleague"])
        with pytest.raises(IntegrityError), past_limits():
            LimitedRecord.objects.create(
                clinic=house["clinic"],
                patient=house["limited"],
                reason="again",
                limited_at=NOON,
                limited_by=house["lead"],
            )
        assert Programme.objects.count() == 1


def test_another_clinics_limits_hide_nothing_here(house):
    elsewhere = a_clinic("Oak Clinic")
    member = a_staff_member(elsewhere)
    a_full_record(elsewhere, member, "L-1")
    with as_runtime():
        act_as(member)
        assert (Patient.objects.count(), LimitedRecord.objects.count()) == (1, 0)


def test_every_table_about_a_patient_is_asked(house):
    assert checks._unlimited_tables() == []
    assert {"patients_patient", "programmes_walk"} - {"patients_patient", *HIDDEN} == set()


@pytest.mark.django_db(transaction=True)
def test_the_check_names_a_table_that_would_show_them():
    policy = "limited_rows ON programmes_pause"
    rule = "USING ((patient_id <> ALL ((SELECT waymark_hidden())::uuid[])) IS NOT FALSE)"
    with psycopg.connect(os.environ["MIGRATOR_DATABASE_URL"], autocommit=True) as owner:
        owner.execute(f"DROP POLICY {policy}")
        found = checks.clinical_tables_are_protected(None, ["default"])
        owner.execute(f"CREATE POLICY {policy} AS RESTRICTIVE {rule}")
    assert [(error.id, error.msg) for error in found] == [
        ("waymark.E006", "Limited records are not hidden on programmes_pause")
    ]
