"""The safety list on the walk form: when it is due, what follows, and what is raised."""

from datetime import timedelta

import pytest

from clinic.models import OutboxMessage
from patients import wording
from programmes.clinical.safety import UK_RED_FLAGS
from programmes.models import Flag, Walk
from tests.factories import a_walk
from tests.patients.walk_form import PAGE, TODAY, send, text_of


def test_the_list_has_every_item_of_the_clinical_rules():
    assert set(wording.SAFETY_ITEMS) == set(UK_RED_FLAGS)


def follows(client, on):
    """Where a walk leads whose list was left folded."""
    text = text_of(client.get(PAGE))
    assert text.count("Is any of this NEW?") == text.count('<details class="more" id="something-new">') == 1
    return send(client, symptoms=None, walked_on=on.isoformat()).headers["Location"].split("/")[-2]


@pytest.mark.parametrize(("days", "page"), [(None, "safety"), (7, "safety"), (6, "saved")])
def test_the_list_is_always_offered_and_comes_by_itself_when_a_week_is_over(signed_in, programme, days, page):
    if days is not None:
        a_walk(programme, TODAY - timedelta(days=days), new_symptoms=())
    assert follows(signed_in, TODAY) == page


def test_between_two_lists_a_red_flag_is_raised_all_the_same(signed_in, programme):
    a_walk(programme, TODAY - timedelta(days=1), new_symptoms=())
    response = send(signed_in, symptoms=["saddle_numbness"])
    assert Flag.objects.get().evidence["route"] == "999"
    assert "Call 999 now" in text_of(signed_in.get(response.headers["Location"]))


def test_between_two_lists_no_answer_is_needed_and_a_tick_stays_in_sight(signed_in, programme):
    a_walk(programme, TODAY - timedelta(days=1), new_symptoms=())
    text = text_of(send(signed_in, symptoms=["fever"], minutes=None))
    assert '<details class="more" id="something-new" open>' in text
    assert send(signed_in, symptoms=None).headers["Location"].endswith("/saved/")
    assert Walk.objects.get(walked_on=TODAY).new_symptoms is None


@pytest.mark.parametrize(
    ("changed", "follows"),
    [
        ({"pain_after": "7"}, True),
        ({"pain_before": "8"}, True),
        ({"pain_worst": "7"}, True),
        ({"limb_problem": "yes"}, True),
        ({"pain_after": "6"}, False),
    ],
)
def test_the_list_follows_bad_pain_and_leg_problems(signed_in, programme, changed, follows):
    a_walk(programme, TODAY - timedelta(days=1), new_symptoms=())
    response = send(signed_in, symptoms=None, **changed)
    walk = Walk.objects.get(walked_on=TODAY)
    assert response.headers["Location"] == f"/walks/{walk.pk}/{'safety' if follows else 'saved'}/"


def test_a_list_left_out_comes_on_the_next_page(signed_in, programme):
    assert send(signed_in, symptoms=None).headers["Location"].endswith("/safety/")


def test_a_red_flag_is_raised_in_the_post(signed_in, programme):
    send(signed_in, symptoms=["chest_pain"])
    flag = Flag.objects.get()
    assert (flag.code, flag.walk, flag.evidence["route"]) == ("SAFETY", Walk.objects.get(), "999")
    letter = OutboxMessage.objects.get()
    assert letter.to_address == programme.clinic.duty_email
    assert "/review/" in letter.body
    assert "Walker" not in letter.subject + letter.body


def test_a_second_tab_that_ticks_more_is_heard(signed_in, programme):
    walk = a_walk(programme, TODAY).walk
    tabs = [f"/walks/{walk.pk}/safety/"] * 2
    signed_in.post(tabs[0], {"symptoms": ["none"]})
    response = signed_in.post(tabs[1], {"symptoms": ["bladder_bowel"]})
    assert Flag.objects.get().evidence["items"] == ["bladder_bowel"]
    assert "Call 999 now" in text_of(signed_in.get(response.headers["Location"]))
