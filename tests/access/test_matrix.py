"""Who is answered what: every cell of matrix.csv is asked, and every address has its lines there."""

import json
import os
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.access import NEW, WRITE, table
from tests.access.addresses import addresses
from tests.access.asking import (
    METHODS,
    REFUSED,
    answers,
    in_a_word,
    questions,
    response_to,
    sent,
    text_of,
)
from tests.access.world import COLUMNS
from tests.figures import RECORD, Figure, record

ALIKE = {"HEAD", *REFUSED}  # answered to everybody as to one: tested below
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
    "offline/",
    "service-worker.js",
    "manifest.webmanifest",
}
TURNED_AWAY = {"403", "405", "> sign-in", "> patient sign-in", "> login", "> second-factor"}
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


def to_ask(column):
    """The cells that are asked of this person: all for a figure and a new table, else those that may differ.

    Nobody's refusal of PUT, PATCH, DELETE and OPTIONS can differ from the visitor's: two tests below. HEAD is
    asked of one who may open the page; the table says the same for it as for GET, of everybody. Who is turned
    away before a form is read is asked with an empty one.
    """
    keys, declared = set(questions()), table.read()
    if os.environ.get(RECORD) or os.environ.get(WRITE):
        return keys - (set(declared) if os.environ.get(NEW) else set())
    return {
        key
        for key in keys
        if (key[1] not in ALIKE or column == witness(declared.get(key, {})))
        and not (key[1] == "POST filled" and is_turned_away(declared, key, column))
    }


def is_turned_away(declared, key, column):
    """With a form and without one, by the table."""
    cells = {declared.get((key[0], method), {}).get(column) for method in ("POST", "POST filled")}
    return len(cells) == 1 and cells <= TURNED_AWAY


def witness(line):
    return next((column for column, cell in line.items() if cell == "ok"), COLUMNS[0])


@pytest.mark.parametrize("column", COLUMNS)
def test_every_cell_is_as_declared(world, column):
    found = answers(world, column, to_ask(column))
    if folder := os.environ.get(WRITE):
        Path(folder, f"{column}.json").write_text(json.dumps(list(found.items())))
        return
    declared = {key: cells[column] for key, cells in table.read().items()}
    wrong = {key: (declared.get(key), cell) for key, cell in found.items() if declared.get(key) != cell}
    share = 100 * (1 - len(wrong) / len(found))
    record(Figure(f"access matrix: cells of {column} as declared", share, "== 100 %"))
    assert wrong == {}


def test_a_method_that_no_page_offers_is_refused_before_anybody_is_known(world):
    """No statement, so the answer cannot depend on the person or the row."""
    client = world.people["manager"]
    paths = [address.of(world.ours) for address in addresses()]
    with CaptureQueriesContext(connection) as statements:
        refused = {sent(client, method, path).status_code for path in paths for method in REFUSED}
    assert (refused, len(statements)) == ({405}, 0)


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


def test_head_is_answered_like_get():
    lines = table.read()
    assert [key for key in lines if key[1] == "HEAD" and lines[key] != lines[key[0], "GET"]] == []


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
