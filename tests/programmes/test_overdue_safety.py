"""A safety answer that waits longer than was said: a mail each working day, until somebody was in touch."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from clinic.models import Closure, OutboxMessage
from patients.mails import overdue_safety_letter
from programmes.models import Channel, ContactResult, Flag, Outcome, Programme, ReviewItem
from programmes.services.calling import ask_for_call
from programmes.services.overdue_safety import remind_of_waiting_safety
from programmes.services.reviewing import Contact, claim_item, close_item, record_contact
from programmes.tasks import remind_of_waiting_safety as wake_up
from tests.conftest import as_runtime
from tests.factories import NOON, a_clinic, a_patient, a_programme, a_staff_member, a_walk

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


def tell(patient, clinician, now=NOON):
    """A red flag with a walk."""
    programme = a_programme(patient, clinician)
    a_walk(programme, now.date(), new_symptoms=("chest_pain",), now=now)


@pytest.fixture
def patient(clinician):
    patient = a_patient(clinician.clinic)
    tell(patient, clinician)
    return patient


def remind(now):
    with as_runtime():
        return remind_of_waiting_safety(now=now, write=overdue_safety_letter)


def again():
    return OutboxMessage.objects.filter(key__startswith="safety-overdue:")


def test_on_the_promised_day_the_first_mail_is_enough(patient):
    assert (remind(MONDAY), OutboxMessage.objects.filter(kind="safety-alert").count()) == (0, 1)


def test_the_day_after_duty_staff_are_written_to_again(patient, clinician):
    assert remind(TUESDAY) == 1
    assert [(mail.kind, mail.to_address) for mail in again()] == [
        ("safety-alert", clinician.clinic.duty_email)
    ]


def test_the_mail_says_nobodys_name_and_no_symptom(patient):
    remind(TUESDAY)
    mail = again().get()
    own = [patient.given_name, patient.family_name, str(patient.pk), "chest", "pain"]
    assert [word for word in own if word in f"{mail.subject} {mail.body}"] == []


def test_one_mail_a_day_at_most(patient):
    assert [remind(at) for at in (TUESDAY, TUESDAY + timedelta(hours=1), WEDNESDAY)] == [1, 0, 1]


def test_each_patient_who_waits_has_a_mail(patient, clinician):
    tell(a_patient(clinician.clinic), clinician)
    assert remind(TUESDAY) == 2


def test_each_clinic_hears_of_its_own(patient):
    other = a_staff_member(a_clinic(name="Oak Clinic", duty_email="duty@oak.example"))
    tell(a_patient(other.clinic), other)
    assert (remind(TUESDAY), {(mail.clinic_id, mail.to_address) for mail in again()}) == (
        2,
        {(each.pk, each.duty_email) for each in (patient.clinic, other.clinic)},
    )


def test_on_closed_days_nobody_is_written_to(patient, clinician):
    Closure.objects.create(clinic=clinician.clinic, on=date(2026, 11, 24), reason="snow")
    assert [remind(at) for at in (TUESDAY, SATURDAY, WEDNESDAY)] == [0, 0, 1]


@pytest.mark.parametrize("result", [ContactResult.REACHED, ContactResult.NO_ANSWER])
def test_a_contact_ends_it(patient, clinician, result):
    contact = Contact(Channel.PHONE, result)
    record_contact(item=ReviewItem.objects.get(), contact=contact, by=clinician, now=MONDAY)
    assert remind(TUESDAY) == 0


def test_a_contact_from_before_the_answer_does_not(patient, clinician):
    contact = Contact(Channel.PHONE, ContactResult.REACHED)
    earlier = NOON - timedelta(minutes=5)
    record_contact(item=ReviewItem.objects.get(), contact=contact, by=clinician, now=earlier)
    assert remind(TUESDAY) == 1


def test_an_answer_that_joins_after_a_contact_asks_for_another(patient, clinician):
    contact = Contact(Channel.PHONE, ContactResult.REACHED)
    record_contact(item=ReviewItem.objects.get(), contact=contact, by=clinician, now=MONDAY)
    joins = TUESDAY - timedelta(hours=1)
    a_walk(Programme.objects.get(), joins.date(), new_symptoms=("fever",), now=joins)
    assert [remind(at) for at in (TUESDAY, WEDNESDAY)] == [0, 1]


def test_taking_the_item_is_no_contact(patient, clinician):
    claim_item(item=ReviewItem.objects.get(), by=clinician, now=MONDAY)
    assert remind(TUESDAY) == 1


def test_what_was_closed_waits_no_more(patient, clinician):
    close_item(
        item=ReviewItem.objects.get(),
        outcome=Outcome.URGENT_CARE,
        note="Seen at the hospital.",
        seen=[flag.as_read for flag in Flag.objects.all()],
        by=clinician,
        today=MONDAY.date(),
        now=MONDAY,
    )
    assert remind(TUESDAY) == 0


def test_an_answer_of_today_on_an_item_with_an_older_promise_had_its_mail(clinician):
    """The call was promised for Monday; the red flag of Tuesday has written to them a minute ago."""
    patient = a_patient(clinician.clinic)
    ask_for_call(patient=patient, programme=None, can_wait=True, now=NOON)
    tell(patient, clinician, now=TUESDAY)
    assert [remind(at) for at in (TUESDAY + timedelta(minutes=1), WEDNESDAY)] == [0, 1]


def test_a_request_to_be_called_is_no_safety_answer(clinician):
    ask_for_call(patient=a_patient(clinician.clinic), programme=None, can_wait=True, now=NOON)
    assert remind(TUESDAY) == 0


def test_where_nobody_was_promised_nothing_is_broken():
    clinician = a_staff_member(a_clinic(working_days=[]))
    tell(a_patient(clinician.clinic), clinician)
    assert remind(WEDNESDAY) == 0


def test_the_task_writes_it(patient):
    with time_machine.travel(TUESDAY, tick=False), as_runtime():
        wake_up()
    assert again().count() == 1
