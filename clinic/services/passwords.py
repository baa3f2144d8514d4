"""Passwords of staff: chosen by a mailed link, changed by their owner."""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.models import LinkPurpose, MessageKind, PasswordLink, User
from clinic.services.guessing import counter, take_guess
from clinic.services.post import Letter, post_message
from clinic.services.second_factor import tell
from clinic.services.sessions import end_all_sessions
from clinic.services.signing_in import works_here

LIFETIME: Final = {LinkPurpose.FIRST: timedelta(hours=24), LinkPurpose.FORGOTTEN: timedelta(hours=1)}
Address = Callable[[str], str]  # of the page that a token opens


class DeadLink(Exception):
    """Unknown, old, used or replaced: all the same."""


def digest_of_token(token: str) -> str:
    """256 random bits need no salt and no slow hash."""
    return sha256(token.encode()).hexdigest()


@transaction.atomic
def send_first_link(*, user: User, address: Address, by: User, now: datetime) -> None:
    """Mails a colleague the link to choose a password, for 24 hours. It replaces earlier first links."""
    PasswordLink.objects.open(now).filter(user=user, purpose=LinkPurpose.FIRST).update(voided_at=now)
    _send(user, LinkPurpose.FIRST, address, by, now)


def ask_for_link(*, email: str, address: Address, network: str, now: datetime) -> None:
    """Mails the link of a forgotten password, for an hour, if the address is a member of staff's.

    Anybody may ask, so asking ends no other link: the owner's stay until one of them is used.
    Says nothing either way: for an unknown address the same is done, for a login that does not exist, and
    undone. Raises TooManyGuesses; the count stays, hence no savepoint around it.
    """
    wanted = email.strip().lower()
    take_guess(counter("account", f"link {wanted}"), counter("network", f"link {network}"), now=now)
    found = User.objects.filter(email=wanted).first()
    user = found or User(email=wanted)
    with transaction.atomic():
        known = works_here(user) and found is not None
        _send(user, LinkPurpose.FORGOTTEN, address, None, now)
        transaction.set_rollback(not known)


def _send(user: User, purpose: LinkPurpose, address: Address, by: User | None, now: datetime) -> None:
    token = token_urlsafe(32)
    link = PasswordLink(user_id=user.pk, purpose=purpose, asked_by=by, created_at=now)
    link.digest, link.expires_at = digest_of_token(token), now + LIFETIME[purpose]
    link.save(force_insert=True)
    post_message(
        kind=MessageKind.PASSWORD_LINK,
        key=f"password:{link.pk}",
        to_address=user.email or "",
        letter=_letter(purpose, address(token)),
        now=now,
        secret=True,
        expires_at=link.expires_at,
    )


def _letter(purpose: LinkPurpose, page: str) -> Letter:
    if purpose == LinkPurpose.FIRST:
        body = _(
            "You can now sign in to Waymark. Choose your password here, within 24 hours:\n\n%(page)s\n\n"
            "Then you set up a second factor: have your phone with you."
        )
    else:
        body = _(
            "Choose a new password here, within an hour:\n\n%(page)s\n\n"
            "You did not ask for this? Then you can ignore this message; your password stays as it is."
        )
    return Letter(subject=_("Your password for Waymark"), body=body % {"page": page})


def link_of(*, token: str, now: datetime) -> PasswordLink:
    """The open link of this token; looking does not spend it, because mail scanners look. Raises DeadLink."""
    links = PasswordLink.objects.open(now).filter(digest=digest_of_token(token), user__is_active=True)
    link = links.select_related("user").first()
    if link is None:
        raise DeadLink
    return link


@transaction.atomic
def choose_password(*, token: str, password: str, now: datetime) -> User:
    """Spends the link and every other, sets the password (checked by the form), ends all sessions.

    Raises DeadLink.
    """
    link = link_of(token=token, now=now)
    if PasswordLink.objects.open(now).filter(pk=link.pk).update(used_at=now) != 1:
        raise DeadLink
    _void_links(link.user, now)
    return _set(link.user, password, now)


@transaction.atomic
def change_password(*, user: User, password: str, now: datetime) -> User:
    """One's own new password. All sessions end, the one that asks too: its page signs in again."""
    _void_links(user, now)
    return _set(user, password, now)


def _void_links(user: User, now: datetime) -> None:
    PasswordLink.objects.open(now).filter(user=user).update(voided_at=now)


def _set(user: User, password: str, now: datetime) -> User:
    user.set_password(password)
    user.save(update_fields=["password"])
    end_all_sessions(of=user)
    tell(user=user, what=_("The password of your login was changed."), now=now)
    return user
