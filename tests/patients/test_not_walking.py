"""Not walking just now: the reason is a row, a sore back is asked how it is, ill or away may rest."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from uuid_utils.compat import uuid7

from clinic.models import OutboxMessage
from patients.models import Patient
from programmes.models import ChangedPatient, Flag, NotWalking, Overlay, Pause, ProgrammeRevision, ReviewItem
from programmes.services.prescribing import assign_programme
from tests.factories import NOON, a_checklist, a_draft, a_patient, a_walk
from tests.patients.walk_form import text_of
from tests.queries import DomainQueries
from tests.signing_in import sign_in_patient, sign_in_staff

TODAY = NOON.date()
PAGE = "/not-walking/"
PROMISE = "Your physio team has been told and looks at it by Monday 23 November."


def tell(client, reason, **more):
    response = client.post(PAGE, {"client_uuid": str(uuid7()), "reason": reason, **more})
    assert response.status_code == 302
    return response.headers["Location"]


def sore(client, pain="5", symptoms=("none",)):
    page = tell(client, "pain")
    client.post(page, {"pain_now": pain, "symptoms": symptoms})
    return page


def later(days):
    return time_machine.travel(NOON + timedelta(days=days), tick=False)


@pytest.mark.parametrize(
    ("reason", "tip"),
    [
        ("fear", "Many people worry about this"),
        ("illness", "Call 111 today."),
        ("time", "Two short walks count too"),
        ("weather", "You can walk inside"),
        ("away", "A walk in a new place counts too"),
        ("other", "Start again with your next walk."),
    ],
)
def test_each_reason_is_a_row_and_has_one_tip(signed_in, programme, reason, tip):
    text = text_of(signed_in.get(tell(signed_in, reason, note="rain again")))
    gap = NotWalking.objects.get()
    assert (gap.reason, gap.from_on, gap.until_on, gap.note) == (reason, TODAY, TODAY, "rain again")
    assert tip in text
    assert "Saved. Your physio team can see it." in text


def test_who_walked_but_did_not_log_catches_up(signed_in, programme):
    assert tell(signed_in, "walked") == "/walks/catch-up/"
    assert not NotWalking.objects.exists()


def test_the_same_form_twice_is_one_row(signed_in, programme):
    form = {"client_uuid": str(uuid7()), "reason": "time"}
    assert signed_in.post(PAGE, form).headers["Location"] == signed_in.post(PAGE, form).headers["Location"]
    assert NotWalking.objects.count() == 1


def test_another_reason_in_the_same_form_is_a_row_of_its_own(signed_in, programme):
    form = {"client_uuid": str(uuid7()), "reason": "time"}
    signed_in.post(PAGE, form)
    pages = [signed_in.post(PAGE, form | {"reason": "pain"}).headers["Location"] for _again in range(2)]
    assert pages[0] == pages[1]
    assert sorted(NotWalking.objects.values_list("reason", flat=True)) == ["pain", "time"]
    assert "How is your back?" in text_of(signed_in.get(pages[0]))


@pytest.mark.parametrize("wrong", [{}, {"reason": "lazy"}, {"reason": "time", "note": "x" * 501}])
def test_what_is_missing_is_asked_again(signed_in, programme, wrong):
    response = signed_in.post(PAGE, {"client_uuid": str(uuid7()), **wrong})
    assert (response.status_code, NotWalking.objects.count()) == (422, 0)
    assert wrong.get("note", "") in response.content.decode()


# --- A sore back
def test_a_sore_back_is_saved_first_and_then_asked(signed_in, programme):
    page = tell(signed_in, "pain")
    assert "Your answer is saved." in text_of(signed_in.get(page))
    assert signed_in.post(page, {"pain_now": "5"}).status_code == 422
    signed_in.post(page, {"pain_now": "not-sure", "symptoms": ["none"]})
    gap = NotWalking.objects.get()
    assert (gap.pain_now, gap.pain_not_sure, gap.new_symptoms, gap.safety_text_version) == (
        None,
        True,
        [],
        "uk-1",
    )
    assert "Small and often can help" in text_of(signed_in.get(page))


def test_a_symptom_raises_at_once_and_offers_nothing_else(signed_in, programme):
    text = text_of(signed_in.get(sore(signed_in, symptoms=("both_legs",))))
    flag = Flag.objects.get()
    assert (flag.code, flag.evidence["items"], NotWalking.objects.get().flag) == (
        "SAFETY",
        ["both_legs"],
        flag,
    )
    assert OutboxMessage.objects.filter(kind="safety-alert").count() == 1
    assert "Call 999 now" in text
    assert PROMISE in text
    assert "flare-up plan" not in text


def test_while_an_earlier_answer_waits_nothing_is_promised(signed_in, programme):
    a_walk(programme, TODAY, new_symptoms=("fever",), now=NOON)
    text = text_of(signed_in.get(sore(signed_in, symptoms=("both_legs",))))
    assert "Call 999 now" in text
    assert "has been told" not in text


def test_severe_pain_is_told_to_call(signed_in, programme):
    text = text_of(signed_in.get(sore(signed_in, pain="8")))
    assert "Call your physio team before your next walk." in text
    assert 'href="tel:01632960100"' in text
    assert "Start my flare-up plan" not in text


def test_the_flare_up_plan_begins_with_the_answers_given(signed_in, programme):
    page = sore(signed_in, pain="6")
    assert "Start my flare-up plan" in text_of(signed_in.get(page))
    response = signed_in.post(f"{page}flare-up/")
    overlay = Overlay.objects.get()
    assert response.headers["Location"] == f"/plan/flare-up/{overlay.pk}/"
    assert (overlay.pain_now, overlay.new_symptoms, overlay.from_on) == (6, [], TODAY)


def test_where_the_clinician_did_not_allow_it_no_flare_up_plan_is_offered(signed_in, patient, clinician):
    draft = a_draft(patient, clinician)
    ProgrammeRevision.objects.filter(programme=draft).update(allows_flare_plan=False)
    a_checklist(patient, clinician)
    assign_programme(programme=draft, by=clinician, now=NOON)
    page = sore(signed_in)
    assert "Start my flare-up plan" not in text_of(signed_in.get(page))
    assert signed_in.post(f"{page}flare-up/").headers["Location"] == "/today/"
    assert not Overlay.objects.exists()


def test_a_second_answer_that_ticks_nothing_more_changes_nothing(signed_in, programme):
    page = sore(signed_in, pain="3", symptoms=("fever",))
    signed_in.post(page, {"pain_now": "9", "symptoms": ["none"]})
    gap = NotWalking.objects.get()
    assert (gap.pain_now, gap.new_symptoms) == (3, ["fever"])
    assert OutboxMessage.objects.filter(kind="safety-alert").count() == 1


@pytest.mark.parametrize(("first", "letters"), [("none", 1), ("weight_loss", 2)])
def test_what_a_second_answer_ticks_is_raised_too(signed_in, programme, first, letters):
    page = sore(signed_in, pain="3", symptoms=(first,))
    for _again in range(2):
        signed_in.post(page, {"pain_now": "3", "symptoms": ["fever"]})
    gap, flag = NotWalking.objects.get(), Flag.objects.get()
    assert ("fever" in (flag.latest or flag.evidence)["items"], gap.flag) == (True, flag)
    assert OutboxMessage.objects.filter(kind="safety-alert").count() == letters
    text = text_of(signed_in.get(page))
    assert "Call 111 today" in text
    assert PROMISE in text


def test_a_second_answer_that_does_not_fit_is_asked_again(signed_in, programme):
    page = sore(signed_in, pain="3")
    assert signed_in.post(page, {"pain_now": "3", "symptoms": ["none", "fever"]}).status_code == 422


def test_a_symptom_takes_up_no_flare_up_plan_whatever_is_sent(signed_in, programme):
    page = sore(signed_in, symptoms=("fever",))
    assert signed_in.post(f"{page}flare-up/").headers["Location"] == page
    assert not Overlay.objects.exists()
    assert OutboxMessage.objects.filter(kind="safety-alert").count() == 1


# --- Ill or away
def rest(client, page, days=6):
    return client.post(f"{page}rest/", {"until_on": (TODAY + timedelta(days=days)).isoformat()})


@pytest.mark.parametrize(("reason", "kept"), [("illness", "ill"), ("away", "away")])
def test_the_plan_rests_until_the_day(signed_in, programme, reason, kept):
    page = tell(signed_in, reason)
    ChangedPatient.objects.all().delete()
    assert "Let my plan rest" in text_of(signed_in.get(page))
    assert rest(signed_in, page).headers["Location"] == "/today/"
    pause, gap = Pause.objects.get(), NotWalking.objects.get()
    until = TODAY + timedelta(days=6)
    assert (pause.reason, pause.from_on, pause.until_on, pause.by_patient) == (kept, TODAY, until, True)
    assert (gap.until_on, ChangedPatient.objects.count()) == (TODAY, 1)  # the pause tells of the other days
    text = text_of(signed_in.get("/today/"))
    assert "Your plan rests until Friday 27 November. Your physio team can see it." in text
    assert "Your plan is paused" in text


@pytest.mark.parametrize("days", [-1, 0, 14, 200])
def test_two_weeks_at_most(signed_in, programme, days):
    response = rest(signed_in, tell(signed_in, "away"), days)
    assert (response.status_code, Pause.objects.count()) == (422, 0)
    assert "<title>Error:" in response.content.decode()


@pytest.mark.parametrize(("days", "status", "pauses"), [(27, 422, 1), (28, 302, 2)])
def test_a_second_one_within_four_weeks_needs_the_team(signed_in, patient, programme, days, status, pauses):
    rest(signed_in, tell(signed_in, "away"), 6)
    with later(6 + days):
        again = sign_in_patient(Client(), patient)  # thirty days without use have ended the session
        response = rest(again, tell(again, "away"), 6 + days + 2)
        assert (response.status_code, Pause.objects.count()) == (status, pauses)
        assert ("ask us to call you" in text_of(response)) == (status == 422)


@pytest.mark.parametrize("reason", ["time", "fear"])
def test_nothing_else_rests_a_plan(signed_in, programme, reason):
    page = tell(signed_in, reason)
    assert "Let my plan rest" not in text_of(signed_in.get(page))
    rest(signed_in, page)
    assert not Pause.objects.exists()


def test_while_a_safety_answer_waits_no_plan_rests(signed_in, programme):
    page = tell(signed_in, "away")
    a_walk(programme, TODAY, new_symptoms=("fever",), now=NOON)
    rest(signed_in, page)
    assert not Pause.objects.exists()


def test_who_is_back_goes_on(signed_in, programme):
    rest(signed_in, tell(signed_in, "away"))
    with later(2):
        assert "I am back: my plan goes on" in text_of(signed_in.get("/today/"))
        signed_in.post("/plan/rest/over/")
        text = text_of(signed_in.get("/today/"))
    assert "Your plan goes on." in text
    assert "Your plan is paused" not in text
    assert Pause.objects.get().until_on == TODAY + timedelta(days=1)


def test_staff_read_the_reason_on_its_day_and_no_days_on_which_the_patient_was_back(
    signed_in, client, clinician, programme
):
    a_walk(programme, TODAY - timedelta(days=1), now=NOON)
    rest(signed_in, tell(signed_in, "illness"), 12)
    with later(2):
        signed_in.post("/plan/rest/over/")
        a_walk(programme, TODAY + timedelta(days=2), new_symptoms=("fever",), now=NOON + timedelta(days=2))
        page = f"/review/{ReviewItem.objects.get().pk}/"
        text = text_of(sign_in_staff(client, clinician).get(page))
    assert "not walking: not well" in text
    assert "21 Nov –" not in text


def test_a_pause_of_the_team_is_not_ended_by_the_patient(signed_in, full):
    assert "I am back" not in text_of(signed_in.get("/today/"))
    signed_in.post("/plan/rest/over/")
    assert Pause.objects.get().until_on == TODAY + timedelta(days=2)


# --- Around it
def test_after_five_days_today_asks_kindly(signed_in, programme):
    a_walk(programme, TODAY - timedelta(days=5))
    text = text_of(signed_in.get("/today/"))
    assert "You have not logged a walk for 5 days. That is OK." in text
    assert 'href="/not-walking/">Tell us why</a>' in text


def test_another_patients_reason_is_not_found(signed_in, clinic):
    other = a_patient(clinic)
    gap = NotWalking.objects.create(
        clinic=clinic, patient=other, from_on=TODAY, until_on=TODAY, reason="away", received_at=NOON
    )
    assert signed_in.get(f"{PAGE}{gap.pk}/").status_code == 404
    assert {signed_in.post(f"{PAGE}{gap.pk}/{step}/").status_code for step in ("flare-up", "rest")} == {404}


def test_a_restricted_record_takes_no_reason(signed_in, patient, manager):
    Patient.objects.filter(pk=patient.pk).update(
        restricted_at=NOON, restricted_by=manager, restricted_reason="asked for it"
    )
    assert tell(signed_in, "time") == "/today/"
    assert not NotWalking.objects.exists()


def test_staff_see_the_reason_on_the_item(signed_in, client, clinician, programme):
    page = sore(signed_in, pain="7", symptoms=("fever",))
    assert page
    text = text_of(sign_in_staff(client, clinician).get(f"/review/{ReviewItem.objects.get().pk}/"))
    assert "not walking: too sore; new: fever" in text


def test_telling_why_costs_three_statements(signed_in, programme):
    with DomainQueries() as queries:
        tell(signed_in, "time")
    assert queries.count == 3, queries.domain
