"""PAIN_SEVERE: raised once by the transaction that stores the walk, by the review's own rule."""

from datetime import timedelta

import pytest
import time_machine
from uuid_utils.compat import uuid7

from clinic.models import Clinic
from programmes.models import ChangedPatient, Flag, Outcome, ReviewItem, Walk
from programmes.services import severe_raising
from programmes.services.nights import review_changed_patients, review_night
from programmes.services.own_walks import change_own_walk, take_back_walk
from programmes.services.reviewing import close_item
from programmes.services.walk_logging import Arrival, WalkEntry, log_walks
from tests.conftest import as_runtime
from tests.factories import DUTY_LETTER, NOON, a_clinic, a_patient, a_programme, a_staff_member, a_walk
from tests.signing_in import sign_in_patient

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def clinician():
    return a_staff_member(a_clinic())


@pytest.fixture
def programme(clinician):
    return a_programme(a_patient(clinician.clinic), clinician)


def flags():
    severe = Flag.objects.filter(code="PAIN_SEVERE")
    return list(severe.order_by("raised_on").values_list("code", "severity", "raised_on", "walk_id"))


def severe(programme, on, pain=8, **answers):
    return a_walk(programme, on, pain=pain, **answers).walk


def changed(walk, programme, **answers):
    told = {"client_uuid": uuid7(), "walked_on": walk.walked_on, "minutes": 15, "pain_after": 3, **answers}
    return change_own_walk(
        walk=walk,
        patient=programme.patient,
        entry=WalkEntry(**told),
        duty_letter=DUTY_LETTER,
        by=programme.patient.user,
        now=NOON + timedelta(minutes=5),
    ).walk


def closed(clinician, on):
    close_item(
        item=ReviewItem.objects.get(),
        outcome=Outcome.ALREADY_KNOWN,
        note="",
        seen=[flag.as_read for flag in Flag.objects.all()],
        by=clinician,
        today=on,
        now=NOON,
    )


# --- The rule, in the transaction of the walk
def test_severe_pain_twice_stands_in_the_queue_when_the_walk_is_stored(programme):
    severe(programme, YESTERDAY)
    second = severe(programme, TODAY, now=NOON)
    assert flags() == [("PAIN_SEVERE", 2, TODAY, second.pk)]
    assert ReviewItem.objects.get().severity == 2


def test_once_is_no_flag_and_not_twice_with_a_better_day_between(programme):
    severe(programme, TODAY - timedelta(days=2))
    severe(programme, YESTERDAY, pain=7)
    severe(programme, TODAY, now=NOON)
    assert flags() == []


def test_the_review_after_it_and_the_night_add_nothing(programme):
    severe(programme, YESTERDAY)
    severe(programme, TODAY, now=NOON)
    before = flags()
    review_changed_patients(now=NOON)
    review_night(clinic=programme.clinic, local_date=TODAY, now=NOON + timedelta(days=1))
    assert (len(before), flags()) == (1, before)


def test_the_review_would_have_found_the_same(programme, clinician):
    """What the transaction of the walk finds and what the night finds are one evidence."""
    severe(programme, YESTERDAY)
    severe(programme, TODAY, now=NOON)
    quick = Flag.objects.get()
    other = a_programme(a_patient(clinician.clinic), clinician)
    Clinic.objects.update(live_rule_version="")  # so that only the night, once it is signed, judges this one
    for on in (YESTERDAY, TODAY):
        walk = severe(other, on, now=NOON)
    clinic = Clinic.objects.get()
    clinic.live_rule_version = "2026.5"
    clinic.save()
    assert Flag.objects.count() == 1
    review_night(clinic=clinic, local_date=walk.walked_on, now=NOON)
    by_night = Flag.objects.get(patient=other.patient, code="PAIN_SEVERE")
    assert (by_night.evidence, by_night.severity, by_night.raised_on) == (
        quick.evidence,
        quick.severity,
        quick.raised_on,
    )


def test_the_same_form_again_raises_nothing_more(programme):
    severe(programme, YESTERDAY)
    key = uuid7()
    for _time in range(2):
        severe(programme, TODAY, now=NOON, client_uuid=key)
    assert len(flags()) == 1


