"""Catching up: seven days on one screen, each walk marked as recalled."""

from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from programmes.models import ChangedPatient, Flag, Walk
from programmes.services.gathering import subjects_of
from tests.factories import NOON, a_walk
from tests.patients.walk_form import text_of

TODAY = NOON.date()
PAGE = "/walks/catch-up/"


def day(back):
    return TODAY - timedelta(days=back)


def form(*walks, **more):
    """(days back, minutes, before, after) for each walk."""
    data = {"client_uuid": str(uuid7()), "symptoms": ["none"], **more}
    for back, minutes, before, after in walks:
        data |= {f"amount_{day(back)}": minutes, f"before_{day(back)}": before, f"after_{day(back)}": after}
    return data


def test_seven_days_are_asked(signed_in, programme):
    a_walk(programme, day(2), minutes=17)
    text = text_of(signed_in.get(PAGE))
    assert text.count('name="amount_') == 6
    assert f'name="amount_{day(6)}"' in text
    assert "Thursday 19 November</strong> You logged 17 minutes." in text


def test_each_walk_is_saved_as_recalled(signed_in, programme):
    ChangedPatient.objects.all().delete()
    response = signed_in.post(PAGE, form((1, "10", "3", "4"), (6, "15", "not-sure", "2")))
    assert response.headers["Location"] == "/today/"
    walks = list(Walk.objects.order_by("walked_on"))
    assert [(walk.walked_on, walk.minutes, walk.recalled, walk.target_minutes) for walk in walks] == [
        (day(6), 15, True, 15),
        (day(1), 10, True, 15),
    ]
    assert (walks[0].pain_before, walks[0].pain_before_not_sure, walks[1].pain_after) == (None, True, 4)
    assert ChangedPatient.objects.get().earliest_on == day(6)
    assert "Saved: 2 walks." in text_of(signed_in.get("/today/"))


def test_recalled_pain_drives_trends_up_to_a_week_like_any_other(signed_in, programme, clinic):
    signed_in.post(PAGE, form((6, "15", "4", "2")))
    (subject,) = subjects_of(clinic=clinic, on=TODAY)
    (report,) = subject.reports
    assert (report.on, report.pain, report.received_on, report.drives_trends()) == (day(6), 4, TODAY, True)


def test_the_same_form_twice_saves_once(signed_in, programme):
    sent = form((1, "10", "3", "4"), (3, "15", "2", "2"))
    assert [signed_in.post(PAGE, sent).status_code for _again in range(2)] == [302, 302]
    assert Walk.objects.count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        form(),
        form((1, "10", "", "4")),
        form((1, "11000", "3", "4")),
        form((1, "10", "11", "4")),
        form((1, "10", "3", "4"), symptoms=["none", "fever"]),
        form((1, "10", "3", "4"), symptoms=[]),
        form((1, "10", "3", "4"), client_uuid="x"),
        form((7, "10", "3", "4")),
    ],
)
def test_what_does_not_fit_comes_back(signed_in, programme, wrong):
    response = signed_in.post(PAGE, wrong)
    assert (response.status_code, Walk.objects.count()) == (422, 0)
    assert "There is a problem" in text_of(response)


def test_what_was_chosen_stays_chosen(signed_in, programme):
    text = text_of(signed_in.post(PAGE, form((1, "25", "", "4"))))
    assert '<option value="25" selected>' in text
    assert "Friday 20 November: Choose a number from 0 to 10" in text


def test_a_day_that_has_a_walk_takes_no_second_one(signed_in, programme):
    a_walk(programme, day(1), now=NOON)
    signed_in.post(PAGE, form((1, "10", "3", "4"), (2, "10", "3", "4")))
    assert sorted(Walk.objects.values_list("walked_on", flat=True)) == [day(2), day(1)]


@pytest.mark.parametrize("answers", [{"symptoms": ["chest_pain"]}, {"fall": "injury"}])
def test_an_answer_that_needs_help_raises_at_once(signed_in, programme, answers):
    response = signed_in.post(PAGE, form((1, "10", "3", "4"), (3, "10", "3", "4"), **answers))
    newest = Walk.objects.get(walked_on=day(1))
    assert response.headers["Location"] == f"/walks/{newest.pk}/saved/"
    assert (Flag.objects.get().walk, Walk.objects.get(walked_on=day(3)).new_symptoms) == (newest, None)
    text = text_of(signed_in.get(response.headers["Location"]))
    assert "looks at it by Monday 23 November." in text


def test_severe_pain_on_an_earlier_day_is_answered_too(signed_in, programme):
    response = signed_in.post(PAGE, form((1, "10", "3", "4"), (3, "10", "3", "9")))
    worst = Walk.objects.get(walked_on=day(3))
    assert response.headers["Location"] == f"/walks/{worst.pk}/saved/"
    assert "That is a lot of pain" in text_of(signed_in.get(response.headers["Location"]))


def test_the_list_follows_high_pain_when_it_was_not_due(signed_in, programme):
    a_walk(programme, day(4), new_symptoms=(), now=NOON)
    response = signed_in.post(PAGE, form((1, "10", "3", "7"), symptoms=[]))
    newest = Walk.objects.get(walked_on=day(1))
    assert response.headers["Location"] == f"/walks/{newest.pk}/safety/"
