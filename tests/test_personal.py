"""Every field of every model says what it is for and how long it stays; one that does not is named here."""

import pytest
from django.apps import apps

from clinic.management.commands.record_of_processing import DOCUMENT, rows
from clinic.personal import TABLES, Keep, declared, declared_fields
from tests.figures import Figure, record


def all_fields():
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
    }


def declared_names():
    return [f"{each.table}.{each.name}" for each in declared_fields(TABLES)]


def test_every_field_is_declared():
    undeclared = sorted(all_fields() - set(declared_names()))
    record(Figure("personal fields without a declaration", len(undeclared), "== 0"))
    assert undeclared == [], "say in clinic/personal/ what these are for and how long they stay"


def test_nothing_is_declared_that_does_not_exist():
    assert sorted(set(declared_names()) - all_fields()) == []


def test_nothing_is_declared_twice():
    names = declared_names()
    assert sorted({name for name in names if names.count(name) > 1}) == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.label)
def test_what_is_singled_out_is_a_field_of_the_table(table):
    singled_out = {*table.withheld.split(), *table.only_account.split(), *table.notes.split()}
    assert singled_out - set(table.by_name) == set()


def test_every_purpose_and_ground_is_said_in_words():
    assert [each for each in declared_fields(TABLES) if not each.purpose or not each.ground] == []


def test_what_is_not_personal_is_in_no_export():
    exported = {each.table for each in declared_fields(TABLES) if each.is_exported}
    assert {label for label in exported if declared()[label].keep is Keep.NOT_PERSONAL} == set()


def test_a_field_that_nobody_declared_is_named():
    """The guard bites: without its declaration the walk's note is found."""
    without = [table for table in TABLES if table.label != "programmes.Walk"]
    names = {f"{each.table}.{each.name}" for each in declared_fields(tuple(without))}
    assert "programmes.Walk.note" in all_fields() - names


def test_the_document_shows_the_tables_as_they_are_declared():
    shown = [line for line in DOCUMENT.read_text().splitlines() if line.startswith("| `")]
    assert shown == list(rows()), "run manage.py record_of_processing"
