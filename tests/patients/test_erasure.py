"""What has stayed its time goes, what must stay is refused with its date, a stub without names is left."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, transaction

from clinic.models import HistoryEntry, OutboxMessage, Role, User
from clinic.permissions import NotAllowed
from patients.models import Erased, Erasure, Patient
from patients.services.erasure import (
    KeptBack,
    NotYet,
    WrongRole,
    accounts_due,
    erase_account,
    erase_patient,
    keep_record,
    records_due,
)
from patients.services.record_rows import rows_of_record
from patients.services.retention import account_goes_on, record_goes_on
from programmes.models import ProgrammeRevision, Walk
from tests.conftest import as_runtime, as_superuser
from tests.factories import NOON, a_patient, a_programme, a_staff_member
from tests.figures import Figure, record
from tests.patients.test_record_export import full  # noqa: F401  a row in every table of a patient
from tests.signing_in import sign_in_patient

TODAY = NOON.date()
LONG_AGO = date(2018, 11, 21)


def ended(patient, on=LONG_AGO, **fields):
    Patient.objects.filter(pk=patient.pk).update(discharged_on=on, **fields)
    patient.refresh_from_db()
    return patient


@pytest.fixture
def manager(clinic):
    return a_staff_member(clinic, Role.MANAGER)


@pytest.mark.parametrize(
    ("born", "discharged", "died", "goes"),
    [
        (date(1960, 1, 1), date(2018, 11, 21), None, date(2026, 11, 21)),  # 8 years after the last treatment
        (None, date(2018, 11, 21), None, date(2026, 11, 21)),
        (date(1960, 1, 1), date(2016, 2, 29), None, date(2024, 2, 29)),
        (date(1960, 1, 1), date(2018, 11, 21), date(2020, 5, 1), date(2028, 5, 1)),  # from death
        (date(2010, 6, 1), date(2020, 1, 1), None, date(2035, 6, 1)),  # a child: until 25
        (date(2010, 6, 1), date(2027, 7, 1), None, date(2036, 6, 1)),  # 17 at the end: until 26
        (date(2008, 6, 1), date(2026, 6, 1), None, date(2034, 6, 1)),  # 18 on that day: as an adult
        (date(1960, 1, 1), None, None, None),  # in care
    ],
)
def test_when_a_clinical_record_may_go(born, discharged, died, goes):
    patient = Patient(date_of_birth=born, discharged_on=discharged, died_on=died)
    assert record_goes_on(patient) == goes


def test_when_the_account_goes():
    assert account_goes_on(Patient(discharged_on=date(2026, 8, 23))) == TODAY
    assert account_goes_on(Patient()) is None


def test_the_whole_record_goes_and_a_stub_stays(full, manager):  # noqa: F811
    ended(full)
    rows = {model: found.count() for model, found in rows_of_record(full).items()}
    assert 0 not in rows.values()
    counts = erase_patient(patient_id=full.pk, by=manager, now=NOON)
    left = {model._meta.label: found.count() for model, found in rows_of_record(full).items() if found}
    stub = Erasure.objects.get()
    record(Figure("tables of a patient with rows left by an erasure", len(left), "== 0"))
    assert left == {}
    assert (stub.patient_key, stub.what, stub.erased_by) == (full.pk, Erased.RECORD, manager.user)
    assert {model._meta.label: counts[model._meta.label] for model in rows} == {
        model._meta.label: count for model, count in rows.items()
    }


def test_the_history_of_an_erased_record_is_blank(full, manager):  # noqa: F811
    ended(full, family_name="Quillfeather")
    assert HistoryEntry.objects.filter(changed__family_name__contains=["Quillfeather"]).count() == 1
    erase_patient(patient_id=full.pk, by=manager, now=NOON)
    said = HistoryEntry.objects.filter(patient_id=full.pk).exclude(operation="erase")
    assert (said.count() > 0, said.exclude(changed=None).count()) == (True, 0)
    assert HistoryEntry.objects.filter(changed__icontains="Quillfeather").count() == 0


def test_another_patients_record_stays(full, manager, clinic, clinician):  # noqa: F811
    other = a_patient(clinic, user=full.user)
    a_programme(other, clinician)
    ended(full)
    erase_patient(patient_id=full.pk, by=manager, now=NOON)
    other.refresh_from_db()
    assert (other.user.email is not None, ProgrammeRevision.objects.count()) == (True, 1)


@pytest.mark.parametrize("on", [LONG_AGO + timedelta(days=1), None])
def test_before_its_day_the_record_stays(full, manager, on):  # noqa: F811
    ended(full, on)
    with pytest.raises(NotYet) as refusal:
        erase_patient(patient_id=full.pk, by=manager, now=NOON)
    assert refusal.value.day == (on and date(2026, 11, 22))
    assert Walk.objects.filter(patient=full).count() == 1


def test_a_legal_hold_stops_everything(full, manager):  # noqa: F811
    keep_record(patient=ended(full), reason="claim of 2025", until=None, by=manager)
    full.refresh_from_db()
    with pytest.raises(KeptBack):
        erase_patient(patient_id=full.pk, by=manager, now=NOON)
    with pytest.raises(KeptBack):
        erase_account(patient=full, by=None, now=NOON)
    keep_record(patient=full, reason="", until=None, by=manager)
    erase_patient(patient_id=full.pk, by=manager, now=NOON)


def test_a_decision_to_keep_ends_on_its_day(full, manager):  # noqa: F811
    keep_record(patient=ended(full), reason="research, agreed", until=TODAY + timedelta(days=1), by=manager)
    assert records_due(clinic=full.clinic, today=TODAY) == []
    assert records_due(clinic=full.clinic, today=TODAY + timedelta(days=1)) == [full]


def test_only_a_manager_erases(full, clinician):  # noqa: F811
    with pytest.raises(NotAllowed):
        erase_patient(patient_id=ended(full).pk, by=clinician, now=NOON)


def test_the_role_of_the_web_erases_nothing(full, manager):  # noqa: F811
    ended(full)
    with pytest.raises(WrongRole), as_runtime():
        erase_patient(patient_id=full.pk, by=manager, now=NOON)


def test_a_signed_plan_goes_in_an_erasure_only(full):  # noqa: F811
    revision = ProgrammeRevision.objects.filter(programme__patient=full)
    with pytest.raises(IntegrityError), transaction.atomic():
        revision._raw_delete("default")
    assert revision.count() == 1


def test_after_90_days_the_account_goes_and_the_record_stays(full):  # noqa: F811
    address = full.user.email
    ended(full, TODAY - timedelta(days=90), phone="01632 960 555")
    counts = erase_account(patient=full, by=None, now=NOON)
    full.refresh_from_db()
    login = User.objects.get(pk=full.walks.get().entered_by_id)
    assert (full.user, full.phone, full.given_name) == (None, "", "Pat")
    assert (login.email, login.is_active, login.has_usable_password()) == (None, False, False)
    assert (counts["clinic.UserSession"], counts["patients.SignInCode"]) == (1, 1)
    assert OutboxMessage.objects.filter(to_address=address).count() == 0
    assert HistoryEntry.objects.filter(changed__icontains="960 555").count() == 0
    assert Walk.objects.filter(patient=full).count() == 1


def test_an_account_stays_89_days(full):  # noqa: F811
    ended(full, TODAY - timedelta(days=89))
    with pytest.raises(NotYet):
        erase_account(patient=full, by=None, now=NOON)
    assert accounts_due(clinic=full.clinic, today=TODAY) == []


def test_a_login_of_two_records_stays_for_the_other(full, clinic, client):  # noqa: F811
    other = a_patient(clinic, user=full.user)
    ended(full, TODAY - timedelta(days=90))
    erase_account(patient=full, by=None, now=NOON)
    assert sign_in_patient(client, Patient.objects.get(pk=other.pk)).get("/today/").status_code == 200


def test_the_command_says_what_would_go_and_then_takes_accounts(full, capsys):  # noqa: F811
    ended(full)
    call_command("retention", "--dry-run")
    assert Patient.objects.exclude(user=None).filter(pk=full.pk).exists()
    call_command("retention", "--apply")
    said = capsys.readouterr().out
    assert f"{full.clinic.slug}: account and contact: 1 due\n  {full.pk}\n" in said
    assert "clinical record: 1 wait for a decision" in said
    assert full.family_name not in said
    assert list(Erasure.objects.values_list("what", flat=True)) == ["account"]


@pytest.mark.django_db(transaction=True)
def test_one_record_that_fails_does_not_keep_the_others(clinic, capsys):
    bad, good = (ended(a_patient(clinic, phone="01632 960 333")) for _ in range(2))
    with as_superuser() as superuser:
        superuser.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'refused'; END $$;"
            "CREATE TRIGGER refuse BEFORE UPDATE ON patients_patient FOR EACH ROW"
            f" WHEN (OLD.id = '{bad.pk}') EXECUTE FUNCTION refuse()"
        )
    try:
        with pytest.raises(CommandError, match="1 could not be erased"):
            call_command("retention", "--apply")
    finally:
        with as_superuser() as superuser:
            superuser.execute("DROP FUNCTION refuse CASCADE")
    assert f"account and contact: 1 FAILED\n  {bad.pk}\n" in capsys.readouterr().out
    assert list(Patient.objects.filter(phone="").values_list("pk", flat=True)) == [good.pk]


def test_the_command_refuses_with_the_date_in_words(full, manager):  # noqa: F811
    ended(full, LONG_AGO + timedelta(days=1))
    with pytest.raises(CommandError, match="must stay until 22 November 2026"):
        call_command("erase_patient", str(full.pk), by=manager.user.email, clinic=full.clinic.slug)
