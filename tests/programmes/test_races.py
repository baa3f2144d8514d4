"""Two people, or one who clicks twice, at the same moment: it happens once."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import transaction

from programmes.clinical.diary import Finding
from programmes.models import (
    Channel,
    ContactAttempt,
    ContactResult,
    Ending,
    Flag,
    Outcome,
    Overlay,
    Programme,
    ReviewItem,
    Walk,
)
from programmes.services.ending import discharge_patient
from programmes.services.flagging import raise_flag
from programmes.services.nights import plan_nights, review_changed_patients, review_night
from programmes.services.prescribing import assign_programme
from programmes.services.reviewing import Contact, claim_item, close_item, record_contact, take_over_item
from tests.at_once import at_once
from tests.factories import (
    NOON,
    START,
    a_checklist,
    a_clinic,
    a_draft,
    a_flare_plan,
    a_patient,
    a_programme,
    a_repeat,
    a_staff_member,
    a_walk,
    end_flare,
)

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = NOON.date()
PAIN = Finding("PAIN_RISING", "amber", {"reference": 2.0, "mean_recent": 5.0})
DROP = Finding("ADHERENCE_DROPPED", "amber", {"pattern": "silence", "reference": 1.0})


@pytest.fixture
def programme(transactional_db):
    clinic = a_clinic()
    return a_programme(a_patient(clinic), a_staff_member(clinic), starts_on=START)


@pytest.fixture
def colleagues(programme):
    return [a_staff_member(programme.clinic) for _each in range(2)]


@pytest.fixture
def item(programme):
    a_flag(programme, PAIN)
    return ReviewItem.objects.get()


def a_flag(programme, finding):
    return raise_flag(patient=programme.patient, programme=programme, finding=finding, on=TODAY, now=NOON)


def close(item, by):
    close_item(
        item=item,
        outcome=Outcome.FALSE_ALARM,
        note="Looked at the diary.",
        seen=[flag.as_read for flag in Flag.objects.all()],
        by=by,
        today=TODAY,
        now=NOON,
    )


def test_of_two_who_claim_an_item_one_has_it(item, colleagues):
    claims = [partial(claim_item, item=item, by=who, now=NOON) for who in colleagues]
    answers = at_once(*claims)
    assert sorted(answers, key=str) == ["AlreadyClaimed", None]
    assert ReviewItem.objects.get().claimed_by == colleagues[answers.index(None)]


def test_of_two_who_take_an_item_over_one_has_it(item, colleagues, programme):
    holder = programme.clinician
    claim_item(item=item, by=holder, now=NOON)
    answers = at_once(
        *(partial(take_over_item, item=item, holder_id=holder.pk, by=who, now=NOON) for who in colleagues)
    )
    assert sorted(answers, key=str) == ["AlreadyClaimed", None]
    assert ReviewItem.objects.get().claimed_by == colleagues[answers.index(None)]


def test_of_two_who_close_an_item_one_closes_it(item, colleagues):
    answers = at_once(*(partial(close, item, who) for who in colleagues))
    assert sorted(answers, key=str) == ["AlreadyClosed", None]
    assert ReviewItem.objects.get().closed_by == colleagues[answers.index(None)].user


def test_a_contact_waits_for_a_closing_that_is_under_way(item, colleagues):
    contact = Contact(Channel.PHONE, ContactResult.REACHED)
    noting = partial(record_contact, item=item, contact=contact, by=colleagues[0], now=NOON)
    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            close(item, colleagues[1])
            noted = pool.submit(at_once, noting)
            wait([noted], timeout=0.5)  # it waits for this transaction
        assert noted.result(10) == ["AlreadyClosed"]
    assert ContactAttempt.objects.count() == 0


def test_a_walk_that_is_sent_twice_is_saved_once(programme):
    form = uuid4()
    send = partial(a_walk, programme, TODAY, client_uuid=form, now=NOON)
    created = [saved.created for saved in at_once(send, send)]
    assert (sorted(created), Walk.objects.count()) == ([False, True], 1)


def test_two_reviews_at_once_raise_a_flag_once(programme):
    raised = at_once(partial(a_flag, programme, PAIN), partial(a_flag, programme, PAIN))
    assert ([flag is None for flag in raised].count(False), Flag.objects.count()) == (1, 1)


def test_two_flags_at_once_wait_in_one_item(programme):
    at_once(partial(a_flag, programme, PAIN), partial(a_flag, programme, DROP))
    assert (Flag.objects.count(), ReviewItem.objects.count()) == (2, 1)


def test_two_workers_at_once_review_a_changed_patient_once(programme):
    a_walk(programme, TODAY, now=NOON)
    review = partial(review_changed_patients, now=NOON)
    assert sorted(at_once(review, review)) == [0, 1]


def test_a_night_that_two_start_at_once_is_done_once(programme):
    plan_nights(clinic=programme.clinic, first=START, last=START)
    review = partial(review_night, clinic=programme.clinic, local_date=START, now=NOON)
    assert [run is None for run in at_once(review, review)].count(False) == 1


def test_of_two_who_assign_a_draft_at_once_one_does(programme, colleagues):
    draft = a_draft(a_patient(programme.clinic), programme.clinician)
    a_checklist(draft.patient, programme.clinician)
    answers = at_once(*(partial(assign_programme, programme=draft, by=who, now=NOON) for who in colleagues))
    assert sorted(answers, key=str) == [None, "NotADraft"]


def test_of_two_flare_up_plans_started_at_once_one_runs(programme):
    """Two browsers, each with a form of its own."""
    answers = at_once(*[partial(a_flare_plan, programme, TODAY) for _each in range(2)])
    assert "AlreadyPressed" in answers
    assert Overlay.objects.count() == 1


def test_of_two_who_ask_for_a_week_again_at_once_one_is_heard(programme):
    for days in (0, 2):
        a_walk(programme, START + timedelta(days=days))
    answers = at_once(*[partial(a_repeat, programme, START + timedelta(days=4)) for _each in range(2)])
    assert "AlreadyPressed" in answers
    assert Overlay.objects.count() == 1


def test_a_flare_up_plan_that_two_end_at_once_is_ended_once(programme):
    a_flare_plan(programme, TODAY)
    answers = at_once(*[partial(end_flare, programme, TODAY + timedelta(days=1)) for _each in range(2)])
    assert sorted(map(str, answers)) == ["NoFlarePlan", "None"]


def test_nobody_is_discharged_with_a_plan_that_is_being_assigned(programme, colleagues):
    patient = a_patient(programme.clinic)
    a_checklist(patient, programme.clinician)
    draft = a_draft(patient, programme.clinician, starts_on=TODAY)
    leaving = {"ending": Ending.REFERRED, "on": TODAY, "reason": "Moves away.", "now": NOON}
    at_once(
        partial(assign_programme, programme=draft, by=programme.clinician, now=NOON),
        partial(discharge_patient, patient=patient, by=colleagues[0], **leaving),
    )
    patient.refresh_from_db()
    running = Programme.objects.of_patient(patient).running().count()
    assert (patient.discharged_on, running) == (TODAY, 0)
