"""Let in by a code or a link, which come in the same mail."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Sum

from clinic.devices import Device
from clinic.models import MessageKind, User
from clinic.services.post import Letter, post_message
from clinic.tenancy import act_for
from patients.models import Patient, SignInCode, SignInCodeQuerySet
from patients.tokens import digest, link_digest, matches, new_code, new_link_token

CODE_LIFETIME = timedelta(minutes=10)
HOUR = timedelta(hours=1)
MAX_ATTEMPTS = 5  # guesses of a browser for each code it asked for
MAX_GUESSES_AN_HOUR = 25  # by all strangers to a login, and by each known device: one in 1,000,000 a code
MAX_OPEN = 5  # codes of a login that strangers asked for and that work at the same time
MAX_CODES_AN_HOUR = 5  # per browser and login
MAX_MAILS_AN_HOUR = 20  # per login, for all strangers to it

Write = Callable[[str, str], Letter]  # (code, token of the link) -> the mail, in the reader's language


@dataclass(frozen=True)
class Asker:
    """The browser that asks or guesses: a session's number, and the device it says it is."""

    browser: UUID
    device: Device

    def counted_for(self, user: User) -> tuple[UUID, bool]:
        """What its codes and guesses are counted by, and whether the login was opened there before."""
        known = self.device.knows(user)
        return self.device.key if known else self.browser, known


@transaction.atomic
def request_code(*, email: str, asker: Asker, write: Write, now: datetime) -> None:
    """Sends a code and a link if the address opens a patient's pages. Says nothing either way.

    A new code voids the old one of the same browser, which gets five an hour. Other browsers' codes stay: a
    stranger who asks takes nothing away. Strangers share a login's limits, beyond which a browser still gets
    its guesses, without a mail of its own: what was mailed already works there too. A browser that the login
    was opened in has limits of its own, out of strangers' reach. What an unknown address costs is done as
    well, for a login that does not exist, and undone: the time says nothing either.
    """
    user, known = _login(email)
    with transaction.atomic():
        renewed = _renew_code(user, asker, write, now)
        transaction.set_rollback(not (known and renewed))


def _login(email: str) -> tuple[User, bool]:
    """The login of the address, locked, so that counting and writing are one; else a stand-in and False."""
    address = email.strip().lower()
    found = User.objects.select_for_update().filter(email=address, is_active=True).first()
    user = found or User(email=address)
    act_for(user_id=user.pk)
    return user, Patient.objects.of_user(user).exists() and found is not None


def _renew_code(user: User, asker: Asker, write: Write, now: datetime) -> bool:
    """The browser's new code, mailed within its limits; False where the browser has had its five.

    The same statements run whatever the limits say: what may not stay is undone.
    """
    browser, is_known = asker.counted_for(user)
    codes = SignInCode.objects.filter(user_id=user.pk)
    recent = codes.filter(created_at__gt=now - HOUR)
    renewed = recent.filter(browser=browser).count() < MAX_CODES_AN_HOUR
    codes.filter(browser=browser, used_at=None, voided_at=None).update(voided_at=now)
    mailed = recent.counted_with(browser, is_known).exclude(digest="")
    within = mailed.open(now).count() < MAX_OPEN
    within = mailed.count() < MAX_MAILS_AN_HOUR and within
    row = SignInCode(user_id=user.pk, browser=browser, is_known=is_known, created_at=now)
    row.expires_at = now + CODE_LIFETIME
    code, token = new_code(), new_link_token()
    row.digest = digest(code, salt=row.pk) if within else ""
    row.link_digest = link_digest(token) if within else ""
    row.save(force_insert=True)
    with transaction.atomic():
        _post_code(user, row, write(code, token), now)
        transaction.set_rollback(not within)
    return renewed


def _post_code(user: User, row: SignInCode, letter: Letter, now: datetime) -> None:
    post_message(
        kind=MessageKind.SIGN_IN_CODE,
        key=f"code:{row.pk}",
        to_address=user.email or "",  # found by its address, so it has one
        letter=letter,
        now=now,
        secret=True,
        expires_at=row.expires_at,
    )


@transaction.atomic
def use_code(*, email: str, code: str, asker: Asker, now: datetime) -> User | None:
    """Spends the code and returns the login it opens; None when it is wrong, old, used or guessed too often.

    Any open code of the login is accepted: it may have been asked for on the phone and be typed on the
    laptop. The guess is counted before it is compared, for the browser that makes it, so that a stranger's
    guesses do not use up the owner's; strangers together have 25 an hour, and so has each known device.
    """
    user, known = _login(email)
    codes = SignInCode.objects.filter(user_id=user.pk)
    counted = _count_guess(codes, *asker.counted_for(user), now)
    # Few, however many browsers asked: only what was mailed within the limits has a digest.
    mailed = codes.open(now).exclude(digest="")
    right = [row for row in mailed if matches(code, salt=row.pk, stored=row.digest)]
    if not counted or not known:
        return None
    return user if _spend(codes.filter(pk__in=[row.pk for row in right]), now) else None


def _count_guess(codes: SignInCodeQuerySet, browser: UUID, is_known: bool, now: datetime) -> bool:
    """Whether this browser may guess, noted as done. A code expires within the hour its guesses count for."""
    recent = codes.counted_with(browser, is_known).filter(expires_at__gt=now - HOUR)
    made = recent.aggregate(sum=Sum("attempts"))["sum"] or 0
    mine = codes.open(now).filter(browser=browser, attempts__lt=MAX_ATTEMPTS)
    counted = mine.update(attempts=F("attempts") + 1) if made < MAX_GUESSES_AN_HOUR else 0
    return counted == 1


@transaction.atomic
def use_link(*, token: str, now: datetime) -> User | None:
    """Spends the link, and its code, and returns the login it opens; None when it is unknown, old or used."""
    row = SignInCode.objects.of_link(link_digest(token)).select_related("user").first()
    if row is None or not _spend(SignInCode.objects.filter(pk=row.pk), now):
        return None
    act_for(user_id=row.user_id)
    return row.user if row.user.is_active and Patient.objects.of_user(row.user).exists() else None


def _spend(codes: SignInCodeQuerySet, now: datetime) -> bool:
    """The one conditional UPDATE: of those who come at the same moment, one gets in."""
    return codes.open(now).update(used_at=now) > 0
