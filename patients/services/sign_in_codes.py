"""Let in by a code."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from clinic.models import MessageKind, User
from clinic.services.post import Letter, post_message
from clinic.tenancy import act_for
from patients.models import Patient, SignInCode, SignInCodeQuerySet
from patients.tokens import digest, matches, new_code

CODE_LIFETIME = timedelta(minutes=10)
HOUR = timedelta(hours=1)
MAX_ATTEMPTS = 5  # guesses of a browser for each code it asked for
MAX_GUESSES_AN_HOUR = 25  # per login, by whomever; each may hit one of MAX_OPEN in 1,000,000
MAX_OPEN = 5  # codes of a login that work at the same time
MAX_CODES_AN_HOUR = 5  # per browser and login
MAX_MAILS_AN_HOUR = 20  # per login


@transaction.atomic
def request_code(*, email: str, browser: UUID, now: datetime) -> None:
    """Sends a code if the address opens a patient's pages. Says nothing either way: no enumeration.

    A new code voids the old one of the same browser, which gets five an hour. Other browsers' codes stay: a
    stranger who asks takes nothing away. Beyond a login's limits a browser still gets its guesses, without a
    mail of its own: the codes already mailed work there too. What an unknown address costs is done as well,
    for a login that does not exist, and undone: the time says nothing either.
    """
    user, known = _login(email)
    with transaction.atomic():
        renewed = _renew_code(user, browser, now)
        transaction.set_rollback(not (known and renewed))


def _login(email: str) -> tuple[User, bool]:
    """The login of the address, locked, so that counting and writing are one; else a stand-in and False."""
    address = email.strip().lower()
    found = User.objects.select_for_update().filter(email=address, is_active=True).first()
    user = found or User(email=address)
    act_for(user_id=user.pk)
    return user, Patient.objects.of_user(user).exists() and found is not None


def _renew_code(user: User, browser: UUID, now: datetime) -> bool:
    """The browser's new code, mailed within the login's limits; False where the browser has had its five.

    The same statements run whatever the limits say: what may not stay is undone.
    """
    codes = SignInCode.objects.filter(user_id=user.pk)
    recent = codes.filter(created_at__gt=now - HOUR)
    renewed = recent.filter(browser=browser).count() < MAX_CODES_AN_HOUR
    codes.filter(browser=browser, used_at=None, voided_at=None).update(voided_at=now)
    mailed = recent.exclude(digest="")
    within = mailed.open(now).count() < MAX_OPEN
    within = mailed.count() < MAX_MAILS_AN_HOUR and within
    row = SignInCode(user_id=user.pk, browser=browser, created_at=now, expires_at=now + CODE_LIFETIME)
    code = new_code()
    row.digest = digest(code, salt=row.pk) if within else ""
    row.save(force_insert=True)
    with transaction.atomic():
        _post_code(user, row, code, now)
        transaction.set_rollback(not within)
    return renewed


def _post_code(user: User, row: SignInCode, code: str, now: datetime) -> None:
    body = _(
        "Your code is %(code)s\n\n"
        "Type it on the page where you asked for it. It works once, for 10 minutes.\n\n"
        "You did not ask for a code? Then you can ignore this message."
    )
    post_message(
        kind=MessageKind.SIGN_IN_CODE,
        key=f"code:{row.pk}",
        to_address=user.email or "",
        letter=Letter(subject=_("Your sign-in code"), body=body % {"code": code}),
        now=now,
        secret=True,
        expires_at=row.expires_at,
    )


@transaction.atomic
def use_code(*, email: str, code: str, browser: UUID, now: datetime) -> User | None:
    """Spends the code and returns the login it opens; None when it is wrong, old, used or guessed too often.

    Any open code of the login is accepted: it may have been asked for on the phone and be typed on the
    laptop. The guess is counted before it is compared, for the browser that makes it, so that a stranger's
    guesses do not use up the owner's; together a login stands at most 25 an hour.
    """
    user, known = _login(email)
    codes = SignInCode.objects.filter(user_id=user.pk)
    counted = _count_guess(codes, browser, now)
    right = [row for row in codes.open(now) if matches(code, salt=row.pk, stored=row.digest)]
    if not counted or not known:
        return None
    spent = codes.filter(pk__in=[row.pk for row in right], used_at=None, voided_at=None).update(used_at=now)
    return user if spent else None


def _count_guess(codes: SignInCodeQuerySet, browser: UUID, now: datetime) -> bool:
    """Whether this browser may guess, noted as done. A code expires within the hour its guesses count for."""
    made = codes.filter(expires_at__gt=now - HOUR).aggregate(sum=Sum("attempts"))["sum"] or 0
    mine = codes.open(now).filter(browser=browser, attempts__lt=MAX_ATTEMPTS)
    counted = mine.update(attempts=F("attempts") + 1) if made < MAX_GUESSES_AN_HOUR else 0
    return counted == 1
