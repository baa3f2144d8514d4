"""Verbs asked directly, without a page before them: by every role, and by another clinic's people.

Row-level security is away: what refuses here is the verb itself. Who may is read from docs/roles.md.
"""

import ast
from datetime import date
from pathlib import Path

import pytest
import time_machine
from django.db import connection, transaction

from clinic.models import Role, User
from clinic.permissions import NotAllowed, Operator
from tests.access.test_foreign_keys_sent import digest
from tests.access.verbs import NO_ROW, verbs
from tests.access.world import a_side
from tests.factories import NOON, a_patient

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = (*Role.values, "operator")
# What a verb says that looks for the row in the own clinic, beside NotAllowed.
NOT_FOUND = {
    "answer_request": "AlreadyAnswered",
    "assign_programme": "NoWeeks",
    "claim_item": "AlreadyClaimed",
    "close_item": "AlreadyClosed",
    "discard_draft": "NotADraft",
    "draft_programme": "IntegrityError",  # a key into another clinic
    "edit_draft": "NotADraft",
    "open_by_number": "NotLimited",
    "open_in_emergency": "NotLimited",
    "pause_programme": "NotRunning",
    "record_contact": "AlreadyClosed",
    "release_item": "AlreadyClaimed",
    "snooze_item": "AlreadyClosed",
    "take_over_item": "AlreadyClaimed",
}
# Not verbs of people: what verbs are made of, and what a person does to the own record or login.
NO_VERBS = {"require_another_manager", "require_colleague", "import_diary"}


@pytest.fixture(scope="module")
def sides(django_db_setup, django_db_blocker):
    """Two clinics with a row of every kind, made once; each call is undone by its own savepoint."""
    with time_machine.travel(NOON, tick=False), django_db_blocker.unblock(), transaction.atomic():
        sides = a_side("Hazel"), a_side("Willow")
        for side in sides:
            a_patient(side.clinic, user=None, date_of_birth=date(1956, 3, 31))
        yield sides
        transaction.set_rollback(True)


def people_of(side):
    operator = Operator(User(email="operator@waymark.example", is_superuser=True))
    return {**{role: side.staff[role] for role in Role.values}, "operator": operator}


def table():
    """Verb -> who may, as docs/roles.md tells people."""
    lines = [line for line in (ROOT / "docs/roles.md").read_text().splitlines() if line.startswith("| `")]
    cells = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines]
    return {
        verb: {who for who, may in zip(PEOPLE, said, strict=True) if may == "yes"} for verb, *said in cells
    }


def functions():
    """Functions of the services that are told who does it: a member of staff, or the operator."""
    for path in ROOT.glob("*/services/*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                by = [each for each in node.args.kwonlyargs if each.arg == "by"]
                if by and ast.unparse(by[0].annotation) in ("StaffMember", "Actor"):
                    yield node.name


def said_by(call, who):
    """The name of what the call raised, "" when it went through; undone either way."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                call(by=who)
                connection.check_constraints()
            return ""
        except Exception as error:
            return "NotAllowed" if isinstance(error, NotAllowed) else f"{type(error).__name__}: {error}"
        finally:
            transaction.set_rollback(True)


NAMES = sorted(set(functions()) - NO_VERBS)


def test_every_verb_has_its_line(sides):
    """Whoever writes a verb adds it to tests/access/verbs.py."""
    assert set(NAMES) == set(verbs(sides[0]))


@pytest.mark.parametrize("name", NAMES)
def test_a_verb_refuses_whoever_the_table_does_not_name(sides, name):
    ours = sides[0]
    said = {role: said_by(verbs(ours)[name][1], who) for role, who in people_of(ours).items()}
    allowed = {role for role, answer in said.items() if answer != "NotAllowed"}
    assert allowed == table()[verbs(ours)[name][0]]
    assert "" in said.values(), "it goes through for nobody: then refusing proves nothing"


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(NO_ROW)))
def test_another_clinics_people_are_refused_and_change_nothing(sides, name):
    """Also those whose role has the verb at home. Some verbs do not find the row instead of refusing it."""
    ours, theirs = sides
    before = digest(ours.clinic)
    may = [role for role in Role.values if role in table()[verbs(ours)[name][0]]]
    said = {said_by(verbs(ours)[name][1], theirs.staff[role]).split(":")[0] for role in may}
    assert said == {NOT_FOUND.get(name, "NotAllowed")}
    assert digest(ours.clinic) == before
