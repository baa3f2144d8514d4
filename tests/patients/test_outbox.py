"""Walks that a phone kept: taken once, for the right person, and answered so that no script mistakes it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from uuid_utils.compat import uuid7

from clinic.models import MessageKind, OutboxMessage
from patients.tokens import person_mark
from programmes.models import Flag, Walk
from tests.factories import NOON, a_patient
from tests.patients.test_restriction import restrict
from tests.patients.walk_form import answers, form_key, send, text_of
from tests.signing_in import sign_in_patient

PATH = "/outbox/walks/"
DAY = timedelta(days=1)


def from_phone(client, patient, **changed):
    return client.post(PATH, answers(**changed), headers={"X-Outbox": person_mark(patient.pk)})


def problems_of(response):
    return [(each["field"], each["text"]) for each in response.json()["problems"]]


def test_a_walk_is_saved_and_its_page_named(signed_in, patient, programme):
    answer = from_phone(signed_in, patient, minutes="10")
    walk = Walk.objects.get()
    assert (answer.status_code, answer.json()) == (
        201,
        {
            "saved": str(walk.client_uuid),
            "next": f"/walks/{walk.pk}/saved/",
            "listFollows": False,
            "urgent": False,
        },
    )
    assert (walk.patient, walk.minutes, walk.received_at) == (patient, 10, NOON)


def test_the_same_walk_again_is_the_same_walk(signed_in, patient, programme):
    key = str(uuid7())
    first = from_phone(signed_in, patient, client_uuid=key)
    again = from_phone(signed_in, patient, client_uuid=key)
    assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())
    assert Walk.objects.count() == 1


def test_a_red_flag_whose_answer_was_lost_is_the_same_walk(signed_in, patient, programme):
    """The flag rests the plan, so that the same answers are no walk "as planned" any more."""
    told = {"client_uuid": str(uuid7()), "symptoms": ["chest_pain"]}
    first = from_phone(signed_in, patient, **told)
    again = from_phone(signed_in, patient, **told)
    assert (again.status_code, again.json()) == (200, first.json())
    assert (first.json()["urgent"], Walk.objects.count(), Flag.objects.count()) == (True, 1, 1)


def test_without_a_session_it_says_so_in_json(patient):
    answer = from_phone(Client(), patient)
    assert (answer.status_code, answer.json()) == (401, {"problem": "sign-in"})
    assert Client().get("/outbox/").json() == {"problem": "sign-in"}


@pytest.mark.parametrize("mark", ["", "someone", "other"])
def test_another_persons_walk_is_refused(signed_in, clinic, mark):
    headers = {"X-Outbox": person_mark(a_patient(clinic).pk) if mark == "other" else mark}
    answer = signed_in.post(PATH, answers(), headers=headers)
    assert (answer.status_code, answer.json()) == (409, {"problem": "other-person"})
    assert Walk.objects.count() == 0


def test_a_walk_of_anothers_form_is_refused_whatever_the_header(signed_in, clinic, patient):
    answer = from_phone(signed_in, patient, person=person_mark(a_patient(clinic).pk))
    assert (answer.status_code, Walk.objects.count()) == (409, 0)


def test_the_form_of_another_saves_nothing_without_script_either(signed_in, clinic):
    answer = send(signed_in, person=person_mark(a_patient(clinic).pk))
    assert (answer.status_code, Walk.objects.count()) == (409, 0)
    assert "This walk was not saved" in text_of(answer)


def test_what_is_not_right_comes_with_its_field(signed_in, patient):
    answer = from_phone(signed_in, patient, minutes="other", other_minutes="1560", pain_after=None)
    assert answer.status_code == 422
    assert problems_of(answer) == [
        ("id_other_minutes", "Enter whole minutes, from 1 to 300. For example: 15."),
        ("id_pain_after", "Pain after the walk: choose a number from 0 to 10, or “Not sure”."),
    ]


def test_other_answers_under_a_key_that_was_saved_get_another_key(signed_in, patient):
    key = str(uuid7())
    from_phone(signed_in, patient, client_uuid=key, minutes="10")
    answer = from_phone(signed_in, patient, client_uuid=key, minutes="25")
    assert answer.status_code == 422
    assert problems_of(answer) == [
        ("", "This walk was saved already. Is this another walk? Then save it again.")
    ]
    assert answer.json()["key"] not in ("", key)
    assert [walk.minutes for walk in Walk.objects.all()] == [10]


def test_two_walks_alike_told_on_different_hours_are_two(signed_in, patient):
    """Unlike the form, where the same answers twice in a row may be the Back button."""
    told = [from_phone(signed_in, patient, recorded_at=f"2026-11-21T0{hour}:00:00Z") for hour in (7, 9)]
    assert [answer.status_code for answer in told] == [201, 201]


def test_both_clocks_are_kept(signed_in, patient):
    from_phone(signed_in, patient, recorded_at="2026-11-19T07:30:00.000Z")
    walk = Walk.objects.get()
    assert (walk.recorded_at, walk.received_at) == (datetime(2026, 11, 19, 7, 30, tzinfo=UTC), NOON)


@pytest.mark.parametrize(
    "told", ["", "yesterday", "2026-11-19T07:30:00", "9999-12-31T23:59:59Z", "2026-02-30T10:00:00Z"]
)
def test_a_clock_that_tells_nothing_is_not_kept(signed_in, patient, told):
    assert from_phone(signed_in, patient, recorded_at=told).status_code == 201
    assert Walk.objects.get().recorded_at is None


def test_fourteen_days_late_is_taken_and_fifteen_is_not(signed_in, patient, programme):
    oldest, older = (NOON.date() - DAY * days for days in (14, 15))
    assert from_phone(signed_in, patient, walked_on=oldest.isoformat()).status_code == 201
    answer = from_phone(signed_in, patient, walked_on=older.isoformat())
    assert problems_of(answer) == [
        (
            "id_walked_on",
            "You walked on 6 November 2026. That is more than 14 days ago, so it came too late to be saved. "
            "You can still tell your physio team about it.",
        )
    ]
    assert Walk.objects.count() == 1


def test_a_phone_a_year_off_is_told_so(signed_in, patient):
    answer = from_phone(signed_in, patient, walked_on="2025-11-21", sent_at="2025-11-21T12:00:00Z")
    assert problems_of(answer) == [
        (
            "id_walked_on",
            "The clock of your phone is wrong. It says 21 November 2025, and today is 21 November 2026. "
            "Choose the day of your walk.",
        )
    ]
    assert answer.json()["now"] == round(NOON.timestamp() * 1000)


TOLD = (
    "This walk is not saved, but we have your safety answers. "
    "Your physio team has been told and looks at it by Monday 23 November."
)


@pytest.mark.parametrize("asks", [{"symptoms": ["chest_pain"]}, {"fall": "injury"}])
@pytest.mark.parametrize(
    "wrong",
    [
        {"walked_on": "2026-11-06"},
        {"walked_on": "2025-11-21", "sent_at": "2025-11-21T12:00:00Z"},
        {"walked_on": "2026-11-22"},
        {"pain_after": None},
        {"client_uuid": "none"},
    ],
)
def test_what_a_refused_walk_tells_of_is_raised_once(signed_in, patient, programme, asks, wrong):
    told = {"client_uuid": str(uuid7()), **asks, **wrong}
    answers = [from_phone(signed_in, patient, **told) for _again in range(2)]
    assert [(answer.status_code, answer.json()["raised"]) for answer in answers] == [(422, TOLD)] * 2
    assert (Walk.objects.count(), Flag.objects.get().code, letters()) == (0, "SAFETY", 1)


def letters():
    return OutboxMessage.objects.filter(kind=MessageKind.SAFETY_ALERT).count()


def test_sent_again_it_does_not_open_what_was_closed(signed_in, patient, programme):
    told = {"client_uuid": str(uuid7()), "symptoms": ["chest_pain"], "walked_on": "2026-11-06"}
    from_phone(signed_in, patient, **told)
    Flag.objects.update(resolved_on=NOON.date(), resolution="cleared")
    answer = from_phone(signed_in, patient, **told)
    assert answer.json()["raised"].endswith("answers. Your physio team has been told.")
    assert (Flag.objects.filter(resolved_on=None).count(), letters()) == (0, 1)


def test_more_symptoms_under_the_same_key_are_raised_too(signed_in, patient, programme):
    told = {"client_uuid": str(uuid7()), "walked_on": "2026-11-06"}
    from_phone(signed_in, patient, **told, symptoms=["hot_swollen_calf"])
    from_phone(signed_in, patient, **told, symptoms=["chest_pain"])
    assert (Flag.objects.get().latest["items"], letters()) == (["chest_pain", "hot_swollen_calf"], 2)


def test_other_answers_under_a_saved_key_are_raised(signed_in, patient, programme):
    key = str(uuid7())
    from_phone(signed_in, patient, client_uuid=key)
    answer = from_phone(signed_in, patient, client_uuid=key, symptoms=["chest_pain"])
    assert (answer.status_code, answer.json()["raised"], letters()) == (422, TOLD, 1)


def test_what_the_saved_walk_said_is_not_raised_again(signed_in, patient, programme):
    told = {"client_uuid": str(uuid7()), "symptoms": ["chest_pain"]}
    from_phone(signed_in, patient, **told)
    answer = from_phone(signed_in, patient, **told, pain_after="9")
    assert (answer.status_code, answer.json()["raised"], letters()) == (422, TOLD, 1)


def test_a_refused_walk_with_nothing_urgent_tells_nobody(signed_in, patient, programme):
    answer = from_phone(signed_in, patient, walked_on="2026-11-06", fall="fall")
    assert (answer.json()["raised"], Flag.objects.count(), letters()) == ("", 0, 0)


def test_safety_answers_that_contradict_each_other_are_asked_again(signed_in, patient, programme):
    answer = from_phone(signed_in, patient, symptoms=["none", "chest_pain"])
    assert (answer.json()["raised"], Flag.objects.count()) == ("", 0)


def test_the_form_without_script_is_raised_too_and_says_what_to_do(signed_in, patient, programme):
    """The same key: the phone's script sends the form after its own answer was 422."""
    told = {"client_uuid": str(uuid7()), "symptoms": ["chest_pain"], "walked_on": "2026-11-06"}
    from_phone(signed_in, patient, **told)
    answer = send(signed_in, **told)
    assert (answer.status_code, letters(), Walk.objects.count()) == (422, 1, 0)
    assert "Call 999 now, or go to A&amp;E" in text_of(answer)
    assert TOLD in text_of(answer)


