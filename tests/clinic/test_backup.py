"""Backups restore: what was dumped comes back complete and protected, or the drill fails."""

import json
import os
import shutil
import stat
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from clinic.backups import (
    BackupFailed,
    Server,
    complete_archives,
    database_outcomes,
    drop_oldest,
    newest_archive,
    restored,
    take_backup,
)
from clinic.localservices import started
from tests.conftest import _truncate
from tests.factories import NOON, START, a_clinic, a_patient, a_programme, a_staff_member, a_walk

NAME = "Oleander"
REVERSED = f'{sys.executable} -c "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read()[::-1])"'


def rows_to_back_up():
    """A patient with three walks, one of them with an urgent answer."""
    clinic = a_clinic()
    programme = a_programme(a_patient(clinic, family_name=NAME), a_staff_member(clinic))
    for day in range(3):
        a_walk(programme, START + timedelta(days=day), note=f"{NAME}'s note", new_symptoms=("fever",))


def back_up(folder, *, now=NOON, **more):
    return take_backup(
        source=Server.of_settings(settings.DATABASES["maintenance"]), folder=folder, now=now, **more
    )


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "backups"


@pytest.fixture
def drill(services_environment, folder, tmp_path):
    """Runs the drill as a real process, as cron would."""

    def run(*options, **more):
        command = ["manage.py", "restore_drill", folder, "--scratch", tmp_path / "scratch", *options]
        environment = services_environment | more
        return subprocess.run(
            [sys.executable, *map(str, command)], env=environment, capture_output=True, text=True
        )

    return run


# --- One backup and its drill, from end to end
@pytest.mark.django_db(transaction=True)
def test_a_backup_restores_and_every_check_is_good(drill, folder, tmp_path):
    rows_to_back_up()
    back_up(folder)
    done = drill()
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line for line in done.stderr.splitlines() if '"event": "request"' not in line] == []
    assert [line[:5] for line in done.stdout.splitlines() if line.startswith(("ok", "FAIL"))] == [
        "ok   "
    ] * 11
    assert (NAME in done.stdout, (tmp_path / "scratch").exists()) == (False, False)


@pytest.mark.django_db(transaction=True)
def test_an_encrypted_backup_restores_and_holds_nothing_plain(drill, folder):
    rows_to_back_up()
    archive = back_up(folder, encrypt=REVERSED)
    assert archive.dump.read_bytes()[-5:] == b"PMDGP"
    assert [path.name for path in sorted(archive.folder.iterdir())] == [
        "manifest.json",
        "waymark.dump.encrypted",
    ]
    assert drill(WAYMARK_BACKUP_DECRYPT=REVERSED).returncode == 0
    without_the_key = drill()
    assert (without_the_key.returncode, "is encrypted" in without_the_key.stderr) == (1, True)


@pytest.mark.django_db(transaction=True)
def test_a_manifest_that_promises_another_row_fails_the_drill(drill, folder):
    rows_to_back_up()
    manifest = back_up(folder).folder / "manifest.json"
    facts = json.loads(manifest.read_text())
    facts["tables"]["programmes_walk"]["rows"] += 1
    manifest.write_text(json.dumps(facts))
    done = drill()
    assert (done.returncode, "DRILL FAILED: 1 of 11 checks" in done.stderr) == (1, True)
    assert "        table programmes_walk: 3 rows, 4 in the manifest" in done.stdout.splitlines()


@pytest.mark.django_db(transaction=True)
def test_a_dump_that_is_cut_short_fails_the_drill(drill, folder):
    rows_to_back_up()
    dump = back_up(folder).dump
    with dump.open("r+b") as file:
        file.truncate(dump.stat().st_size - 2000)
    done = drill()
    assert (done.returncode, "DRILL FAILED" in done.stderr) == (1, True)
    assert "        waymark.dump is not the file that the manifest describes" in done.stdout.splitlines()


