"""What staff do with a review item: claim, hand back, contact, snooze, close. Each one conditional UPDATE."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from clinic.models import StaffMember
from clinic.permissions import NotAllowed, may, may_close_with, require
from clinic.services.post import withdraw_reminders
from programmes.models import (
    Channel,
    ContactAttempt,
    ContactResult,
    Flag,
    FlagCode,
    ItemStatus,
    Outcome,
    Resolution,
    ReviewItem,
    Severity,
)
from programmes.models.flag import FOR_CLINICIANS, FlagQuerySet

MAX_SNOOZE_DAYS = 14
ATTEMPTS_BEFORE_NO_ANSWER = 3
SPOKEN_WITH = (Outcome.CONTACTED_PLAN_CHANGED, Outcome.CONTACTED_NO_CHANGE)
IN_VAIN = (ContactResult.NO_ANSWER, ContactResult.MESSAGE_LEFT)


class AlreadyClaimed(Exception):
    """Somebody else is looking at this item, or it is closed."""


class AlreadyClosed(Exception):
    """The item was closed meanwhile."""


class NewFlag(Exception):
    """The item got another flag since this person last saw it."""


class NotSnoozable(Exception):
    """Nothing rests longer than 14 days, nothing into the past."""


class SafetyNotSnoozable(NotSnoozable):
    """Safety answers are never snoozed."""


class NotReached(Exception):
    """ "Contacted" without a contact on this item in which somebody spoke to the patient."""


class TooFewAttempts(Exception):
    """ "No answer three times" with fewer than three attempts on this item."""


class NoteMissing(Exception):
    """A safety answer is closed with a note of what was done."""


@dataclass(frozen=True)
class Contact:
    """One try to reach the patient."""

    channel: Channel
    result: ContactResult
    note: str = ""
    next_on: date | None = None


@transaction.atomic
def claim_item(*, item: ReviewItem, by: StaffMember, now: datetime) -> None:
    """Takes the item; taking one's own again changes nothing. Raises AlreadyClaimed or NotAllowed."""
    require(by, "claim_item")
    mine = ReviewItem.objects.for_clinic(by.clinic).open()
    if mine.filter(pk=item.pk, claimed_by=by, status=ItemStatus.IN_PROGRESS).exists():
        return
    waiting = mine.filter(pk=item.pk, status__in=[ItemStatus.REQUESTED, ItemStatus.ON_HOLD], claimed_by=None)
    taken = waiting.update(status=ItemStatus.IN_PROGRESS, claimed_by=by, claimed_at=now, snoozed_until=None)
    if taken != 1:
        raise AlreadyClaimed
    withdraw_reminders(clinic_id=item.clinic_id, patient_id=item.patient_id)  # staff are looking at it


@transaction.atomic
def take_over_item(*, item: ReviewItem, holder_id: UUID, by: StaffMember, now: datetime) -> None:
    """Takes the item from the colleague who held it when this person looked; for clinicians.

    For items of people who are away or have left. Raises AlreadyClaimed when it is no longer theirs, or
    NotAllowed.
    """
    require(by, "take_over_item")
    taken = (
        ReviewItem.objects.for_clinic(by.clinic)
        .filter(pk=item.pk, status=ItemStatus.IN_PROGRESS, claimed_by=holder_id)
        .update(claimed_by=by, claimed_at=now)
    )
    if taken != 1:
        raise AlreadyClaimed


@transaction.atomic
def release_item(*, item: ReviewItem, by: StaffMember) -> None:
    """Hands the item back to the queue. Raises AlreadyClaimed when it is not this person's."""
    require(by, "claim_item")
    released = (
        ReviewItem.objects.for_clinic(by.clinic)
        .filter(pk=item.pk, status=ItemStatus.IN_PROGRESS, claimed_by=by)
        .update(status=ItemStatus.REQUESTED, claimed_by=None, claimed_at=None)
    )
    if released != 1:
        raise AlreadyClaimed