def test_distances_stay_in_the_units_they_were_typed_in(signed_in, patient):
    from_phone(signed_in, patient, distance="1", units="mi")
    assert Walk.objects.get().distance_m == 1609


@pytest.mark.parametrize(
    ("told", "stored"),
    [
        ({"counts": "steps", "stepped": "4400"}, (None, 4400, None)),
        ({"counts": "steps", "stepped": "other", "steps": "5200"}, (None, 5200, None)),
        ({"counts": "distance", "metres": "1200"}, (None, None, 1200)),
    ],
)
def test_a_plan_that_rests_meanwhile_takes_the_walk_as_it_was_told(signed_in, patient, told, stored):
    """Without a plan in force the form counts minutes: the walk waited in what its form counted."""
    answer = from_phone(signed_in, patient, minutes=None, **told)
    walk = Walk.objects.get()
    assert (answer.status_code, walk.walked) == (201, stored)


def test_the_form_without_script_takes_it_too_and_shows_it_again(signed_in, patient):
    told = {"counts": "steps", "stepped": "4000", "minutes": None}
    again = text_of(send(signed_in, **told, pain_after=None))
    assert 'name="stepped"' in again
    assert 'name="stepped" value="0"' not in again
    assert (send(signed_in, **told).status_code, Walk.objects.get().steps) == (302, 4000)


