"""Light mode: pain once a week, safety as ever, and rules that say so."""

from datetime import timedelta

import pytest

from clinic.models import HistoryEntry, Role
from clinic.permissions import NotAllowed
from programmes.clinical.detection import findings
from programmes.models import Flag, LightMode, Walk
from programmes.services.flagging import changes_of
from programmes.services.gathering import subjects_of
from programmes.services.light_mode import NotOffered, ReasonMissing, choose_light_mode, set_light_mode
from tests.factories import NOON, a_clinic, a_patient, a_staff_member, a_walk
from tests.patients.walk_form import PAGE, answers
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture
def light(patient, clinician):
    switch(patient, clinician)


def switch(patient, clinician, *, is_on=True, may_choose=False, now=NOON):
    set_light_mode(
        patient=patient,
        is_on=is_on,
        patient_may_choose=may_choose,
        reason="Worries about the numbers.",
        by=clinician,
        now=now,
    )


def asks(client):
    page = client.get(PAGE).content.decode()
    return [f'name="{name}"' in page for name in ("pain_before", "pain_after", "pain_worst", "flare", "fall")]


def without_pain():
    return {name: value for name, value in answers().items() if not name.startswith("pain")}


# --- The walk form
def test_without_light_mode_pain_is_asked_on_each_walk(signed_in, programme):
    a_walk(programme, TODAY, now=NOON)
    assert asks(signed_in) == [True, True, True, True, True]


def test_in_light_mode_one_pain_score_a_week(signed_in, programme, light):
    a_walk(programme, TODAY - timedelta(days=7), pain=4)
    due = asks(signed_in)
    a_walk(programme, TODAY, pain=4, now=NOON)
    assert (due, asks(signed_in)) == ([True, False, False, True, True], [False, False, False, True, True])


def test_not_sure_answers_the_week(signed_in, programme, light):
    a_walk(programme, TODAY, pain=None, pain_before_not_sure=True, now=NOON)
    assert asks(signed_in)[0] is False


def test_a_walk_is_saved_without_pain_and_nothing_is_zero(signed_in, programme, light):
    a_walk(programme, TODAY - timedelta(days=1), pain=4)
    signed_in.post(PAGE, without_pain())
    walk = Walk.objects.get(walked_on=TODAY)
    assert (walk.pain_before, walk.pain_before_not_sure, walk.pain_after) == (None, False, None)


def test_when_the_weeks_score_is_due_it_is_asked_for(signed_in, programme, light):
    response = signed_in.post(PAGE, without_pain())
    assert (response.status_code, Walk.objects.count()) == (422, 0)


def test_the_safety_list_stays_weekly(signed_in, programme, light):
    a_walk(programme, TODAY - timedelta(days=1), pain=4)
    response = signed_in.post(PAGE, {**without_pain(), "symptoms": []})
    assert response.url.endswith("/safety/")


def test_a_red_flag_is_raised_as_ever(signed_in, programme, light):
    a_walk(programme, TODAY - timedelta(days=1), pain=4)
    signed_in.post(PAGE, {**without_pain(), "symptoms": ["chest_pain"]})
    assert Flag.objects.get().code == "SAFETY"


def test_changing_a_walk_keeps_the_pain_that_was_told(signed_in, programme, patient, clinician):
    walk = a_walk(programme, TODAY, pain=4, now=NOON).walk
    switch(patient, clinician)
    page = signed_in.get(f"/walks/{walk.pk}/change/").content.decode()
    assert ('name="pain_before"' in page, 'name="pain_after"' in page) == (True, True)


def test_catching_up_asks_no_pain(signed_in, programme, light):
    page = signed_in.get("/walks/catch-up/").content.decode()
    assert (f'name="amount_{TODAY}"' in page, f'name="before_{TODAY}"' in page) == (True, False)


# --- The rules
def diary_of(programme):
    (subject,) = subjects_of(clinic=programme.clinic, on=TODAY)
    return subject


def test_walks_without_pain_are_no_gap(programme, light):
    """Walks three times a week with one score a week: nothing has dropped, and pain is not judged on gaps."""
    for days in range(0, 63, 2):
        a_walk(programme, TODAY - timedelta(days=days), pain=3 if days % 14 == 0 else None)
    subject = diary_of(programme)
    assert (findings(subject.diary, TODAY), changes_of(subject=subject, on=TODAY)) == ((), ())


