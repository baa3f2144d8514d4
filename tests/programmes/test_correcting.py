"""A walk that was entered in error stays, counts no more, and takes no safety flag with it."""

import pytest
import time_machine

from clinic.models import Role
from clinic.permissions import NotAllowed
from programmes.models import ChangedPatient, Flag, Walk
from programmes.services.correcting import AlreadyMarked, ReasonMissing, mark_entered_in_error
from tests.factories import NOON, a_clinic, a_patient, a_programme, a_staff_member, a_walk
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture
def clinician():
    return a_staff_member(a_clinic())


@pytest.fixture
def walk(clinician):
    programme = a_programme(a_patient(clinician.clinic), clinician)
    return a_walk(programme, TODAY, new_symptoms=("chest_pain",), now=NOON).walk


def test_it_stays_in_the_record_and_its_days_are_reviewed_again(walk, clinician):
    ChangedPatient.objects.all().delete()
    mark_entered_in_error(walk=walk, reason="typed for the wrong day", by=clinician, now=NOON)
    stored = Walk.objects.get(pk=walk.pk)
    assert (stored.entered_in_error, stored.error_reason) == (True, "typed for the wrong day")
    assert (Walk.objects.valid().count(), ChangedPatient.objects.get().earliest_on) == (0, TODAY)


def test_its_safety_flag_waits_for_a_person(walk, clinician):
    mark_entered_in_error(walk=walk, reason="typed twice", by=clinician, now=NOON)
    assert Flag.objects.unresolved().get().code == "SAFETY"


def test_once_with_a_reason_and_by_a_clinician(walk, clinician):
    with pytest.raises(ReasonMissing):
        mark_entered_in_error(walk=walk, reason=" ", by=clinician, now=NOON)
    reviewer = a_staff_member(clinician.clinic, Role.REVIEWER)
    with pytest.raises(NotAllowed):
        mark_entered_in_error(walk=walk, reason="typed twice", by=reviewer, now=NOON)
    mark_entered_in_error(walk=walk, reason="typed twice", by=clinician, now=NOON)
    with pytest.raises(AlreadyMarked):
        mark_entered_in_error(walk=walk, reason="again", by=clinician, now=NOON)


def test_through_the_page(client, walk, clinician):
    sign_in_staff(client, clinician)
    page = f"/walk-records/{walk.pk}/error/"
    answers = [client.post(page, {}).status_code, client.post(page, {"reason": "typed twice"}).status_code]
    assert (answers, Walk.objects.valid().count()) == ([422, 302], 0)


def test_the_corrected_walk_takes_its_place_by_staff(client, walk, clinician):
    sign_in_staff(client, clinician)
    typed = {"reason": "25, not 15", "walked_on": TODAY.isoformat(), "minutes": "25", "pain_before": "0"}
    with time_machine.travel(NOON, tick=False):
        answer = client.post(f"/walk-records/{walk.pk}/error/", typed)
    (right,) = Walk.objects.valid()
    assert (answer.status_code, right.minutes, right.pain_before, right.source) == (302, 25, 0, "staff")
    assert (right.entered_by, Walk.objects.get(pk=walk.pk).error_reason) == (clinician.user, "25, not 15")


@pytest.mark.parametrize(
    "wrong",
    [
        {"walked_on": "2027-01-01", "minutes": "25"},
        {"walked_on": "2026-10-01", "minutes": "25"},
        {"minutes": "25"},
        {"pain_before": "3"},
        {"walked_on": "2026-11-20", "minutes": "25", "pain_before": "11"},
    ],
)
def test_what_is_wrong_with_it_marks_nothing_and_stays_typed(client, walk, clinician, wrong):
    sign_in_staff(client, clinician)
    with time_machine.travel(NOON, tick=False):
        answer = client.post(f"/walk-records/{walk.pk}/error/", {"reason": "typed twice", **wrong})
    assert (answer.status_code, "typed twice" in answer.content.decode()) == (422, True)
    assert list(Walk.objects.valid()) == [walk]
