"""`manage.py retention --dry-run|--apply`: what has stayed its time. Prints keys and counts, no names."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from clinic.models import Clinic
from clinic.tenancy import acting_for
from patients.models import Patient
from patients.services.erasure import WrongRole, accounts_due, erase_account, records_due


class Command(BaseCommand):
    """Nightly, as the role of maintenance. Erases accounts; clinical records are listed for a person."""

    help = "Erase accounts 90 days after care; list clinical records whose time is over."

    def add_arguments(self, parser: ArgumentParser) -> None:
        either = parser.add_mutually_exclusive_group(required=True)
        either.add_argument("--dry-run", action="store_true", help="say what would go, change nothing")
        either.add_argument("--apply", action="store_true", help="erase accounts that are due")

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
        """Says what is due and erases accounts. Returns how many failed."""
        now = timezone.now()
        today = now.astimezone(clinic.zone).date()
        with acting_for(clinic):
            accounts = accounts_due(clinic=clinic, today=today)
            records = records_due(clinic=clinic, today=today)
        failed = [each for each in accounts if not self._erased(clinic, each, now)] if apply else []
        done = [each for each in accounts if each not in failed]
        self._say(clinic, f"account and contact: {len(done)} {'erased' if apply else 'due'}", done)
        if failed:
            self._say(clinic, f"account and contact: {len(failed)} FAILED", failed)
        self._say(clinic, f"clinical record: {len(records)} wait for a decision", records)
        return len(failed)

    def _erased(self, clinic: Clinic, patient: Patient, now: datetime) -> bool:
        """One transaction for each: what is wrong with one record must not keep the others."""
        try:
            with acting_for(clinic):
                erase_account(patient=patient, by=None, now=now)
        except DatabaseError as error:
            self.stderr.write(f"{patient.pk}: {type(error).__name__}")  # its text may hold values
            return False
        return True

    def _say(self, clinic: Clinic, line: str, patients: Any) -> None:
        self.stdout.write(f"{clinic.slug}: {line}")
        for patient in patients:
            self.stdout.write(f"  {patient.pk}")
