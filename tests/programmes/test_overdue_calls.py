"""A request to be called that waits longer than was said: up in the queue, a mail a day, nothing soothing."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from clinic.models import Closure, OutboxMessage
from patients.mails import overdue_call_letter
from programmes.models import Channel, ContactResult, Flag, ItemStatus, ReviewItem, Severity
from programmes.services.calling import ask_for_call
from programmes.services.overdue_calls import escalate_overdue_calls
from programmes.services.reviewing import Contact, claim_item, record_contact, snooze_item
from tests.conftest import as_runtime
from tests.factories import NOON, a_clinic, a_patient, a_staff_member
from tests.signing_in import sign_in_patient, sign_in_staff

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY, WEDNESDAY = (datetime(2026, 11, day, 9, 0, tzinfo=UTC) for day in (23, 24, 25))
SATURDAY = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon():
    """Saturday 21 November: the clinic promises Monday."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def clinician():
    return a_staff_member(a_clinic())


@pytest.fixture
def patient(clinician):
    patient = a_patient(clinician.clinic)
    ask_for_call(patient=patient, programme=None, can_wait=True, now=NOON)
    return patient


def escalate(now):
    with as_runtime():
        return escalate_overdue_calls(now=now, write=overdue_call_letter)


def mails():
    return OutboxMessage.objects.filter(kind="call-overdue")


def test_on_the_promised_day_nothing_is_overdue(patient):
    assert (escalate(MONDAY), mails().count()) == (0, 0)


def test_the_day_after_it_moves_up_and_duty_staff_are_written_to(patient, clinician):
    assert escalate(TUESDAY) == 1
    flag, mail = Flag.objects.get(), mails().get()
    assert (flag.severity, flag.latest["overdue_since"]) == (Severity.AMBER_HIGH, "2026-11-23")
    assert (ReviewItem.objects.get().severity, mail.to_address) == (
        Severity.AMBER_HIGH,
        clinician.clinic.duty_email,
    )


def test_the_mail_names_nobody(patient):
    escalate(TUESDAY)
    mail = mails().get()
    text = f"{mail.subject} {mail.body}"
    own = [patient.given_name, patient.family_name, str(patient.pk), "pain"]
    assert [word for word in own if word in text] == []


def test_one_mail_a_day_at_most(patient):
    ticks = (TUESDAY, TUESDAY + timedelta(hours=1), WEDNESDAY)
    assert [escalate(now) for now in ticks] == [1, 0, 1]


def test_on_closed_days_nobody_is_written_to(patient, clinician):
    Closure.objects.create(clinic=clinician.clinic, on=date(2026, 11, 24), reason="snow")
    assert [escalate(now) for now in (TUESDAY, SATURDAY, WEDNESDAY)] == [0, 0, 1]


def test_it_moves_up_on_closed_days_too(patient, clinician):
    Closure.objects.create(clinic=clinician.clinic, on=date(2026, 11, 24), reason="snow")
    escalate(TUESDAY)
    assert ReviewItem.objects.get().severity == Severity.AMBER_HIGH


@pytest.mark.parametrize("result", [ContactResult.REACHED, ContactResult.NO_ANSWER])
def test_a_try_to_reach_the_patient_ends_it(patient, clinician, result):
    contact = Contact(Channel.PHONE, result)
    record_contact(item=ReviewItem.objects.get(), contact=contact, by=clinician, now=MONDAY)
    assert escalate(TUESDAY) == 0


def test_a_contact_from_before_the_request_does_not(patient, clinician):
    contact = Contact(Channel.PHONE, ContactResult.REACHED)
    earlier = NOON - timedelta(minutes=5)
    record_contact(item=ReviewItem.objects.get(), contact=contact, by=clinician, now=earlier)
    assert escalate(TUESDAY) == 1


def test_taking_the_item_is_no_call(patient, clinician):
    claim_item(item=ReviewItem.objects.get(), by=clinician, now=MONDAY)
    assert escalate(TUESDAY) == 1
    assert ReviewItem.objects.get().claimed_by == clinician


def test_a_snooze_without_a_call_is_woken(patient, clinician):
    until = date(2026, 12, 1)
    snooze_item(item=ReviewItem.objects.get(), until=until, by=clinician, today=NOON.date())
    escalate(TUESDAY)
    assert ReviewItem.objects.get().status == ItemStatus.REQUESTED


def test_where_nobody_was_promised_nothing_is_broken():
    clinician = a_staff_member(a_clinic(working_days=[]))
    ask_for_call(patient=a_patient(clinician.clinic), programme=None, can_wait=True, now=NOON)
    assert escalate(WEDNESDAY) == 0


def test_the_queue_says_what_the_patient_was_told(client, patient, clinician):
    escalate(TUESDAY)
    with time_machine.travel(TUESDAY, tick=False):
        page = sign_in_staff(client, clinician).get("/review/").content.decode()
    said = ("no try to call is written down", "overdue")
    assert [words in page for words in said] == [True, True]


# --- What the patient reads
def today(client, patient, now):
    with time_machine.travel(now, tick=False):
        return " ".join(sign_in_patient(client, patient).get("/today/").content.decode().split())


def test_until_then_today_says_by_when_the_team_looks(client, patient):
    said = "Your physio team has been told and looks at it today."
    assert said in today(client, patient, MONDAY)


def test_afterwards_today_says_what_is_written_down_and_soothes_nobody(client, patient):
    escalate(TUESDAY)
    page = today(client, patient, TUESDAY)
    said = (
        "On Saturday 21 November you asked us to call you.",
        "We said that we would look by Monday 23 November.",
        "No call is written down yet. Please call us.",
    )
    assert [words in page for words in said] == [True, True, True]
    assert "has been told" not in page


def test_a_try_that_is_written_down_is_said(client, patient, clinician):
    contact = Contact(Channel.PHONE, ContactResult.NO_ANSWER)
    record_contact(item=ReviewItem.objects.get(), contact=contact, by=clinician, now=MONDAY)
    page = today(client, patient, TUESDAY)
    assert "We wrote down that we tried to reach you on Monday 23 November." in page


def test_who_asked_for_nothing_reads_nothing(client, clinician, patient):
    assert "asked us to call" not in today(client, a_patient(clinician.clinic), TUESDAY)
