"""The languages that Waymark ships, and in each the very words that somebody must have approved.

A wrong word in a safety text can harm. So a language reaches patients only while an approval stands for
exactly these words: `digest` changes with each of them, and then the approval holds no longer (ADR 0047).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.utils import translation

SOURCE: str = settings.LANGUAGE_CODE  # written in this one: it needs no translation and no approval
# Made from the sources by `make messages`: what says where to get help, what the pain scale means, and when
# to stop.
SAFETY_STRINGS = Path(settings.BASE_DIR) / "locale" / "safety-strings.json"
COUNTS = (1, 2, 5)  # every plural form of the languages we know shows in one of these


@dataclass(frozen=True, slots=True)
class SafetyString:
    """One text whose meaning must be right, and what it says in a language (more than one: by number)."""

    source: str
    said: tuple[str, ...]

    @property
    def is_translated(self) -> bool:
        return self.source not in self.said


def shipped() -> dict[str, str]:
    """Code and own name of every language but the source."""
    return {code: name for code, name in settings.LANGUAGES if code != SOURCE}


def name_of(language: str) -> str:
    """A language in its own words; the source for one that is not known."""
    names = dict(settings.LANGUAGES)
    return names.get(language, names[SOURCE])


def safety_strings(language: str) -> list[SafetyString]:
    """Every safety text with what it says in this language."""
    with translation.override(language):
        return [
            SafetyString(row["text"], tuple(_said(row)))
            for row in json.loads(SAFETY_STRINGS.read_text("utf-8"))
        ]


def _said(row: dict[str, str]) -> Iterator[str]:
    text, context, plural = row["text"], row.get("context"), row.get("plural")
    if plural:
        yield from (translation.ngettext(text, plural, count) for count in COUNTS)
    elif context:
        yield translation.pgettext(context, text)
    else:
        yield translation.gettext(text)


@lru_cache
def digest(language: str) -> str:
    """Of every safety text and what it says; "" while one of them has no translation."""
    texts = safety_strings(language)
    if not all(text.is_translated for text in texts):
        return ""
    said = [[language, text.source, *text.said] for text in texts]
    return sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def approvable() -> dict[str, str]:
    """Language and digest of each that is complete enough to be approved."""
    return {language: digest(language) for language in shipped() if digest(language)}