# --- Who sets it
def test_who_set_it_why_and_what_held_before_stands_in_the_history(patient, clinician, light):
    switch(patient, clinician, is_on=False)
    row = LightMode.objects.get(patient=patient)
    history = HistoryEntry.objects.of_row("programmes_lightmode", row.pk)
    assert (row.since, row.changed_by, history.count()) == (None, clinician.user, 3)


def test_since_is_the_day_it_began(patient, clinician):
    switch(patient, clinician, now=NOON - timedelta(days=9))
    switch(patient, clinician, may_choose=True)
    assert LightMode.objects.get(patient=patient).since == TODAY - timedelta(days=9)


def test_a_reason_is_needed(patient, clinician):
    with pytest.raises(ReasonMissing):
        set_light_mode(
            patient=patient, is_on=True, patient_may_choose=False, reason=" ", by=clinician, now=NOON
        )


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.MANAGER])
def test_clinicians_alone_set_it(patient, clinic, role):
    with pytest.raises(NotAllowed):
        switch(patient, a_staff_member(clinic, role))


def test_another_clinics_clinician_cannot(patient):
    with pytest.raises(NotAllowed):
        switch(patient, a_staff_member(a_clinic(name="Oak Clinic")))


# --- The patient's choice
def test_it_is_offered_only_where_the_clinic_allows_it(signed_in, patient, clinician, programme, light):
    before = "/settings/questions/" in signed_in.get("/settings/").content.decode()
    refused = signed_in.get("/settings/questions/").status_code
    switch(patient, clinician, may_choose=True)
    after = "/settings/questions/" in signed_in.get("/settings/").content.decode()
    assert (before, refused, after) == (False, 404, True)


@pytest.mark.parametrize(("answer", "since"), [("fewer", TODAY), ("all", None)])
def test_the_patients_choice_is_kept(signed_in, patient, clinician, programme, answer, since):
    switch(patient, clinician, is_on=answer == "all", may_choose=True)
    response = signed_in.post("/settings/questions/", {"questions": answer})
    row = LightMode.objects.get(patient=patient)
    assert (response.url, row.since, row.changed_by) == ("/settings/", since, patient.user)


def test_an_answer_is_asked_for(signed_in, patient, clinician, programme):
    switch(patient, clinician, may_choose=True)
    response = signed_in.post("/settings/questions/", {})
    assert (response.status_code, "<title>Error:" in response.content.decode()) == (422, True)


def test_the_verb_refuses_where_it_is_not_offered(patient, light):
    with pytest.raises(NotOffered):
        choose_light_mode(patient=patient, is_on=False, now=NOON)


def test_choosing_what_holds_changes_nothing(patient, clinician):
    switch(patient, clinician, may_choose=True, now=NOON - timedelta(days=3))
    choose_light_mode(patient=patient, is_on=True, now=NOON)
    row = LightMode.objects.get(patient=patient)
    assert (row.since, row.changed_by) == (TODAY - timedelta(days=3), clinician.user)


# --- What staff see
def test_the_item_says_since_when(client, patient, clinician, programme, light):
    a_walk(programme, TODAY, new_symptoms=("fever",), now=NOON)
    page = sign_in_staff(client, clinician).get(f"/review/{patient.review_items.get().pk}/").content.decode()
    assert ": pain is asked once a week" in " ".join(page.split())


def test_the_page_sets_it(client, patient, clinician):
    desk = sign_in_staff(client, clinician)
    form = {"is_on": "yes", "patient_may_choose": "no", "reason": "Worries."}
    desk.post(f"/patients/{patient.pk}/light-mode/", form)
    row = LightMode.objects.get(patient=patient)
    page = " ".join(desk.get(f"/patients/{patient.pk}/light-mode/").content.decode().split())
    assert (row.since, row.reason, "Light mode since 21 November 2026." in page) == (TODAY, "Worries.", True)


def test_a_reviewer_reads_and_cannot_set_it(client, patient, clinic):
    desk = sign_in_staff(client, a_staff_member(clinic, Role.REVIEWER))
    form = {"is_on": "yes", "patient_may_choose": "no", "reason": "Worries."}
    answers = [
        desk.get(f"/patients/{patient.pk}/light-mode/"),
        desk.post(f"/patients/{patient.pk}/light-mode/", form),
    ]
    assert [each.status_code for each in answers] == [200, 403]


def test_another_clinics_patient_is_not_found(client, clinician):
    other = a_patient(a_clinic(name="Oak Clinic"))
    assert sign_in_staff(client, clinician).get(f"/patients/{other.pk}/light-mode/").status_code == 404
