"""The files under locale/: a .po for people, the .mo made from it, and the list of safety texts."""

import json
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation import to_locale

from clinic.languages import SAFETY_STRINGS
from tests.languages.extraction import ROOT, Text, all_texts, patients_texts

NO_DAY = datetime(2026, 1, 1, tzinfo=UTC)  # the same file from the same strings
LOCALE = ROOT / "locale"
# babel writes its own version and the day into the header: neither says anything about the strings
HEADER = """\
# Waymark, what patients read: {name}.
# THIS TRANSLATION IS A DRAFT: nobody with a clinical registration has reviewed it.
# It is offered to nobody before its safety texts are approved (docs/adr/0047-languages.md)."""


def po_file(language: str) -> Path:
    return LOCALE / to_locale(language) / "LC_MESSAGES" / "django.po"


def mo_file(language: str) -> Path:
    return po_file(language).with_suffix(".mo")


def read(language: str) -> Catalog:
    with po_file(language).open("rb") as file:
        return read_po(file, locale=to_locale(language))


def template() -> Catalog:
    """The patient's strings with their files; without lines, which would change with every edit."""
    made = Catalog(domain="django")
    for text in patients_texts():
        _add(made, text)
    return made


def _add(catalogue: Catalog, text: Text) -> None:
    identity = (text.text, text.plural) if text.plural else text.text
    files = [(file, None) for file in sorted(set(text.places))]
    about = ["Safety text: clinical review needed."] if text.is_about_safety else []
    catalogue.add(identity, locations=files, context=text.context, auto_comments=about)


def merge(language: str, name: str) -> Catalog:
    """The .po with every string of the sources: new ones untranslated, old ones gone, nothing guessed."""
    before = read(language) if po_file(language).exists() else Catalog(locale=to_locale(language))
    merged = Catalog(
        locale=to_locale(language),
        domain="django",
        header_comment=HEADER.format(name=name),
        project="Waymark",
        version="(in development)",
        last_translator="a draft, not reviewed",
        language_team="none",
        fuzzy=False,
    )
    for message in template():
        if message.id:
            said = before.get(_singular(message), message.context)
            merged.add(
                message.id,
                said.string if said and said.string else None,
                locations=message.locations,
                auto_comments=message.auto_comments,
                context=message.context,
                flags=set(message.flags) - {"fuzzy"},
            )
    return merged


def _singular(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple) else message.id


def missing(catalogue: Catalog) -> list[str]:
    """Strings without a translation, or with too few plural forms."""
    return [
        _singular(message)
        for message in catalogue
        if message.id and not all(message.string if isinstance(message.string, tuple) else [message.string])
    ]


def as_po(catalogue: Catalog) -> bytes:
    out = BytesIO()
    write_po(out, catalogue, width=110, no_location=False, omit_header=False, sort_output=False)
    kept = [line for line in out.getvalue().splitlines(keepends=True) if not _is_noise(line)]
    return b"".join(kept)


def _is_noise(line: bytes) -> bool:
    return line.startswith((b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Generated-By', b'"Report-Msgid'))


def as_mo(catalogue: Catalog) -> bytes:
    catalogue.creation_date = catalogue.revision_date = NO_DAY
    out = BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def safety_list() -> str:
    """What clinic.languages reads: the texts that need an approval in every language."""
    rows = [_row(text) for text in all_texts().values() if text.is_about_safety]
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def _row(text: Text) -> dict[str, str]:
    parts = {"text": text.text, "context": text.context, "plural": text.plural}
    return {name: value for name, value in parts.items() if value}


def write(language: str, name: str) -> list[str]:
    """Renews .po and .mo; returns what has no translation yet."""
    catalogue = merge(language, name)
    po_file(language).parent.mkdir(parents=True, exist_ok=True)
    po_file(language).write_bytes(as_po(catalogue))
    mo_file(language).write_bytes(as_mo(read(language)))
    SAFETY_STRINGS.write_text(safety_list(), "utf-8")
    return missing(catalogue)
