"""The flags from single answers and from the plan, from the database to the item."""

from datetime import timedelta

import pytest

from clinic.models import Role
from clinic.permissions import NotAllowed
from programmes import wording
from programmes.models import Flag, FlagCode, Outcome, ReviewItem
from programmes.services.nights import review_changed_patients, review_night
from programmes.services.reviewing import close_item
from tests.factories import NOON, START, a_clinic, a_patient, a_programme, a_staff_member, a_walk

pytestmark = pytest.mark.django_db


def a_walker(clinic):
    return a_programme(a_patient(clinic), a_staff_member(clinic))


def test_a_fall_is_in_the_queue_within_the_next_review():
    clinic = a_clinic()
    told = a_walk(a_walker(clinic), START + timedelta(days=2), fall="near")
    review_changed_patients(now=told.walk.received_at)
    flag = Flag.objects.for_clinic(clinic).get()
    assert (flag.code, flag.severity, wording.sentence(flag.code, flag.evidence)) == (
        "FALL",
        2,
        "Nearly fell on 9 Sep.",
    )


def test_a_fall_is_closed_by_a_clinician_only():
    clinic = a_clinic()
    reviewer, clinician = a_staff_member(clinic, Role.REVIEWER), a_staff_member(clinic)
    told = a_walk(a_walker(clinic), START + timedelta(days=2), fall="fall")
    review_changed_patients(now=told.walk.received_at)
    item = ReviewItem.objects.get()
    read = [flag.as_read for flag in Flag.objects.all()]
    today = START + timedelta(days=3)
    closing = {
        "item": item,
        "outcome": Outcome.NO_ANSWER,
        "note": "",
        "seen": read,
        "now": NOON,
        "today": today,
    }
    with pytest.raises(NotAllowed, match="safety answer or fall"):
        close_item(**closing, by=reviewer)
    close_item(**closing | {"outcome": Outcome.ALREADY_KNOWN}, by=clinician)
    item.refresh_from_db()
    assert item.status == "completed"


def test_a_flare_up_for_information_opens_no_item():
    clinic = a_clinic()
    told = a_walk(a_walker(clinic), START + timedelta(days=2), flare=True)
    review_changed_patients(now=told.walk.received_at)
    assert (Flag.objects.count(), ReviewItem.objects.count()) == (0, 0)


def test_a_flare_up_for_information_joins_an_open_item():
    clinic = a_clinic()
    told = a_walk(a_walker(clinic), START + timedelta(days=2), flare=True, fall="near")
    review_changed_patients(now=told.walk.received_at)
    assert sorted(Flag.objects.values_list("code", "severity")) == [("FALL", 2), ("FLARE", 5)]


def test_a_week_of_flare_up_opens_one():
    clinic = a_clinic()
    programme = a_walker(clinic)
    for n in (2, 4, 6, 8):
        told = a_walk(programme, START + timedelta(days=n), flare=True)
    review_changed_patients(now=told.walk.received_at)
    assert list(Flag.objects.values_list("code", "severity")) == [("FLARE", 3)]


def test_walks_that_were_not_walked_are_not_counted_before_the_day_is_over():
    clinic = a_clinic()
    programme = a_walker(clinic)
    last = a_walk(programme, START)
    silent = START + timedelta(days=9)
    review_changed_patients(now=last.walk.received_at + timedelta(days=9))
    before = Flag.objects.count()
    review_night(clinic=clinic, local_date=silent, now=NOON)
    assert (before, [flag.code for flag in Flag.objects.all()]) == (0, ["NOT_STARTED"])


def test_every_code_has_a_name_and_the_database_knows_it():
    constraint = next(c for c in Flag._meta.constraints if c.name == "programmes_flag_code_known")
    assert all(code in str(constraint.condition) for code in FlagCode.values)
