"""Let in by a letter: for patients without an e-mail address."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F

from clinic.devices import Device
from clinic.models import StaffMember, User
from clinic.permissions import require
from clinic.services.going_live import NotLive
from clinic.tenancy import act_for
from patients.models import LetterCode, NetworkTries, Patient
from patients.services.enrolment import CareEnded
from patients.tokens import letter_digest, network_digest, new_letter_code

LETTER_LIFETIME = timedelta(days=28)
MAX_TRIES = 5  # of a letter: the right code with a wrong date of birth
MAX_TRIES_OF_A_NETWORK = 50  # an hour; one in 23 ** 15 hits, so this is about load, not about luck


class NoBirthDate(Exception):
    """The record has no date of birth, which is typed in together with the code."""


class HasAddress(Exception):
    """The patient has an e-mail address, and signs in by that."""


class TooManyTries(Exception):
    """This network has tried too often within the hour. Says nothing about the code."""


@dataclass(frozen=True)
class NewLetter:
    """What stands on the paper and, of the code, nowhere else."""

    code: str
    expires_at: datetime

    @property
    def groups(self) -> list[str]:
        return [self.code[start : start + 4] for start in range(0, len(self.code), 4)]


@transaction.atomic
def print_letter(*, patient: Patient, by: StaffMember, now: datetime) -> NewLetter:
    """A new letter, whose code is told this once; the old letter is void.

    Makes a login where there is none. Raises NotLive, NoBirthDate, HasAddress, CareEnded, or NotAllowed (also
    for another clinic's patient).
    """
    require(by, "print_letter_code", clinic_id=patient.clinic_id)
    record = Patient.objects.for_clinic(by.clinic).select_for_update(of=("self",)).get(pk=patient.pk)
    if reason := why_no_letter(record, now):
        raise reason
    if record.user is None:
        record.user = User.objects.create_user(None)
        record.save(update_fields=["user"])
    LetterCode.objects.filter(user=record.user, used_at=None, voided_at=None).update(voided_at=now)
    code = new_letter_code()
    letter = LetterCode.objects.create(
        user=record.user,
        digest=letter_digest(code),
        printed_by=by.user,
        created_at=now,
        expires_at=now + LETTER_LIFETIME,
    )
    return NewLetter(code, letter.expires_at)


def why_no_letter(record: Patient, now: datetime) -> type[Exception] | None:
    """What `print_letter` would raise for this record; None when a letter can be printed."""
    if not record.clinic.is_live:
        return NotLive
    if not record.is_monitored(record.local_date(now)):
        return CareEnded
    if record.user and record.user.email:
        return HasAddress
    return None if record.date_of_birth else NoBirthDate


@transaction.atomic
def void_letter(*, patient: Patient, by: StaffMember, now: datetime) -> bool:
    """Takes the letter back that is still open; False when there was none. Raises NotAllowed."""
    require(by, "print_letter_code", clinic_id=patient.clinic_id)
    return LetterCode.objects.filter(user=patient.user_id).open(now).update(voided_at=now) == 1


@transaction.atomic
def use_letter(*, code: str, born_on: date, device: Device, network: str, now: datetime) -> User | None:
    """Spends the letter and returns the login it opens; None when code and date of birth do not go together.

    The secret is the code; the date of birth only makes a lost letter useless to most finders. A try counts
    for the letter before anything is compared, and for the network, except in a browser that the login was
    opened in before. An unknown code costs the same statements. Raises TooManyTries, and counts nothing then.
    """
    letters = LetterCode.objects.filter(digest=letter_digest(code)).open(now)
    counted = letters.filter(tries__lt=MAX_TRIES).update(tries=F("tries") + 1)
    letter = LetterCode.objects.filter(digest=letter_digest(code)).select_related("user").first()
    user = letter.user if letter else User()
    within = _count_network(network, now)
    if not within and not device.knows(user):
        raise TooManyTries
    act_for(user_id=user.pk)
    is_right = Patient.objects.of_user(user).filter(date_of_birth=born_on).exists()
    if not (counted and is_right and user.is_active and user.email is None):
        return None
    return user if letters.update(used_at=now) == 1 else None


def _count_network(network: str, now: datetime) -> bool:
    """Whether the network may try, noted as done."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    row, _new = NetworkTries.objects.get_or_create(network=network_digest(network), hour=hour)
    tried = NetworkTries.objects.filter(pk=row.pk, tries__lt=MAX_TRIES_OF_A_NETWORK)
    return tried.update(tries=F("tries") + 1) == 1
