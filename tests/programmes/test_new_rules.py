"""The night after a new rule version: old silences come over a week, a new one in its own night."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from programmes.clinical.thresholds import RULE_VERSION
from programmes.models import Flag, ReviewRun, RunStatus
from programmes.services.nights import due_at, review_night
from tests.factories import NOON, START, a_clinic, a_patient, a_programme, a_staff_member

pytestmark = pytest.mark.django_db
FIRST = START + timedelta(days=40)  # the first night under the new rules


@pytest.fixture
def clinic():
    return a_clinic()


def never_walked(clinic, number, *, starts_on=START):
    """A patient whose turn is the night of this number, counted in sevens."""
    patient = a_patient(clinic, id=UUID(int=7 * 10**20 + number))
    return a_programme(patient, a_staff_member(clinic), starts_on=starts_on)


def judged_by(clinic, version, night):
    """A night that was done under that version."""
    at = due_at(clinic, night)
    ReviewRun.objects.create(
        clinic=clinic,
        local_date=night,
        due_at=at,
        status=RunStatus.DONE,
        finished_at=at,
        rule_version=version,
    )


def raised_after_a_change(clinic, nights=8):
    """Night number -> number of new flags."""
    raised = []
    for n in range(nights):
        night = FIRST + timedelta(days=n)
        review_night(clinic=clinic, local_date=night, now=NOON)
        raised.append(Flag.objects.filter(raised_on=night).count())
    return raised


def test_old_silences_come_over_a_week_each_in_its_night(clinic):
    judged_by(clinic, "2026.1", FIRST - timedelta(days=1))
    for place in (0, 2, 2 + 7, 6):
        never_walked(clinic, place)
    assert raised_after_a_change(clinic) == [1, 0, 2, 0, 0, 0, 1, 0]


def test_a_silence_that_begins_to_count_meanwhile_comes_in_its_own_night(clinic):
    judged_by(clinic, "2026.1", FIRST - timedelta(days=1))
    never_walked(
        clinic, 6, starts_on=FIRST - timedelta(days=8)
    )  # nine days without a log on the second night
    assert raised_after_a_change(clinic, 3) == [0, 1, 0]


def test_a_clinic_that_other_rules_never_judged_waits_for_nothing(clinic):
    judged_by(clinic, RULE_VERSION, FIRST - timedelta(days=1))
    never_walked(clinic, 6)
    assert raised_after_a_change(clinic, 1) == [1]


def test_another_clinics_change_is_its_own(clinic):
    judged_by(a_clinic(name="Oak Clinic"), "2026.1", FIRST - timedelta(days=1))
    never_walked(clinic, 6)
    assert raised_after_a_change(clinic, 1) == [1]


def test_nights_caught_up_late_raise_as_on_time(clinic):
    judged_by(clinic, "2026.1", FIRST - timedelta(days=1))
    never_walked(clinic, 3)
    late = datetime.combine(FIRST, datetime.min.time(), tzinfo=NOON.tzinfo) + timedelta(days=30)
    for n in range(5):
        review_night(clinic=clinic, local_date=FIRST + timedelta(days=n), now=late)
    assert Flag.objects.get().raised_on == FIRST + timedelta(days=3)
