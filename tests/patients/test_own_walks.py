"""A patient changes a walk, or takes it back, within 48 hours; staff see both versions."""

from datetime import timedelta

import pytest
import time_machine

from clinic.models import OutboxMessage
from programmes.models import ChangedPatient, Flag, ReviewItem, Walk
from programmes.services.plan_reading import log_so_far
from tests.factories import NOON, a_patient, a_programme, a_staff_member, a_walk
from tests.patients.walk_form import answers, text_of
from tests.signing_in import sign_in_patient, sign_in_staff

TODAY = NOON.date()


@pytest.fixture
def walk(programme):
    return a_walk(programme, TODAY, pain=3, new_symptoms=(), note="by the river", now=NOON).walk


def change(client, walk, **changed):
    return client.post(f"/walks/{walk.pk}/change/", answers(**changed))


def test_the_form_shows_what_was_answered(signed_in, programme):
    walk = a_walk(
        programme,
        TODAY,
        minutes=22,
        pain_before=None,
        pain_before_not_sure=True,
        pain_after=0,
        distance_m=1500,
    ).walk
    text = text_of(signed_in.get(f"/walks/{walk.pk}/change/"))
    assert "<h1> Change this walk </h1>" in text
    assert 'value="other" id="id_minutes_other" checked' in text
    assert 'id="id_other_minutes" maxlength="12" value="22"' in text
    assert 'name="pain_before" value="not-sure" id="id_pain_before_not-sure" checked' in text
    assert 'name="pain_after" value="0" id="id_pain_after" checked' in text
    assert 'id="id_distance" maxlength="12" value="1.5"' in text
    assert '<details class="more" open>' in text


def test_the_change_is_a_new_version_and_the_old_one_stays(signed_in, walk):
    ChangedPatient.objects.all().delete()
    with time_machine.travel(NOON + timedelta(hours=47), tick=False):
        response = change(signed_in, walk, pain_after="6", minutes="20", walked_on=TODAY.isoformat())
    old, new = Walk.objects.get(pk=walk.pk), Walk.objects.valid().get()
    assert response.headers["Location"] == f"/walks/{new.pk}/saved/"
    assert (old.entered_in_error, old.error_reason, old.pain_after) == (True, "changed by the patient", 3)
    assert (new.corrects, new.minutes, new.pain_after, new.target_minutes) == (old, 20, 6, 15)
    assert ChangedPatient.objects.get().earliest_on == TODAY


@pytest.mark.parametrize("hours", [48, 72])
def test_after_two_days_it_stands(signed_in, walk, hours):
    with time_machine.travel(NOON + timedelta(hours=hours), tick=False):
        assert signed_in.get(f"/walks/{walk.pk}/change/").headers["Location"] == "/today/"
        assert change(signed_in, walk, pain_after="6").headers["Location"] == "/today/"
        assert "Change this walk" not in text_of(signed_in.get(f"/walks/{walk.pk}/saved/"))
    assert Walk.objects.get().pain_after == 3


def test_two_days_count_from_the_first_version(signed_in, walk):
    with time_machine.travel(NOON + timedelta(hours=40), tick=False):
        change(signed_in, walk, pain_after="6")
    newer = Walk.objects.valid().get()
    with time_machine.travel(NOON + timedelta(hours=49), tick=False):
        change(signed_in, newer, pain_after="2")
    assert Walk.objects.valid().get().pain_after == 6


def test_the_same_form_twice_is_one_change(signed_in, walk):
    form = answers(pain_after="6")
    first = signed_in.post(f"/walks/{walk.pk}/change/", form)
    again = signed_in.post(f"/walks/{walk.pk}/change/", form)
    assert first.headers["Location"] == again.headers["Location"]
    assert Walk.objects.count() == 2


def test_a_change_from_a_second_tab_changes_nothing(signed_in, walk):
    change(signed_in, walk, pain_after="6")
    assert change(signed_in, walk, pain_after="1").headers["Location"] == "/today/"
    assert Walk.objects.valid().get().pain_after == 6


def test_a_symptom_in_a_refused_change_is_raised(signed_in, walk):
    form = answers(symptoms=["chest_pain"])
    with time_machine.travel(NOON + timedelta(hours=48), tick=False):
        response = signed_in.post(f"/walks/{walk.pk}/change/", form)
        again = signed_in.post(f"/walks/{walk.pk}/change/", form)
    assert (response.status_code, Walk.objects.get()) == (422, walk)
    flag = Flag.objects.get()
    assert (flag.code, flag.walk, flag.evidence["items"]) == ("SAFETY", walk, ["chest_pain"])
    assert "Call 999 now" in text_of(response)
    for each in (response, again):
        assert "Your physio team has been told and looks at it today." in text_of(each)
    assert "Your walk is saved" not in text_of(response)
    assert OutboxMessage.objects.count() == 1


def test_a_fall_in_a_refused_change_joins_what_is_open(signed_in, walk):
    change(signed_in, walk, symptoms=["fever"])
    response = change(signed_in, walk, symptoms=["fever"], fall="injury")
    flag = Flag.objects.get()
    assert (flag.latest["items"], flag.latest["fall"]) == (["fever"], "injury")
    assert "Call 111" in text_of(response)
    assert OutboxMessage.objects.count() == 2


