"""From walks in the database to flags in the queue."""

from datetime import timedelta

import pytest

from programmes.clinical.diary import Finding
from programmes.models import Flag, ReviewItem, ReviewRun
from programmes.services.flagging import raise_flag
from programmes.services.nights import review_changed_patients, review_night
from programmes.services.reviewing import snooze_item
from tests.factories import NOON, START, a_clinic, a_patient, a_programme, a_staff_member, a_walk

pytestmark = pytest.mark.django_db


def rising_patient(clinic):
    """Four weeks at 3, then a week at 6; three walks a week."""
    programme = a_programme(a_patient(clinic), a_staff_member(clinic))
    for week in range(5):
        for day in (0, 2, 4):
            a_walk(programme, START + timedelta(days=7 * week + day), pain=6 if week == 4 else 3)
    return programme


def test_rising_pain_becomes_one_flag_in_one_item():
    clinic = a_clinic()
    programme = rising_patient(clinic)
    review_night(clinic=clinic, local_date=START + timedelta(days=32), now=NOON)
    flag = Flag.objects.for_clinic(clinic).get()
    assert (flag.code, flag.patient_id, flag.item.patient_id) == (
        "PAIN_RISING",
        programme.patient_id,
        programme.patient_id,
    )


def test_the_same_night_again_changes_nothing():
    clinic = a_clinic()
    rising_patient(clinic)
    night = START + timedelta(days=32)
    review_night(clinic=clinic, local_date=night, now=NOON)
    review_night(clinic=clinic, local_date=night, now=NOON, again=True)
    assert (Flag.objects.count(), ReviewItem.objects.count(), ReviewRun.objects.count()) == (1, 1, 1)


def test_a_changed_patient_is_reviewed_without_waiting_for_the_night():
    clinic = a_clinic()
    programme = rising_patient(clinic)
    last = a_walk(programme, START + timedelta(days=33), pain=7)
    assert review_changed_patients(now=last.walk.received_at) == 1
    assert Flag.objects.for_clinic(clinic).get().raised_on == START + timedelta(days=33)


def test_something_worse_wakes_a_snoozed_item():
    clinic = a_clinic()
    clinician = a_staff_member(clinic)
    programme = rising_patient(clinic)
    review_night(clinic=clinic, local_date=START + timedelta(days=32), now=NOON)
    item = ReviewItem.objects.get()
    today = START + timedelta(days=33)
    snooze_item(item=item, until=today + timedelta(days=7), by=clinician, today=today)
    a_walk(programme, today, new_symptoms=("chest_pain",))
    item.refresh_from_db()
    assert (item.status, item.snoozed_until, item.severity) == ("requested", None, 1)


NIGHT = START + timedelta(days=32)


def snoozed_rise():
    """An item with an amber flag that somebody put off for a week."""
    clinic = a_clinic()
    programme = rising_patient(clinic)
    review_night(clinic=clinic, local_date=NIGHT, now=NOON)
    item = ReviewItem.objects.get()
    snooze_item(item=item, until=NIGHT + timedelta(days=7), by=a_staff_member(clinic), today=NIGHT)
    return programme, item


def raised(programme, code, severity):
    finding = Finding(code, severity, {"pattern": "silence"})
    raise_flag(patient=programme.patient, programme=programme, finding=finding, on=NIGHT, now=NOON)


@pytest.mark.parametrize(
    ("code", "severity", "status"),
    [
        ("ADHERENCE_DROPPED", "amber", "requested"),
        ("PAIN_THEN_SILENT", "amber-high", "requested"),
        ("NOT_IMPROVING", "amber-low", "on-hold"),
        ("FLARE", "info", "on-hold"),
    ],
)
def test_a_new_reason_as_severe_as_the_worst_wakes_a_snoozed_item(code, severity, status):
    programme, item = snoozed_rise()
    raised(programme, code, severity)
    item.refresh_from_db()
    assert (item.status, item.snoozed_until is None) == (status, status == "requested")


def test_more_of_the_same_lets_a_snoozed_item_rest():
    programme, item = snoozed_rise()
    raised(programme, "PAIN_RISING", "amber")
    item.refresh_from_db()
    assert (item.status, item.snoozed_until) == ("on-hold", NIGHT + timedelta(days=7))
