"""`manage.py retention --dry-run|--apply`: what has stayed its time. Prints keys and counts, no names."""

from argparse import ArgumentParser
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from clinic.models import Clinic
from clinic.tenancy import acting_for
from patients.services.erasure import (
    KeptBack,
    NotDecided,
    NotYet,
    WrongRole,
    accounts_due,
    erase_account,
    erase_record,
    erasures_decided,
)
from patients.services.retention_decisions import past_their_time, tell_deciders

Work = dict[UUID, Callable[[], object]]  # by the patient's key
CHANGED_MEANWHILE = (KeptBack, NotDecided, NotYet)


class Command(BaseCommand):
    """Nightly, as the role of maintenance: accounts by themselves, clinical records as managers decided."""

    help = "Erase accounts 90 days after care, and clinical records that a manager decided to erase."

    def add_arguments(self, parser: ArgumentParser) -> None:
        either = parser.add_mutually_exclusive_group(required=True)
        either.add_argument("--dry-run", action="store_true", help="say what would go, change nothing")
        either.add_argument("--apply", action="store_true", help="erase what is due and what was decided")

    def handle(self, *args: Any, **options: Any) -> None:
        failed = 0
        for clinic in Clinic.objects.all():
            try:
                failed += self._clinic(clinic, apply=options["apply"])
            except WrongRole:
                raise CommandError("Run this with DATABASE_URL set to MAINTENANCE_DATABASE_URL.") from None
        if failed:
            raise CommandError(f"{failed} could not be erased and stay as they are; the others are done.")

    def _clinic(self, clinic: Clinic, *, apply: bool) -> int:
        """Erases what is due, records before accounts, which go with them. Returns how many failed."""
        now = timezone.now()
        records, waiting = self._records(clinic, now)
        failed = self._take(clinic, "clinical record, as decided", records, apply=apply)
        failed += self._take(clinic, "account and contact", self._accounts(clinic, now), apply=apply)
        self._say(clinic, f"clinical record: {len(waiting)} wait for a decision", waiting)
        if apply:
            with acting_for(clinic):
                tell_deciders(clinic=clinic, waiting=len(waiting), now=now)
        return failed

    def _records(self, clinic: Clinic, now: datetime) -> tuple[Work, list[UUID]]:
        """What was decided, and which records wait."""
        today = now.astimezone(clinic.zone).date()
        with acting_for(clinic):
            decided = erasures_decided(clinic=clinic, today=today)
            waiting = past_their_time(clinic=clinic, today=today).waiting
        work: Work = {each.patient_id: partial(erase_record, decision=each, now=now) for each in decided}
        return work, [patient.pk for patient in waiting]

    def _accounts(self, clinic: Clinic, now: datetime) -> Work:
        with acting_for(clinic):
            due = accounts_due(clinic=clinic, today=now.astimezone(clinic.zone).date())
        return {each.pk: partial(erase_account, patient=each, by=None, now=now) for each in due}

    def _take(self, clinic: Clinic, what: str, work: Work, *, apply: bool) -> int:
        failed = [key for key, erase in work.items() if not self._erased(clinic, key, erase)] if apply else []
        done = [key for key in work if key not in failed]
        self._say(clinic, f"{what}: {len(done)} {'erased' if apply else 'due'}", done)
        if failed:
            self._say(clinic, f"{what}: {len(failed)} FAILED", failed)
        return len(failed)

    def _erased(self, clinic: Clinic, key: UUID, erase: Callable[[], object]) -> bool:
        """One transaction for each: what is wrong with one record must not keep the others."""
        try:
            with acting_for(clinic):
                erase()
        except (DatabaseError, *CHANGED_MEANWHILE) as error:
            self.stderr.write(f"{key}: {type(error).__name__}")  # its text may hold values
            return False
        return True

    def _say(self, clinic: Clinic, line: str, keys: Iterable[UUID]) -> None:
        self.stdout.write(f"{clinic.slug}: {line}")
        for key in keys:
            self.stdout.write(f"  {key}")
