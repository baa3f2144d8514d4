"""Whose patients: what a clinician holds goes to a colleague, all of it or some patients (ADR 0041)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.models import MessageKind, StaffMember
from clinic.permissions import NotAllowed, may, require
from clinic.services.post import Letter, post_message
from clinic.tenancy import past_limits
from patients.models import Patient, PatientHandover
from programmes.models import ItemStatus, Programme, ProgrammeStatus, ReviewItem
from programmes.models.programme import RUNNING


class NotASuccessor(Exception):
    """Patients and programmes go to another active clinician of the same clinic."""


class NobodyChosen(Exception):
    """No patient was chosen."""


class ReasonMissing(Exception):
    """Why patients are handed over is compulsory."""


class NoLongerTheirs(Exception):
    """Somebody else leads one of the patients by now, or the record is not open to this person."""


def require_successor(successor: StaffMember, holder: StaffMember) -> None:
    """Raises NotASuccessor unless it is a colleague who may lead patients."""
    is_colleague = successor.clinic_id == holder.clinic_id and successor.pk != holder.pk
    if not (is_colleague and may(successor, "lead_patients")):
        raise NotASuccessor


def claimed_by(holder: StaffMember) -> Any:
    """The items that this person is looking at."""
    held = ReviewItem.objects.for_clinic(holder.clinic).filter(claimed_by=holder)
    return held.filter(status=ItemStatus.IN_PROGRESS)


def programmes_of(holder: StaffMember) -> Any:
    """Drafts and running programmes that name this person as clinician."""
    going_on = (*RUNNING, ProgrammeStatus.DRAFT)
    return Programme.objects.for_clinic(holder.clinic).filter(clinician=holder, status__in=going_on)


def move_work(
    *, holder: StaffMember, to: StaffMember | None, now: datetime, patients: Collection[UUID] | None = None
) -> None:
    """Items that the holder has taken and programmes go to the colleague; of these patients, or of all.

    To nobody: the items wait in the queue again, the programmes keep the name.
    """
    items, programmes = claimed_by(holder), programmes_of(holder)
    if patients is not None:
        items, programmes = items.filter(patient__in=patients), programmes.filter(patient__in=patients)
    if to is None:
        items.update(status=ItemStatus.REQUESTED, claimed_by=None, claimed_at=None)
    else:
        items.update(claimed_by=to, claimed_at=now)
        programmes.update(clinician=to)


@transaction.atomic
def hand_patients_over(
    *,
    holder: StaffMember,
    to: StaffMember,
    patients: Collection[UUID],
    reason: str,
    by: StaffMember,
    now: datetime,
) -> int:
    """Makes the colleague the lead of these patients, all or none; says how many, and tells the colleague.

    What the holder has taken and prescribes of them goes along. Clinicians hand over their own patients,
    managers anybody's; a limited record goes only by the hand of its lead. Raises NotAllowed, NotASuccessor,
    NobodyChosen, ReasonMissing, or NoLongerTheirs: of two who hand over the same patient at once one is told.
    """
    require(by, "hand_patients_over", clinic_id=holder.clinic_id)
    if by.pk != holder.pk and not may(by, "hand_over"):
        raise NotAllowed("hand_patients_over of somebody else")
    chosen = set(patients)
    _require_request(holder, to, chosen, reason)
    theirs = Patient.objects.for_clinic(by.clinic).filter(pk__in=chosen, lead=holder)
    if theirs.update(lead=to) != len(chosen):  # asked as `by` sees: a limited record is not there for others
        raise NoLongerTheirs
    with past_limits():  # from here on a limited record is hidden from whoever gave it away
        move_work(holder=holder, to=to, now=now, patients=chosen)
        _write_down(holder, to, chosen, reason.strip(), by, now)
    _tell(to, now)
    return len(chosen)


def _require_request(holder: StaffMember, to: StaffMember, chosen: set[UUID], reason: str) -> None:
    require_successor(to, holder)
    if not chosen:
        raise NobodyChosen
    if not reason.strip():
        raise ReasonMissing


def _write_down(
    holder: StaffMember, to: StaffMember, chosen: set[UUID], reason: str, by: StaffMember, now: datetime
) -> None:
    PatientHandover.objects.bulk_create(
        PatientHandover(
            clinic=by.clinic,
            patient_id=patient,
            giver=holder,
            receiver=to,
            reason=reason,
            made_at=now,
            made_by=by,
        )
        for patient in sorted(chosen)
    )


def _tell(to: StaffMember, now: datetime) -> None:
    if to.user.email:
        post_message(
            kind=MessageKind.COVER,
            key=f"handed-over:{to.pk}:{now.isoformat()}",
            to_address=to.user.email,
            letter=_letter(),
            now=now,
            clinic=to.clinic,
        )


def _letter() -> Letter:
    body = _(
        "A colleague's patients were handed over to you: you are their lead clinician from now on.\n\n"
        "Sign in to Waymark. What waits of them stands under “Mine” in your review queue, and their plans "
        "under “Mine” in the list of programmes.\n\n"
        "This message holds no names."
    )
    return Letter(subject=_("Patients handed over to you on Waymark"), body=body)
