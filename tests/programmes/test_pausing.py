"""A hold says why: the reason, and a few words that stand with the plan."""

from datetime import timedelta

import pytest
import time_machine

from programmes.models import Pause
from tests.factories import NOON, a_clinic, a_patient, a_programme, a_staff_member
from tests.patients.walk_form import text_of
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def clinician():
    return a_staff_member(a_clinic(), name="Cleo Clark")


@pytest.fixture
def programme(clinician):
    return a_programme(a_patient(clinician.clinic), clinician, starts_on=TODAY - timedelta(days=8))


def pause(client, programme, **typed):
    days = {"from_on": TODAY.isoformat(), "until_on": (TODAY + timedelta(days=3)).isoformat()}
    path = f"/admin/programmes/programme/{programme.pk}/pause/"
    return client.post(path, {**days, "reason": "clinical", "note": "", **typed}, follow=True)


def test_a_hold_keeps_its_words_and_the_plan_shows_them(client, programme, clinician):
    said = text_of(pause(sign_in_staff(client, clinician), programme, note="Wait for the scan."))
    assert Pause.objects.get().note == "Wait for the scan."
    assert "clinician's decision – Wait for the scan. (Cleo Clark)" in said.replace("&#x27;", "'")


@pytest.mark.parametrize("reason", ["clinical", "other"])
def test_where_the_reason_says_nothing_words_are_needed(client, programme, clinician, reason):
    response = pause(sign_in_staff(client, clinician), programme, reason=reason)
    assert (response.status_code, "Say in a few words why." in text_of(response)) == (422, True)
    assert Pause.objects.count() == 0


def test_where_it_says_enough_they_are_not(client, programme, clinician):
    pause(sign_in_staff(client, clinician), programme, reason="ill")
    assert Pause.objects.get().note == ""
