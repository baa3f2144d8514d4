"""Sign-in codes: how one is made, and how it is kept so that a stolen table opens nothing."""

import hashlib
import hmac
import secrets
from uuid import UUID

from django.conf import settings

CODE_DIGITS = 6


def new_code() -> str:
    """Six random digits. Guessing is limited by attempts per code (MAX_ATTEMPTS), not by length."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def digest(code: str, *, salt: UUID) -> str:
    """What is stored of a code: an HMAC under the site's secret, salted with the row's own key."""
    message = f"{salt}:{code}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()


def matches(code: str, *, salt: UUID, stored: str) -> bool:
    """Compares in constant time."""
    return hmac.compare_digest(digest(code, salt=salt), stored)
