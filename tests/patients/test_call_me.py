"""Please call me: one request that staff find, and no promise that nobody keeps."""

from datetime import timedelta

import pytest
import time_machine

from clinic.models import Clinic
from patients.models import Patient
from programmes.clinical.diary import Finding
from programmes.models import Flag, ItemStatus, ReviewItem, Severity
from programmes.services.flagging import raise_flag
from programmes.services.reviewing import snooze_item
from tests.factories import NOON, a_patient, a_walk
from tests.patients.walk_form import text_of
from tests.programmes.test_wording import PAIN
from tests.signing_in import sign_in_staff

TODAY = NOON.date()
PAGE = "/call-me/"
PROMISE = "Your physio team has been told and looks at it by Monday 23 November."


def ask(client, can_wait="no"):
    response = client.post(PAGE, {"can_wait": can_wait})
    assert response.headers["Location"] == PAGE
    return text_of(client.get(PAGE))


@pytest.mark.parametrize(("can_wait", "severity"), [("no", Severity.AMBER_HIGH), ("yes", Severity.AMBER_LOW)])
def test_the_patients_word_is_the_place_in_the_queue(signed_in, programme, can_wait, severity):
    assert PROMISE in ask(signed_in, can_wait)
    flag, item = Flag.objects.get(), ReviewItem.objects.get()
    assert (flag.code, flag.severity, flag.programme, flag.item) == ("CALL_ME", severity, programme, item)
    assert (item.severity, item.promised_for) == (severity, TODAY + timedelta(days=2))


def test_without_a_plan_too(signed_in):
    assert PROMISE in ask(signed_in)
    assert Flag.objects.get().programme is None


def test_an_answer_is_asked_for(signed_in):
    response = signed_in.post(PAGE)
    assert (response.status_code, Flag.objects.count()) == (422, 0)
    assert "<title>Error:" in response.content.decode()


def test_never_more_than_one_is_open(signed_in):
    ask(signed_in)
    text = ask(signed_in)
    assert Flag.objects.count() == 1
    assert "On Saturday 21 November you asked us to call you." in text
    assert "<button" not in text.split("<main")[1].split("</main")[0]


def test_it_may_become_more_urgent_but_not_less(signed_in):
    ask(signed_in, "yes")
    assert "It cannot wait any more" in text_of(signed_in.get(PAGE))
    ask(signed_in, "no")
    ask(signed_in, "yes")
    flag = Flag.objects.get()
    assert (flag.severity, flag.latest["can_wait"], flag.evidence["can_wait"]) == (
        Severity.AMBER_HIGH,
        False,
        True,
    )
    assert ReviewItem.objects.get().severity == Severity.AMBER_HIGH


def test_a_snoozed_item_wakes(signed_in, patient, clinician):
    raise_flag(
        patient=patient, programme=None, finding=Finding("PAIN_RISING", "amber", PAIN), on=TODAY, now=NOON
    )
    item = ReviewItem.objects.get()
    snooze_item(item=item, until=TODAY + timedelta(days=7), by=clinician, today=TODAY)
    ask(signed_in, "yes")
    item.refresh_from_db()
    assert (item.status, item.snoozed_until, item.severity) == (ItemStatus.REQUESTED, None, Severity.AMBER)
    assert item.promised_for == TODAY + timedelta(days=2)


def test_an_earlier_promise_stays(signed_in, programme):
    a_walk(programme, TODAY, new_symptoms=("fever",), now=NOON)
    with time_machine.travel(NOON + timedelta(days=3), tick=False):
        ask(signed_in)
    assert ReviewItem.objects.get().promised_for == TODAY + timedelta(days=2)


def test_when_nobody_is_on_duty_it_says_so(signed_in, clinic):
    Clinic.objects.update(working_days=[])
    text = ask(signed_in)
    assert "nobody is at the clinic" in text
    assert "has been told" not in text
    assert ReviewItem.objects.get().promised_for is None


def test_a_restricted_record_asks_nothing(signed_in, patient, manager):
    Patient.objects.filter(pk=patient.pk).update(
        restricted_at=NOON, restricted_by=manager, restricted_reason="asked for it"
    )
    assert signed_in.post(PAGE, {"can_wait": "no"}).headers["Location"] == "/today/"
    assert not Flag.objects.exists()


def test_another_patients_request_is_not_shown(signed_in, clinic, client, patient):
    other = a_patient(clinic)
    finding = Finding("CALL_ME", "amber-high", {"can_wait": False, "asked_on": "2026-11-20"})
    raise_flag(patient=other, programme=None, finding=finding, on=TODAY, now=NOON)
    assert "you asked us" not in text_of(signed_in.get(PAGE))


def test_staff_read_it_with_its_call_sheet(signed_in, client, clinician, programme):
    ask(signed_in)
    sign_in_staff(client, clinician)
    assert "it cannot wait until the next appointment" in text_of(client.get("/review/"))
    text = text_of(client.get(f"/review/{ReviewItem.objects.get().pk}/"))
    assert "Asks to be called" in text
    assert "Ask for name and date of birth before anything else." in text
    assert "Stop and pass on at once" in text


def test_the_phone_we_call_is_shown(signed_in, patient):
    assert "We do not have your phone number." in text_of(signed_in.get(PAGE))
    Patient.objects.filter(pk=patient.pk).update(phone="01632 960 300")
    assert "01632 960 300" in text_of(signed_in.get(PAGE))
