"""`manage.py retention --dry-run|--apply`: what has stayed its time. Prints keys and counts, no names."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.models import Clinic
from clinic.tenancy import acting_for
from patients.services.erasure import WrongRole, accounts_due, erase_account, records_due


class Command(BaseCommand):
    """Nightly, as the role of maintenance. Erases accounts; clinical records are listed for a person."""

    help = "Erase accounts 90 days after care; list clinical records whose time is over."

    def add_arguments(self, parser: ArgumentParser) -> None:
        either = parser.add_mutually_exclusive_group(required=True)
        either.add_argument("--dry-run", action="store_true", help="say what would go, change nothing")
        either.add_argument("--apply", action="store_true", help="erase accounts that are due")

    def handle(self, *args: Any, **options: Any) -> None:
        for clinic in Clinic.objects.all():
            try:
                self._clinic(clinic, apply=options["apply"])
            except WrongRole:
                raise CommandError("Run this with DATABASE_URL set to MAINTENANCE_DATABASE_URL.") from None

    def _clinic(self, clinic: Clinic, *, apply: bool) -> None:
        now = timezone.now()
        today = now.astimezone(clinic.zone).date()
        with acting_for(clinic):
            accounts, records = (
                accounts_due(clinic=clinic, today=today),
                records_due(clinic=clinic, today=today),
            )
            for patient in accounts if apply else ():
                erase_account(patient=patient, by=None, now=now)
        done = "erased" if apply else "due"
        self._say(clinic, f"account and contact: {len(accounts)} {done}", accounts)
        self._say(clinic, f"clinical record: {len(records)} wait for a decision", records)

    def _say(self, clinic: Clinic, line: str, patients: Any) -> None:
        self.stdout.write(f"{clinic.slug}: {line}")
        for patient in patients:
            self.stdout.write(f"  {patient.pk}")
