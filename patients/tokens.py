"""What opens a patient's pages: how it is made, and how it is kept so that a stolen table opens nothing."""

import hashlib
import hmac
import secrets
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer

CODE_DIGITS = 6
LETTER_SIGNS = "23456789CDFHJKMNPRTVWXY"  # no vowels, nothing that looks like something else; 23 is prime
LETTER_LENGTH = 16  # the last one is the check: 15 * log2(23) = 67 bits of secret
LOOKALIKES = str.maketrans("BGSZ", "8652")
LINK_BYTES = 24  # 192 bits: nobody guesses one, so guesses are not counted


def new_code() -> str:
    """Six random digits. Guessing is limited by attempts per code (MAX_ATTEMPTS), not by length."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def digest(code: str, *, salt: UUID) -> str:
    """What is stored of a code: an HMAC under the site's secret, salted with the row's own key."""
    return _keyed(str(salt), code)


def matches(code: str, *, salt: UUID, stored: str) -> bool:
    """Compares in constant time."""
    return hmac.compare_digest(digest(code, salt=salt), stored)


def new_link_token() -> str:
    """The secret part of a link's address, 32 signs."""
    return secrets.token_urlsafe(LINK_BYTES)


def link_digest(token: str) -> str:
    """What is stored of a link, and what it is found by: the database compares digests, never secrets."""
    return _keyed("link", token)


def new_letter_code() -> str:
    """Sixteen signs, to be printed. As 23 is prime, the check finds any wrong sign and any swap."""
    secret = [secrets.randbelow(len(LETTER_SIGNS)) for _sign in range(LETTER_LENGTH - 1)]
    # The last weight is 16; its inverse modulo 23 is 13, as 16 * 13 = 208 = 9 * 23 + 1.
    check = -13 * _weighted(secret) % len(LETTER_SIGNS)
    return "".join(LETTER_SIGNS[value] for value in (*secret, check))


def tidy_letter_code(typed: str) -> str:
    """As it is stored: capitals without spaces and dashes, and what looks like a sign read as that sign."""
    return "".join(sign for sign in typed.upper().translate(LOOKALIKES) if sign.isalnum())


def letter_code_is_whole(code: str) -> bool:
    """Whether a tidied code can be a letter's at all: a typing mistake is told without asking anybody."""
    if len(code) != LETTER_LENGTH or set(code) - set(LETTER_SIGNS):
        return False
    return _weighted([LETTER_SIGNS.index(sign) for sign in code]) % len(LETTER_SIGNS) == 0


def _weighted(values: list[int]) -> int:
    return sum(weight * value for weight, value in enumerate(values, start=1))


def letter_digest(code: str) -> str:
    """What is stored of a letter's code, and what it is found by."""
    return _keyed("letter", code)


def network_digest(network: str) -> str:
    """What tries are counted by: where somebody is at home is not written down."""
    return _keyed("network", network)


def _keyed(purpose: str, secret: str) -> str:
    """An HMAC under the site's secret; the purpose keeps one kind of secret from passing as another."""
    return hmac.new(settings.SECRET_KEY.encode(), f"{purpose}:{secret}".encode(), hashlib.sha256).hexdigest()


def stop_token(clinic_id: UUID, set_up_id: UUID) -> str:
    """What the link in a reminder carries: two numbers of rows, signed. It opens nothing."""
    return str(_stopping().sign(f"{clinic_id.hex}{set_up_id.hex}"))


def read_stop_token(token: str) -> tuple[UUID, UUID] | None:
    """The clinic and the row; None where nobody of ours has signed it."""
    try:
        rows = _stopping().unsign(token)
    except BadSignature:
        return None
    return UUID(rows[:32]), UUID(rows[32:])


def _stopping() -> Signer:
    return Signer(salt="stop-reminders", sep=".")


def person_mark(patient_id: UUID) -> str:
    """Whose walks a phone keeps: the same for ever, and nobody finds the record from it.

    A record's key has 74 random bits, so that a plain digest cannot be guessed backwards. Unkeyed on purpose:
    walks that wait on phones must still be theirs after the site's secret was replaced.
    """
    return hashlib.sha256(f"waymark-outbox:{patient_id}".encode()).hexdigest()[:32]