def test_other_answers_under_an_old_key_are_raised(signed_in, walk):
    form = answers(pain_after="6")
    signed_in.post(f"/walks/{walk.pk}/change/", form)
    response = signed_in.post(f"/walks/{walk.pk}/change/", {**form, "symptoms": ["lump"]})
    assert (response.status_code, Flag.objects.get().evidence["items"]) == (422, ["lump"])


def test_a_refused_change_that_says_nothing_new_raises_nothing(signed_in, programme):
    walk = a_walk(programme, TODAY, new_symptoms=("fever",), now=NOON).walk
    change(signed_in, walk, symptoms=["none"])
    assert change(signed_in, walk, symptoms=["fever"]).headers["Location"] == "/today/"
    assert OutboxMessage.objects.count() == 1


def test_the_list_of_a_walk_that_was_changed_meanwhile_is_answered(signed_in, programme):
    walk = a_walk(programme, TODAY, now=NOON).walk
    change(signed_in, walk, symptoms=None)
    response = signed_in.post(f"/walks/{walk.pk}/safety/", {"symptoms": ["saddle_numbness"]})
    assert Flag.objects.get().walk == walk
    text = text_of(signed_in.get(response.headers["Location"]))
    assert "Call 999 now" in text
    assert "Your physio team has been told" in text
    assert "Your walk is saved" not in text


def test_none_of_these_about_a_walk_that_was_taken_back_leads_to_today(signed_in, programme):
    walk = a_walk(programme, TODAY, now=NOON).walk
    signed_in.post(f"/walks/{walk.pk}/take-back/")
    response = signed_in.post(f"/walks/{walk.pk}/safety/", {"symptoms": ["none"]})
    assert signed_in.get(response.headers["Location"]).headers["Location"] == "/today/"
    assert Walk.objects.get().new_symptoms == []


def test_a_mistake_comes_back_as_it_was_typed(signed_in, walk):
    response = change(signed_in, walk, minutes="other", other_minutes="2600")
    assert response.status_code == 422
    assert 'value="2600"' in text_of(response)
    assert Walk.objects.get() == walk


def test_a_symptom_in_a_form_with_a_mistake_is_raised_once(signed_in, walk):
    form = answers(minutes="other", other_minutes="many", symptoms=["chest_pain"])
    for _press in range(2):
        response = signed_in.post(f"/walks/{walk.pk}/change/", form)
        assert (response.status_code, Walk.objects.get()) == (422, walk)
        assert "Call 999 now, or go to A&amp;E" in text_of(response)
        assert "Nothing is saved yet, but we have your safety answers. Your physio team" in text_of(response)
    flag = Flag.objects.get()
    assert (flag.walk, flag.evidence["items"], OutboxMessage.objects.count()) == (walk, ["chest_pain"], 1)


def test_what_the_walk_has_said_is_not_raised_by_a_mistake(signed_in, programme):
    walk = a_walk(programme, TODAY, new_symptoms=("fever",), now=NOON).walk
    response = change(signed_in, walk, minutes="other", other_minutes="many", symptoms=["fever"])
    assert (response.status_code, OutboxMessage.objects.count()) == (422, 1)
    assert "we have your safety answers" not in text_of(response)


def test_a_walk_told_in_steps_is_changed_in_steps_whatever_the_plan_counts(signed_in, programme):
    walk = a_walk(programme, TODAY, minutes=None, steps=4400, new_symptoms=(), now=NOON).walk
    assert 'name="stepped"' in text_of(signed_in.get(f"/walks/{walk.pk}/change/"))
    response = change(signed_in, walk, minutes=None, stepped="other", steps="5000")
    assert (response.status_code, Walk.objects.valid().get().steps) == (302, 5000)


def test_what_is_not_asked_again_is_kept(signed_in, programme):
    walk = a_walk(programme, TODAY, new_symptoms=(), safety_text_version="uk-1", recalled=True, now=NOON).walk
    change(signed_in, walk, symptoms=None)
    new = Walk.objects.valid().get()
    assert (new.new_symptoms, new.safety_text_version, new.recalled) == ([], "uk-1", True)


def test_a_symptom_that_is_added_raises_at_once(signed_in, walk):
    response = change(signed_in, walk, symptoms=["chest_pain"])
    assert Flag.objects.get().code == "SAFETY"
    text = text_of(signed_in.get(response.headers["Location"]))
    assert "Call 999 now" in text
    assert "looks at it by Monday 23 November." in text


def test_what_was_raised_before_is_not_raised_again_and_not_taken_away(signed_in, programme):
    walk = a_walk(programme, TODAY, new_symptoms=("fever", "lump"), now=NOON).walk
    mails = OutboxMessage.objects.count()
    response = change(signed_in, walk, symptoms=["fever"])
    text = text_of(signed_in.get(response.headers["Location"]))
    assert "Your physio team has been told and looks at it by Monday 23 November." in text
    change(signed_in, Walk.objects.valid().get(), symptoms=["none"])
    assert OutboxMessage.objects.count() == mails
    assert Flag.objects.unresolved().get().evidence["items"] == ["fever", "lump"]
    last = Walk.objects.valid().get()
    assert "still looks at what you told us before" in text_of(signed_in.get(f"/walks/{last.pk}/saved/"))