@transaction.atomic
def snooze_item(*, item: ReviewItem, until: date, by: StaffMember, today: date) -> None:
    """Rests the item until a day at most 14 days ahead; whoever snoozes lets go of it.

    Raises NotSnoozable, SafetyNotSnoozable, AlreadyClosed, AlreadyClaimed when somebody else holds it, or
    NotAllowed.
    """
    require(by, "claim_item")
    if not today < until <= today + timedelta(days=MAX_SNOOZE_DAYS):
        raise NotSnoozable
    if _open_safety(item, by).exists():
        raise SafetyNotSnoozable
    there = ReviewItem.objects.for_clinic(by.clinic).open().filter(pk=item.pk)
    restful = there.filter(severity__gt=Severity.URGENT)  # asked again here: an answer may have come in
    snoozed = restful.filter(Q(claimed_by=None) | Q(claimed_by=by)).update(
        status=ItemStatus.ON_HOLD, snoozed_until=until, claimed_by=None, claimed_at=None
    )
    if snoozed != 1:
        raise AlreadyClaimed if there.exists() else AlreadyClosed


@transaction.atomic
def record_contact(*, item: ReviewItem, contact: Contact, by: StaffMember, now: datetime) -> ContactAttempt:
    """Notes a try to reach the patient. Raises AlreadyClosed or NotAllowed."""
    require(by, "record_contact")
    if not ReviewItem.objects.for_clinic(by.clinic).open().select_for_update().filter(pk=item.pk).exists():
        raise AlreadyClosed
    return ContactAttempt.objects.create(
        clinic=by.clinic,
        item=item,
        channel=contact.channel,
        result=contact.result,
        note=contact.note,
        next_on=contact.next_on,
        made_by=by,
        made_at=now,
    )


@transaction.atomic
def close_item(
    *,
    item: ReviewItem,
    outcome: Outcome,
    note: str,
    seen: Collection[str],
    by: StaffMember,
    today: date,
    now: datetime,
) -> None:
    """Closes the item and its flags, all `seen` by this person (Flag.as_read), with a coded outcome.

    Raises NotAllowed when the role may not use this outcome (SAFETY and FALL: clinicians only), AlreadyClosed
    when it is done, AlreadyClaimed when somebody else holds it, NewFlag when a flag or answer came in since;
    NotReached, TooFewAttempts or NoteMissing when what was noted does not bear the outcome.
    """
    _require_outcome(item, outcome, by)
    mine = ReviewItem.objects.for_clinic(by.clinic).open().filter(pk=item.pk)
    if mine.exclude(claimed_by=None).exclude(claimed_by=by).exists():
        raise AlreadyClaimed
    closed = mine.update(
        status=ItemStatus.COMPLETED,
        outcome=outcome,
        close_note=note,
        closed_at=now,
        closed_by=by.user,
        snoozed_until=None,
    )
    if closed != 1:
        raise AlreadyClosed
    _require_grounds(item, outcome, note, by)
    flags = Flag.objects.for_clinic(by.clinic).unresolved().filter(item=item)
    if any(flag.as_read not in seen for flag in flags.select_for_update()):
        raise NewFlag  # rolls the closing back: nobody closes what nobody read
    flags.update(resolved_on=today, resolution=Resolution.CLOSED, resolved_by=by.user)


def _require_outcome(item: ReviewItem, outcome: Outcome, by: StaffMember) -> None:
    if outcome == Outcome.CONDITION_ENDED or not may_close_with(by, outcome):
        raise NotAllowed(outcome)
    if not may(by, "close_safety") and _for_clinicians(item, by).exists():
        raise NotAllowed("close_item with an open safety answer or fall")


def _require_grounds(item: ReviewItem, outcome: Outcome, note: str, by: StaffMember) -> None:
    """An outcome that names contacts needs them; a safety answer needs words, whatever the outcome."""
    contacts = ContactAttempt.objects.for_clinic(by.clinic).filter(item=item)
    if outcome in SPOKEN_WITH and not contacts.filter(result=ContactResult.REACHED).exists():
        raise NotReached
    in_vain = contacts.filter(result__in=IN_VAIN)
    if outcome == Outcome.NO_ANSWER and in_vain.count() < ATTEMPTS_BEFORE_NO_ANSWER:
        raise TooFewAttempts
    if not note.strip() and _open_safety(item, by).exists():
        raise NoteMissing


def _for_clinicians(item: ReviewItem, by: StaffMember) -> FlagQuerySet:
    return Flag.objects.for_clinic(by.clinic).unresolved().filter(item=item, code__in=FOR_CLINICIANS)


def _open_safety(item: ReviewItem, by: StaffMember) -> FlagQuerySet:
    return Flag.objects.for_clinic(by.clinic).unresolved().filter(item=item, code=FlagCode.SAFETY)
