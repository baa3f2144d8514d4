"""A leaver's work is handed over in one transaction, and the door closes behind them."""

from datetime import timedelta

import pytest
from django.test import Client

from clinic.models import LeaverReport, Role, StaffMember, User, UserSession
from clinic.permissions import NotAllowed
from clinic.services.people import LastManager, OwnRole
from patients.models import LimitedRecord, Patient
from programmes.models import Channel, ContactResult, Programme, ReviewItem
from programmes.services import leaving
from programmes.services.reviewing import Contact, claim_item, record_contact
from tests.factories import (
    NOON,
    a_clinic,
    a_draft,
    a_patient,
    a_programme,
    a_staff_member,
    a_walk,
    limit,
)
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture
def clinic():
    return a_clinic()


@pytest.fixture
def manager(clinic):
    return a_staff_member(clinic, Role.MANAGER)


@pytest.fixture
def leaver(clinic):
    """Leads a patient with a running programme, a draft and a claimed item; a limited record as well."""
    member = a_staff_member(clinic)
    patient = a_patient(clinic, lead=member)
    programme = a_programme(patient, member)
    a_walk(programme, TODAY, new_symptoms=("fever",), now=NOON)
    item = ReviewItem.objects.get(patient=patient)
    claim_item(item=item, by=member, now=NOON)
    planned = Contact(Channel.PHONE, ContactResult.NO_ANSWER, next_on=TODAY + timedelta(days=2))
    record_contact(item=item, contact=planned, by=member, now=NOON)
    limited = a_patient(clinic, lead=member)
    a_draft(limited, member)
    limit(limited)
    return member


def hand_over(member, by, successor=None):
    return leaving.hand_over(member=member, successor=successor, by=by, now=NOON, today=TODAY)


def state(leaver):
    """Who holds what now: items, patients, programmes."""
    return (
        ReviewItem.objects.filter(claimed_by=leaver).count(),
        Patient.objects.filter(lead=leaver).count(),
        Programme.objects.filter(clinician=leaver).count(),
    )


def test_what_is_held_is_told_before(leaver):
    held = leaving.held_by(member=leaver, today=TODAY)
    assert (len(held.items), len(held.patients), len(held.programmes)) == (1, 2, 2)
    assert [contact["on"] for contact in held.contacts] == ["2026-11-23"]


def test_a_successor_gets_everything_limited_records_too(clinic, leaver, manager):
    successor = a_staff_member(clinic)
    report = hand_over(leaver, manager, successor)
    assert (state(leaver), state(successor)) == ((0, 0, 0), (1, 2, 2))
    assert (LimitedRecord.objects.get().lead, report.successor) == (successor, successor)
    assert {key: len(kept) for key, kept in report.held.items()} == {
        "items": 1,
        "patients": 2,
        "programmes": 2,
        "contacts": 1,
    }


def test_without_a_successor_items_wait_for_anybody(leaver, manager):
    hand_over(leaver, manager)
    item = ReviewItem.objects.get()
    assert (item.status, item.claimed_by, item.claimed_at) == ("requested", None, None)
    assert state(leaver) == (0, 0, 2)
    assert LimitedRecord.objects.current().get().lead is None


def test_the_door_closes(leaver, manager):
    client = sign_in_staff(Client(), leaver)
    assert client.get("/review/").status_code == 200
    report = hand_over(leaver, manager)
    assert client.get("/review/").status_code == 302
    assert (report.login_disabled, User.objects.get(pk=leaver.user_id).is_active) == (True, False)
    assert not UserSession.objects.filter(user=leaver.user).exists()


@pytest.mark.parametrize("elsewhere", ["member", "patient"])
def test_a_login_that_opens_something_else_stays(leaver, manager, elsewhere):
    other = a_clinic("Oak Clinic")
    if elsewhere == "member":
        StaffMember.objects.create(clinic=other, user=leaver.user, name="Lee", role=Role.REVIEWER)
    else:
        a_patient(other, user=leaver.user)
    report = hand_over(leaver, manager)
    assert (report.login_disabled, User.objects.get(pk=leaver.user_id).is_active) == (False, True)


def test_nobody_leaves_twice(leaver, manager):
    hand_over(leaver, manager)
    leaver.is_active = True
    with pytest.raises(leaving.AlreadyLeft):
        hand_over(leaver, manager)
    assert LeaverReport.objects.count() == 1


def test_a_refusal_leaves_everything_as_it_was(clinic, leaver, manager):
    before = state(leaver)
    with pytest.raises(leaving.NotASuccessor):
        hand_over(leaver, manager, a_staff_member(clinic, Role.REVIEWER))
    assert (state(leaver), StaffMember.objects.get(pk=leaver.pk).is_active) == (before, True)


def test_nobody_takes_over_from_herself(leaver, manager):
    with pytest.raises(leaving.NotASuccessor):
        hand_over(leaver, manager, leaver)


def test_managers_neither_end_themselves_nor_the_last_one(clinic, manager):
    with pytest.raises(OwnRole):
        hand_over(manager, manager)
    second = a_staff_member(clinic, Role.MANAGER)
    StaffMember.objects.filter(pk=manager.pk).update(is_active=False)
    with pytest.raises(LastManager):
        hand_over(second, manager)


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.REVIEWER])
def test_only_managers_hand_over(clinic, leaver, role):
    with pytest.raises(NotAllowed):
        hand_over(leaver, a_staff_member(clinic, role))


def test_another_clinics_manager_ends_nothing(leaver):
    with pytest.raises(NotAllowed):
        hand_over(leaver, a_staff_member(a_clinic("Oak Clinic"), Role.MANAGER))
    assert StaffMember.objects.get(pk=leaver.pk).is_active
