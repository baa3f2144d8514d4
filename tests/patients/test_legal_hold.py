"""A legal hold: a manager says why, nothing of the record goes, and it ends by hand."""

from datetime import date

import pytest
from django.core.management import call_command

from clinic.models import OutboxMessage, Role
from patients.models import Decision
from patients.services.retention_decisions import (
    AlreadyHeld,
    NotHeld,
    ReasonMissing,
    end_hold,
    hold_record,
    past_their_time,
)
from tests.factories import NOON, a_clinic, a_patient, a_staff_member
from tests.patients.ended import decided, ended
from tests.signing_in import sign_in_staff

NEXT_YEAR = date(2027, 11, 21)
KEEP = {"what": Decision.KEEP, "keep_until": NEXT_YEAR, "reason": "A dispute is being settled."}


@pytest.fixture
def over(clinic):
    """A record whose time is over since today."""
    return ended(a_patient(clinic, family_name="Quillfeather"))


@pytest.fixture
def desk(client, manager):
    return sign_in_staff(client, manager)


def text_of(response):
    return " ".join(response.content.decode().split())


def waiting_of(clinic):
    return past_their_time(clinic=clinic, today=NOON.date()).waiting


def test_a_record_is_held_once(over, manager):
    hold_record(patient=over, reason="claim", by=manager)
    with pytest.raises(AlreadyHeld):
        hold_record(patient=over, reason="inquest", by=manager)
    over.refresh_from_db()
    assert over.kept_reason == "claim"


def test_a_hold_says_why(over, manager):
    with pytest.raises(ReasonMissing):
        hold_record(patient=over, reason="  ", by=manager)


def test_a_hold_takes_the_place_of_a_decision_to_keep(over, clinic, manager):
    decided(over, manager, **KEEP)
    hold_record(patient=over, reason="claim", by=manager)
    over.refresh_from_db()
    assert (over.is_held, over.kept_reason) == (True, "claim")
    end_hold(patient=over, by=manager)
    assert waiting_of(clinic) == [over]


def test_what_is_not_held_is_not_ended(over, manager):
    decided(over, manager, **KEEP)
    with pytest.raises(NotHeld):
        end_hold(patient=over, by=manager)
    over.refresh_from_db()
    assert over.kept_until == NEXT_YEAR


# --- The page


def page_of(patient):
    return f"/patients/{patient.pk}/hold/"


def test_a_manager_holds_a_record_and_ends_it(desk, clinic, over):
    assert "Hold the record of" in text_of(desk.get(page_of(over)))
    answer = desk.post(page_of(over), {"reason": "Claim of May 2026"})
    assert (answer.status_code, answer["Location"]) == (302, f"/patients/{over.pk}/data/")
    assert "Legal hold: Claim of May 2026" in text_of(desk.get(f"/patients/{over.pk}/data/"))
    assert "Claim of May 2026" in text_of(desk.get(page_of(over)))
    assert waiting_of(clinic) == []
    desk.post(page_of(over), {"end": "yes"})
    assert "The hold is ended." in text_of(desk.get(f"/patients/{over.pk}/data/"))
    assert waiting_of(clinic) == [over]


def test_without_a_reason_nothing_is_held(desk, over):
    answer = desk.post(page_of(over), {"reason": " "})
    over.refresh_from_db()
    assert (answer.status_code, "Write why" in text_of(answer), over.is_held) == (422, True, False)


def test_the_second_of_two_managers_is_told_and_keeps_what_was_typed(desk, over, manager):
    hold_record(patient=over, reason="claim", by=manager)
    answer = desk.post(page_of(over), {"reason": "Inquest of June"})
    page = text_of(answer)
    assert (answer.status_code, "A hold stands" in page, "Inquest of June" in page) == (422, True, True)


def test_a_hold_that_was_ended_meanwhile_is_said(desk, over):
    desk.post(page_of(over), {"end": "yes"})
    assert "ended meanwhile" in text_of(desk.get(f"/patients/{over.pk}/data/"))


# --- The mail


def mails():
    return sorted(OutboxMessage.objects.filter(kind="retention").values_list("to_address", "body"))


def test_managers_are_told_once_a_month_that_records_wait(over, clinic, manager):
    a_staff_member(clinic, Role.MANAGER, is_active=False)
    a_staff_member(clinic, Role.CLINICIAN)
    a_staff_member(a_clinic("Ash"), Role.MANAGER)
    for _night in range(2):
        call_command("retention", "--apply")
    ((address, body),) = mails()
    assert address == manager.user.email
    assert body.startswith("1 record of your clinic is past its time and waits for your decision.")
    assert over.family_name not in body


def test_nobody_is_told_of_nothing_or_by_a_dry_run(over, manager):
    call_command("retention", "--dry-run")
    hold_record(patient=over, reason="claim", by=manager)
    call_command("retention", "--apply")
    assert mails() == []
