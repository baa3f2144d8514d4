"""What has stayed its time goes, what must stay is refused with its date, a stub without names is left."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, transaction

from clinic.models import HistoryEntry, OutboxMessage, User
from patients.models import Erased, Erasure, Patient
from patients.services.erasure import (
    KeptBack,
    NotDecided,
    NotYet,
    WrongRole,
    accounts_due,
    erase_account,
    erase_record,
    erasures_decided,
)
from patients.services.record_rows import rows_of_record
from patients.services.retention import account_goes_on, record_goes_on
from patients.services.retention_decisions import end_hold, hold_record, take_back_decision
from programmes.models import ProgrammeRevision, Walk
from programmes.services.restricting import restrict_processing
from tests.conftest import as_runtime, as_superuser
from tests.factories import NOON, a_patient, a_programme
from tests.figures import Figure, record
from tests.patients.ended import LONG_AGO, decided, ended
from tests.signing_in import sign_in_patient

TODAY = NOON.date()


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


def test_the_whole_record_goes_and_a_stub_stays(full, manager):
    decision = decided(ended(full), manager)
    rows = {model: found.count() for model, found in rows_of_record(full).items()}
    assert 0 not in rows.values()
    counts = erase_record(decision=decision, now=NOON)
    left = {model._meta.label: found.count() for model, found in rows_of_record(full).items() if found}
    stub = Erasure.objects.get()
    record(Figure("tables of a patient with rows left by an erasure", len(left), "== 0"))
    assert left == {}
    assert (stub.patient_key, stub.what, stub.erased_by) == (full.pk, Erased.RECORD, manager.user)
    assert {model._meta.label: counts[model._meta.label] for model in rows} == {
        model._meta.label: count for model, count in rows.items()
    }


def test_the_history_of_an_erased_record_is_blank(full, manager):
    ended(full, family_name="Quillfeather")
    assert HistoryEntry.objects.filter(changed__family_name__contains=["Quillfeather"]).count() == 1
    erase_record(decision=decided(full, manager), now=NOON)
    said = HistoryEntry.objects.filter(patient_id=full.pk).exclude(operation="erase")
    assert (said.count() > 0, said.exclude(changed=None).count()) == (True, 0)
    assert HistoryEntry.objects.filter(changed__icontains="Quillfeather").count() == 0


def test_another_patients_record_stays(full, manager, clinic, clinician):
    other = a_patient(clinic, user=full.user)
    a_programme(other, clinician)
    ended(full)
    erase_record(decision=decided(full, manager), now=NOON)
    other.refresh_from_db()
    assert (other.user.email is not None, ProgrammeRevision.objects.count()) == (True, 1)


@pytest.mark.parametrize("on", [LONG_AGO + timedelta(days=1), None])
def test_before_its_day_the_record_stays(full, manager, on):
    """Decided when its time seemed over; then the day of discharge was corrected, or care went on."""
    decision = decided(ended(full), manager)
    ended(full, on)
    with pytest.raises(NotYet) as refusal:
        erase_record(decision=decision, now=NOON)
    assert refusal.value.day == (on and date(2026, 11, 22))
    assert (Walk.objects.filter(patient=full).count(), erasures_of(full)) == (1, [])


def test_a_decision_about_an_earlier_term_erases_nothing(full, manager):
    decision = decided(ended(full), manager)
    ended(full, LONG_AGO - timedelta(days=1))
    with pytest.raises(NotDecided):
        erase_record(decision=decision, now=NOON)
    assert (Walk.objects.filter(patient=full).count(), erasures_of(full)) == (1, [])


def erasures_of(patient):
    return erasures_decided(clinic=patient.clinic, today=TODAY)


def test_a_legal_hold_stops_everything(full, manager):
    decision = decided(ended(full), manager)
    hold_record(patient=full, reason="claim of 2025", by=manager)
    full.refresh_from_db()
    with pytest.raises(KeptBack):
        erase_record(decision=decision, now=NOON)
    with pytest.raises(KeptBack):
        erase_account(patient=full, by=None, now=NOON)
    end_hold(patient=full, by=manager)
    erase_record(decision=decision, now=NOON)
    assert Patient.objects.filter(pk=full.pk).count() == 0


def test_a_restricted_record_is_not_erased(full, manager):
    """Who objects to a use of the data may object to their loss."""
    decision = decided(ended(full), manager)
    assert erasures_of(full) == [decision]
    restrict_processing(patient=full, reason="disputed", until=None, by=manager, now=NOON)
    with pytest.raises(KeptBack):
        erase_record(decision=decision, now=NOON)
    assert (erasures_of(full), accounts_due(clinic=full.clinic, today=TODAY)) == ([], [])


def test_what_was_taken_back_is_not_erased(full, manager):
    decision = decided(ended(full), manager)
    take_back_decision(decision=decision, by=manager, now=NOON)
    with pytest.raises(NotDecided):
        erase_record(decision=decision, now=NOON)
    assert Walk.objects.filter(patient=full).count() == 1


def test_the_role_of_the_web_erases_nothing(full, manager):
    decision = decided(ended(full), manager)
    with pytest.raises(WrongRole), as_runtime():
        erase_record(decision=decision, now=NOON)


def test_a_signed_plan_goes_in_an_erasure_only(full):
    revision = ProgrammeRevision.objects.filter(programme__patient=full)
    with pytest.raises(IntegrityError), transaction.atomic():
        revision._raw_delete("default")
    assert revision.count() == 1


def test_after_90_days_the_account_goes_and_the_record_stays(full):
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


def test_the_mails_of_others_stay_when_an_account_goes(full):
    about = {"clinic": full.clinic, "kind": "account-notice", "subject": "Hello", "body": "Hello"}
    times = {"send_after": NOON, "created_at": NOON}
    OutboxMessage.objects.create(key="another's", to_address="another@mail.example", **about, **times)
    ended(full, TODAY - timedelta(days=90))
    erase_account(patient=full, by=None, now=NOON)
    assert OutboxMessage.objects.filter(to_address="another@mail.example").count() == 1


def test_an_account_stays_89_days(full):
    ended(full, TODAY - timedelta(days=89))
    with pytest.raises(NotYet):
        erase_account(patient=full, by=None, now=NOON)
    assert accounts_due(clinic=full.clinic, today=TODAY) == []


def test_a_login_of_two_records_stays_for_the_other(full, clinic, client):
    other = a_patient(clinic, user=full.user)
    ended(full, TODAY - timedelta(days=90))
    erase_account(patient=full, by=None, now=NOON)
    assert sign_in_patient(client, Patient.objects.get(pk=other.pk)).get("/today/").status_code == 200


def test_the_command_says_what_would_go_and_then_takes_accounts(full, capsys):
    ended(full)
    call_command("retention", "--dry-run")
    assert Patient.objects.exclude(user=None).filter(pk=full.pk).exists()
    call_command("retention", "--apply")
    said = capsys.readouterr().out
    assert f"{full.clinic.slug}: account and contact: 1 due\n  {full.pk}\n" in said
    assert f"clinical record: 1 wait for a decision\n  {full.pk}\n" in said
    assert full.family_name not in said
    assert list(Erasure.objects.values_list("what", flat=True)) == ["account"]


def test_the_command_erases_what_a_manager_decided_and_nothing_else(full, manager, clinic, capsys):
    other = ended(a_patient(clinic))
    decided(ended(full), manager)
    call_command("retention", "--dry-run")
    assert Patient.objects.filter(pk=full.pk).exists()
    call_command("retention", "--apply")
    said = capsys.readouterr().out
    assert f"clinical record, as decided: 1 due\n  {full.pk}\n" in said
    assert f"clinical record, as decided: 1 erased\n  {full.pk}\n" in said
    assert list(Patient.objects.values_list("pk", flat=True)) == [other.pk]


def test_a_second_night_finds_nothing_left(full, manager):
    decided(ended(full), manager)
    call_command("retention", "--apply")
    call_command("retention", "--apply")
    assert list(Erasure.objects.values_list("what", flat=True)) == ["record"]


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


def at_once(patient):
    call_command("erase_patient", str(patient.pk), clinic=patient.clinic.slug)


def test_by_hand_a_record_goes_at_once_but_never_without_a_decision(full, manager, capsys):
    ended(full)
    with pytest.raises(CommandError, match="No manager has decided"):
        at_once(full)
    decided(full, manager)
    at_once(full)
    assert (Patient.objects.filter(pk=full.pk).count(), Erasure.objects.get().erased_by) == (0, manager.user)
    assert "Erased" in capsys.readouterr().out


def test_the_command_refuses_with_the_date_in_words(full, manager):
    decided(ended(full), manager)
    ended(full, LONG_AGO + timedelta(days=1))
    with pytest.raises(CommandError, match="must stay until 22 November 2026"):
        at_once(full)
