"""The patient's verbs: enrolled, invited, let in by a code."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from clinic.models import MessageKind, StaffMember, User
from clinic.permissions import require
from clinic.services import Letter, post_message
from clinic.tenancy import act_for
from patients.models import Patient, SignInCode
from patients.tokens import digest, matches, new_code

CODE_LIFETIME = timedelta(minutes=10)
MAX_ATTEMPTS = 5  # guesses per code: 5 in 1,000,000
MAX_CODES_AN_HOUR = 5  # per login


class NoAddress(Exception):
    """The patient has no e-mail address to write to."""


@transaction.atomic
def set_address(*, patient: Patient, email: str) -> None:
    """Gives the record the login of this address, making the login when it is new. "" takes it away."""
    address = email.strip().lower()
    if not address:
        patient.user = None
    else:
        patient.user = User.objects.filter(email=address).first() or User.objects.create_user(address)
    patient.save(update_fields=["user"])


@transaction.atomic
def invite_patient(*, patient: Patient, letter: Letter, by: StaffMember, now: datetime) -> None:
    """Posts the invitation. Names no condition. Raises NoAddress or NotAllowed."""
    require(by, "invite_patient")
    if patient.user is None:
        raise NoAddress
    post_message(
        kind=MessageKind.INVITATION,
        key=f"invitation:{patient.pk}:{now.isoformat()}",
        to_address=patient.user.email,
        letter=letter,
        now=now,
        clinic=patient.clinic,
    )
    Patient.objects.filter(pk=patient.pk).update(invited_at=now)


@transaction.atomic
def request_code(*, email: str, now: datetime) -> None:
    """Sends a code if the address opens a patient's pages. Says nothing either way: no enumeration.

    A new code voids the old one. At most five an hour leave for one login.
    """
    user = User.objects.select_for_update().filter(email=email.strip().lower(), is_active=True).first()
    act_for(user_id=user and user.pk)
    if user is None or not Patient.objects.of_user(user).exists():
        return
    codes = SignInCode.objects.filter(user=user)
    if codes.filter(created_at__gt=now - timedelta(hours=1)).count() >= MAX_CODES_AN_HOUR:
        return
    codes.filter(used_at=None, voided_at=None).update(voided_at=now)
    code = new_code()
    row = SignInCode(user=user, created_at=now, expires_at=now + CODE_LIFETIME)
    row.digest = digest(code, salt=row.pk)
    row.save()
    _post_code(user, row, code, now)


def _post_code(user: User, row: SignInCode, code: str, now: datetime) -> None:
    body = _(
        "Your code is %(code)s\n\n"
        "Type it on the page where you asked for it. It works once, for 10 minutes.\n\n"
        "You did not ask for a code? Then you can ignore this message."
    )
    post_message(
        kind=MessageKind.SIGN_IN_CODE,
        key=f"code:{row.pk}",
        to_address=user.email,
        letter=Letter(subject=_("Your sign-in code"), body=body % {"code": code}),
        now=now,
        secret=True,
        expires_at=row.expires_at,
    )


def use_code(*, email: str, code: str, now: datetime) -> User | None:
    """Spends the code and returns the login it opens; None when it is wrong, old, used or guessed too often.

    The attempt is counted before it is compared, and stays counted when the answer is no.
    """
    row = (
        SignInCode.objects.usable(now, max_attempts=MAX_ATTEMPTS)
        .filter(user__email=email.strip().lower(), user__is_active=True)
        .select_related("user")
        .first()
    )
    if row is None:
        return None
    counted = SignInCode.objects.filter(pk=row.pk, attempts__lt=MAX_ATTEMPTS).update(
        attempts=F("attempts") + 1
    )
    if not counted or not matches(code, salt=row.pk, stored=row.digest):
        return None
    spent = SignInCode.objects.filter(pk=row.pk, used_at=None, voided_at=None).update(used_at=now)
    if spent != 1:
        return None
    act_for(user_id=row.user.pk)
    Patient.objects.of_user(row.user).filter(first_signed_in_at=None).update(first_signed_in_at=now)
    return row.user
