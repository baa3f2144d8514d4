"""`manage.py erase_patient KEY --clinic SLUG`: at once what a manager decided."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from patients.models import RetentionDecision
from patients.services.erasure import KeptBack, NotDecided, NotYet, WrongRole, erase_record

REFUSALS: dict[type[Exception], str] = {
    KeptBack: "This record is kept back.",
    NotDecided: "No manager has decided to erase this record: they do so on the page /retention/.",
    WrongRole: "Run this with DATABASE_URL set to MAINTENANCE_DATABASE_URL.",
}


class Command(BaseCommand):
    """As the role of maintenance; nothing can bring the record back but a backup."""

    help = "Erase one clinical record that a manager has decided to erase, without waiting for the night."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("patient", type=UUID)
        parser.add_argument("--clinic", required=True, metavar="SLUG")

    def handle(self, *args: Any, **options: Any) -> None:
        decided = RetentionDecision.objects.to_erase().select_related("clinic", "decided_by__user")
        decision = decided.filter(clinic__slug=options["clinic"], patient=options["patient"]).last()
        if decision is None:
            raise CommandError(REFUSALS[NotDecided])
        try:
            counts = erase_record(decision=decision, now=timezone.now())
        except NotYet as refusal:
            raise CommandError(_not_yet(refusal)) from None
        except tuple(REFUSALS) as refusal:
            raise CommandError(REFUSALS[type(refusal)]) from None
        self.stdout.write(f"Erased {sum(counts.values())} rows. The stub says when, and by whom.")


def _not_yet(refusal: NotYet) -> str:
    if refusal.day is None:
        return "The patient is in care: the clinical record stays."
    return f"The clinical record must stay until {refusal.day:%-d %B %Y}."
