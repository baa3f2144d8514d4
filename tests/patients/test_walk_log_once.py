"""One walk, whatever the browser does; the same answers on purpose are a second one."""

import re
from datetime import timedelta

import pytest
import time_machine
from uuid_utils.compat import uuid7

from programmes.models import Flag, Walk
from tests.factories import NOON, a_patient
from tests.patients.walk_form import PAGE, answers, form_key, send, text_of
from tests.signing_in import sign_in_patient


def test_a_double_submit_makes_one_walk(signed_in, programme):
    form = answers()
    first, second = signed_in.post(PAGE, form), signed_in.post(PAGE, form)
    assert first.headers["Location"] == second.headers["Location"]
    assert Walk.objects.count() == 1


def test_two_tabs_carry_one_key_until_it_is_saved(signed_in, programme):
    first, second = form_key(signed_in), form_key(signed_in)
    assert first == second
    send(signed_in, client_uuid=first)
    assert form_key(signed_in) != first


def test_the_back_button_with_other_answers_asks_before_a_second_walk(signed_in, programme):
    key = str(uuid7())
    send(signed_in, client_uuid=key)
    response = send(signed_in, client_uuid=key, minutes="20")
    assert response.status_code == 422
    assert "This walk was saved already." in text_of(response)
    assert key not in text_of(response)
    assert Walk.objects.get().minutes == 15


# Back fetches the page anew, with a new key, while the browser fills in the answers given before.
def test_back_and_save_asks_before_a_second_walk(signed_in, programme):
    send(signed_in)
    response = send(signed_in, symptoms=None)  # the list is not due any more
    assert response.status_code == 422
    assert "This walk was saved already. Is this another walk? Then save it again." in text_of(response)
    assert Walk.objects.count() == 1


def test_saved_again_on_purpose_it_is_a_second_walk(signed_in, programme):
    send(signed_in)
    asked = send(signed_in, symptoms=None)
    key = re.search(r'id="id_client_uuid" value="([^"]+)"', text_of(asked)).group(1)
    assert send(signed_in, client_uuid=key, symptoms=None).status_code == 302
    assert Walk.objects.count() == 2


def test_a_double_tap_does_not_answer_the_question(signed_in, programme):
    send(signed_in)
    form = answers(symptoms=None)
    assert [signed_in.post(PAGE, form).status_code for _tap in range(2)] == [422, 422]
    assert Walk.objects.count() == 1


@pytest.mark.parametrize("minutes", [15, 16])
def test_after_a_quarter_of_an_hour_the_same_answers_are_another_walk(signed_in, programme, minutes):
    send(signed_in)
    with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
        send(signed_in, symptoms=None)
    assert Walk.objects.count() == {15: 1, 16: 2}[minutes]


def test_other_answers_are_another_walk(signed_in, programme):
    send(signed_in)
    assert send(signed_in, pain_after="4").status_code == 302


def test_a_symptom_ticked_after_going_back_is_never_held_up(signed_in, programme):
    send(signed_in)
    assert send(signed_in, symptoms=["chest_pain"]).status_code == 302
    assert Flag.objects.get().evidence["items"] == ["chest_pain"]
    assert send(signed_in, symptoms=["chest_pain"]).status_code == 422


def test_two_people_who_share_a_login_may_walk_together(client, signed_in, programme, patient):
    partner = a_patient(programme.clinic, user=patient.user)
    send(signed_in)
    client.post("/choose/", {"patient": str(partner.pk)})
    assert send(client).status_code == 302
    assert Walk.objects.count() == 2


def test_one_patients_key_is_no_obstacle_to_another(client, signed_in, programme):
    key = str(uuid7())
    send(signed_in, client_uuid=key)
    sign_in_patient(client, a_patient(programme.clinic))
    assert send(client, client_uuid=key).status_code == 302
    assert Walk.objects.count() == 2


def test_an_error_keeps_the_key(signed_in, programme):
    key = str(uuid7())
    assert key in text_of(send(signed_in, client_uuid=key, pain_before="11"))
