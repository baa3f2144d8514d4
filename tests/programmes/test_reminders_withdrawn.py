"""A reminder that was written and waits does not leave once what it says no longer holds."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine

from clinic.models import OutboxMessage, Role
from clinic.services.post import deliver_due_messages
from clinic.tenancy import acting_for
from patients.mails import duty_letter, reminder_letter
from patients.services.enrolment import change_patient
from programmes.clinical.diary import Finding
from programmes.models import Ending, PauseReason, Reason, ReminderWish
from programmes.services.ending import discharge_patient, end_programme
from programmes.services.flagging import raise_flag
from programmes.services.not_walking import WhyNot, tell_why_not
from programmes.services.pausing import pause_programme
from programmes.services.reminding import send_due_reminders
from programmes.services.restricting import restrict_processing
from programmes.services.reviewing import claim_item
from programmes.services.set_up import choose_reminders, stop_reminders
from programmes.services.walk_logging import WalkEntry, log_walk
from tests.conftest import as_runtime
from tests.factories import a_clinic, a_patient, a_programme, a_set_up, a_staff_member
from tests.programmes.test_wording import PAIN

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)


class Someone:
    """A patient whose reminder for today waits, and another whose reminder nothing may touch."""

    def __init__(self):
        self.clinician = a_staff_member(a_clinic())
        self.manager = a_staff_member(self.clinician.clinic, role=Role.MANAGER)
        self.patient, self.neighbour = (a_patient(self.clinician.clinic) for _ in range(2))
        self.programme = a_programme(self.patient, self.clinician)
        self.set_up = a_set_up(self.patient, now=NOW - timedelta(hours=1))
        a_programme(self.neighbour, self.clinician)
        a_set_up(self.neighbour, now=NOW - timedelta(hours=1))
        with as_runtime():
            assert send_due_reminders(now=NOW, write=reminder_letter) == 2


@pytest.fixture
def someone():
    with time_machine.travel(NOW, tick=False):
        yield Someone()


def waiting(patient):
    mails = OutboxMessage.objects.filter(kind="reminder", to_address=patient.user.email)
    return list(mails.values_list("status", flat=True))


def log(someone, *, on=TODAY, symptoms=None):
    entry = WalkEntry(client_uuid=uuid4(), walked_on=on, minutes=15, new_symptoms=symptoms)
    log_walk(
        patient=someone.patient,
        programme=someone.programme,
        entry=entry,
        duty_letter=duty_letter(),
        by=None,
        now=NOW,
    )


def dies(someone):
    someone.patient.died_on = TODAY
    change_patient(record=someone.patient, email=None, by=someone.clinician, now=NOW, today=TODAY)


def discharge(someone):
    discharge_patient(
        patient=someone.patient, ending=Ending.COMPLETED, on=TODAY, reason="", by=someone.clinician, now=NOW
    )


def end(someone):
    end_programme(
        programme=someone.programme, ending=Ending.COMPLETED, on=TODAY, by=someone.clinician, now=NOW
    )


def pause(someone, *, from_on=TODAY):
    pause_programme(
        programme=someone.programme,
        from_on=from_on,
        until_on=from_on + timedelta(days=5),
        reason=PauseReason.ILL,
        by=someone.clinician,
        now=NOW,
    )


def restrict(someone):
    restrict_processing(patient=someone.patient, reason="asked", until=None, by=someone.manager, now=NOW)


def say_why(someone):
    why = WhyNot(client_uuid=uuid4(), reason=Reason.WEATHER)
    tell_why_not(patient=someone.patient, why=why, by=None, now=NOW)


def take(someone):
    finding = Finding("PAIN_RISING", "amber", PAIN)
    flag = raise_flag(
        patient=someone.patient, programme=someone.programme, finding=finding, on=TODAY, now=NOW
    )
    claim_item(item=flag.item, by=someone.clinician, now=NOW)


def want_none(someone):
    choose_reminders(patient=someone.patient, wish=ReminderWish.NONE, now=NOW)


def stop(someone):
    stop_reminders(clinic_id=someone.patient.clinic_id, set_up_id=someone.set_up.pk, now=NOW)


def tell_a_symptom(someone):
    log(someone, on=TODAY - timedelta(days=1), symptoms=("chest_pain",))


WITHDRAWING = [dies, discharge, end, pause, restrict, say_why, take, want_none, stop, log, tell_a_symptom]


@pytest.mark.parametrize("verb", WITHDRAWING, ids=lambda verb: verb.__name__)
def test_a_waiting_reminder_is_taken_back_and_never_leaves(someone, verb, mailoutbox):
    with as_runtime(), acting_for(someone.patient.clinic):
        verb(someone)
    deliver_due_messages(now=NOW)
    assert waiting(someone.patient) == ["withdrawn"]
    assert [mail.to for mail in mailoutbox if "note" in mail.subject] == [[someone.neighbour.user.email]]


def earlier_walk(someone):
    log(someone, on=TODAY - timedelta(days=1))


def later_pause(someone):
    pause(someone, from_on=TODAY + timedelta(days=1))


@pytest.mark.parametrize("verb", [earlier_walk, later_pause], ids=lambda verb: verb.__name__)
def test_what_says_nothing_of_today_leaves_todays_reminder(someone, verb):
    verb(someone)
    assert waiting(someone.patient) == ["waiting"]


def test_a_reminder_that_has_left_stays_as_sent(someone):
    deliver_due_messages(now=NOW)
    log(someone)
    assert waiting(someone.patient) == ["sent"]


def test_a_clinic_can_take_back_its_own_reminders_and_nothing_else_of_the_post(someone):
    other_clinic = a_clinic(name="Oak Clinic")
    everything = OutboxMessage.objects.all()
    with as_runtime(), acting_for(other_clinic):
        assert everything.update(status="withdrawn") == 0
    OutboxMessage.objects.filter(to_address=someone.patient.user.email).update(kind="safety-alert")
    with as_runtime(), acting_for(someone.patient.clinic):
        assert everything.update(status="withdrawn") == 1
    assert waiting(someone.neighbour) == ["withdrawn"]
