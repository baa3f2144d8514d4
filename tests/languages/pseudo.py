"""A language that nobody speaks: every letter accented, 40 per cent longer, with marks at both ends.

What shows without accents did not go through gettext; what does not fit would not fit in German or Polish.
The same words under a language code that is written from right to left turn the pages round.
"""

import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django import conf
from django.utils.translation import to_locale

from tests.languages.extraction import Text, all_texts

PSEUDO, PSEUDO_RTL = "en-xa", "ar-xb"
OPEN, CLOSE = "⟦", "⟧"
ACCENTS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "äƀçđéƒğĥîĵķļɱñöþǫŕšŧüṽŵẋýžÀƁÇÐÉƑĞĤÎĴĶĻṀÑÖÞǪŔŠŦÜṼŴẊÝŽ",
)
# Left as they are: what is filled in, tags and entities.
KEPT = re.compile(r"(%\(\w+\)[sd]|%%|%[sd]|\{\w*\}|<[^>]+>|&\w+;)")
LONGER = 0.4
NO_WORDS = ("date format", "time format")  # patterns: letters there are commands
SHORT = 3  # letters: marks at both ends would double "Nov"


def accented(text: str) -> str:
    """The text as the pseudo-language says it."""
    if text.isalpha() and len(text) <= SHORT:
        return f"{text.translate(ACCENTS)}~"
    parts = KEPT.split(text)
    said = "".join(part if KEPT.fullmatch(part) else part.translate(ACCENTS) for part in parts)
    letters = sum(len(part) for part in parts if not KEPT.fullmatch(part))
    more = max(1, round(letters * LONGER)) if letters > 1 else 0
    tail = " ".join("~" * min(6, more - done) for done in range(0, more, 6))  # as words, which may wrap
    lead, rest = re.fullmatch(r"(\s*)(.*)", said, re.DOTALL).groups()
    return f"{lead}{OPEN}{rest.rstrip()}{' ' if tail else ''}{tail}{CLOSE}{said[len(said.rstrip()) :]}"


def write_pseudo(
    folder: Path, language: str, *, texts: list[Text] | None = None, otherwise: dict[str, str] | None = None
) -> None:
    """A compiled catalogue of these texts (default: all) and of Django's own; some may say `otherwise`."""
    catalogue = Catalog(locale="en", domain="django")
    for text in all_texts().values() if texts is None else texts:
        _add(catalogue, text.text, text.plural, text.context)
    for text, plural, context in _djangos():
        _add(catalogue, text, plural, context)
    for source, said in (otherwise or {}).items():
        catalogue.get(source).string = said
    target = folder / to_locale(language) / "LC_MESSAGES" / "django.mo"
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        write_mo(file, catalogue)


def _add(catalogue: Catalog, text: str, plural: str | None, context: str | None) -> None:
    if context in NO_WORDS:
        return
    if plural:
        catalogue.add((text, plural), (accented(text), accented(plural)), context=context)
    else:
        catalogue.add(text, accented(text), context=context)


def _djangos() -> list[tuple[str, str | None, str | None]]:
    """The strings of Django itself: months, days, messages of forms, the admin."""
    found = []
    base = Path(conf.__file__).parents[1]
    for file in (base / "conf", base / "contrib" / "admin", base / "forms"):
        path = file / "locale" / "en" / "LC_MESSAGES" / "django.po"
        if path.exists():
            with path.open("rb") as source:
                for message in read_po(source):
                    if message.id:
                        text, plural = message.id if isinstance(message.id, tuple) else (message.id, None)
                        found.append((text, plural, message.context))
    return found
