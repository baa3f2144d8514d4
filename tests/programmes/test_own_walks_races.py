"""Two tabs, or the patient and staff, change one walk at the same moment: one of them does."""

from functools import partial

import pytest
from uuid_utils.compat import uuid7

from programmes.models import Walk
from programmes.services.correcting import mark_entered_in_error
from programmes.services.own_walks import change_own_walk, take_back_walk
from programmes.services.walk_logging import WalkEntry
from tests.at_once import at_once
from tests.factories import DUTY_LETTER, NOON, a_clinic, a_patient, a_programme, a_staff_member, a_walk

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = NOON.date()


def changed(walk, minutes):
    return partial(
        change_own_walk,
        walk=walk,
        patient=walk.patient,
        entry=WalkEntry(client_uuid=uuid7(), walked_on=TODAY, minutes=minutes),
        duty_letter=DUTY_LETTER,
        by=walk.patient.user,
        now=NOON,
    )


def test_of_four_at_once_one_marks_the_walk():
    clinician = a_staff_member(a_clinic())
    walk = a_walk(a_programme(a_patient(clinician.clinic), clinician), TODAY, now=NOON).walk
    answers = at_once(
        changed(walk, 10),
        changed(walk, 20),
        partial(take_back_walk, walk=walk, patient=walk.patient, now=NOON),
        partial(mark_entered_in_error, walk=walk, reason="typed twice", by=clinician, now=NOON),
    )
    lost = [each for each in answers if each in ("NotChangeable", "AlreadyMarked")]
    assert len(lost) == 3
    assert Walk.objects.valid().count() <= 1


def test_a_double_tap_gives_one_version_to_both():
    clinician = a_staff_member(a_clinic())
    walk = a_walk(a_programme(a_patient(clinician.clinic), clinician), TODAY, now=NOON).walk
    tap = changed(walk, 10)
    first, *others = at_once(tap, tap, tap, tap)
    assert {each.walk for each in (first, *others)} == {Walk.objects.valid().get()}
