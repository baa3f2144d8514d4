"""Who is answered what: every cell of matrix.csv is asked, and every address has its lines there."""

import json
import os
from contextlib import contextmanager
from pathlib import Path

import pytest
import time_machine
from django.db import transaction

from tests.access import NEW, WRITE, table
from tests.access.addresses import addresses
from tests.access.asking import METHODS, a_world, answers, in_a_word, questions, response_to, text_of
from tests.access.world import COLUMNS, NOON
from tests.figures import Figure, record

# What a visitor may open, or post to without a session.
PUBLIC = {
    "",
    "sign-in/",
    "sign-in/letter/",
    "signed-out/",
    "privacy/",
    "staff/sign-in/",
    "staff/password/forgotten/",
    "healthz/live",
    "healthz/ready",
}
THEIRS = [column for column in COLUMNS if column.startswith("their")]
OUTSIDE = ["404", "403", "405", "> sign-in", "> patient sign-in", "> login", "> choose"]
# Pages of one login, and a notice: a key of somebody else changes nothing and leads to one's own.
PERSONAL = {"> second-factor", "> sessions", "> first"}
NO_MEMBERS = [
    "anonymous",
    "patient",
    "other patient",
    "their patient",
    "enrolling",
    "login off",
    "membership off",
]


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Made once; each request is undone by its own savepoint."""
    with in_one_transaction(django_db_blocker):
        yield a_world()


@contextmanager
def in_one_transaction(blocker):
    with time_machine.travel(NOON, tick=False), blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("column", COLUMNS)
def test_every_cell_is_as_declared(world, column):
    if folder := os.environ.get(WRITE):
        known = {key for key, line in table.read().items() if column in line}
        found = answers(world, column, known if os.environ.get(NEW) else ())
        Path(folder, f"{column}.json").write_text(json.dumps(list(found.items())))
        return
    found = answers(world, column)
    declared = {key: cells[column] for key, cells in table.read().items()}
    as_declared = [key for key, cell in found.items() if declared.get(key) == cell]
    record(
        Figure(
            f"access matrix: cells of {column} as declared", 100 * len(as_declared) / len(found), "== 100 %"
        )
    )
    wrong = {key: (declared.get(key), cell) for key, cell in found.items() if declared.get(key) != cell}
    assert wrong == {}


def test_every_address_has_its_lines():
    missing = set(questions()) - set(table.read())
    record(Figure("access matrix: addresses without their lines", len(missing), "== 0"))
    assert missing == set()


def test_no_line_is_stale():
    assert set(table.read()) - set(questions()) == set()


def test_the_columns_are_the_people_who_are_asked():
    assert {tuple(cells) for cells in table.read().values()} == {COLUMNS}


# --- What must hold in the table itself, whoever renewed it


def cells(columns=COLUMNS):
    """(route, method, column, cell) of the declared table."""
    for (route, method), line in table.read().items():
        for column in columns:
            yield route, method, column, line[column]


def test_nobody_is_answered_a_server_error():
    assert [cell for cell in cells() if cell[3].startswith("5") and cell[0] != "healthz/ready"] == []


def test_nobody_gets_at_a_row_of_another_clinic():
    rows = {address.route for address in addresses() if address.names_a_row}
    rows -= {route for route in rows if route.endswith("/<object_id>/")}  # sends any key on, looks at none
    outside = {*OUTSIDE, *PERSONAL}
    assert [cell for cell in cells(THEIRS) if cell[0] in rows and cell[3] not in outside] == []


def test_a_visitor_opens_public_pages_only():
    opened = {route for route, _method, _column, cell in cells(["anonymous"]) if cell in ("ok", "422")}
    assert opened - PUBLIC == set()


def test_only_members_and_the_operator_open_staff_pages():
    inner = ("review/", "admin/", "staff/clinic/")
    opened = [cell for cell in cells(NO_MEMBERS) if cell[0].startswith(inner) and cell[3] in ("ok", "422")]
    assert opened == []


def test_a_session_whose_login_was_switched_off_is_a_visitor():
    differ = [key for key, line in table.read().items() if line["login off"] != line["anonymous"]]
    assert differ == []


def test_no_page_offers_more_than_reading_and_posting():
    other = set(METHODS) - {"GET", "HEAD", "POST", "POST filled"}
    assert {cell for _route, method, _column, cell in cells() if method in other} == {"405"}


def test_there_are_rows_to_be_refused():
    """The people whose rows are asked for do get at most of them."""
    rows = {address.route for address in addresses() if address.names_a_row}
    reached = {route for route, _m, _c, cell in cells(["patient", "clinician", "manager"]) if cell == "ok"}
    assert len(rows & reached) > len(rows) / 3


@pytest.mark.parametrize("column", ["their patient", "their clinician", "their manager", "other patient"])
@pytest.mark.parametrize("method", ["GET", "POST filled"])
def test_a_foreign_row_is_answered_like_none(world, column, method):
    differ = []
    for address in addresses():
        if address.names_a_row and (column != "other patient" or address.route.startswith("walks/")):
            foreign = response_to(world, column, (address.route, method), address.of(world.ours))
            nobodys = response_to(world, column, (address.route, method), address.of_nobody())
            alike = in_a_word(foreign) == in_a_word(nobodys) and len(text_of(foreign)) == len(
                text_of(nobodys)
            )
            differ += [] if alike else [address.route]
    assert differ == []