def test_staff_see_both(signed_in, walk, clinician, client):
    change(signed_in, walk, pain_after="6", symptoms=["fever"])
    item = ReviewItem.objects.get()
    text = text_of(sign_in_staff(client, clinician).get(f"/review/{item.pk}/"))
    assert "3 → 3" in text
    assert "does not count: changed by the patient" in text
    assert "4 → 6" in text


def test_a_walk_taken_back_stays_marked(signed_in, walk):
    assert "15 minutes, Saturday 21 November" in text_of(signed_in.get(f"/walks/{walk.pk}/take-back/"))
    assert signed_in.post(f"/walks/{walk.pk}/take-back/").headers["Location"] == "/today/"
    stored = Walk.objects.get()
    assert (stored.entered_in_error, stored.error_reason) == (True, "taken back by the patient")
    assert "does not count any more: 15 minutes" in text_of(signed_in.get("/today/"))


def test_it_cannot_be_taken_back_after_two_days(signed_in, walk):
    with time_machine.travel(NOON + timedelta(hours=48), tick=False):
        signed_in.post(f"/walks/{walk.pk}/take-back/")
    assert Walk.objects.valid().get() == walk


@pytest.mark.parametrize("page", ["change", "take-back"])
def test_nobody_changes_what_is_not_theirs(signed_in, clinician, programme, page):
    neighbour = a_walk(a_programme(a_patient(clinician.clinic), clinician), TODAY, now=NOON).walk
    by_staff = a_walk(programme, TODAY, source="staff", now=NOON).walk
    assert signed_in.post(f"/walks/{neighbour.pk}/{page}/", answers()).status_code == 404
    assert signed_in.post(f"/walks/{by_staff.pk}/{page}/", answers()).headers["Location"] == "/today/"
    assert set(Walk.objects.valid()) == {neighbour, by_staff}


def test_progress_lists_what_may_be_changed(signed_in, programme):
    a_walk(programme, TODAY - timedelta(days=4))
    walk = a_walk(programme, TODAY, minutes=17, now=NOON).walk
    text = text_of(signed_in.get("/progress/"))
    assert text.count("Change this walk") == 1
    assert f"/walks/{walk.pk}/change/" in text


def test_an_old_day_may_be_kept(signed_in, programme):
    day = TODAY - timedelta(days=14)
    walk = a_walk(programme, day, now=NOON).walk
    with time_machine.travel(NOON + timedelta(hours=30), tick=False):
        assert f'<option value="{day}" selected>' in text_of(signed_in.get(f"/walks/{walk.pk}/change/"))
        change(signed_in, walk, walked_on=day.isoformat(), minutes="10")
        assert change(signed_in, walk, walked_on=(day - timedelta(days=1)).isoformat()).status_code == 422
    assert Walk.objects.valid().get().minutes == 10


def test_a_walk_under_a_wrong_day_is_moved_earlier(signed_in, walk):
    day = TODAY - timedelta(days=14)
    change(signed_in, walk, walked_on=day.isoformat())
    assert Walk.objects.valid().get().walked_on == day
    newer = Walk.objects.valid().get()
    assert change(signed_in, newer, walked_on=(TODAY + timedelta(days=1)).isoformat()).status_code == 422


def test_between_an_old_day_and_the_last_14_no_day_is_taken(signed_in, programme):
    day = TODAY - timedelta(days=14)
    walk = a_walk(programme, day, now=NOON).walk
    with time_machine.travel(NOON + timedelta(hours=47), tick=False):
        response = change(signed_in, walk, walked_on=(day + timedelta(days=1)).isoformat())
    assert response.status_code == 422
    assert "Choose a day from" in text_of(response)
    assert Walk.objects.get() == walk


def test_a_change_does_not_put_off_the_safety_list(signed_in, programme):
    asked_on = TODAY - timedelta(days=2)
    walk = a_walk(programme, asked_on, now=NOON - timedelta(hours=47)).walk
    with time_machine.travel(NOON - timedelta(hours=46), tick=False):
        change(signed_in, walk, walked_on=asked_on.isoformat())
    newer = Walk.objects.valid().get()
    assert newer.new_symptoms == []
    change(signed_in, newer, walked_on=asked_on.isoformat(), symptoms=None)
    newest = Walk.objects.valid().get()
    assert (newest.received_on, newest.new_symptoms) == (TODAY, [])
    assert log_so_far(patient=programme.patient).safety_asked_on == asked_on


def test_the_evening_west_of_the_clinic_is_the_patients_own_day(client, clinic):
    programme = a_programme(a_patient(clinic, time_zone="America/New_York"), a_staff_member(clinic))
    walk = a_walk(programme, TODAY, now=NOON).walk
    sign_in_patient(client, programme.patient)
    assert change(client, walk, minutes="10").status_code == 302
    assert Walk.objects.valid().get().walked_on == TODAY
