"""The hazard log is alive: every hazard has controls, every control has tests that exist and run."""

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

from clinic.safety_file import HAZARD_LOG_VERSION
from tests.figures import Figure, record

ROOT = Path(__file__).resolve().parent.parent
SAFETY = ROOT / "docs/clinical-safety"
LOG = tomllib.loads((SAFETY / "hazard-log.toml").read_text())
HAZARDS = LOG["hazard"]
PLAN = (SAFETY / "clinical-risk-management-plan.md").read_text()
OWNERS = {"clinic", "developers", "operator"}
ACCEPTABLE = 2  # a higher risk left over needs the clinic's own measures, in writing

every_hazard = pytest.mark.parametrize("hazard", HAZARDS, ids=[hazard["id"] for hazard in HAZARDS])


def matrix():
    """Likelihood -> risk for each severity, as the plan's table has it."""
    rows = re.findall(r"^\| (\d) [a-z ]+ \|((?: [1-5] \|){5})$", PLAN, re.MULTILINE)
    return {int(likelihood): [int(risk) for risk in re.findall(r"\d", risks)] for likelihood, risks in rows}


@cache
def runnable(path):
    """Names of the tests in a file that no mark can skip."""
    tree = ast.parse((ROOT / path).read_text())
    found = [
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    marks = " ".join(ast.unparse(node) for node in tree.body if isinstance(node, ast.Assign))
    assert not re.search(r"\.(skip|xfail)", marks), path
    return {
        test.name
        for test in found
        if test.name.startswith("test_")
        and not re.search(r"\.(skip|skipif|xfail)\b", " ".join(map(ast.unparse, test.decorator_list)))
    }


def missing(test_id):
    path, _, name = test_id.partition("::")
    return not (ROOT / path).is_file() or name.partition("[")[0] not in runnable(path)


def test_the_log_and_the_code_have_one_version():
    assert (LOG["version"], HAZARD_LOG_VERSION) == (
        HAZARD_LOG_VERSION,
        (SAFETY / "VERSION").read_text().strip(),
    )


def test_every_hazard_has_an_id_of_its_own_and_a_row_in_the_list():
    ids = [hazard["id"] for hazard in HAZARDS]
    rows = re.findall(
        r"^\| (H\d\d) \| (.+?) \| (\d) \| (\d) \| (\w+) \|$", (SAFETY / "hazard-log.md").read_text(), re.M
    )
    assert (len(set(ids)), len(ids) >= 30) == (len(ids), True)
    assert rows == [
        (
            hazard["id"],
            hazard["title"],
            f"{hazard['risk_before']}",
            f"{hazard['risk_after']}",
            hazard["status"],
        )
        for hazard in HAZARDS
    ]


def test_the_matrix_grows_with_severity_and_with_likelihood():
    table = [matrix()[likelihood] for likelihood in range(1, 6)]
    assert all(row == sorted(row) for row in table)
    assert all(list(column) == sorted(column) for column in zip(*table, strict=True))


@every_hazard
def test_each_risk_is_the_matrixs(hazard):
    scored = [matrix()[hazard[f"likelihood_{when}"]][hazard["severity"] - 1] for when in ("before", "after")]
    assert scored == [hazard["risk_before"], hazard["risk_after"]]
    assert hazard["likelihood_after"] <= hazard["likelihood_before"]


@every_hazard
def test_each_hazard_is_described_and_owned(hazard):
    told = [bool(hazard[field]) for field in ("title", "effect", "causes", "residual", "control")]
    assert (told, hazard["owner"] in OWNERS) == ([True] * 5, True)


@every_hazard
def test_an_open_hazard_says_what_the_clinic_must_do_meanwhile(hazard):
    is_open = hazard["status"] == "open"
    assert (hazard["status"] in ("open", "controlled"), bool(hazard.get("clinic_must"))) == (True, is_open)
    assert is_open or hazard["risk_after"] <= ACCEPTABLE


@every_hazard
def test_each_control_names_tests_that_exist_and_run(hazard):
    controls = hazard["control"]
    assert [control["does"] for control in controls if not control["tests"]] == []
    assert [test for control in controls for test in control["tests"] if missing(test)] == []


def test_all_of_them():
    tests = [test for hazard in HAZARDS for control in hazard["control"] for test in control["tests"]]
    alive = 100 * sum(not missing(test) for test in tests) / len(tests)
    record(Figure("hazards in the log", len(HAZARDS), ">= 30"))
    record(Figure("controls of the hazard log with an existing test, %", alive, "== 100"))
    assert alive == 100


def test_a_test_that_does_not_exist_is_found():
    assert missing("tests/test_hazard_log.py::test_nobody_wrote")
    assert missing("tests/no_such_file.py::test_all_of_them")
    assert not missing("tests/test_hazard_log.py::test_all_of_them")
