"""Catching up: seven days on one screen, each walk marked as recalled."""

from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from clinic.models import OutboxMessage
from programmes.models import ChangedPatient, Flag, Walk
from programmes.services.gathering import subjects_of
from programmes.services.restricting import restrict_processing
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


def test_a_day_that_has_a_walk_takes_no_second_one_and_says_so(signed_in, programme):
    a_walk(programme, day(1), now=NOON)
    response = signed_in.post(PAGE, form((1, "10", "3", "4"), (2, "25", "3", "4")))
    assert (response.status_code, Walk.objects.get().walked_on) == (422, day(1))
    text = text_of(response)
    assert "Friday 20 November: you logged a walk on this day before." in text
    assert '<option value="25" selected>' in text


def test_a_page_opened_before_midnight_loses_no_day_silently(signed_in, programme):
    response = signed_in.post(PAGE, form((2, "25", "3", "4"), (7, "10", "3", "4")))
    assert (response.status_code, Walk.objects.count()) == (422, 0)
    assert "Saturday 14 November is no longer on this page." in text_of(response)


def test_what_is_no_day_is_not_asked(signed_in, programme):
    assert signed_in.post(PAGE, form((2, "25", "3", "4"), amount_x="3")).status_code == 302


@pytest.mark.parametrize("ticked", [{"symptoms": ["chest_pain"]}, {"fall": "injury"}])
def test_a_safety_answer_in_a_form_that_was_saved_before_is_raised(signed_in, programme, ticked):
    sent = form((1, "10", "3", "4"))
    signed_in.post(PAGE, sent)
    responses = [signed_in.post(PAGE, sent | ticked) for _again in range(2)]
    assert [response.headers["Location"] for response in responses] == ["/today/"] * 2
    told = ticked.get("symptoms", [])
    assert (Flag.objects.get().evidence["items"], Walk.objects.get().new_symptoms) == (told, [])
    assert OutboxMessage.objects.filter(kind="safety-alert").count() == 1
    text = text_of(signed_in.get("/today/"))
    assert ("Call 999 now" if told else "Call 111 today") in text
    assert text.count("looks at it by Monday 23 November.") == 1


@pytest.mark.parametrize("wrong", [{}, {f"before_{day(1)}": "", f"amount_{day(1)}": "10"}])
def test_what_a_refused_form_tells_of_is_raised_once(signed_in, programme, wrong):
    """No day was filled in, or a day without its pain: nothing is saved, the safety answer is heard."""
    data = {**form(symptoms=["chest_pain"]), **wrong}
    for response in (signed_in.post(PAGE, data), signed_in.post(PAGE, data)):
        assert response.status_code == 422
        assert "Call 999 now, or go to A&amp;E" in text_of(response)
        assert "Nothing is saved yet, but we have your safety answers. Your physio team" in text_of(response)
    flag = Flag.objects.get()
    assert (flag.code, flag.walk, Walk.objects.count(), OutboxMessage.objects.count()) == (
        "SAFETY",
        None,
        0,
        1,
    )


def test_what_a_saved_form_said_is_not_raised_again_when_it_is_refused(signed_in, programme):
    data = form((1, "15", "3", "3"), symptoms=["chest_pain"])
    signed_in.post(PAGE, data)
    assert signed_in.post(PAGE, {**data, f"before_{day(1)}": ""}).status_code == 422
    assert OutboxMessage.objects.count() == 1


def test_a_refused_form_with_nothing_urgent_tells_nobody(signed_in, programme):
    response = signed_in.post(PAGE, form(fall="fall"))
    assert (response.status_code, Flag.objects.count(), OutboxMessage.objects.count()) == (422, 0, 0)
    assert "safety answers" not in text_of(response)


def test_while_an_earlier_answer_waits_no_new_promise_is_made(signed_in, programme):
    sent = form((1, "10", "3", "4"))
    signed_in.post(PAGE, sent)
    a_walk(programme, day(2), new_symptoms=("fever",), now=NOON)
    signed_in.post(PAGE, sent | {"symptoms": ["chest_pain"]})
    text = text_of(signed_in.get("/today/"))
    assert "Call 999 now" in text
    assert "has been told" not in text


def test_other_answers_under_an_old_key_are_looked_at_again(signed_in, programme):
    sent = form((1, "10", "3", "4"))
    signed_in.post(PAGE, sent)
    more = sent | form((1, "10", "3", "9"), (2, "25", "2", "2")) | {"client_uuid": sent["client_uuid"]}
    response = signed_in.post(PAGE, more)
    assert (response.status_code, Walk.objects.get().pain_after) == (422, 4)
    text = text_of(response)
    assert "You saved this page before." in text
    assert "Friday 20 November: you logged a walk on this day before." in text
    assert '<option value="25" selected>' in text
    assert sent["client_uuid"] not in text


def test_a_record_restricted_meanwhile_takes_the_day_that_asks_for_help(signed_in, programme, manager):
    restrict_processing(patient=programme.patient, reason="disputed", until=None, by=manager, now=NOON)
    sent = form((1, "10", "3", "4"), (3, "10", "3", "4"), symptoms=["chest_pain"])
    response = signed_in.post(PAGE, sent)
    walk = Walk.objects.get()
    assert (walk.walked_on, Flag.objects.get().walk) == (day(1), walk)
    assert response.headers["Location"] == f"/walks/{walk.pk}/saved/"
    assert "Your other walks were not saved." in text_of(signed_in.get(response.headers["Location"]))


def test_a_record_restricted_meanwhile_takes_nothing_else(signed_in, programme, manager):
    restrict_processing(patient=programme.patient, reason="disputed", until=None, by=manager, now=NOON)
    response = signed_in.post(PAGE, form((1, "10", "3", "4"), (3, "10", "3", "4")))
    assert (response.status_code, Walk.objects.count()) == (422, 0)


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
