"""The lists behind `python -m tests.mutation` cannot rot: what they name is there, once."""

import re
from collections import Counter

import pytest

from tests.mutation.equivalent import EQUIVALENT
from tests.mutation.guards import GUARDS, UNGUARDED_LOCKS, text_without
from tests.mutation.mutants import mutants
from tests.mutation.places import ROOT, all_mutants, stages_for

CODE = [
    path
    for package in ("clinic", "patients", "programmes")
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
]
RACES = {guard.race for guard in GUARDS}


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.race.split("::")[1])
def test_a_guard_stands_once_in_its_module(guard):
    source = (ROOT / guard.path).read_text()
    assert {text: source.count(text) for text in guard.gone} == dict.fromkeys(guard.gone, 1)


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.race.split("::")[1])
def test_its_race_test_is_there(guard):
    file, name = guard.race.split("::")
    assert f"\ndef {name}(" in (ROOT / file).read_text()


def test_a_constraint_that_guards_stands_once_in_the_models():
    models = "".join(path.read_text() for path in CODE if "models" in path.parts)
    names = [guard.sql.split()[-1] for guard in GUARDS if guard.sql]
    assert [models.count(f'name="{name}"') for name in names] == [1] * len(names)


def test_every_lock_has_its_race_test():
    """A lock that no race test needs protects nothing that anybody knows of."""
    locks = Counter({str(path.relative_to(ROOT)): locks_in(path.read_text()) for path in CODE})
    taken = Counter(UNGUARDED_LOCKS)
    for path in {guard.path for guard in GUARDS}:
        source = (ROOT / path).read_text()
        for guard in GUARDS:
            source = text_without(guard, source) if guard.path == path else source
        taken[path] += locks[path] - locks_in(source)
    assert +locks == +taken


def locks_in(source):
    return len(re.findall(r"\bselect_for_update\(", source))


def test_every_race_has_its_guard():
    """Every test of a module of races is named in a guard."""
    files = [path for path in (ROOT / "tests").rglob("test_*races.py") if path.name != "test_review_races.py"]
    races = {
        f"{path.relative_to(ROOT)}::{name}"
        for path in files
        for name in re.findall(r"^def (test_\w+)\(", path.read_text(), re.M)
    }
    assert races - RACES == set()


def test_what_is_listed_as_no_mistake_is_still_made():
    there = {mutant.name for mutant in all_mutants()} if EQUIVALENT else set()
    assert {name for name in EQUIVALENT if not name.startswith("database")} - there == set()


def test_a_role_more_and_a_role_less_are_mistakes():
    source = 'VERBS: X = {"see": frozenset({CLINICIAN, OPERATOR})}\n'
    said = [mutant.source.split("frozenset", 1)[1].strip() for mutant in mutants("p", source)]
    assert said == [
        "({CLINICIAN, OPERATOR}) | {REVIEWER})}",
        "({CLINICIAN, OPERATOR}) | {MANAGER})}",
        "({OPERATOR})}",
        "({CLINICIAN})}",
    ]


def test_a_filter_without_its_clinic_is_a_mistake():
    source = "def read(clinic):\n    return Walk.objects.for_clinic(clinic).filter(clinic=clinic, pk=1)\n"
    said = [mutant.source.splitlines()[1].strip() for mutant in mutants("p", source, guards_only=True)]
    assert said == [
        "return Walk.objects.for_clinic(clinic).filter(pk=1)",
        "return Walk.objects.all().filter(clinic=clinic, pk=1)",
    ]


def test_a_clinic_that_was_asked_for_before_is_no_mistake():
    source = (
        "def lift(limit, by):\n    require(by, 'lift', clinic_id=limit.clinic_id)\n"
        "    Limit.objects.for_clinic(by.clinic).filter(pk=limit.pk).first()\n"
        "    Limit.objects.for_clinic(by.clinic).filter(lead=by).first()\n"
    )
    said = [mutant.said for mutant in mutants("p", source, guards_only=True) if "Limit" in mutant.said]
    assert said == ["Limit.objects.for_clinic(by.clinic) -> Limit.objects.all()"]


def test_a_clinic_that_a_composite_key_holds_is_no_mistake():
    source = (
        "def read(walk):\n    Flag.objects.filter(clinic_id=walk.clinic_id, walk=walk)\n"
        "    Flag.objects.filter(clinic_id=walk.clinic_id, patient_id=walk.patient_id)\n"
        "    Flag.objects.filter(clinic_id=walk.clinic_id, user_id=by.user_id)\n"
    )
    said = [mutant.said for mutant in mutants("p", source, guards_only=True) if "clinic" in mutant.kind]
    assert said == [
        "Flag.objects.filter(clinic_id=walk.clinic_id, user_id=by.user_id)"
        " -> Flag.objects.filter(user_id=by.user_id)",
        "Flag.objects.filter(clinic_id=walk.clinic_id, user_id=by.user_id)"
        " -> Flag.objects.filter(clinic_id=walk.clinic_id)",
    ]


def test_what_refuses_is_left_out():
    source = "def end(by):\n    require(by, 'end')\n    if rows.update(x=1) != 1:\n        raise Gone\n"
    said = [(mutant.kind, mutant.said) for mutant in mutants("p", source, guards_only=True)]
    assert said == [
        ("guard left out", "require(by, 'end') -> pass"),
        ("verb everybody has", "'end' -> \"see_queue\""),
        ("refusal left out", "raise Gone -> pass"),
    ]


def test_every_mistake_has_tests_that_should_notice():
    named = {test for mutant in all_mutants() for tests in stages_for(mutant) for test in tests}
    files = {test.split("::")[0] for test in named if test.startswith("tests/")}
    assert {file for file in files if not (ROOT / file).exists()} == set()
