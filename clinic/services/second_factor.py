"""The staff's second factor: an authenticator app, passkeys, and recovery codes for the day both are lost."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zlib import crc32

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from cryptography.fernet import InvalidToken
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clinic.models import MessageKind, User
from clinic.services.guessing import counter, give_back, take_guess
from clinic.services.post import Letter, post_message
from clinic.services.sessions import end_all_sessions

PERIOD = 30  # seconds of a code
TOLERANCE = 1  # periods before and after: clocks of phones differ
LAST = "last_counter"  # in the app's row: the newest period whose code was used
APP, PASSKEY, RECOVERY = (
    Authenticator.Type.TOTP,
    Authenticator.Type.WEBAUTHN,
    Authenticator.Type.RECOVERY_CODES,
)


class WrongCode(Exception):
    """Not a code of this moment, or one that was used before."""


class LastFactor(Exception):
    """Somebody who must have a second factor keeps the last one; another is set up first."""


def factors_of(user: User) -> "QuerySet[Any]":
    """App and passkeys; recovery codes are no factor to sign in with every day."""
    rows: QuerySet[Any] = Authenticator.objects.filter(user=user, type__in=(APP, PASSKEY)).order_by(
        "created_at"
    )
    return rows


def has_second_factor(user: User) -> bool:
    return factors_of(user).exists()


def new_app_secret() -> str:
    """A fresh key for an authenticator app, encrypted: so it waits in the session until it is confirmed."""
    return str(get_adapter().encrypt(generate_totp_secret()))


def readable(secret: str) -> str:
    return str(get_adapter().decrypt(secret))


@transaction.atomic
def enrol_app(*, user: User, secret: str, code: str, now: datetime) -> None:
    """Keeps the app whose first code this is, in place of an earlier one. Raises WrongCode."""
    at = _matching_counter(readable(secret), code, now, after=0)
    if at is None:
        raise WrongCode
    Authenticator.objects.filter(user=user, type=APP).delete()
    row = TOTP.activate(user, readable(secret)).instance
    row.data[LAST] = at  # the code that was shown while setting up signs nobody in
    row.save(update_fields=["data"])
    tell(user=user, what=_("An authenticator app was set up for your login."), now=now)


def pass_code(*, user: User, code: str, browser: str, now: datetime) -> str:
    """Which factor the code belongs to, "totp" or "recovery_codes". A code passes once.

    Guesses are counted before they are compared, and outside the savepoint: a refusal must not undo the
    count. Raises WrongCode or TooManyGuesses.
    """
    counted = counter("factor", f"{user.pk} {browser}")
    take_guess(counted, now=now)
    passed = _spend(user, code, now)
    if passed is None:
        raise WrongCode
    give_back(counted, now=now)
    return passed


@transaction.atomic
def _spend(user: User, code: str, now: datetime) -> str | None:
    rows = list(Authenticator.objects.select_for_update().filter(user=user, type__in=(APP, RECOVERY)))
    for row in sorted(rows, key=lambda each: each.type != APP):
        if _passes(row, code, now):
            Authenticator.objects.filter(pk=row.pk).update(last_used_at=now)
            return str(row.type)
    return None


def _passes(row: Authenticator, code: str, now: datetime) -> bool:
    """Spends the code. A factor whose key is lost lets nobody in, and breaks nothing."""
    try:
        return _app_passes(row, code, now) if row.type == APP else RecoveryCodes(row).validate_code(code)
    except InvalidToken:
        return False


def _app_passes(row: Authenticator, code: str, now: datetime) -> bool:
    secret = readable(row.data["secret"])
    at = _matching_counter(secret, code, now, after=row.data.get(LAST, 0))
    if at is None:
        return False
    row.data |= {LAST: at, "secret": get_adapter().encrypt(secret)}  # under the newest key
    row.save(update_fields=["data"])
    return True


def _matching_counter(secret: str, code: str, now: datetime, *, after: int) -> int | None:
    """The period whose code this is, later than `after`; None without one."""
    matching = [
        at
        for at in _counters(now)
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, at)))
    ]
    return next((at for at in matching if at > after), None)


def _counters(now: datetime) -> Iterator[int]:
    current = int(now.timestamp()) // PERIOD
    yield from range(current - TOLERANCE, current + TOLERANCE + 1)


@transaction.atomic
def new_recovery_codes(*, user: User, now: datetime, first: bool = False) -> list[str]:
    """Ten codes that work once each; the earlier ones end. They cannot be shown a second time."""
    User.objects.select_for_update().get(pk=user.pk)
    Authenticator.objects.filter(user=user, type=RECOVERY).delete()
    if not first:
        tell(
            user=user,
            what=_("New recovery codes were made for your login. The old ones have ended."),
            now=now,
        )
    return list(RecoveryCodes.activate(user).generate_codes())


def recovery_codes_left(user: User) -> int:
    row = Authenticator.objects.filter(user=user, type=RECOVERY).first()
    return 10 - row.data["used_mask"].bit_count() if row else 0


@transaction.atomic
def keep_passkey(*, user: User, name: str, credential: dict[str, object], now: datetime) -> None:
    """Keeps a passkey that the browser has made and the page has verified."""
    Authenticator.objects.create(
        user=user, type=PASSKEY, data={"name": name, "credential": credential}, created_at=now
    )
    tell(user=user, what=_("A passkey was added to your login."), now=now)


@transaction.atomic
def note_used(*, factor: Authenticator, now: datetime) -> None:
    Authenticator.objects.filter(pk=factor.pk).update(last_used_at=now)


@transaction.atomic
def remove_factor(*, user: User, factor_id: int, required: bool, now: datetime) -> None:
    """Takes away an app or a passkey. Raises LastFactor where one is required and this is the last."""
    User.objects.select_for_update().get(pk=user.pk)
    others = factors_of(user).exclude(pk=factor_id).exists()
    if required and not others:
        raise LastFactor
    factors_of(user).filter(pk=factor_id).delete()
    if not others:
        Authenticator.objects.filter(user=user).delete()
    tell(user=user, what=_("A second factor was removed from your login."), now=now)


@transaction.atomic
def reset_second_factor(*, user: User, by: str, reason: str, now: datetime) -> None:
    """Takes all factors away from somebody who lost them, signs them out, and tells them who did it and why.

    At the next sign-in they set up a new one.
    """
    Authenticator.objects.filter(user=user).delete()
    end_all_sessions(of=user)
    said = _(
        "Your second factor was reset by %(who)s. Reason given: %(reason)s\n"
        "You set up a new one when you sign in."
    )
    tell(user=user, what=said % {"who": by, "reason": reason}, now=now)


def tell(*, user: User, what: str, now: datetime) -> None:
    """A mail about one's own login: whoever did it, the owner reads of it."""
    body = _("%(what)s\n\nWas this not you, and nobody you asked? Tell your clinic's manager at once.")
    post_message(
        kind=MessageKind.ACCOUNT_NOTICE,
        key=f"account:{user.pk}:{now.isoformat()}:{crc32(what.encode()):x}",
        to_address=user.email or "",
        letter=Letter(subject=_("Your Waymark login"), body=body % {"what": what}),
        now=now,
    )
