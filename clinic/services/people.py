"""Logins and memberships: who may sign in, and as what."""

from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from clinic.models import Clinic, MessageKind, PasswordLink, Role, StaffMember, User
from clinic.permissions import Actor, Operator, require
from clinic.services.post import Letter, post_message
from clinic.services.second_factor import tell
from clinic.services.sessions import end_all_sessions


class AlreadyMember(Exception):
    """This login belongs to a member of this clinic's staff already."""


class OperatorsLogin(Exception):
    """The operator is a member of no clinic."""


class LastManager(Exception):
    """The clinic would have no manager left."""


class OwnRole(Exception):
    """Nobody takes the own role away: another manager does it, or the operator."""


@dataclass(frozen=True)
class Member:
    """What is kept about a member of staff besides the login."""

    name: str
    role: Role
    is_active: bool = True


@transaction.atomic
def add_staff_member(*, clinic: Clinic, email: str, member: Member, by: Actor, now: datetime) -> StaffMember:
    """Makes a membership, and the login where the address has none yet. The operator's are told to managers.

    Raises AlreadyMember, OperatorsLogin, or NotAllowed (a manager adds to the own clinic only).
    """
    require(by, "manage_staff", clinic_id=clinic.pk)
    user = login_of(email=email)
    if user.is_superuser:
        raise OperatorsLogin
    made = _join(clinic, user, member)
    _tell_of_the_operator(clinic, by, now)
    return made


def _join(clinic: Clinic, user: User, member: Member) -> StaffMember:
    try:
        with transaction.atomic():
            return StaffMember.objects.create(
                clinic=clinic, user=user, name=member.name, role=member.role, is_active=member.is_active
            )
    except IntegrityError as error:
        if "clinic_staffmember_once_a_clinic" not in str(error):
            raise
        raise AlreadyMember from error


def _tell_of_the_operator(clinic: Clinic, by: Actor, now: datetime) -> None:
    """Whoever runs the installation can let somebody into a clinic, but not unseen by those who manage it."""
    if not isinstance(by, Operator):
        return
    managers = StaffMember.objects.filter(clinic=clinic, role=Role.MANAGER, is_active=True)
    addresses = {clinic.duty_email.lower(), *managers.values_list("user__email", flat=True)}
    for address in sorted(addresses - {"", None}):
        post_message(
            kind=MessageKind.ACCOUNT_NOTICE,
            key=f"staff:{clinic.pk}:{now.isoformat()}:{crc32(address.encode()):x}",
            to_address=address,
            letter=_staff_letter(),
            now=now,
            clinic=clinic,
        )


def _staff_letter() -> Letter:
    body = _(
        "The operator of Waymark added somebody to your clinic's staff, or changed what somebody may do.\n\n"
        "Did nobody at your clinic ask for that? Sign in, look under People, and end what is not right.\n\n"
        "This message holds no names."
    )
    return Letter(subject=_("Your clinic's staff on Waymark"), body=body)


def login_of(*, email: str) -> User:
    """The login of this address, made without a password when it is new.

    It is locked: until the membership or the record that asks stands, nobody gives it another address.
    """
    address = email.strip().lower()
    there = User.objects.select_for_update(no_key=True).filter(email=address)
    return there.first() or _new_login(address)


def _new_login(address: str) -> User:
    try:
        with transaction.atomic():
            return User.objects.create_user(address)
    except IntegrityError:  # somebody else has made it at this moment
        return User.objects.select_for_update(no_key=True).get(email=address)


@transaction.atomic
def change_staff_member(*, member: StaffMember, to: Member, by: Actor, now: datetime) -> None:
    """Changes name, role or whether the membership is active. What the operator does is told to managers.

    The clinic's managers are locked first: of two who demote each other at once, the second is refused.
    Raises LastManager, OwnRole or NotAllowed.
    """
    require(by, "manage_staff", clinic_id=member.clinic_id)
    if not (to.is_active and to.role == Role.MANAGER):
        require_another_manager(member=member, by=by)
    StaffMember.objects.filter(clinic=member.clinic_id, pk=member.pk).update(
        name=to.name, role=to.role, is_active=to.is_active
    )
    if to.is_active:
        _tell_of_the_operator(member.clinic, by, now)
    else:
        end_all_sessions(of=member.user)


def require_another_manager(*, member: StaffMember, by: Actor) -> None:
    """Locks the clinic's managers. Raises LastManager or OwnRole when this one may not stop being one."""
    managers = StaffMember.objects.filter(clinic=member.clinic_id, role=Role.MANAGER, is_active=True)
    found = {row.pk for row in managers.select_for_update().order_by("pk")}
    if member.pk in found and isinstance(by, StaffMember) and by.pk == member.pk:
        raise OwnRole
    if found == {member.pk}:
        raise LastManager


@transaction.atomic
def save_login(*, login: User, password: str, by: Actor, now: datetime) -> None:
    """Keeps a login as the operator wrote it; "" leaves the password, or makes a login without one.

    A login that opens patients' records keeps its address: `patients.services.logins` moves them first. Links
    that were mailed to another address, or for an earlier password, open nothing any more. Raises NotAllowed.
    """
    require(by, "manage_logins")
    before = User.objects.filter(pk=login.pk).first()
    if password or login._state.adding:
        login.set_password(password or None)
    login.save()
    if password or not login.is_active:
        end_all_sessions(of=login)
    if before is not None:
        _leave_behind(before, login, is_new_password=bool(password), now=now)


def _leave_behind(before: User, login: User, *, is_new_password: bool, now: datetime) -> None:
    """Whoever reads the old address is told, and has no link to a password any more."""
    is_elsewhere = before.email != login.email
    if is_elsewhere or is_new_password:
        PasswordLink.objects.open(now).filter(user=login).update(voided_at=now)
    if is_elsewhere and before.email:
        tell(user=before, what=_("Your login has another e-mail address from now on, not this one."), now=now)


@transaction.atomic
def disable_login(*, login: User, by: Actor) -> bool:
    """Nobody signs in with it any more; never an operator's. Says whether it was open. Raises NotAllowed."""
    require(by, "manage_staff")
    there = User.objects.filter(pk=login.pk, is_superuser=False, is_active=True)
    was_open = there.update(is_active=False) == 1
    if was_open:
        end_all_sessions(of=login)
    return was_open
