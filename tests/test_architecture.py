"""The house stands: what the import contracts cannot see is checked here."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

from clinic.celery import app as celery_app
from clinic.tenancy import ClinicRecord, SameClinic

ROOT = Path(__file__).resolve().parent.parent
RANK = {"clinic": 0, "patients": 1, "programmes": 2}
CODE = [path for package in RANK for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts]
TESTS = list((ROOT / "tests").rglob("*.py"))
OUR_MODELS = [model for model in apps.get_models() if model._meta.app_label in RANK]
CLINIC_RECORDS = [model for model in OUR_MODELS if issubclass(model, ClinicRecord)]
LONGEST_FUNCTION, LONGEST_MODULE, MEDIAN, PERCENTILE_95 = 60, 400, 8, 40


def functions():
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


def length_of(node):
    return node.end_lineno - node.lineno + 1


def test_the_eight_import_contracts_are_kept():
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True
    )
    assert "Contracts: 8 kept, 0 broken." in done.stdout, done.stdout


@pytest.mark.parametrize("model", OUR_MODELS, ids=lambda model: model.__name__)
def test_foreign_keys_point_to_the_same_package_or_down(model):
    up = [
        field.name
        for field in model._meta.get_fields()
        if (field.many_to_one or field.one_to_one)
        and field.concrete
        and RANK.get(field.related_model._meta.app_label, 0) > RANK[model._meta.app_label]
    ]
    assert up == []


@pytest.mark.parametrize("model", CLINIC_RECORDS, ids=lambda model: model.__name__)
def test_every_key_between_clinical_tables_is_composite(model):
    to_clinical = {
        field.name
        for field in model._meta.concrete_fields
        if (field.many_to_one or field.one_to_one) and issubclass(field.related_model, ClinicRecord)
    }
    composite = {
        constraint.field for constraint in model._meta.constraints if isinstance(constraint, SameClinic)
    }
    assert composite == to_clinical


def test_every_beat_entry_names_a_registered_task():
    celery_app.loader.import_default_modules()
    named = {entry["task"] for entry in celery_app.conf.beat_schedule.values()}
    assert named - set(celery_app.tasks) == set()


def test_every_beat_message_expires_before_the_next_one():
    late = [
        name
        for name, entry in celery_app.conf.beat_schedule.items()
        if entry["options"]["expires"] >= entry["schedule"]
    ]
    assert late == []


def test_beat_counts_in_utc():
    assert (celery_app.conf.enable_utc, celery_app.conf.timezone) == (True, "UTC")


def test_no_function_is_too_long():
    long = [f"{path.name}:{node.name}" for path, node in functions() if length_of(node) > LONGEST_FUNCTION]
    assert long == []


def test_functions_are_short_as_a_rule():
    lengths = sorted(length_of(node) for _path, node in functions())
    at = lengths[len(lengths) // 2], lengths[int(0.95 * len(lengths))]
    assert (at[0] <= MEDIAN, at[1] <= PERCENTILE_95) == (True, True), at


def test_no_module_is_too_long():
    long = [path.name for path in [*CODE, *TESTS] if len(path.read_text().splitlines()) > LONGEST_MODULE]
    assert long == []


def test_only_the_verbs_assign_a_status():
    assigning = {
        path.relative_to(ROOT).as_posix()
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "status" and isinstance(node.ctx, ast.Store)
        if "self" not in ast.unparse(node)
    }
    assert {path for path in assigning if "/services" not in path} == set()


def test_top_level_holds_only_the_three_packages():
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages == {"clinic", "patients", "programmes", "tests"}


def test_every_migration_has_a_name_of_its_own():
    automatic = [
        path.name for package in RANK for path in (ROOT / package / "migrations").glob("*_auto_*.py")
    ]
    assert automatic == []


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
