"""Leave cover: who is away, named beforehand, and who looks after the patients meanwhile (ADR 0041)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from clinic.models import Absence, MessageKind, StaffMember
from clinic.permissions import NotAllowed, may, require, roles_that_may
from clinic.services.post import Letter, post_message

LONGEST = timedelta(days=366)  # [P] longer is a typing error in the year, or a caseload to hand over


class BadDates(Exception):
    """It ends before it starts, lies in the past, or lasts longer than a year."""


class Overlaps(Exception):
    """This person is away already on one of these days."""


class NotACover(Exception):
    """Patients are covered by another active clinician of the same clinic."""


class CoverIsAway(Exception):
    """The colleague is away on one of these days."""


class LeadsNobody(Exception):
    """Only a clinician who works here has patients to cover."""


class AlreadyOver(Exception):
    """The absence has ended, by its date or by somebody's press."""


@dataclass(frozen=True)
class Leave:
    """From the first to the last day away, both included, by the clinic's calendar."""

    from_on: date
    until_on: date
    reason: str = ""


@transaction.atomic
def plan_absence(
    *, member: StaffMember, cover: StaffMember, leave: Leave, by: StaffMember, now: datetime
) -> Absence:
    """Plans an absence with its cover, and tells the colleague by a mail without names.

    Clinicians plan their own, managers anybody's. Raises NotAllowed, LeadsNobody, BadDates, NotACover,
    CoverIsAway, or Overlaps: of two who plan the same days at once the database refuses the second.
    """
    _require_right(by, member)
    if not may(member, "lead_patients"):
        raise LeadsNobody
    _require_days(leave, today=now.astimezone(by.clinic.zone).date())
    _require_cover(cover, member, leave.from_on, leave.until_on)
    absence = _insert(member, cover, leave, by, now)
    _tell(absence, cover, _named(), now)
    return absence


def _require_right(by: StaffMember, member: StaffMember) -> None:
    require(by, "plan_cover", clinic_id=member.clinic_id)
    if by.pk != member.pk and not may(by, "plan_others_cover"):
        raise NotAllowed("plan_cover of somebody else")


def _require_days(leave: Leave, today: date) -> None:
    is_ordered = today <= leave.from_on <= leave.until_on
    if not is_ordered or leave.until_on - leave.from_on > LONGEST:
        raise BadDates


def _require_cover(cover: StaffMember, member: StaffMember, first: date, last: date) -> None:
    there = StaffMember.objects.for_clinic(member.clinic).filter(pk=cover.pk, is_active=True)
    leads = there.filter(role__in=roles_that_may("lead_patients"))
    if cover.pk == member.pk or not leads.exists():
        raise NotACover
    if Absence.objects.for_clinic(member.clinic).overlapping(first, last).filter(member=cover).exists():
        raise CoverIsAway


def _insert(member: StaffMember, cover: StaffMember, leave: Leave, by: StaffMember, now: datetime) -> Absence:
    try:
        with transaction.atomic():
            return Absence.objects.create(
                clinic=by.clinic,
                member=member,
                cover=cover,
                from_on=leave.from_on,
                until_on=leave.until_on,
                reason=leave.reason.strip(),
                made_at=now,
                made_by=by,
            )
    except IntegrityError as error:
        if "clinic_absence_no_overlap" not in str(error):
            raise
        raise Overlaps from error


@transaction.atomic
def name_cover(*, absence: Absence, cover: StaffMember, by: StaffMember, now: datetime) -> None:
    """Gives a running or coming absence another cover, and tells both colleagues.

    Raises NotAllowed, NotACover, CoverIsAway or AlreadyOver. The history keeps who covered before.
    """
    _require_right(by, absence.member)
    today = now.astimezone(by.clinic.zone).date()
    _require_cover(cover, absence.member, max(today, absence.from_on), absence.until_on)
    there = Absence.objects.for_clinic(by.clinic).not_over(today).filter(pk=absence.pk)
    if there.filter(cover=absence.cover_id).update(cover=cover) != 1:
        raise AlreadyOver
    _tell(absence, cover, _named(), now)
    if cover.pk != absence.cover_id:
        _tell(absence, absence.cover, _released(), now)


@transaction.atomic
def end_absence(*, absence: Absence, by: StaffMember, now: datetime) -> None:
    """Ends an absence before its last day, or takes a coming one back; the cover is told.

    Raises NotAllowed, or AlreadyOver when somebody was quicker.
    """
    _require_right(by, absence.member)
    today = now.astimezone(by.clinic.zone).date()
    there = Absence.objects.for_clinic(by.clinic).not_over(today).filter(pk=absence.pk)
    if there.update(ended_at=now, ended_by=by) != 1:
        raise AlreadyOver
    _tell(absence, absence.cover, _released(), now)


def _tell(absence: Absence, cover: StaffMember, letter: Letter, now: datetime) -> None:
    """No name of anybody and no day: the pages say them to whoever signs in."""
    if cover.is_active and cover.user.email:
        post_message(
            kind=MessageKind.COVER,
            key=f"cover:{absence.pk}:{cover.pk}:{now.isoformat()}",
            to_address=cover.user.email,
            letter=letter,
            now=now,
            clinic=cover.clinic,
        )


def _named() -> Letter:
    body = _(
        "You were named to look after a colleague's patients while the colleague is away.\n\n"
        "Sign in to Waymark and open “Away” to see when. On those days the patients stand under “Mine” in "
        "your review queue.\n\n"
        "Can you not do it? Tell the colleague or a manager.\n\n"
        "This message holds no names."
    )
    return Letter(subject=_("Patients to look after on Waymark"), body=body)


def _released() -> Letter:
    body = _(
        "You no longer look after a colleague's patients: the colleague is back earlier, or somebody else "
        "does it.\n\n"
        "Sign in to Waymark and open “Away” to see what still stands.\n\n"
        "This message holds no names."
    )
    return Letter(subject=_("Cover has changed on Waymark"), body=body)
