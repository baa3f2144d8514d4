"""A row's history as the trigger wrote it, in words: for the admin's history page and the managers' pages."""

from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext

from clinic.models import HistoryEntry, Operation


def model_of(table: str) -> Any:
    """The model of a table; None for one that is no longer there."""
    return next((model for model in apps.get_models() if model._meta.db_table == table), None)


def table_word(table: str) -> str:
    model = model_of(table)
    return str(model._meta.verbose_name) if model else table


def operation_word(entry: HistoryEntry) -> str:
    return str(Operation(entry.operation).label)


def change_lines(entry: HistoryEntry) -> list[dict[str, str]]:
    """Each changed column with its old and new value; a secret one without values, an erased one empty."""
    if entry.changed is None:
        return [{"name": gettext("Erased"), "old": "", "new": ""}]
    if entry.operation == Operation.UPDATE:
        return [_line(entry.table_name, name, value) for name, value in entry.changed.items()]
    if entry.operation == Operation.DELETE:
        return [_line(entry.table_name, name, [value, None]) for name, value in entry.changed.items()]
    return []


def _line(table: str, column: str, values: Any) -> dict[str, str]:
    old, new = (gettext("not shown"), gettext("not shown")) if values is None else map(_value, values)
    return {"name": _column_word(table, column), "old": old, "new": new}


def _value(value: Any) -> str:
    return gettext("empty") if value in (None, "") else str(value)


def _column_word(table: str, column: str) -> str:
    model = model_of(table)
    for name in (column, column.removesuffix("_id")):
        try:
            return str(model._meta.get_field(name).verbose_name) if model else column
        except FieldDoesNotExist:
            continue
    return column
