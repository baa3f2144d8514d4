"""One patient in two windows at the same moment: limits hold, one letter opens, one answer is kept."""

from datetime import date
from functools import partial
from uuid import uuid4

import pytest

from clinic.devices import Device
from clinic.models import OutboxMessage, PrivacyText
from clinic.services.post import Letter
from patients.models import LetterCode, PrivacyAcceptance, RecordExport, Via
from patients.services.letters import print_letter
from patients.services.privacy import accept_text
from patients.services.record_export import export_own_record
from patients.services.sign_in_codes import Asker, request_code
from tests.at_once import at_once
from tests.factories import NOON, a_clinic, a_patient, a_staff_member

pytestmark = pytest.mark.django_db(transaction=True)
ONE_TOO_MANY = 6


@pytest.fixture
def patient(transactional_db):
    return a_patient(a_clinic())


def test_a_browser_that_asks_six_times_at_once_gets_five_codes(patient):
    browser = Asker(uuid4(), Device(uuid4()))
    ask = partial(
        request_code,
        email=patient.user.email,
        asker=browser,
        write=lambda code, _token: Letter("A code", code),
        now=NOON,
    )
    at_once(*[ask] * ONE_TOO_MANY)
    assert OutboxMessage.objects.count() == ONE_TOO_MANY - 1


def test_of_four_copies_at_once_three_are_given(patient):
    answers = at_once(*[partial(export_own_record, patient=patient, now=NOON)] * 4)
    assert (answers.count("TooManyCopies"), RecordExport.objects.count()) == (1, 3)


def test_two_who_print_a_letter_at_once_leave_one_that_opens():
    clinic = a_clinic()
    reader = a_patient(clinic, user=None, date_of_birth=date(1956, 3, 31))
    prints = [
        partial(print_letter, patient=reader, by=a_staff_member(clinic), now=NOON) for _each in range(2)
    ]
    at_once(*prints)
    assert (LetterCode.objects.count(), LetterCode.objects.filter(voided_at=None).count()) == (2, 1)


def test_two_clicks_at_once_leave_one_acceptance(patient):
    text = PrivacyText.objects.get(clinic=None)
    click = partial(accept_text, patient=patient, text=text, via=Via.SIGN_IN, now=NOON)
    assert at_once(click, click) == [None, None]
    assert PrivacyAcceptance.objects.get().accepted_at == NOON
