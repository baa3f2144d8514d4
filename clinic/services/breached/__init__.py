"""Passwords that have been in breaches: refused when one is chosen, without asking anybody outside."""

import gzip
from functools import cache
from pathlib import Path

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LIST = Path(__file__).with_name("passwords.txt.gz")  # where it comes from: LICENSE and VERSION beside it


@cache
def breached_passwords() -> frozenset[str]:
    """44,000 passwords of 12 characters or more, from the million most frequent; read when first asked."""
    return frozenset(gzip.decompress(LIST.read_bytes()).decode().splitlines())


@cache
def common_words() -> frozenset[str]:
    """Django's 20,000 frequent passwords, short ones too: digits behind "qwertyuiop" do not help."""
    return frozenset(CommonPasswordValidator().passwords)


class BreachedPasswordValidator:
    """Refuses a breached password, also in capitals, doubled, or with digits and signs behind it."""

    def validate(self, password: str, user: object = None) -> None:
        word = password.strip().casefold()
        bare = word.rstrip("0123456789!?.,-_*#$&+@ ")
        half = word[: len(word) // 2]
        doubled = half if half * 2 == word else word
        if {word, bare, doubled} & breached_passwords() or bare in common_words():
            raise ValidationError(
                _("This password has been found in stolen lists. Choose another one."), code="breached"
            )

    def get_help_text(self) -> str:
        return _("It must not be a password that was stolen somewhere before.")
