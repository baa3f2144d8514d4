"""One table of verbs and roles: the document shows it, and nobody decides anywhere else."""

import re
from pathlib import Path

import pytest
from django.test import Client

from clinic.models import Role, StaffMember, User
from clinic.permissions import OPERATOR, VERBS, May, NotAllowed, Operator, may, require
from tests.factories import a_clinic, a_staff_member
from tests.signing_in import sign_in_operator

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = [*Role.values, OPERATOR]
CODE = [
    path
    for package in ("clinic", "patients", "programmes")
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
]


def table():
    """The table as docs/roles.md shows it."""
    yield "| verb | " + " | ".join(COLUMNS) + " |"
    yield "|---|" + "---|" * len(COLUMNS)
    for verb, roles in VERBS.items():
        yield f"| `{verb}` | " + " | ".join("yes" if role in roles else "-" for role in COLUMNS) + " |"


def test_the_document_shows_the_table():
    shown = (ROOT / "docs" / "roles.md").read_text().splitlines()
    assert [line for line in shown if line.startswith(("| `", "| verb", "|---|"))] == list(table())


def test_no_verb_is_for_a_role_that_does_not_exist():
    assert set().union(*VERBS.values()) - set(COLUMNS) == set()


def test_every_verb_is_asked_for_somewhere():
    asked = "".join(path.read_text() for path in CODE)
    asked += "".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    unasked = [verb for verb in VERBS if asked.count(f'"{verb}"') == 1 and f"may.{verb}" not in asked]
    assert unasked == []


def test_templates_ask_for_verbs_of_the_table():
    asked = {
        verb
        for path in (ROOT / "templates").rglob("*.html")
        for verb in re.findall(r"\bmay\.(\w+)", path.read_text())
    }
    assert asked - set(VERBS) == set()


# Where a role or the operator's mark is kept, shown or chosen; deciding is for clinic/permissions.py.
KEEPERS = {
    "clinic/permissions.py",
    "clinic/personal/house.py",
    "clinic/models/people.py",
    "clinic/middleware/people.py",
    "clinic/middleware/request_id.py",
    "clinic/services/people.py",
    "clinic/services/sign_in_help.py",  # whether a login is anybody who may be helped
    "clinic/services/signing_in.py",  # who may sign in as staff at all: members and the operator
    "clinic/admin/people.py",
}
DEMO = {f"programmes/management/commands/{name}.py" for name in ("seed_demo", "_demo_stories", "seed_load")}
DECIDES = re.compile(r"is_superuser|\.role (?:==|!=|in|not in) |role=Role\.|role=\"")


def test_nobody_else_decides_by_role():
    deciding = {str(path.relative_to(ROOT)) for path in CODE if DECIDES.search(path.read_text())}
    assert deciding - KEEPERS - DEMO == set()


@pytest.mark.django_db
@pytest.mark.parametrize("verb", list(VERBS))
@pytest.mark.parametrize("role", list(Role))
def test_a_switched_off_member_may_nothing(role, verb):
    assert not may(a_staff_member(a_clinic(), role, is_active=False), verb)


@pytest.mark.parametrize("verb", list(VERBS))
def test_nobody_may_nothing(verb):
    assert not may(None, verb)


@pytest.mark.parametrize("verb", list(VERBS))
@pytest.mark.parametrize("marks", [{"is_superuser": False}, {"is_superuser": True, "is_active": False}])
def test_an_operator_without_the_mark_or_switched_off_may_nothing(marks, verb):
    assert not may(Operator(User(email="x@waymark.example", **marks)), verb)


def test_an_unknown_verb_is_a_mistake_in_the_program():
    with pytest.raises(KeyError):
        May(None)["presribe"]


@pytest.mark.django_db
def test_a_member_acts_in_the_own_clinic_only():
    manager, elsewhere = a_staff_member(a_clinic(), Role.MANAGER), a_clinic()
    with pytest.raises(NotAllowed):
        require(manager, "manage_staff", clinic_id=elsewhere.pk)


@pytest.mark.django_db
def test_an_operator_with_a_membership_is_no_member():
    """Nothing makes such a row any more; one that is there opens no patient."""
    member = a_staff_member(a_clinic())
    User.objects.filter(pk=member.user_id).update(is_superuser=True)
    client = sign_in_operator(Client(), User.objects.get(pk=member.user_id))
    assert (client.get("/review/").status_code, client.get("/admin/clinic/user/").status_code) == (403, 200)
    assert StaffMember.objects.filter(user=member.user_id, is_active=True).exists()
