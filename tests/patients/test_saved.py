"""After saving: one sentence by the table, what to do now, and no promise that nobody keeps."""

from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from clinic.models import Clinic, Closure
from patients import wording
from programmes.clinical.saved import Saved
from programmes.models import Flag, ReviewItem, Walk
from programmes.services.prescribing import assign_programme
from tests.factories import (
    NOON,
    a_checklist,
    a_clinic,
    a_draft,
    a_flare_plan,
    a_patient,
    a_programme,
    a_staff_member,
    a_walk,
)
from tests.queries import DomainQueries

TODAY = NOON.date()
PROMISE = "Your physio team has been told and looks at it by Monday 23 November."


def page_of(client, walk, page="saved"):
    response = client.get(f"/walks/{walk.pk}/{page}/")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"pain": 3}, "Well done"),
        ({"pain_before": 3, "pain_after": 5}, "More sore after your walk"),
        ({"pain": 6}, "Your pain is quite high today."),
        ({"pain": 8}, "That is a lot of pain"),
        ({"pain": None}, "Every walk you log helps your physio team."),
        ({"pain": 3, "flare": True}, "In a flare-up, small and often is best."),
        ({"pain": 3, "limb_problem": True}, "Look after your legs and feet"),
        ({"pain": 3, "new_symptoms": ("both_legs",)}, "Call 999 now, or go to A&amp;E"),
        ({"pain": 3, "new_symptoms": ("foot_drop",)}, "Call 111 today"),
        ({"pain": 3, "new_symptoms": ("lump",)}, "Call your GP today"),
        ({"pain": 3, "fall": "injury"}, "Call 111 today"),
    ],
)
def test_one_sentence_for_one_walk(signed_in, programme, answers, sentence):
    walk = a_walk(programme, TODAY, **answers).walk
    assert sentence in page_of(signed_in, walk)


def test_more_sore_is_common_in_the_first_weeks_only(signed_in, patient, clinician):
    programme = a_programme(patient, clinician, starts_on=TODAY - timedelta(days=20))
    walk = a_walk(programme, TODAY, pain_before=3, pain_after=5).walk
    assert "This is common when you start." in page_of(signed_in, walk)


def test_much_worse_three_walks_running(signed_in, programme):
    for days in (4, 2, 0):
        walk = a_walk(programme, TODAY - timedelta(days=days), pain_before=3, pain_after=5).walk
    assert "Your walks have hurt more lately" in page_of(signed_in, walk)


def test_every_code_of_the_table_has_words():
    said = {wording.saved(code).heading for code in Saved if code is not Saved.ACT_RED_FLAG}
    assert len(said) >= 7
    assert wording.saved(Saved.THANKS).heading == "Thank you"


def test_the_team_is_mentioned_when_the_flag_is_this_walks_own(signed_in, programme):
    walk = a_walk(programme, TODAY, new_symptoms=("chest_pain",)).walk
    text = page_of(signed_in, walk)
    assert PROMISE in text
    assert 'href="tel:999"' in text
    assert 'href="tel:01632960100"' in text
    assert ReviewItem.objects.get().promised_for == TODAY + timedelta(days=2)


def test_nothing_is_promised_while_an_earlier_answer_waits(signed_in, programme):
    a_walk(programme, TODAY - timedelta(days=1), new_symptoms=("fever",))
    walk = a_walk(programme, TODAY, new_symptoms=("chest_pain",)).walk
    text = page_of(signed_in, walk)
    assert "has been told" not in text
    assert "Call 999 now" in text


def test_when_nobody_is_on_duty_it_says_so(signed_in, programme):
    Clinic.objects.filter(pk=programme.clinic_id).update(working_days=[])
    programme.patient.clinic.working_days = []
    walk = a_walk(programme, TODAY, new_symptoms=("chest_pain",)).walk
    text = page_of(signed_in, walk)
    assert "nobody is at the clinic" in text
    assert "has been told" not in text


