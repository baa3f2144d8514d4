"""Real processes: a clinic's configuration is let through, each dangerous one stops web server and worker."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.figures import ROOT, Figure, record

pytestmark = pytest.mark.django_db(transaction=True)
BIN = Path(sys.executable).parent
WEB = (str(BIN / "gunicorn"), "--check-config", "clinic.wsgi")
WORKER = (str(BIN / "celery"), "--quiet", "-A", "clinic.celery", "worker", "--pool=solo")
MAILER = (sys.executable, "manage.py", "deliver_outbox")
REVIEW = (sys.executable, "manage.py", "run_review")
BEAT = (str(BIN / "celery"), "--quiet", "-A", "clinic.celery", "beat", "--pidfile", "")
CHECK = (
    *(sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"),
    *("--database", "default"),
)
KEY = "b1946ac92492d2347c6235b4d2611184f5c3f7e8a09d5b6c1e2f3a4b5c6d7e8f"
LAST_LINES = 5


@pytest.fixture
def production(services_environment):
    """The environment that docs/deploy.md asks for."""
    return services_environment | {
        "WAYMARK_SECRET_KEY": KEY,
        "WAYMARK_BASE_URL": "https://walking.example.org",
        "WAYMARK_ALLOWED_HOSTS": "walking.example.org",
        "WAYMARK_TRUSTED_PROXIES": "10.0.0.2",
        "WAYMARK_DEMO": "",
        "WAYMARK_DEBUG": "",
    }


@pytest.fixture
def bare_table():
    """A clinical table that has lost its protection; put right again afterwards."""
    with psycopg.connect(os.environ["MIGRATOR_DATABASE_URL"], autocommit=True) as owner:
        owner.execute("ALTER TABLE clinic_closure NO FORCE ROW LEVEL SECURITY")
        yield {}
        owner.execute("ALTER TABLE clinic_closure FORCE ROW LEVEL SECURITY")


BAD = {
    "a sample key": ({"WAYMARK_SECRET_KEY": "changeme"}, "WAYMARK_SECRET_KEY is a sample or guessable"),
    "a long guessable key": ({"WAYMARK_SECRET_KEY": "secret" * 20}, "WAYMARK_SECRET_KEY is a sample"),
    "debug on a site": ({"WAYMARK_DEBUG": "1"}, "WAYMARK_DEBUG shows code and rows"),
    "demo on a site": ({"WAYMARK_DEMO": "1"}, "WAYMARK_DEMO shows everybody's mail"),
    "a powerful role": ("WAYMARK_SUPERUSER_DATABASE_URL", "signs in as a role that is a superuser"),
    "a bare table": ("bare_table", "No row-level security on clinic_closure"),
}


def run(command, environment):
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    return done.returncode, "\n".join((done.stdout + done.stderr).splitlines()[-LAST_LINES:])


def changed(request, environment, change):
    if change == "bare_table":
        return environment | request.getfixturevalue(change)
    if isinstance(change, str):
        url = environment[change].rpartition("?")
        name = environment["DATABASE_URL"].rpartition("?")[0].rpartition("/")[2]
        return environment | {"DATABASE_URL": f"{url[0].rpartition('/')[0]}/{name}?{url[2]}"}
    return environment | change


@pytest.mark.parametrize("command", [WEB, WORKER], ids=["web", "worker"])
@pytest.mark.parametrize("name", list(BAD))
def test_a_dangerous_configuration_does_not_serve(request, production, command, name):
    change, reason = BAD[name]
    code, said = run(command, changed(request, production, change))
    assert (code != 0, reason in said) == (True, True), said
    record(Figure(f"refused to start: {name}, {'web' if command is WEB else 'worker'}", 1, "== 1"))


@pytest.mark.parametrize("command", [MAILER, REVIEW, BEAT], ids=["mailer", "run_review", "beat"])
@pytest.mark.parametrize("name", ["a powerful role", "a bare table"])
def test_nor_does_it_send_review_or_wake(request, production, command, name, tmp_path):
    change, reason = BAD[name]
    schedule = ("--schedule", str(tmp_path / "schedule")) if command is BEAT else ()
    code, said = run((*command, *schedule), changed(request, production, change))
    assert (code != 0, reason in said) == (True, True), said


def test_a_clinics_configuration_serves(production):
    assert run(WEB, production)[0] == 0


def test_a_clinics_configuration_has_no_issues(production):
    code, said = run(CHECK, production)
    record(Figure("check --deploy: issues", 0 if "no issues" in said else 1, "== 0"))
    assert (code, "System check identified no issues" in said) == (0, True), said


@pytest.mark.parametrize(
    ("change", "issue"),
    [
        ({"WAYMARK_BASE_URL": "http://walking.example.org"}, "waymark.W006"),
        ({"WAYMARK_SECRET_KEY": "short"}, "waymark.E003"),
        ({"WAYMARK_DEBUG": "1"}, "waymark.E004"),
        ({"WAYMARK_DEMO": "1"}, "waymark.E005"),
    ],
)
def test_the_check_names_what_is_wrong(production, change, issue):
    done = subprocess.run(CHECK, cwd=ROOT, env=production | change, capture_output=True, text=True)
    assert (done.returncode, issue in done.stderr) == (1, True), done.stderr
