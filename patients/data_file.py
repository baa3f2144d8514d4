"""The copy of a record as a file: a ZIP with a page to read, all of it as JSON, and the walks as a table."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model
from django.http import FileResponse, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.admin.audit_words import route_words
from clinic.admin.history import change_lines, in_words, table_word
from clinic.formats import dates
from clinic.models import HistoryEntry
from clinic.reads import note_read
from clinic.spreadsheets import harmless
from patients.services.record_export import FORMAT, VERSION, RecordCopy
from patients.services.record_rows import is_list_of_keys
from programmes import wording

Row = dict[str, Any]
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
    """One table of the readable page: each row as pairs of what and which, where something stands."""

    title: str
    rows: list[list[tuple[str, str]]]


def data_file(copy: RecordCopy) -> FileResponse:
    """The download. Its name says nothing about the person; the read log calls it an export."""
    note_read(clinic_id=copy.patient.clinic_id, patients=[copy.patient.pk], kind="export")
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  FileResponse closes it
    write_zip(copy, file)
    file.seek(0)
    name = f"waymark-record-{copy.made_at:%Y-%m-%d}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")


def walks_file(copy: RecordCopy) -> HttpResponse:
    """The walks alone, for a spreadsheet."""
    return _one_file(copy, walks_table(copy).encode("utf-8"), "walks", "csv", "text/csv; charset=utf-8")


def json_file(copy: RecordCopy) -> HttpResponse:
    """Everything, for another program."""
    return _one_file(copy, as_json(copy).encode(), "record", "json", "application/json")


def _one_file(copy: RecordCopy, body: bytes, name: str, ending: str, kind: str) -> HttpResponse:
    note_read(clinic_id=copy.patient.clinic_id, patients=[copy.patient.pk], kind="export")
    answer = HttpResponse(body, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="waymark-{name}-{copy.made_at:%Y-%m-%d}.{ending}"'
    return answer


def write_zip(copy: RecordCopy, file: IO[bytes]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("record.html", page_of(copy))
        archive.writestr("record.json", as_json(copy))
        archive.writestr("walks.csv", walks_table(copy))


def as_json(copy: RecordCopy) -> str:
    return json.dumps(machine_readable(copy), ensure_ascii=False, indent=1)


# The table of walks: field, heading with its unit. English in every language: programs read it.
COLUMNS = {
    "walked_on": "date",
    "minutes": "minutes",
    "distance_m": "distance (metres)",
    "steps": "steps",
    "bouts": "walks that day",
    "target_minutes": "plan (minutes)",
    "target_distance_m": "plan (metres)",
    "target_steps": "plan (steps)",
    "pain_before": "pain before (0-10)",
    "pain_worst": "worst pain (0-10)",
    "pain_after": "pain after (0-10)",
    "settled": "settled next morning",
    "intensity": "how hard",
    "effort": "effort (0-10)",
    "flare": "flare-up",
    "fall": "fall",
    "limb_problem": "leg or foot problem",
    "new_symptoms": "new symptoms",
    "reason_short": "why it was short",
    "confidence": "confidence (0-10)",
    "painkillers": "painkillers",
    "recalled": "recalled later",
    "note": "note",
    "received_at": "received",
}


def walks_table(copy: RecordCopy) -> str:
    """Each walk that counts, oldest first, as CSV. An empty cell was not asked or not answered, never zero.

    It begins with a byte order mark: without one Excel takes "é" for two letters. Lines end as RFC 4180 says.
    """
    walks = [row for row in copy.tables.get("programmes.Walk", []) if not row["entered_in_error"]]
    table = io.StringIO(newline="")
    table.write("\N{BYTE ORDER MARK}")
    write = csv.writer(table).writerow
    write(COLUMNS.values())
    for row in sorted(walks, key=lambda walk: (walk["walked_on"], walk["received_at"])):
        write([_cell(row, name) for name in COLUMNS])
    return table.getvalue()


def _cell(row: Row, name: str) -> str:
    value = row.get(name)
    if value is None:
        return "not sure" if row.get(f"{name}_not_sure") else ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return harmless(", ".join(value) or "none")
    return harmless(str(value))


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
    """The readable page: opens without a network, needs no style sheet and no script, fits on a phone."""
    context = {
        "copy": copy,
        "clinic": copy.patient.clinic,
        "made": dates.moment(copy.made_at, copy.patient.zone),
        "withheld": [WITHHELD[code] for code in copy.withheld],
    }
    with timezone.override(copy.patient.zone):
        return render_to_string("patients/record_file.html", context | {"sections": list(sections(copy))})


def sections(copy: RecordCopy) -> Iterator[Section]:
    names = {person[key]: person["name"] for person in copy.people for key in ("id", "login")}
    for label, rows in copy.tables.items():
        model = apps.get_model(label)
        shown = {
            name: capfirst(str(_field(model, name).verbose_name))
            for name in rows[0]
            if _is_shown(model, name, rows)
        }
        cells = [[(shown[name], _words(model, name, row, copy, names)) for name in shown] for row in rows]
        said = [[(name, words) for name, words in row if words] for row in cells]
        yield Section(capfirst(str(model._meta.verbose_name_plural)), said)


def _is_shown(model: type[Model], name: str, rows: list[dict[str, Any]]) -> bool:
    """Keys of rows are for machines; a column in which nothing stands says nothing."""
    field = _field(model, name)
    is_key = name in ("id", "clinic", "key") or name.endswith("_id") or is_list_of_keys(field)
    is_key = is_key or field.get_internal_type() == "UUIDField"
    to_row = field.is_relation and field.related_model._meta.model_name not in ("user", "staffmember")
    return not is_key and not to_row and any(row[name] not in (None, "", [], {}) for row in rows)


def _field(model: type[Model], name: str) -> Any:
    return model._meta.get_field(name)


def _words(model: type[Model], name: str, row: Row, copy: RecordCopy, names: dict[str, str]) -> str:
    field, value = _field(model, name), row[name]
    if value is None or value == "":
        return ""
    if field.is_relation:
        return names.get(value, _("your login") if value == str(copy.patient.user_id) else "")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if (model._meta.model_name, name) in SPOKEN:
        return SPOKEN[model._meta.model_name, name](row, names)
    return _plain_words(field.get_internal_type(), value, copy)


def _changes(row: Row, names: dict[str, str]) -> str:
    entry = HistoryEntry(**{name: row[name] for name in ("table_name", "operation", "changed")})
    lines = change_lines(entry, {UUID(key): name for key, name in names.items()})
    return "; ".join(capfirst(_("%(name)s: from %(old)s to %(new)s") % line) for line in lines)


def _evidence(name: str) -> Callable[[Row, dict[str, str]], str]:
    """As the review queue says it: one sentence with its numbers."""
    return lambda row, _names: wording.sentence(row["code"], row[name])


# What is for machines in a row (names of tables and routes, nested values); the page to read has words.
SPOKEN: dict[tuple[str | None, str], Callable[[Row, dict[str, str]], str]] = {
    ("historyentry", "table_name"): lambda row, _names: table_word(row["table_name"]),
    ("historyentry", "changed"): _changes,
    ("readentry", "route"): lambda row, _names: route_words(row["route"]),
    ("flag", "evidence"): _evidence("evidence"),
    ("flag", "latest"): _evidence("latest"),
}


def _plain_words(kind: str, value: Any, copy: RecordCopy) -> str:
    if kind == "DateTimeField":
        return dates.moment(datetime.fromisoformat(value), copy.patient.zone)
    if kind == "DateField":
        return dates.full_day(date.fromisoformat(value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return in_words(value)
