"""What opens a patient's pages: how it is made, and how it is kept so that a stolen table opens nothing."""

import hashlib
import hmac
import secrets
from uuid import UUID

from django.conf import settings

CODE_DIGITS = 6
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


def _keyed(purpose: str, secret: str) -> str:
    """An HMAC under the site's secret; the purpose keeps one kind of secret from passing as another."""
    return hmac.new(settings.SECRET_KEY.encode(), f"{purpose}:{secret}".encode(), hashlib.sha256).hexdigest()
