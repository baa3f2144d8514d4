"""The timer keeps the instant a walk began: exact after hidden minutes and when the clocks change."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from programmes.models import Walk
from tests.factories import NOON, a_patient
from tests.patients.walk_form import send, text_of
from tests.signing_in import sign_in_patient

TIMER, FORM = "/walks/timer/", "/walks/new/"
SCRIPT = Path(__file__).resolve().parents[2] / "static/js/timer.js"


def walked(client, *, started, minutes, seconds=0):
    with time_machine.travel(started, tick=False):
        client.post(TIMER)
    with time_machine.travel(started + timedelta(minutes=minutes, seconds=seconds), tick=False):
        client.post(f"{TIMER}finish/")
        return text_of(client.get(FORM))


def chosen(text):
    return re.findall(r'name="minutes" value="(\w+)" id="\w+" checked', text)


def test_finishing_opens_the_form_with_the_minutes_chosen(signed_in, programme):
    text = walked(signed_in, started=NOON, minutes=15)
    assert chosen(text) == ["15"]
    assert "Your timer says 15 minutes." in text


@pytest.mark.parametrize(("seconds", "minutes"), [(29, "31"), (30, "32")])
def test_half_a_minute_counts(signed_in, programme, seconds, minutes):
    text = walked(signed_in, started=NOON, minutes=31, seconds=seconds)
    assert chosen(text) == ["other"]
    assert f'id="id_other_minutes" maxlength="12" value="{minutes}"' in text


@pytest.mark.parametrize(
    "started", [datetime(2026, 10, 25, 0, 50, tzinfo=UTC), datetime(2027, 3, 28, 0, 50, tzinfo=UTC)]
)
def test_thirty_minutes_stay_thirty_when_the_clocks_change(client, clinic, started):
    """At 1:00 UTC London's clocks go back in October, forward in March."""
    with time_machine.travel(started, tick=False):
        patient = a_patient(clinic)
        sign_in_patient(client, patient)
    assert chosen(walked(client, started=started, minutes=30)) == ["30"]


def test_a_walk_over_midnight_belongs_to_the_day_it_began(client, clinic):
    started = datetime(2026, 11, 20, 23, 50, tzinfo=UTC)
    with time_machine.travel(started, tick=False):
        sign_in_patient(client, a_patient(clinic))
    assert '<option value="2026-11-20" selected>' in walked(client, started=started, minutes=20)


def test_a_forgotten_timer_chooses_nothing(signed_in, programme):
    text = walked(signed_in, started=NOON, minutes=301)
    assert chosen(text) == []
    assert "Your timer ran for more than 5 hours." in text


def test_started_and_finished_twice_it_keeps_the_first_instants(signed_in, programme):
    signed_in.post(TIMER)
    with time_machine.travel(NOON + timedelta(minutes=10), tick=False):
        signed_in.post(TIMER)
    with time_machine.travel(NOON + timedelta(minutes=20), tick=False):
        signed_in.post(f"{TIMER}finish/")
    with time_machine.travel(NOON + timedelta(minutes=40), tick=False):
        signed_in.post(f"{TIMER}finish/")
        assert chosen(text_of(signed_in.get(FORM))) == ["20"]
        assert "Save the walk you timed" in text_of(signed_in.get("/today/"))


def test_the_page_says_when_it_began_without_a_script(signed_in, programme):
    signed_in.post(TIMER)
    with time_machine.travel(NOON + timedelta(minutes=12, seconds=50), tick=False):
        text = text_of(signed_in.get(TIMER))
        assert "Your timer is running" in text_of(signed_in.get("/today/"))
    assert "Your walk began: Today, 12pm." in text
    assert ">12 minutes</p>" in text
    assert f'data-started="{int(NOON.timestamp() * 1000)}"' in text


def test_saving_the_walk_ends_it_and_stopping_keeps_nothing(signed_in, programme):
    walked(signed_in, started=NOON, minutes=15)
    send(signed_in)
    assert chosen(text_of(signed_in.get(FORM))) == []
    signed_in.post(TIMER)
    signed_in.post(f"{TIMER}stop/")
    assert "Your timer is running" not in text_of(signed_in.get("/today/"))
    assert Walk.objects.count() == 1


def test_a_timer_that_runs_goes_on_when_another_walk_is_saved(signed_in, programme):
    signed_in.post(TIMER)
    send(signed_in)
    assert "Your timer is running" in text_of(signed_in.get("/today/"))


def test_two_who_share_a_login_have_a_timer_each(signed_in, patient, clinic):
    partner = a_patient(clinic, user=patient.user)
    signed_in.post(TIMER)
    session = signed_in.session
    session["patient"] = str(partner.pk)
    session.save()
    assert "Your timer is running" not in text_of(signed_in.get(TIMER))


def test_finishing_what_never_began_leads_to_the_timer(signed_in):
    assert signed_in.post(f"{TIMER}finish/").headers["Location"] == TIMER
    assert signed_in.get(f"{TIMER}finish/").status_code == 405


def test_the_script_stays_within_es2019():
    newer = r"\?\.|\?\?|\|\|=|&&=|\bawait\b|import\.meta|\d_\d|\d+n\b|#\w+\(|replaceAll|\.at\(|globalThis"
    code = re.sub(r"//.*", "", SCRIPT.read_text())
    assert re.findall(newer, code) == []
