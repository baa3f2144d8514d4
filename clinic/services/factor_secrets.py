"""How allauth keeps second factors here: encrypted under the site's secret."""

import base64
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from clinic.models import User


def _key(secret: str) -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=b"waymark.second-factors").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def keys() -> MultiFernet:
    """Encrypts under WAYMARK_SECRET_KEY; reads under the keys that it replaced, too."""
    return MultiFernet([_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """A copy of the database without the site's secret makes no codes."""

    def encrypt(self, text: str) -> str:
        return keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises cryptography's InvalidToken when the key is gone: then the factor must be reset."""
        return keys().decrypt(encrypted_text.encode()).decode()

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        """What a passkey is called on the person's own devices."""
        return {"id": user.pk.bytes, "name": user.email, "display_name": user.email}

    def get_totp_issuer(self) -> str:
        return "Waymark"
