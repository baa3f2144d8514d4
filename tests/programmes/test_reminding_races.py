"""Two ticks, or two tabs, at the same moment."""

from datetime import UTC, datetime, time, timedelta
from functools import partial

import pytest

from clinic.models import OutboxMessage
from patients.mails import reminder_letter
from programmes.models import SetUp
from programmes.services.reminding import send_due_reminders
from programmes.services.set_up import choose_days, choose_reminders
from tests.at_once import at_once
from tests.factories import a_clinic, a_patient, a_programme, a_set_up, a_staff_member

pytestmark = pytest.mark.django_db(transaction=True)
FRIDAY = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
BEFORE = FRIDAY - timedelta(hours=1)


@pytest.fixture
def patient():
    clinician = a_staff_member(a_clinic())
    patient = a_patient(clinician.clinic)
    a_programme(patient, clinician)
    a_set_up(patient, now=BEFORE)
    return patient


def test_two_ticks_at_once_remind_once(patient):
    tick = partial(send_due_reminders, now=FRIDAY, write=reminder_letter)
    assert sorted(at_once(tick, tick)) == [0, 1]
    assert OutboxMessage.objects.filter(kind="reminder").count() == 1


def test_two_answers_at_once_both_stand(patient):
    at_once(
        partial(choose_days, patient=patient, days=[2], at=time(9), now=BEFORE),
        partial(choose_reminders, patient=patient, wish="weekly", now=BEFORE),
    )
    chosen = SetUp.objects.get(patient=patient)
    assert (chosen.walking_days, chosen.wish) == ([2], "weekly")
