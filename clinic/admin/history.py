"""A row's history as the trigger wrote it, in words: for the admin's history page and the managers' pages."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.utils import formats, timezone
from django.utils.translation import gettext, ngettext

from clinic.models import HistoryEntry, Operation, StaffMember


def model_of(table: str) -> Any:
    """The model of a table; None for one that is no longer there."""
    return next((model for model in apps.get_models() if model._meta.db_table == table), None)


def table_word(table: str) -> str:
    model = model_of(table)
    return str(model._meta.verbose_name) if model else table


def operation_word(entry: HistoryEntry) -> str:
    return str(Operation(entry.operation).label)


def change_lines(entry: HistoryEntry, names: Mapping[UUID, str]) -> list[dict[str, str]]:
    """Each changed column with its old and new value; a secret one without values, an erased one empty.

    `names` are those of people, by key. Times are in the zone that is active.
    """
    if entry.changed is None:
        return [{"name": gettext("Erased"), "old": "", "new": ""}]
    if entry.operation == Operation.UPDATE:
        return [_line(entry.table_name, name, value, names) for name, value in entry.changed.items()]
    if entry.operation == Operation.DELETE:
        return [_line(entry.table_name, name, [value, None], names) for name, value in entry.changed.items()]
    return []


def names_of_staff(members: Iterable[StaffMember]) -> dict[UUID, str]:
    """Their names by the key of the membership and of the login: rows point to either."""
    return {key: member.name for member in members for key in (member.pk, member.user_id)}


def _line(table: str, column: str, values: Any, names: Mapping[UUID, str]) -> dict[str, str]:
    field = _field(table, column)
    if values is None:
        old = new = gettext("not shown")
    else:
        old, new = (_words(field, value, names) for value in values)
    return {"name": str(field.verbose_name) if field else column, "old": old, "new": new}


def _field(table: str, column: str) -> Any:
    fields = model_of(table)._meta.concrete_fields if model_of(table) else ()
    return next((field for field in fields if field.column == column), None)


def _words(field: Any, value: Any, names: Mapping[UUID, str]) -> str:
    if value in (None, ""):
        return gettext("empty")
    if field and field.is_relation:
        return _name(field, value, names)
    if field and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return _plain_words(field.get_internal_type() if field else "", value)


def _name(field: Any, key: str, names: Mapping[UUID, str]) -> str:
    """A person's name. Keys of other rows say nothing to people; of them only what kind it is."""
    try:
        return names[UUID(key)]
    except (KeyError, ValueError):
        return str(field.related_model._meta.verbose_name)


def _plain_words(kind: str, value: Any) -> str:
    if kind == "DateTimeField":
        return formats.date_format(timezone.localtime(datetime.fromisoformat(value)), "j M Y, H:i")
    if kind == "DateField":
        return formats.date_format(date.fromisoformat(value), "j M Y")
    return in_words(value)


def in_words(value: Any) -> str:
    """A value of JSON: numbers with what they are called, long lists by their length."""
    if value is None:
        return gettext("empty")
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, dict):
        return "; ".join(f"{str(name).replace('_', ' ')}: {in_words(each)}" for name, each in value.items())
    if isinstance(value, list) and any(isinstance(each, (list, dict)) for each in value):
        return ngettext("%(count)d value", "%(count)d values", len(value)) % {"count": len(value)}
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
