"""Limiting a record, opening it in an emergency, and a manager who looks at that."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from clinic.models import OutboxMessage, Role
from clinic.permissions import NotAllowed
from patients.models import EmergencyAccess, LimitedRecord
from patients.services import limiting
from tests.factories import DUTY_LETTER, NOON, a_clinic, a_patient, a_staff_member, limit

REASON = "The lead is away and pain is rising."


@pytest.fixture
def record(clinic, clinician):
    return a_patient(clinic, lead=clinician, reference="A-1")


def open_it(record, by, **how):
    return limiting.open_in_emergency(
        **{"patient_id": record.pk, "reason": REASON, "letter": DUTY_LETTER, "by": by, "now": NOON, **how}
    )


def test_the_lead_limits_a_record_and_the_reason_is_kept(record, clinician):
    kept = limit(record)
    assert (kept.lead, kept.number, kept.reason, kept.limited_by) == (
        clinician,
        "A-1",
        "A neighbour of two colleagues.",
        clinician,
    )


def test_a_manager_limits_it_too(clinic, record):
    manager = a_staff_member(clinic, Role.MANAGER)
    assert limit(record, by=manager).limited_by == manager


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.REVIEWER])
def test_nobody_else_limits_or_lifts(clinic, record, role):
    member = a_staff_member(clinic, role)
    with pytest.raises(NotAllowed):
        limit(record, by=member)
    limited = limit(record)
    with pytest.raises(NotAllowed):
        limiting.lift_limit(limited=limited, by=member, now=NOON)
    assert LimitedRecord.objects.current().get() == limited


def test_a_manager_of_another_clinic_limits_nothing(record):
    with pytest.raises(NotAllowed):
        limit(record, by=a_staff_member(a_clinic("Oak Clinic"), Role.MANAGER))


@pytest.mark.parametrize("lead", [None, "left"])
def test_somebody_must_be_able_to_open_it(clinic, lead):
    leaver = a_staff_member(clinic, is_active=False) if lead else None
    patient = a_patient(clinic, lead=leaver)
    with pytest.raises(limiting.NoLead):
        limit(patient, by=a_staff_member(clinic, Role.MANAGER))


@pytest.mark.parametrize("reason", ["", "   ", "because", " " * 20 + "why"])
def test_a_reason_is_compulsory(record, clinician, reason):
    with pytest.raises(limiting.ReasonMissing):
        limiting.limit_record(patient=record, reason=reason, by=clinician, now=NOON)
    limit(record)
    with pytest.raises(limiting.ReasonMissing):
        open_it(record, a_staff_member(record.clinic), reason=reason)
    assert not EmergencyAccess.objects.exists()


def test_a_record_is_limited_once_and_again_after_lifting(record, clinician):
    first = limit(record)
    with pytest.raises(limiting.AlreadyLimited):
        limit(record)
    limiting.lift_limit(limited=first, by=clinician, now=NOON)
    with pytest.raises(limiting.NotLimited):
        limiting.lift_limit(limited=first, by=clinician, now=NOON)
    limit(record)
    assert LimitedRecord.objects.count() == 2


def test_managers_and_duty_address_are_told_at_once_without_names(clinic, record):
    manager = a_staff_member(clinic, Role.MANAGER)
    a_staff_member(clinic, Role.MANAGER, is_active=False)
    a_staff_member(a_clinic("Oak Clinic"), Role.MANAGER)
    limit(record)
    open_it(record, a_staff_member(clinic))
    told = {message.to_address: message.body for message in OutboxMessage.objects.all()}
    assert set(told) == {clinic.duty_email, manager.user.email}
    assert not any(word in body for word in (record.family_name, "A-1", REASON) for body in told.values())


def test_again_within_the_hour_is_the_same_access(clinic, record):
    member = a_staff_member(clinic)
    limit(record)
    first, again = open_it(record, member), open_it(record, member, now=NOON + timedelta(minutes=59))
    later = open_it(record, member, now=NOON + timedelta(minutes=60))
    assert (first == again, first == later, EmergencyAccess.objects.count()) == (True, False, 2)


def test_a_manager_does_not_open_records(clinic, record):
    limit(record)
    with pytest.raises(NotAllowed):
        open_it(record, a_staff_member(clinic, Role.MANAGER))


@pytest.mark.parametrize("state", ["never limited", "lifted", "another clinic's"])
def test_only_a_limited_record_of_ones_own_clinic_is_opened(clinic, record, clinician, state):
    by = a_staff_member(a_clinic("Oak Clinic") if state == "another clinic's" else clinic)
    if state != "never limited":
        limited = limit(record)
    if state == "lifted":
        limiting.lift_limit(limited=limited, by=clinician, now=NOON)
    with pytest.raises(limiting.NotLimited):
        open_it(record, by)
    assert (EmergencyAccess.objects.count(), OutboxMessage.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_open_one_access(clinic, record):
    """Without the lock on the limited record both find no access and both make one, with its mails."""
    member = a_staff_member(clinic)
    limit(record)
    start = threading.Barrier(2)

    def click():
        try:
            with transaction.atomic():
                start.wait(10)
                open_it(record, member)
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(0.3)")
        finally:
            connection.close()

    clicks = [threading.Thread(target=click) for _each in range(2)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join(30)
    assert EmergencyAccess.objects.count() == 1


# --- what managers do


@pytest.fixture
def access(clinic, record):
    limit(record)
    return open_it(record, a_staff_member(clinic))


def test_a_manager_looks_at_it_once_and_says_what_came_of_it(clinic, access):
    manager = a_staff_member(clinic, Role.MANAGER)
    limiting.review_emergency(access=access, note="Spoke to both: in order.", by=manager, now=NOON)
    with pytest.raises(limiting.AlreadyReviewed):
        limiting.review_emergency(access=access, note="Spoke to both: not!", by=manager, now=NOON)
    access.refresh_from_db()
    assert (access.reviewed_by, access.review_note) == (manager, "Spoke to both: in order.")


@pytest.mark.parametrize("note", ["", "fine"])
def test_acknowledging_needs_words(clinic, access, note):
    with pytest.raises(limiting.ReasonMissing):
        limiting.review_emergency(access=access, note=note, by=a_staff_member(clinic, Role.MANAGER), now=NOON)


def test_nobody_looks_at_the_own_access(access):
    access.member.role = Role.MANAGER
    access.member.save()
    with pytest.raises(NotAllowed):
        limiting.review_emergency(access=access, note="I was right.........", by=access.member, now=NOON)


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.REVIEWER])
def test_only_managers_look_at_it(clinic, access, role):
    with pytest.raises(NotAllowed):
        limiting.review_emergency(
            access=access, note="I was right.........", by=a_staff_member(clinic, role), now=NOON
        )


def test_a_manager_names_a_new_lead(clinic, record):
    limited, new = limit(record), a_staff_member(clinic)
    limiting.name_lead(limited=limited, lead=new, by=a_staff_member(clinic, Role.MANAGER))
    record.refresh_from_db()
    limited.refresh_from_db()
    assert (record.lead, limited.lead) == (new, new)


@pytest.mark.parametrize("who", ["reviewer", "left", "next door"])
def test_the_new_lead_must_be_able_to_lead(clinic, record, who):
    lead = {
        "reviewer": lambda: a_staff_member(clinic, Role.REVIEWER),
        "left": lambda: a_staff_member(clinic, is_active=False),
        "next door": lambda: a_staff_member(a_clinic("Oak Clinic")),
    }[who]()
    with pytest.raises(limiting.NoLead):
        limiting.name_lead(limited=limit(record), lead=lead, by=a_staff_member(clinic, Role.MANAGER))


def test_the_number_follows_the_record(record):
    limited = limit(record)
    record.reference = "A-2"
    record.save()
    limited.refresh_from_db()
    assert limited.number == "A-2"


def test_lifted_rows_do_not_follow(record, clinician):
    limited = limit(record)
    limiting.lift_limit(limited=limited, by=clinician, now=NOON)
    record.reference = "A-2"
    record.save()
    limited.refresh_from_db()
    assert limited.number == "A-1"