@pytest.mark.parametrize("counts", ["", "miles", "bananas"])
def test_what_no_plan_counts_is_not_believed(signed_in, patient, counts):
    answer = from_phone(signed_in, patient, minutes=None, counts=counts, stepped="4400")
    assert (answer.status_code, problems_of(answer)) == (
        422,
        [("id_minutes", "Choose how many minutes you walked.")],
    )


def test_the_same_answers_straight_from_a_second_form_are_asked_about(signed_in, patient):
    """As the page without script does; a walk that was kept is never held up by the question."""
    from_phone(signed_in, patient, straight="yes")
    asked = from_phone(signed_in, patient, straight="yes")
    assert (asked.status_code, problems_of(asked)) == (
        422,
        [("", "This walk was saved already. Is this another walk? Then save it again.")],
    )
    assert (asked.json()["key"] != "", Walk.objects.count()) == (True, 1)
    assert (from_phone(signed_in, patient).status_code, Walk.objects.count()) == (201, 2)


@pytest.mark.parametrize("post", [send, lambda client, **told: from_phone(client, client.patient, **told)])
def test_a_key_that_was_used_up_does_not_stay_the_open_forms(signed_in, patient, post):
    signed_in.patient = patient
    key = form_key(signed_in)
    from_phone(signed_in, patient, client_uuid=key)
    session = signed_in.session
    session["walk_form"] = key  # two requests met: one of them brought it back
    session.save()
    assert post(signed_in, client_uuid=key, pain_after="9").status_code == 422
    assert form_key(signed_in) != key