def test_a_closed_flag_stays_quiet_for_a_week_in_the_post_as_in_the_night(programme, clinician):
    severe(programme, YESTERDAY)
    severe(programme, TODAY, now=NOON)
    closed(clinician, TODAY)
    severe(programme, TODAY + timedelta(days=6))
    assert len(flags()) == 1
    severe(programme, TODAY + timedelta(days=8))
    assert len(flags()) == 2


# --- Changes, late entries, many at once
def test_a_walk_changed_to_severe_raises(programme):
    severe(programme, YESTERDAY)
    walk = severe(programme, TODAY, pain=3, now=NOON)
    new = changed(walk, programme, pain_before=9)
    assert flags() == [("PAIN_SEVERE", 2, TODAY, new.pk)]


def test_a_walk_changed_back_leaves_the_flag_to_people(programme):
    severe(programme, YESTERDAY)
    walk = severe(programme, TODAY, now=NOON)
    evidence = Flag.objects.get().evidence
    changed(walk, programme, pain_before=2)
    flag = Flag.objects.get()
    assert (flag.resolved_on, flag.evidence) == (None, evidence)


def test_an_entry_that_comes_late_and_lies_before_another_severe_one_raises(programme):
    severe(programme, TODAY, now=NOON)
    late = severe(programme, YESTERDAY, now=NOON + timedelta(hours=1))
    assert flags() == [("PAIN_SEVERE", 2, TODAY, late.pk)]


def test_a_late_entry_before_a_better_day_raises_nothing(programme):
    severe(programme, TODAY - timedelta(days=3))
    severe(programme, TODAY, pain=2, now=NOON)
    severe(programme, YESTERDAY, now=NOON + timedelta(hours=1))
    assert flags() == []


def test_a_walk_taken_back_makes_no_pair(programme):
    first = severe(programme, YESTERDAY, now=NOON - timedelta(hours=20))
    take_back_walk(walk=first, patient=programme.patient, now=NOON)
    severe(programme, TODAY, now=NOON)
    assert flags() == []


def test_walks_caught_up_together_raise_once(programme):
    entries = [
        WalkEntry(client_uuid=uuid7(), walked_on=on, minutes=15, pain_before=8, pain_after=8)
        for on in (YESTERDAY, TODAY)
    ]
    log_walks(
        programme=programme,
        arrivals=[Arrival(entry, NOON) for entry in entries],
        duty_letter=DUTY_LETTER,
        by=programme.patient.user,
    )
    assert [code for code, *_rest in flags()] == ["PAIN_SEVERE"]


# --- What it never does
def test_a_clinic_that_is_not_live_raises_none(programme):
    Clinic.objects.update(live_rule_version="")
    programme.patient.clinic.refresh_from_db()
    severe(programme, YESTERDAY)
    severe(programme, TODAY, now=NOON)
    assert flags() == []


def test_a_record_that_cannot_be_judged_does_not_lose_the_walk(programme, monkeypatch):
    def broken(**_subject):
        raise ValueError("weeks must be sorted by day")

    monkeypatch.setattr(severe_raising, "changes_of", broken)
    severe(programme, YESTERDAY)
    severe(programme, TODAY, now=NOON)
    assert (Walk.objects.count(), flags(), ChangedPatient.objects.count()) == (2, [], 1)


def test_an_ordinary_walk_asks_nothing_more(programme, django_assert_num_queries):
    walk = severe(programme, TODAY, pain=7, now=NOON)
    with django_assert_num_queries(0):
        assert severe_raising.raise_severe_pain(walks=[walk], now=NOON) is None


# --- The page
@pytest.fixture
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


def said_after(client, programme, pain):
    answers = {
        "client_uuid": str(uuid7()),
        "walked_on": TODAY.isoformat(),
        "minutes": "15",
        "pain_before": str(pain),
        "pain_after": str(pain),
        "symptoms": ["none"],
    }
    saved = sign_in_patient(client, programme.patient).post("/walks/new/", answers)
    return "now says that your pain was this strong twice" in client.get(saved.url).content.decode()


@pytest.mark.usefixtures("_noon")
def test_the_page_says_that_the_team_has_it_when_the_row_is_there(client, programme):
    severe(programme, YESTERDAY)
    with as_runtime():
        assert said_after(client, programme, 8)
    assert [code for code, *_rest in flags()] == ["PAIN_SEVERE"]


@pytest.mark.usefixtures("_noon")
def test_the_page_does_not_say_so_after_the_first_time(client, programme):
    assert not said_after(client, programme, 8)
