"""`manage.py restore_drill FOLDER`: does the newest backup restore, complete and protected?"""

import os
import signal
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from clinic.backups import BackupFailed, Outcome, Server, database_outcomes, newest_archive, restored
from clinic.middleware.people import PATIENTS_CLINIC
from clinic.tenancy import act_for
from patients.models import Patient
from patients.views.access import SESSION_KEY

WALKED_LAST = """
SELECT p.id, p.clinic_id FROM public.patients_patient p
  JOIN public.programmes_walk w ON w.patient_id = p.id
 WHERE p.user_id IS NOT NULL AND p.discharged_on IS NULL AND p.died_on IS NULL
 ORDER BY w.id DESC LIMIT 1
"""


class Command(BaseCommand):
    """Restores into an empty cluster of its own, asks everything that can be asked, throws the copy away."""

    help = "Restore the newest backup in FOLDER into an empty cluster and check it; exit 1 on any failure."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="the backups' folder, or one backup in it")
        parser.add_argument("--server", default="", help="superuser's URL of an EMPTY server to use instead")
        parser.add_argument("--scratch", type=Path, default=settings.STATE_DIR / "restore-drill")
        parser.add_argument("--jobs", type=int, default=0, help="parallel jobs of pg_restore; 0: one a core")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        try:
            with self._ended_tidily():
                outcomes = self._drill(**options)
        except BackupFailed as problem:
            raise CommandError(f"DRILL FAILED: {problem}") from None
        failed = [outcome.question for outcome in outcomes if not outcome.is_good]
        seconds = time.monotonic() - began
        if failed:
            raise CommandError(f"DRILL FAILED: {len(failed)} of {len(outcomes)} checks, {seconds:.1f} s")
        self.stdout.write(f"DRILL PASSED: {len(outcomes)} checks, {seconds:.1f} s")

    def _drill(self, *, folder: Path, server: str, scratch: Path, jobs: int, **_: Any) -> list[Outcome]:
        archive = newest_archive(folder)
        self.stdout.write(f"{archive.folder}, taken {archive.manifest['taken_at']}")
        outcomes = [self._said(Outcome("the dump is the file of the manifest", archive.damage()))]
        decrypt = os.environ.get("WAYMARK_BACKUP_DECRYPT", "")
        began = time.monotonic()
        with restored(archive, scratch=scratch, server=server, decrypt=decrypt, jobs=jobs) as copy:
            self.stdout.write(f"      restored in {time.monotonic() - began:.1f} s")
            outcomes += map(self._said, database_outcomes(copy.superuser, archive.manifest))
            someone = _someone(copy.superuser)
            with _default_is(copy.runtime):
                outcomes += map(self._said, _application_outcomes(someone))
        return outcomes

    @contextmanager
    def _ended_tidily(self) -> Iterator[None]:
        """A kill raises like Ctrl-C, so that the copy is removed.

        Python drops an exception raised while a child is being forked: `_said` looks again.
        """
        self.told_to_stop = False
        before = signal.signal(signal.SIGTERM, self._stop)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)

    def _stop(self, number: int, frame: object) -> None:
        self.told_to_stop = True
        sys.exit(128 + number)

    def _said(self, outcome: Outcome) -> Outcome:
        if self.told_to_stop:
            self._stop(signal.SIGTERM, None)
        self.stdout.write(f"{'ok   ' if outcome.is_good else 'FAIL '} {outcome.question}")
        for problem in outcome.problems:
            self.stdout.write(f"        {problem}")
        self.stdout.flush()
        return outcome


@contextmanager
def _default_is(runtime: Server) -> Iterator[None]:
    """Django itself looks at the copy, as the role of web and workers."""
    default = connections["default"]
    default.close()
    before = dict(default.settings_dict)
    default.settings_dict |= runtime.settings()
    try:
        yield
    finally:
        default.close()
        default.settings_dict |= before


def _application_outcomes(someone: tuple[Any, Any] | None) -> Iterator[Outcome]:
    """What only Waymark's own code can answer."""
    asked: dict[str, Callable[[], list[str]]] = {
        "system checks: row-level security forced, harmless role": _system_checks,
        "no migration of this version is missing": _missing_migrations,
        "a patient's page renders": lambda: _page_problems(*someone) if someone else [],
    }
    if "verify_audit" in get_commands():
        asked["the audit chain verifies"] = _audit_problems
    for question, ask in asked.items():
        yield Outcome(question, ask())


def _system_checks() -> list[str]:
    return [str(found) for found in checks.run_checks(databases=["default"]) if found.is_serious()]


def _missing_migrations() -> list[str]:
    executor = MigrationExecutor(connections["default"])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name} is not applied" for migration, _backwards in plan]


def _someone(superuser: Server) -> tuple[Any, Any] | None:
    """Keys of the patient who walked last and can sign in, and of the clinic; None without one."""
    with superuser.connect() as connection:
        return connection.execute(WALKED_LAST).fetchone()


def _page_problems(patient_id: Any, clinic_id: Any) -> list[str]:
    """Signs that patient in on the copy and opens their day, through every middleware."""
    client = Client(raise_request_exception=False, SERVER_NAME=settings.ALLOWED_HOSTS[0].lstrip(".*"))
    with transaction.atomic():
        act_for(clinic_id=clinic_id)
        patient = Patient.objects.select_related("user", "clinic").get(pk=patient_id)
    client.force_login(patient.user)
    session = client.session
    session.update({SESSION_KEY: str(patient_id), PATIENTS_CLINIC: str(clinic_id)})
    session.save()
    answer = client.get("/today/", secure=True)
    shown = answer.status_code == HTTPStatus.OK and patient.clinic.phone in unescape(answer.content.decode())
    return [] if shown else [f"/today/ answered {answer.status_code} for patient {patient_id}"]


def _audit_problems() -> list[str]:
    try:
        call_command("verify_audit")
    except (CommandError, SystemExit) as problem:
        return [str(problem)]
    return []
