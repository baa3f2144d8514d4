"""The copy of a record as a file: one ZIP with a page to read and the same as JSON for machines."""

import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.apps import apps
from django.db.models import Model
from django.http import FileResponse
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.admin.audit_words import route_words
from clinic.admin.history import table_word
from patients.services.record_export import FORMAT, VERSION, RecordCopy
from patients.services.record_rows import is_list_of_keys

# Names of tables and routes are for machines; the page to read has words for them.
SPOKEN: dict[tuple[str | None, str], Callable[[str], str]] = {
    ("historyentry", "table_name"): table_word,
    ("readentry", "route"): route_words,
}
IN_MEMORY = 8 * 1024 * 1024  # bytes; a larger copy waits in an unlinked temporary file

WITHHELD = {
    "secrets": gettext_lazy("Codes to sign in and other keys. They would open your pages."),
    "notes": gettext_lazy(
        "Notes that staff wrote for each other. They may speak of other people. Ask your clinic for them: "
        "somebody reads them first."
    ),
    "shared-login": gettext_lazy("When you signed in. Another person uses the same e-mail address."),
}


@dataclass(frozen=True)
class Section:
    """One table of the readable page: only columns in which something stands."""

    title: str
    columns: list[str]
    rows: list[list[str]]


def data_file(copy: RecordCopy) -> FileResponse:
    """The download. Its name says nothing about the person."""
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  FileResponse closes it
    write_zip(copy, file)
    file.seek(0)
    name = f"waymark-record-{copy.made_at:%Y-%m-%d}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")


def write_zip(copy: RecordCopy, file: IO[bytes]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("record.html", page_of(copy))
        archive.writestr("record.json", json.dumps(machine_readable(copy), ensure_ascii=False, indent=1))


def machine_readable(copy: RecordCopy) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "made_at": copy.made_at.isoformat(),
        "clinic": {"id": str(copy.patient.clinic_id), "name": copy.patient.clinic.name},
        "patient": str(copy.patient.pk),
        "staff": copy.people,
        "tables": copy.tables,
        "withheld": [{"code": code, "why": str(WITHHELD[code])} for code in copy.withheld],
    }


def page_of(copy: RecordCopy) -> str:
    """The readable page: opens without a network, needs no style sheet and no script."""
    context = {
        "copy": copy,
        "clinic": copy.patient.clinic,
        "made": date_format(copy.made_at.astimezone(copy.patient.zone), "j F Y, H:i"),
        "sections": list(sections(copy)),
        "withheld": [WITHHELD[code] for code in copy.withheld],
    }
    return render_to_string("patients/record_file.html", context)


def sections(copy: RecordCopy) -> Iterator[Section]:
    names = {person[key]: person["name"] for person in copy.people for key in ("id", "login")}
    for label, rows in copy.tables.items():
        model = apps.get_model(label)
        shown = [name for name in rows[0] if _is_shown(model, name, rows)]
        columns = [capfirst(str(_field(model, name).verbose_name)) for name in shown]
        cells = [[_words(model, name, row[name], copy, names) for name in shown] for row in rows]
        yield Section(capfirst(str(model._meta.verbose_name_plural)), columns, cells)


def _is_shown(model: type[Model], name: str, rows: list[dict[str, Any]]) -> bool:
    """Keys of rows are for machines; a column in which nothing stands says nothing."""
    field = _field(model, name)
    is_key = name in ("id", "clinic", "key") or name.endswith("_id") or is_list_of_keys(field)
    is_key = is_key or field.get_internal_type() == "UUIDField"
    to_row = field.is_relation and field.related_model._meta.model_name not in ("user", "staffmember")
    return not is_key and not to_row and any(row[name] not in (None, "", [], {}) for row in rows)


def _field(model: type[Model], name: str) -> Any:
    return model._meta.get_field(name)


def _words(model: type[Model], name: str, value: Any, copy: RecordCopy, names: dict[str, str]) -> str:
    field = _field(model, name)
    if value is None or value == "":
        return ""
    if field.is_relation:
        return names.get(value, _("your login") if value == str(copy.patient.user_id) else "")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if (model._meta.model_name, name) in SPOKEN:
        return SPOKEN[model._meta.model_name, name](value)
    return _plain_words(field.get_internal_type(), value, copy)


def _plain_words(kind: str, value: Any, copy: RecordCopy) -> str:
    if kind == "DateTimeField":
        return date_format(datetime.fromisoformat(value).astimezone(copy.patient.zone), "j F Y, H:i")
    if kind == "DateField":
        return date_format(date.fromisoformat(value), "j F Y")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
