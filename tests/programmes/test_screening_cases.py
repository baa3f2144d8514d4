"""Patients whom the night's screen once passed over, one case each."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from clinic.models import Role
from clinic.tenancy import acting_for
from programmes.clinical.thresholds import Setting
from programmes.models import ChangedPatient, Flag, Pause, PauseReason, Programme, ProgrammeStatus
from programmes.services.nights import review_night
from programmes.services.own_thresholds import set_clinic_thresholds
from programmes.services.screening import to_be_judged
from tests.factories import a_clinic, a_patient, a_programme, a_staff_member, a_walk
from tests.programmes.test_screening import changed

NIGHT = date(2026, 11, 20)
pytestmark = pytest.mark.django_db


def ago(days):
    return NIGHT - timedelta(days=days)


def evening(day):
    return datetime.combine(day, time(18), UTC)


def a_plan(since, **dose):
    clinic = a_clinic()
    return a_programme(a_patient(clinic), a_staff_member(clinic), starts_on=ago(since), **dose)


def assert_is_judged_for(programme, code):
    """By the night, without the marks that the walks left."""
    clinic = programme.clinic
    with acting_for(clinic):
        ChangedPatient.objects.all().delete()
        assert code in changed(clinic, NIGHT).get(programme.patient_id, ())
        assert to_be_judged(clinic=clinic, on=NIGHT) == [programme.patient_id]


@pytest.mark.parametrize("order", [(6, 3), (3, 6)])
def test_two_scores_of_a_day_count_as_their_mean_before_a_silence(order):
    """Whichever of the two PostgreSQL comes upon first."""
    programme = a_plan(since=41, days=5)
    for days in range(40, 7, -2):
        a_walk(programme, ago(days), pain=2)
    for score in order:
        a_walk(programme, ago(7), pain=score)
    a_walk(programme, ago(6), pain=5)
    assert_is_judged_for(programme, "PAIN_THEN_SILENT")


def test_who_became_slow_after_a_pause_has_the_weeks_before_it_as_usual():
    programme = a_plan(since=120, days=2)
    Pause.objects.create(
        clinic=programme.clinic, patient=programme.patient, programme=programme, from_on=ago(55),
        until_on=ago(28), reason=PauseReason.AWAY, made_by=programme.clinician.user,
    )  # fmt: skip
    for days in (*range(119, 55, -7), *range(116, 55, -7), 26, 19, 16, 3):
        a_walk(programme, ago(days))
    assert_is_judged_for(programme, "ADHERENCE_DROPPED")


def test_a_walk_told_in_steps_does_not_stand_for_the_minutes_of_its_day():
    programme = a_plan(since=35, days=5, minutes=20)
    for days in (day for week in range(5) for day in (7 * week + 1, 7 * week + 3, 7 * week + 5)):
        a_walk(programme, ago(days), minutes=None, steps=900)
        a_walk(programme, ago(days), minutes=5)
    assert_is_judged_for(programme, "ADHERENCE_LOW")


def test_a_walk_of_two_weeks_ago_that_comes_in_today_is_news():
    programme = a_plan(since=35, days=3)
    for days in range(34, 0, -2):
        if days != 14:
            a_walk(programme, ago(days))
    a_walk(programme, ago(14), fall="near", now=evening(NIGHT))
    assert_is_judged_for(programme, "FALL")


def test_a_silence_that_new_thresholds_no_longer_see_does_not_hide_few_walks():
    programme = a_plan(since=60, days=7)
    clinic = programme.clinic
    for days in (7 * week + day for week in range(1, 8) for day in (0, 2, 4, 6)):
        a_walk(programme, ago(days))
    review_night(clinic=clinic, local_date=ago(1), now=evening(ago(0)))
    assert [flag.evidence["pattern"] for flag in Flag.objects.for_clinic(clinic)] == ["silence"]
    set_clinic_thresholds(
        setting=Setting(silence_days=10), reason="a month of holidays", seen=0,
        by=a_staff_member(clinic, Role.MANAGER), now=evening(ago(0)),
    )  # fmt: skip
    assert_is_judged_for(programme, "ADHERENCE_LOW")


def test_a_long_walk_that_hurts_is_seen_while_walks_are_known_to_hurt():
    programme = a_plan(since=35, days=5, minutes=20)
    for days in range(34, 4, -2):
        a_walk(programme, ago(days), minutes=20)
    for days in (4, 2):
        a_walk(programme, ago(days), minutes=20, pain=3, pain_after=7)
    review_night(clinic=programme.clinic, local_date=ago(2), now=evening(ago(1)))
    assert [flag.code for flag in Flag.objects.for_clinic(programme.clinic)] == ["PAIN_RESPONSE"]
    a_walk(programme, ago(0), minutes=45, pain=3, pain_after=7)
    assert_is_judged_for(programme, "OVERDOING")


def test_a_flag_of_an_earlier_programme_is_over_with_the_first_walks_of_the_new_one():
    programme = a_plan(since=60, days=5)
    clinic, by = programme.clinic, programme.clinician
    for days in range(59, 40, -1):
        a_walk(programme, ago(days))
    review_night(clinic=clinic, local_date=ago(30), now=evening(ago(29)))
    assert [flag.code for flag in Flag.objects.for_clinic(clinic)] == ["ADHERENCE_DROPPED"]
    Programme.objects.filter(pk=programme.pk).update(
        status=ProgrammeStatus.COMPLETED, ended_on=ago(20), ended_by=by.user
    )
    later = a_programme(programme.patient, by, starts_on=ago(0), days=5)
    a_walk(later, ago(0))
    assert_is_judged_for(later, "ADHERENCE_DROPPED")
