"""Before a clinic has signed nothing reaches a patient and no trend is flagged; safety answers always are."""

import pytest
import time_machine

from clinic.models import CHECKLIST, Clinic, GoLiveRecord, MessageKind, OutboxMessage, Role
from clinic.permissions import NotAllowed
from clinic.services.going_live import ChecklistIncomplete, NotLive, Readiness, sign_going_live
from patients.services.enrolment import invite_patient
from patients.services.letters import print_letter
from programmes.clinical.thresholds import RULE_VERSION
from programmes.models import ChangedPatient, Flag, ReviewRun
from programmes.services.nights import keep_up, plan_nights, review_night, run_planned_reviews
from programmes.services.prescribing import assign_programme
from tests.factories import (
    DUTY_LETTER,
    NOON,
    START,
    a_clinic,
    a_draft,
    a_patient,
    a_programme,
    a_staff_member,
    a_walk,
)
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db
READY = Readiness("Orla Kent, physiotherapist", "0.1", frozenset(CHECKLIST))
TODAY = NOON.date()


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def not_live():
    return a_clinic(live_rule_version="")


def test_nobody_is_invited(not_live):
    with pytest.raises(NotLive):
        invite_patient(patient=a_patient(not_live), letter=DUTY_LETTER, by=a_staff_member(not_live), now=NOON)
    assert OutboxMessage.objects.filter(kind=MessageKind.INVITATION).count() == 0


def test_no_letter_is_printed(not_live):
    patient = a_patient(not_live, user=None, date_of_birth=START)
    with pytest.raises(NotLive):
        print_letter(patient=patient, by=a_staff_member(not_live, Role.MANAGER), now=NOON)


def test_no_programme_is_assigned(not_live):
    clinician = a_staff_member(not_live)
    draft = a_draft(a_patient(not_live), clinician)
    with pytest.raises(NotLive):
        assign_programme(programme=draft, by=clinician, now=NOON)


def test_no_night_is_reviewed_until_it_is_signed_and_then_it_is_caught_up():
    clinic = a_clinic(review_hour=0)
    programme = a_programme(a_patient(clinic), a_staff_member(clinic))
    a_walk(programme, TODAY)
    Clinic.objects.filter(pk=clinic.pk).update(live_rule_version="")
    plan_nights(clinic=clinic, first=TODAY.replace(day=20), last=TODAY.replace(day=20))
    assert (keep_up(now=NOON), list(run_planned_reviews(now=NOON))) == (0, [])
    assert (ChangedPatient.objects.count(), ReviewRun.objects.done().count()) == (1, 0)
    Clinic.objects.filter(pk=clinic.pk).update(live_rule_version=RULE_VERSION)
    assert len(list(run_planned_reviews(now=NOON))) == 1


def test_a_night_by_hand_is_refused(not_live):
    with pytest.raises(NotLive):
        review_night(clinic=not_live, local_date=START, now=NOON)


def test_a_safety_answer_is_raised_and_mailed_whatever_is_signed():
    clinic = a_clinic()
    programme = a_programme(a_patient(clinic), a_staff_member(clinic))
    Clinic.objects.filter(pk=clinic.pk).update(live_rule_version="")
    clinic.refresh_from_db()
    a_walk(programme, TODAY, new_symptoms=("chest_pain",), now=NOON)
    mails = OutboxMessage.objects.filter(kind=MessageKind.SAFETY_ALERT).count()
    assert (Flag.objects.get().code, mails) == ("SAFETY", 1)


def test_signing_needs_the_whole_list_and_a_manager(not_live):
    manager = a_staff_member(not_live, Role.MANAGER)
    part = Readiness("Orla Kent", "0.1", frozenset(CHECKLIST[1:]))
    with pytest.raises(ChecklistIncomplete):
        sign_going_live(readiness=part, rule_version=RULE_VERSION, by=manager, now=NOON)
    with pytest.raises(NotAllowed):
        sign_going_live(readiness=READY, rule_version=RULE_VERSION, by=a_staff_member(not_live), now=NOON)
    sign_going_live(readiness=READY, rule_version=RULE_VERSION, by=manager, now=NOON)
    signed = GoLiveRecord.objects.for_clinic(not_live).get()
    not_live.refresh_from_db()
    assert (signed.signed_by, signed.safety_lead, not_live.is_live) == (manager, READY.safety_lead, True)


def test_the_page_signs_and_the_banner_goes(client, not_live):
    sign_in_staff(client, a_staff_member(not_live, Role.MANAGER))
    assert "This clinic is not live." in client.get("/review/").content.decode()
    assert "This clinic is not live." in client.get("/admin/").content.decode()
    facts = {"safety_lead": "Orla Kent", "hazard_log_version": "0.1"}
    assert client.post("/going-live/", {**facts, "done": CHECKLIST[:4]}).status_code == 422
    assert client.post("/going-live/", {**facts, "done": CHECKLIST}).status_code == 302
    assert "not live" not in client.get("/review/").content.decode()


def test_others_read_what_was_signed_and_cannot_sign(client, not_live):
    sign_in_staff(client, a_staff_member(not_live))
    answers = client.get("/going-live/").status_code, client.post("/going-live/", {}).status_code
    assert answers == (200, 403)


def test_new_rules_ask_for_a_new_signature_and_flags_go_on(client):
    clinic = a_clinic(live_rule_version="2020.1", review_hour=0)
    sign_in_staff(client, a_staff_member(clinic, Role.MANAGER))
    assert "The rules have changed to version" in client.get("/review/").content.decode()
    assert review_night(clinic=clinic, local_date=START, now=NOON) is not None
