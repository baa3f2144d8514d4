"""What an item says with today's data: still holding or over, too few reports, which silence."""

from datetime import timedelta

import pytest

from patients.models import Patient
from programmes.clinical.diary import Finding
from programmes.services.flagging import raise_flag
from programmes.services.refused_walks import count_refused_form
from tests.clinic.review.items import NOW, TODAY, an_item, page
from tests.clinical.diaries import diary
from tests.factories import a_patient, a_programme, a_walk
from tests.programmes.test_walk_wording import RAISED, from_walks
from tests.programmes.test_wording import PAIN

pytestmark = pytest.mark.django_db

STARTED = TODAY - timedelta(days=60)
REFUSED = (
    "The patient tried to log a walk on 2 days, the last on 19 Nov. The form was refused 2 times, and no"
    " walk has come in since. Next: call and go through the form together, or offer to take walks by phone or"
    " on paper."
)
NEXT = "Logging stopped without a rise in pain."
HOLDS, OVER = "With today&#x27;s data this still holds.", "With today&#x27;s data this is over."


def a_walker(clinic, ada, pains):
    """`pains`: days ago -> pain before walking."""
    programme = a_programme(a_patient(clinic), ada, starts_on=STARTED)
    for days, pain in sorted(pains.items(), reverse=True):
        a_walk(programme, TODAY - timedelta(days=days), pain=pain)
    return programme.patient


def text_of(client, item):
    return client.get(page(item)).content.decode()


@pytest.mark.parametrize(("lately", "said"), [(3, OVER), (6, HOLDS)])
def test_a_flag_says_whether_it_holds_with_todays_data(client, clinic, ada, lately, said):
    patient = a_walker(clinic, ada, {9: lately, 5: lately, 1: lately})
    finding = Finding("PAIN_RISING", "amber", PAIN)
    flag = raise_flag(
        patient=patient, programme=None, finding=finding, on=TODAY - timedelta(days=12), now=NOW
    )
    text = text_of(client, flag.item)
    assert (said in text, text.count(HOLDS) + text.count(OVER)) == (True, 1)


def test_what_people_close_says_nothing_of_today(client, clinic, ada):
    patient = a_walker(clinic, ada, {5: 3})
    evidence = {"fall": "near", "fell_on": "2026-11-15", "falls": 1, "days": 28}
    text = text_of(client, an_item(clinic, code="FALL", evidence=evidence, patient=patient))
    assert "With today" not in text


@pytest.mark.parametrize(("days", "few"), [((1, 5), True), ((1, 3, 16, 20, 24, 30), False)])
def test_not_enough_reports_is_said_and_never_that_all_is_well(client, clinic, ada, days, few):
    item = an_item(clinic, patient=a_walker(clinic, ada, dict.fromkeys(days, 3)))
    assert ("Not enough reports yet" in text_of(client, item)) is few


def not_started(clinic, patient):
    finding = from_walks("NOT_STARTED", diary([]), 9)
    flag = raise_flag(patient=patient, programme=None, finding=finding, on=TODAY, now=NOW)
    return flag.item


@pytest.mark.parametrize(
    ("signed_in", "said"), [(None, "The patient has never signed in."), (NOW, "logged nothing.")]
)
def test_silence_without_any_walk_has_two_next_steps(client, clinic, ada, signed_in, said):
    patient = a_programme(a_patient(clinic), ada, starts_on=STARTED).patient
    Patient.objects.filter(pk=patient.pk).update(first_signed_in_at=signed_in)
    assert said in text_of(client, not_started(clinic, patient))


@pytest.mark.parametrize(
    ("last", "said"), [(6, "Logging stopped after pain had risen."), (3, "without a rise in pain.")]
)
def test_who_stopped_after_pain_is_asked_about_it_first(client, clinic, ada, last, said):
    pains = dict.fromkeys(range(10, 40, 3), 3) | {9: last}
    patient = a_walker(clinic, ada, pains)
    finding = from_walks("PAIN_THEN_SILENT", diary(RAISED), 35)
    flag = raise_flag(patient=patient, programme=None, finding=finding, on=TODAY, now=NOW)
    assert said in text_of(client, flag.item)


def test_who_tried_and_was_refused_is_not_taken_for_somebody_who_did_not(client, clinic, ada):
    patient = a_programme(a_patient(clinic), ada, starts_on=STARTED).patient
    item = not_started(clinic, patient)
    count_refused_form(patient=patient, now=NOW - timedelta(days=2))
    once = text_of(client, item)
    count_refused_form(patient=patient, now=NOW - timedelta(days=1))
    assert "The patient tried to log a walk on 18 Nov. The form was refused, and" in once
    assert REFUSED in text_of(client, item)


def test_a_walk_that_came_in_since_ends_it(client, clinic, ada):
    patient = a_walker(clinic, ada, dict.fromkeys(range(12, 40, 3), 3))
    item = not_started(clinic, patient)
    count_refused_form(patient=patient, now=NOW - timedelta(days=11))
    before = text_of(client, item)
    a_walk(patient.programmes.get(), TODAY - timedelta(days=11), now=NOW - timedelta(days=10))
    after = text_of(client, item)
    said = ("the form together" in before, "The form was refused" in after, NEXT in after)
    assert said == (True, False, True)


def test_after_pain_the_pain_is_asked_about_first_and_the_refused_form_is_told(client, clinic, ada):
    patient = a_walker(clinic, ada, dict.fromkeys(range(10, 40, 3), 3) | {9: 6})
    finding = from_walks("PAIN_THEN_SILENT", diary(RAISED), 35)
    flag = raise_flag(patient=patient, programme=None, finding=finding, on=TODAY, now=NOW)
    count_refused_form(patient=patient, now=NOW - timedelta(days=2))
    text = text_of(client, flag.item)
    assert "ask about the pain first. The patient tried to log a walk on 18 Nov." in text
    assert "the form together" not in text


def test_another_patients_refused_forms_are_not_told(client, clinic, ada):
    patient = a_programme(a_patient(clinic), ada, starts_on=STARTED).patient
    count_refused_form(patient=a_patient(clinic), now=NOW)
    assert "The form was refused" not in text_of(client, not_started(clinic, patient))


def test_what_was_refused_before_the_programme_is_not_told(client, clinic, ada):
    patient = a_programme(a_patient(clinic), ada, starts_on=STARTED).patient
    count_refused_form(patient=patient, now=NOW - timedelta(days=61))
    assert "The form was refused" not in text_of(client, not_started(clinic, patient))


def test_a_pain_flag_says_nothing_of_silence(client, clinic, ada):
    assert "Next:" not in text_of(client, an_item(clinic, patient=a_walker(clinic, ada, {20: 3})))
