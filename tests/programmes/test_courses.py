"""One course for everybody: patient, review, queue and item page say the same week and dose."""

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client

from programmes.clinical import grading
from programmes.clinical.diary import Finding
from programmes.models import PauseReason, ReviewItem
from programmes.services.courses import course_of_programme
from programmes.services.flagging import raise_flag
from programmes.services.gathering import subjects_of
from programmes.services.pausing import pause_programme
from programmes.services.plan_reading import plan_of
from programmes.services.prescribing import Baseline, assign_programme, draft_programme
from tests.factories import NOON, a_checklist, a_clinic, a_patient, a_staff_member, a_walk
from tests.programmes.test_wording import PAIN
from tests.queries import DomainQueries
from tests.signing_in import sign_in_patient, sign_in_staff

pytestmark = pytest.mark.django_db
TODAY = NOON.date()  # a Saturday
START = date(2026, 10, 26)  # T2 at 15 minutes: 3x12, 3x14, 3x16 ...


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def clinician():
    return a_staff_member(a_clinic())


@pytest.fixture
def away(clinician):
    """Two weeks walked to the last minute, then fourteen full days without a walk."""
    programme = a_steady_build(clinician)
    for week, minutes in enumerate((12, 14)):
        for days in (0, 2, 4):
            a_walk(programme, START + timedelta(days=7 * week + days), minutes=minutes)
    return programme


def a_steady_build(clinician):
    programme = draft_programme(
        patient=a_patient(clinician.clinic, phone="01632 960 300"),
        baseline=Baseline(15),
        starts_on=START,
        weeks=grading.generate(15, grading.T2_STEADY),
        template=None,
        rule={},
        by=clinician,
        today=START,
    )
    a_checklist(programme.patient, clinician)
    assign_programme(programme=programme, by=clinician, now=NOON - timedelta(days=26))
    programme.refresh_from_db()
    return programme


def flagged(programme):
    finding = Finding("PAIN_RISING", "amber", PAIN)
    raise_flag(patient=programme.patient, programme=programme, finding=finding, on=TODAY, now=NOON)
    return ReviewItem.objects.get()


def test_the_course_of_a_programme_takes_one_statement(away):
    with DomainQueries() as queries:
        stretch = course_of_programme(away, TODAY).today
    assert queries.count == 1
    assert (stretch.week, stretch.why, stretch.dose.minutes, stretch.gap_on(TODAY)) == (
        2,
        "gap-reduced",
        9,
        14,
    )


def test_today_asks_for_the_dose_to_come_back_with(away):
    page = sign_in_patient(Client(), away.patient).get("/today/").content.decode()
    assert "9 minutes" in page
    assert "16 minutes" not in page


def test_a_walk_keeps_what_was_really_asked(away):
    walk = a_walk(away, TODAY, minutes=9).walk
    revision = away.revisions.get()
    assert (walk.target_revision_id, walk.target_week, walk.target_minutes) == (revision.pk, 2, 9)


def test_a_short_day_stays_split(away):
    assert plan_of(patient=away.patient, on=TODAY).dose.bouts == 2


def test_the_review_counts_against_what_was_really_asked(away):
    """By the calendar it would be week 4."""
    (subject,) = subjects_of(clinic=away.clinic, on=TODAY)
    week = subject.diary.week_on(TODAY)
    assert (week.days, week.minutes, week.revision_from) == (3, 9, START)


def test_a_night_made_up_for_later_does_not_see_later_walks(away):
    night = TODAY - timedelta(days=3)
    known_then = subjects_of(clinic=away.clinic, on=night)[0].course.planned_weeks()
    a_walk(away, night - timedelta(days=1), minutes=14, now=NOON)
    assert subjects_of(clinic=away.clinic, on=night)[0].course.planned_weeks() == known_then


def test_the_queue_says_the_same_week(away, clinician):
    flagged(away)
    page = sign_in_staff(Client(), clinician).get("/review/").content.decode()
    assert "Week 2 of 12" in page


def test_the_item_says_the_same_week(away, clinician):
    item = flagged(away)
    page = sign_in_staff(Client(), clinician).get(f"/review/{item.pk}/").content.decode()
    assert "Programme week 2" in page


def test_another_patients_walks_do_not_count(away, clinician):
    other = a_steady_build(clinician)
    a_walk(away, TODAY, minutes=9)
    assert course_of_programme(other, TODAY).today.week == 1


def test_a_walk_entered_in_error_does_not_count(away):
    walk = a_walk(away, TODAY - timedelta(days=7), minutes=9).walk
    type(walk).objects.filter(pk=walk.pk).update(entered_in_error=True, error_reason="another patient's")
    assert course_of_programme(away, TODAY).today.gap_on(TODAY) == 14


def test_paused_days_stop_the_clock(clinician):
    programme = a_steady_build(clinician)
    for days in (0, 2):
        a_walk(programme, START + timedelta(days=days), minutes=12)
    pause_programme(
        programme=programme,
        from_on=START + timedelta(days=4),
        until_on=START + timedelta(days=6),
        reason=PauseReason.AWAY,
        by=clinician,
        now=NOON,
    )
    assert course_of_programme(programme, START + timedelta(days=8)).today.week == 1