@pytest.mark.django_db(transaction=True)
def test_a_drill_that_is_told_to_stop_leaves_no_copy(services_environment, folder, tmp_path):
    rows_to_back_up()
    back_up(folder)
    scratch = tmp_path / "scratch"
    command = [sys.executable, "manage.py", "restore_drill", str(folder), "--scratch", str(scratch)]
    with subprocess.Popen(command, env=services_environment, stderr=subprocess.DEVNULL) as running:
        deadline = time.monotonic() + 60
        while not (scratch / "lock").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        running.terminate()
        code = running.wait(60)
    assert (code, scratch.exists()) == (143, False)


# --- Restored copies with something wrong
@pytest.fixture(scope="module")
def copy(django_db_setup, django_db_blocker, tmp_path_factory):
    """A backup, restored once for all tests below."""
    folder = tmp_path_factory.mktemp("once")
    with django_db_blocker.unblock():
        rows_to_back_up()
        archive = back_up(folder / "backups")
        _truncate(None)
    with restored(archive, scratch=folder / "scratch") as found:
        yield found.superuser, archive.manifest


@pytest.fixture
def problems_after(copy, request):
    """Damages a copy of the copy by SQL; returns all that the checks find."""
    superuser, manifest = copy
    damaged = replace(superuser, database="damaged")

    def run(damage):
        with replace(superuser, database="postgres").connect(autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS damaged")
            connection.execute("CREATE DATABASE damaged TEMPLATE waymark")
        with damaged.connect(autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")  # so that damage can be done at all
            connection.execute(damage)
        return [problem for outcome in database_outcomes(damaged, manifest) for problem in outcome.problems]

    return run


WALK_KEY = "programmes_walk_patient_same_clinic"
POWERFUL = "waymark_runtime is missing, or may do more than it should"


@pytest.mark.parametrize(
    ("damage", "problems"),
    [
        ("SELECT 1", []),
        (
            "DELETE FROM programmes_changedpatient",
            ["table programmes_changedpatient: 0 rows, 1 in the manifest"],
        ),
        (
            "UPDATE patients_patient SET phone = '01632 960 999'",
            ["table patients_patient: rows differ from the manifest's checksum"],
        ),
        (
            f"ALTER TABLE programmes_walk DROP CONSTRAINT {WALK_KEY}",
            [f"constraint programmes_walk.{WALK_KEY}: missing"],
        ),
        (
            "ALTER TABLE programmes_walk NO FORCE ROW LEVEL SECURITY",
            ["row-level security programmes_walk: not as in the manifest"],
        ),
        ("DROP POLICY clinic_rows ON programmes_walk", ["policy programmes_walk.clinic_rows: missing"]),
        ("DROP INDEX programmes_flag_one_unresolved", ["index programmes_flag_one_unresolved: missing"]),
        (
            "GRANT TRUNCATE ON programmes_walk TO waymark_runtime",
            ["owner and privileges programmes_walk: not as in the manifest", POWERFUL],
        ),
        (
            "DELETE FROM django_migrations WHERE (app, name) = ('clinic', '0001_first')",
            ["table django_migrations", "migration clinic.0001_first on one side only"],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_the_checks_name_what_is_wrong(problems_after, damage, problems):
    found = problems_after(damage)
    assert [line.startswith(start) for line, start in zip(found, problems, strict=True)] == [True] * len(
        problems
    )


def test_rows_whose_target_is_gone_are_found_although_the_key_counts_as_valid(problems_after):
    found = problems_after("DELETE FROM patients_patient")
    assert f"foreign key programmes_walk.{WALK_KEY}: 3 rows point nowhere" in found


def test_a_constraint_that_was_never_checked_is_named(problems_after):
    found = problems_after(
        f"ALTER TABLE programmes_walk DROP CONSTRAINT {WALK_KEY};"
        f"ALTER TABLE programmes_walk ADD CONSTRAINT {WALK_KEY} FOREIGN KEY (clinic_id, patient_id)"
        " REFERENCES patients_patient (clinic_id, id) DEFERRABLE INITIALLY DEFERRED NOT VALID"
    )
    assert f"constraint programmes_walk.{WALK_KEY} is not validated" in found


def test_a_trigger_that_is_off_is_named(problems_after):
    found = problems_after("ALTER TABLE programmes_programmeweek DISABLE TRIGGER USER")
    assert {line.split(".")[0] for line in found} == {"trigger programmes_programmeweek"}


# --- Taking
@pytest.mark.django_db(transaction=True)
def test_a_backup_is_readable_by_its_owner_alone_and_names_nobody(folder, capsys):
    rows_to_back_up()
    call_command("backup", folder)
    archive = newest_archive(folder)
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode) for path in (archive.folder, *archive.folder.iterdir())
    }
    assert modes == {archive.folder.name: 0o700, "waymark.dump": 0o600, "manifest.json": 0o600}
    said = "".join(capsys.readouterr()) + (archive.folder / "manifest.json").read_text()
    assert NAME not in said


@pytest.mark.django_db(transaction=True)
def test_the_role_of_the_web_server_makes_no_backup(folder):
    runtime = Server.of_url(os.environ["DATABASE_URL"])
    with pytest.raises(BackupFailed, match="hides rows"):
        take_backup(source=runtime, folder=folder, now=NOON)
    assert complete_archives(folder) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("encrypt", ["false", "no-such-program"])
def test_a_failing_encryption_leaves_no_backup_and_no_remains(folder, encrypt):
    with pytest.raises(BackupFailed):
        back_up(folder, encrypt=encrypt)
    assert [path.name for path in folder.iterdir()] == ["lock"]


@pytest.mark.django_db(transaction=True)
def test_the_command_says_so_and_fails_without_a_database(folder, monkeypatch):
    monkeypatch.setitem(settings.DATABASES["maintenance"], "NAME", "no_such_database")
    with pytest.raises(CommandError, match="NO BACKUP"):
        call_command("backup", folder)


@pytest.mark.django_db(transaction=True)
def test_the_newest_are_kept_and_nothing_else_is_touched(folder):
    made = [back_up(folder, now=NOON + timedelta(days=day)) for day in range(3)]
    (folder / "waymark-20250101T000000Z").mkdir()  # not a backup of ours: no manifest
    gone = drop_oldest(folder, keep=2)
    assert (gone, complete_archives(folder)) == (made[:1], made[1:])
    assert (folder / "waymark-20250101T000000Z").exists()


def test_a_folder_without_backups_fails_the_drill(tmp_path):
    with pytest.raises(CommandError, match="No backup in"):
        call_command("restore_drill", tmp_path, scratch=tmp_path / "scratch")


# --- A server of one's own
@pytest.mark.django_db(transaction=True)
def test_a_server_that_is_in_use_is_refused(folder, tmp_path):
    archive = back_up(folder)
    in_use = os.environ["WAYMARK_SUPERUSER_DATABASE_URL"]
    with (
        pytest.raises(BackupFailed, match="wants an empty one"),
        restored(archive, scratch=tmp_path / "scratch", server=in_use),
    ):
        pass


def test_an_empty_server_is_used_and_left_empty(copy, tmp_path_factory):
    superuser, manifest = copy
    archive = newest_archive(next(tmp_path_factory.getbasetemp().glob("once*")) / "backups")
    folder = tmp_path_factory.mktemp("lent")
    with started(folder, durable=False, broker=False) as services:
        url = services.superuser_url()
        with Server.of_url(url).connect(autocommit=True) as connection:
            connection.execute("DROP DATABASE waymark")
            for role in ("erasure", "runtime", "migrator", "maintenance"):
                connection.execute(f"DROP ROLE waymark_{role}".encode())
            with restored(archive, scratch=folder / "scratch", server=url) as lent:
                outcomes = database_outcomes(lent.superuser, manifest)
            left = connection.execute(
                "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'waymark%'"
            ).fetchone()
    assert ([outcome.problems for outcome in outcomes], left) == ([[]] * 6, (0,))
    shutil.rmtree(folder)
