"""SAFETY: raised once, with every answer in one place, by the transaction that stores the answer."""

from datetime import timedelta

import pytest

from clinic.models import OutboxMessage
from programmes.models import Flag, ReviewItem, Walk
from programmes.services.calling import ask_for_call
from programmes.services.walk_logging import AlreadyAnswered, answer_safety_list
from tests.factories import DUTY_LETTER, NOON, a_clinic, a_patient, a_programme, a_staff_member, a_walk

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture
def programme():
    clinic = a_clinic()
    return a_programme(a_patient(clinic), a_staff_member(clinic))


def answer(walk, *symptoms):
    return answer_safety_list(
        walk=walk, new_symptoms=symptoms, text_version="uk-1", duty_letter=DUTY_LETTER, now=NOON
    )


def test_an_answer_after_the_walk_raises_like_one_with_it(programme):
    walk = a_walk(programme, TODAY).walk
    saved = answer(walk, "chest_pain")
    flag = Flag.objects.get()
    assert (saved.safety_flag, flag.walk, flag.evidence["items"]) == (flag, walk, ["chest_pain"])
    assert saved.looked_at_by == flag.item.promised_for
    assert OutboxMessage.objects.get().to_address == programme.clinic.duty_email


def test_none_of_these_raises_nothing(programme):
    saved = answer(a_walk(programme, TODAY).walk)
    assert saved.safety_flag is None
    assert Walk.objects.get().new_symptoms == []
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize("again", [(), ("chest_pain",)])
def test_the_list_is_answered_once(programme, again):
    walk = a_walk(programme, TODAY).walk
    answer(walk, "chest_pain")
    with pytest.raises(AlreadyAnswered):
        answer(walk, *again)
    assert (Walk.objects.get().new_symptoms, OutboxMessage.objects.count()) == (["chest_pain"], 1)


def test_what_a_second_tab_ticks_is_added_and_raised(programme):
    walk = a_walk(programme, TODAY).walk
    for ticked in ([], ["fever"], ["chest_pain"]):
        answer(walk, *ticked)
    assert Walk.objects.get().new_symptoms == ["fever", "chest_pain"]
    assert (Flag.objects.get().latest["items"], OutboxMessage.objects.count()) == (["chest_pain", "fever"], 2)


def test_answers_join_the_unresolved_flag(programme):
    first = a_walk(programme, TODAY, fall="injury").walk
    answer(first, "chest_pain")
    a_walk(programme, TODAY, new_symptoms=("fever",))
    flag = Flag.objects.get()
    assert flag.evidence["items"] == []
    assert flag.latest["items"] == ["chest_pain", "fever"]
    assert (flag.latest["fall"], flag.latest["route"]) == ("injury", "999")


def test_the_duty_address_hears_of_every_answer(programme):
    walk = a_walk(programme, TODAY, fall="injury").walk
    answer(walk, "chest_pain")
    assert OutboxMessage.objects.count() == 2


def test_a_day_promised_earlier_is_not_pushed_back(programme):
    """Who asked to be called was told Monday; the answer on Tuesday puts no later day in its place."""
    ask_for_call(patient=programme.patient, programme=programme, can_wait=True, now=NOON)
    promised = ReviewItem.objects.get().promised_for
    a_walk(programme, TODAY, new_symptoms=("fever",), now=NOON + timedelta(days=3))
    assert promised == TODAY + timedelta(days=2)
    assert ReviewItem.objects.get().promised_for == promised