def test_closed_days_move_the_promise(signed_in, programme):
    Closure.objects.create(clinic=programme.clinic, on=TODAY + timedelta(days=2), reason="Holiday")
    walk = a_walk(programme, TODAY, new_symptoms=("chest_pain",)).walk
    assert "by Tuesday 24 November." in page_of(signed_in, walk)


@pytest.mark.parametrize("page", ["saved", "safety"])
def test_another_persons_walk_is_not_found(signed_in, page):
    other_clinic = a_clinic()
    stranger = a_programme(a_patient(other_clinic), a_staff_member(other_clinic))
    walk = a_walk(stranger, TODAY).walk
    assert signed_in.get(f"/walks/{walk.pk}/{page}/").status_code == 404
    assert signed_in.get(f"/walks/{uuid7()}/{page}/").status_code == 404


def test_the_saved_page_costs_three_domain_queries(signed_in, programme):
    walk = a_walk(programme, TODAY).walk
    with DomainQueries() as queries:
        signed_in.get(f"/walks/{walk.pk}/saved/")
    assert queries.count == 3, queries.domain


# --- The list on its own page
def answer(client, walk, *symptoms):
    return client.post(f"/walks/{walk.pk}/safety/", {"symptoms": symptoms})


def test_none_of_these_is_stored_as_an_answer(signed_in, programme):
    walk = a_walk(programme, TODAY).walk
    assert answer(signed_in, walk, "none").headers["Location"] == f"/walks/{walk.pk}/saved/"
    walk.refresh_from_db()
    assert (walk.new_symptoms, walk.safety_text_version) == ([], "uk-1")
    assert not Flag.objects.exists()


def test_a_ticked_item_raises_and_promises(signed_in, programme):
    walk = a_walk(programme, TODAY).walk
    response = answer(signed_in, walk, "bladder_bowel", "fever")
    assert Flag.objects.get().evidence["items"] == ["bladder_bowel", "fever"]
    assert PROMISE in " ".join(signed_in.get(response.headers["Location"]).content.decode().split())


@pytest.mark.parametrize("ticked", [(), ("none", "fever"), ("plague",)])
def test_no_answer_is_asked_again(signed_in, programme, ticked):
    walk = a_walk(programme, TODAY).walk
    response = answer(signed_in, walk, *ticked)
    assert response.status_code == 422
    assert "<title>Error:" in response.content.decode()
    assert Walk.objects.get().new_symptoms is None


def test_a_second_answer_changes_nothing(signed_in, programme):
    walk = a_walk(programme, TODAY).walk
    answer(signed_in, walk, "fever")
    assert answer(signed_in, walk, "none").status_code == 302
    assert Walk.objects.get().new_symptoms == ["fever"]


# --- A flare-up: yes

OFFER = 'href="/plan/flare-up/"'
RUNS = "Your flare-up plan is on. Today shows what it asks."


def flared(client, programme, **answers):
    return page_of(client, a_walk(programme, TODAY, **{"flare": True, **answers}).walk)


def test_a_flare_up_leads_to_the_plan_for_it(signed_in, programme):
    assert OFFER in flared(signed_in, programme)


def test_a_walk_without_a_flare_up_does_not(signed_in, programme):
    assert OFFER not in flared(signed_in, programme, flare=False)


def test_where_the_clinician_did_not_allow_it_nothing_of_it_is_said(signed_in, patient, clinician):
    draft = a_draft(patient, clinician, starts_on=TODAY)
    draft.revisions.update(allows_flare_plan=False)
    a_checklist(patient, clinician)
    assign_programme(programme=draft, by=clinician, now=NOON)
    page = flared(signed_in, draft)
    assert (OFFER in page, "flare-up plan" in page) == (False, False)


def test_one_that_runs_is_named_and_not_offered_again(signed_in, programme):
    a_flare_plan(programme, TODAY)
    page = flared(signed_in, programme)
    assert (OFFER in page, RUNS in page) == (False, True)


def test_with_a_red_flag_no_flare_up_plan_is_offered(signed_in, programme):
    assert OFFER not in flared(signed_in, programme, new_symptoms=("fever",))
