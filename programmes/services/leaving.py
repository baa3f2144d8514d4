"""Somebody leaves a clinic: what they hold goes to a successor, and the door closes behind them."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from clinic.models import LeaverReport, StaffMember, User
from clinic.permissions import require
from clinic.services.people import OwnRole, disable_login, require_another_manager
from clinic.services.sessions import end_all_sessions
from clinic.tenancy import past_limits, with_rows_of
from patients.models import Patient
from programmes.models import ContactAttempt, ItemStatus
from programmes.services.caseloads import (
    NotASuccessor,
    claimed_by,
    move_work,
    programmes_of,
    require_successor,
)

__all__ = ["AlreadyLeft", "Held", "NotASuccessor", "hand_over", "held_by"]


class AlreadyLeft(Exception):
    """The membership has ended."""


@dataclass(frozen=True)
class Held:
    """Keys of what a member of staff holds, as text; limited records are among the patients."""

    items: list[str]
    patients: list[str]
    programmes: list[str]
    contacts: list[dict[str, str]]  # {"item": key, "on": date} of tries that this person planned

    @property
    def is_empty(self) -> bool:
        return not (self.items or self.patients or self.programmes or self.contacts)


def held_by(*, member: StaffMember, today: date) -> Held:
    """What would be left behind: open items, patients led, programmes, planned contacts."""
    clinic = member.clinic
    with past_limits():
        planned = ContactAttempt.objects.for_clinic(clinic).filter(made_by=member, next_on__gte=today)
        planned = planned.exclude(item__status=ItemStatus.COMPLETED).order_by("next_on")
        return Held(
            items=_keys(claimed_by(member)),
            patients=_keys(Patient.objects.for_clinic(clinic).filter(lead=member)),
            programmes=_keys(programmes_of(member)),
            contacts=[
                {"item": str(item), "on": on.isoformat()}
                for item, on in planned.values_list("item", "next_on")
            ],
        )


def _keys(rows: Any) -> list[str]:
    return [str(key) for key in rows.order_by("pk").values_list("pk", flat=True)]


@transaction.atomic
def hand_over(
    *, member: StaffMember, successor: StaffMember | None, by: StaffMember, now: datetime, today: date
) -> LeaverReport:
    """Ends the membership and hands over what it held, in one transaction; keeps the report.

    Without a successor items go back to the queue, patients have no lead, programmes keep the name. Every
    session ends; the login is disabled when it opens nothing else.
    Raises AlreadyLeft, NotASuccessor, OwnRole, LastManager or NotAllowed.
    """
    require(by, "hand_over", clinic_id=member.clinic_id)
    if member.pk == by.pk:
        raise OwnRole
    require_another_manager(member=member, by=by)
    if successor is not None:
        require_successor(successor, member)
    there = StaffMember.objects.for_clinic(by.clinic).filter(pk=member.pk, is_active=True)
    if there.update(is_active=False) != 1:
        raise AlreadyLeft
    held = held_by(member=member, today=today)
    with past_limits():
        move_work(holder=member, to=successor, now=now)
        Patient.objects.for_clinic(by.clinic).filter(lead=member).update(lead=successor)
    end_all_sessions(of=member.user)
    return LeaverReport.objects.create(
        clinic=by.clinic,
        member=member,
        successor=successor,
        made_at=now,
        made_by=by,
        held=asdict(held),
        login_disabled=not _opens_more(member.user) and disable_login(login=member.user, by=by),
    )


def _opens_more(user: User) -> bool:
    """Whether the login opens something else: another clinic's pages, or a patient's own."""
    with with_rows_of(user.pk):
        works = StaffMember.objects.filter(user=user, is_active=True).exists()
        walks = Patient.objects.of_user(user).exists()
    return works or walks
