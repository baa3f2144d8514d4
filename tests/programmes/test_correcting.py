"""A walk that was entered in error stays, counts no more, and takes no safety flag with it."""

import pytest

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
