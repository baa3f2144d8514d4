"""Reminders as rows and mails: one a day, whatever happens to the sender."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine

from clinic.models import MessageStatus, OutboxMessage
from clinic.services.post import deliver_due_messages
from patients.mails import reminder_letter
from patients.services.enrolment import set_address
from programmes.clinical.diary import Finding
from programmes.models import NotWalking, Reminder, SetUp
from programmes.services.flagging import raise_flag
from programmes.services.pausing import pause_programme
from programmes.services.reminding import recent_post, send_due_reminders
from programmes.services.reviewing import claim_item
from programmes.services.set_up import OutsideHours, choose_days, stop_reminders
from tests.conftest import as_runtime
from tests.factories import (
    a_clinic,
    a_patient,
    a_programme,
    a_set_up,
    a_staff_member,
    a_walk,
)
from tests.programmes.test_wording import PAIN

pytestmark = pytest.mark.django_db
FRIDAY = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)  # ten in the morning in London, in winter
BEFORE = FRIDAY - timedelta(hours=1)


@pytest.fixture(autouse=True)
def friday():
    with time_machine.travel(FRIDAY, tick=False):
        yield


@pytest.fixture
def clinician():
    return a_staff_member(a_clinic())


@pytest.fixture
def patient(clinician):
    patient = a_patient(clinician.clinic)
    a_programme(patient, clinician)
    a_set_up(patient, now=BEFORE)
    return patient


def remind(now=FRIDAY):
    with as_runtime():
        return send_due_reminders(now=now, write=reminder_letter)


def told(patient):
    return list(Reminder.objects.filter(patient=patient).values_list("on", "held_back"))


def test_a_reminder_is_a_row_and_a_mail(patient):
    assert remind() == 1
    mail = OutboxMessage.objects.get(kind="reminder")
    row = Reminder.objects.get(patient=patient)
    assert (mail.key, mail.to_address, mail.clinic) == (row.post_key, patient.user.email, patient.clinic)
    assert mail.expires_at == datetime(2026, 11, 20, 20, 0, tzinfo=UTC)


def test_a_reminder_holds_no_name_no_number_and_no_condition(patient):
    remind()
    mail = OutboxMessage.objects.get(kind="reminder")
    text = f"{mail.subject} {mail.body}"
    own = [patient.given_name, patient.family_name, "minutes", "pain"]
    assert [word for word in own if word in text] == []


def test_the_second_tick_writes_nothing(patient):
    assert [remind(), remind(FRIDAY + timedelta(minutes=1))] == [1, 0]


def test_before_its_time_nothing_is_written(patient):
    assert remind(FRIDAY - timedelta(minutes=1)) == 0


def test_another_change_of_the_wish_brings_no_second_one(patient):
    """Asked for 10:00 and got it; asks for 10:30 the same morning."""
    remind()
    choose_days(patient=patient, days=[5], at=time(10, 30), now=FRIDAY + timedelta(minutes=5))
    assert remind(FRIDAY + timedelta(minutes=40)) == 0
    assert told(patient) == [(FRIDAY.date(), "")]


def test_a_walk_today_holds_it_back(patient):
    a_walk(patient.programmes.get(), FRIDAY.date(), now=BEFORE)
    assert (remind(), told(patient)) == (0, [(FRIDAY.date(), "walked")])


def test_who_has_said_why_not_is_left_alone(patient):
    NotWalking.objects.create(
        clinic=patient.clinic,
        patient=patient,
        from_on=FRIDAY.date(),
        until_on=FRIDAY.date(),
        reason="pain",
        received_at=BEFORE,
    )
    assert (remind(), told(patient)) == (0, [(FRIDAY.date(), "told-why")])


def test_a_restricted_record_is_left_alone(patient, clinician):
    type(patient).objects.filter(pk=patient.pk).update(
        restricted_at=BEFORE, restricted_by=clinician, restricted_reason="asked"
    )
    assert (remind(), told(patient)) == (0, [])


def test_after_care_nothing_is_asked_any_more(patient):
    type(patient).objects.filter(pk=patient.pk).update(discharged_on=BEFORE.date())
    assert (remind(), told(patient), SetUp.objects.get(patient=patient).next_due_at) == (0, [], None)


def test_staff_see_a_patients_own_mails_at_an_address_that_two_share(patient, clinician):
    partner = a_patient(clinician.clinic, user=patient.user)
    a_programme(partner, clinician)
    a_set_up(partner, now=BEFORE)
    remind()
    assert [len(recent_post(patient=each)) for each in (patient, partner)] == [1, 1]


def test_nobody_is_reminded_after_death(patient):
    type(patient).objects.filter(pk=patient.pk).update(died_on=FRIDAY.date())
    assert (remind(), OutboxMessage.objects.filter(kind="reminder").count()) == (0, 0)


def test_while_a_safety_answer_is_open_none_goes(patient):
    programme, yesterday = patient.programmes.get(), FRIDAY - timedelta(days=1)
    a_walk(programme, yesterday.date(), new_symptoms=("fever",), now=yesterday)
    assert (remind(), told(patient)) == (0, [(FRIDAY.date(), "worked-on")])


def test_while_the_plan_rests_none_goes(patient, clinician):
    days = {"from_on": FRIDAY.date(), "until_on": FRIDAY.date()}
    pause_programme(programme=patient.programmes.get(), reason="ill", by=clinician, now=BEFORE, **days)
    assert (remind(), told(patient)) == (0, [(FRIDAY.date(), "rests")])


def test_while_staff_look_none_goes(patient, clinician):
    raise_flag(
        patient=patient,
        programme=patient.programmes.get(),
        finding=Finding("PAIN_RISING", "amber", PAIN),
        on=FRIDAY.date(),
        now=BEFORE,
    )
    claim_item(item=patient.review_items.get(), by=clinician, now=BEFORE)
    assert (remind(), told(patient)) == (0, [(FRIDAY.date(), "worked-on")])


def test_another_clinics_patient_gets_its_own(patient):
    other = a_staff_member(a_clinic("Rowan"))
    theirs = a_patient(other.clinic)
    a_programme(theirs, other)
    a_set_up(theirs, now=BEFORE)
    assert remind() == 2
    assert set(OutboxMessage.objects.values_list("clinic", "to_address")) == {
        (patient.clinic_id, patient.user.email),
        (theirs.clinic_id, theirs.user.email),
    }


def test_a_clinic_that_is_not_live_reminds_nobody(patient):
    type(patient.clinic).objects.update(live_rule_version="")
    assert remind() == 0


def test_one_that_cannot_be_decided_does_not_stop_the_others(patient, clinician):
    """The broken one loses this reminder, and is not asked again every minute."""
    broken = a_patient(clinician.clinic)
    a_programme(broken, clinician)
    a_set_up(broken, now=BEFORE - timedelta(minutes=1))
    type(broken).objects.filter(pk=broken.pk).update(time_zone="Nowhere/Atall")
    assert [remind(), remind(FRIDAY + timedelta(minutes=1))] == [1, 0]


def test_stopping_ends_them_and_keeps_the_days(patient):
    row = SetUp.objects.get(patient=patient)
    with as_runtime():
        stopped = [
            stop_reminders(clinic_id=row.clinic_id, set_up_id=row.pk, now=FRIDAY) for _twice in range(2)
        ]
    row.refresh_from_db()
    assert (stopped, row.wish, row.next_due_at, row.walking_days) == ([True, False], "none", None, [1, 3, 5])


@pytest.mark.parametrize("at", [time(7, 30), time(20)])
def test_quiet_hours_cannot_be_chosen(patient, at):
    with pytest.raises(OutsideHours):
        choose_days(patient=patient, days=[1], at=at, now=FRIDAY)


# --- Sent at most once
def test_a_reminder_is_tried_once(patient, settings):
    settings.EMAIL_BACKEND = "tests.programmes.test_reminding.NoServer"
    remind()
    deliver_due_messages(now=FRIDAY)
    deliver_due_messages(now=FRIDAY + timedelta(hours=1))
    mail = OutboxMessage.objects.get(kind="reminder")
    assert (mail.status, mail.attempts, NoServer.tried) == ("failed", 1, 1)


class NoServer:
    tried = 0

    def __init__(self, *_args, **_options):
        pass

    def send_messages(self, _messages):
        NoServer.tried += 1
        raise ConnectionRefusedError


def test_the_attempt_is_written_down_before_it_is_made(patient, settings):
    """A sender that dies here leaves "sending", and nobody sends again."""
    settings.EMAIL_BACKEND = "tests.programmes.test_reminding.Dies"
    remind()
    with pytest.raises(KeyboardInterrupt):
        deliver_due_messages(now=FRIDAY)
    assert Dies.seen == MessageStatus.SENDING


class Dies:
    seen = ""

    def __init__(self, *_args, **_options):
        pass

    def send_messages(self, _messages):
        Dies.seen = OutboxMessage.objects.get(kind="reminder").status
        raise KeyboardInterrupt


def test_what_was_begun_and_never_finished_is_called_unknown(patient, mailoutbox):
    remind()
    OutboxMessage.objects.filter(kind="reminder").update(status="sending", sending_at=FRIDAY)
    with as_runtime():
        deliver_due_messages(now=FRIDAY + timedelta(minutes=11))
    assert (OutboxMessage.objects.get(kind="reminder").status, mailoutbox) == ("unknown", [])


def test_a_reminder_of_yesterday_does_not_leave(patient, mailoutbox):
    remind()
    deliver_due_messages(now=FRIDAY + timedelta(hours=12))
    assert (OutboxMessage.objects.get(kind="reminder").status, mailoutbox) == ("expired", [])


def test_the_mail_program_can_end_them(patient, mailoutbox):
    remind()
    deliver_due_messages(now=FRIDAY)
    headers = mailoutbox[0].extra_headers
    stop = OutboxMessage.objects.get(kind="reminder").stop_url
    assert (headers["List-Unsubscribe"], headers["List-Unsubscribe-Post"]) == (
        f"<{stop}>",
        "List-Unsubscribe=One-Click",
    )
    assert stop in mailoutbox[0].body


def test_after_a_mail_that_came_back_none_goes_to_that_address(patient):
    remind()
    OutboxMessage.objects.filter(kind="reminder").update(came_back_at=FRIDAY)
    assert remind(FRIDAY + timedelta(days=3)) == 0
    assert told(patient)[0][1] == "came-back"


def test_a_new_address_is_tried_again(patient, clinician):
    remind()
    OutboxMessage.objects.filter(kind="reminder").update(came_back_at=FRIDAY)
    set_address(patient=patient, email="new@mail.example", by=clinician, now=FRIDAY)
    assert remind(FRIDAY + timedelta(days=3)) == 1