def test_the_words_that_were_read_are_noted_if_they_were_ours(signed_in, patient):
    from_phone(signed_in, patient, asked_as="uk-1 1")
    from_phone(signed_in, patient, asked_as="made-up 99")
    told = Walk.objects.order_by("pk").values_list("safety_text_version", "layout_version")
    assert list(told) == [("uk-1", 1), ("uk-1", 2)]


def test_the_open_form_is_over_once_its_walk_came(signed_in, patient):
    key = form_key(signed_in)
    from_phone(signed_in, patient, client_uuid=key)
    assert form_key(signed_in) != key


def test_a_restricted_record_takes_none_and_says_whom_to_call(signed_in, patient, manager):
    restrict(patient, manager)
    answer = from_phone(signed_in, patient)
    assert problems_of(answer) == [("", "Your record takes no walks just now. Please call us.")]


def test_what_the_page_without_signal_may_know(signed_in, patient, programme):
    told = signed_in.get("/outbox/").json()
    assert told.pop("csrf")
    assert told == {
        "person": person_mark(patient.pk),
        "now": round(NOON.timestamp() * 1000),
        "plan": {
            "counts": "minutes",
            "units": "km",
            "planned": 15,
            "choices": [[str(m), str(m), m == 15] for m in (5, 10, 15, 20, 25, 30)],
            "before": True,
            "after": True,
            "lastWalk": None,
            "clinic": "Elm Clinic",
            "phone": "01632 960 100",
            "tel": "01632960100",
            "closed": False,
        },
    }


def test_the_token_told_opens_the_outbox_and_an_old_one_does_not(patient):
    client = sign_in_patient(Client(enforce_csrf_checks=True), patient)
    told = client.get("/outbox/").json()
    mark = {"X-Outbox": told["person"]}
    assert client.post(PATH, answers(), headers=mark).status_code == 403
    answer = client.post(PATH, answers(csrfmiddlewaretoken=told["csrf"]), headers=mark)
    assert answer.status_code == 201


def test_the_mark_says_nothing_of_the_record(patient):
    mark = person_mark(patient.pk)
    assert len(mark) == 32
    assert str(patient.pk).replace("-", "") not in mark
