"""`manage.py erase_patient KEY --by E-MAIL`: a record whose time is over, by a manager's decision."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.models import StaffMember
from clinic.permissions import NotAllowed
from patients.models import Patient
from patients.services.erasure import KeptBack, NotYet, WrongRole, erase_patient

REFUSALS: dict[type[Exception], str] = {
    KeptBack: "This record is kept back: release it first.",
    WrongRole: "Run this with DATABASE_URL set to MAINTENANCE_DATABASE_URL.",
    NotAllowed: "Only a manager of the record's clinic decides this.",
    Patient.DoesNotExist: "There is no such record in this clinic.",
}


class Command(BaseCommand):
    """As the role of maintenance; nothing can bring the record back but a backup."""

    help = "Erase one clinical record whose retention is over."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("patient", type=UUID)
        parser.add_argument("--by", required=True, help="e-mail address of the manager who decided")
        parser.add_argument("--clinic", required=True, metavar="SLUG")

    def handle(self, *args: Any, **options: Any) -> None:
        members = StaffMember.objects.filter(clinic__slug=options["clinic"], user__email=options["by"])
        member = members.select_related("clinic", "user").first()
        if member is None:
            raise CommandError("Nobody with this address works in this clinic.")
        try:
            counts = erase_patient(patient_id=options["patient"], by=member, now=timezone.now())
        except NotYet as refusal:
            raise CommandError(_not_yet(refusal)) from None
        except tuple(REFUSALS) as refusal:
            raise CommandError(REFUSALS[type(refusal)]) from None
        self.stdout.write(f"Erased {sum(counts.values())} rows. The stub says when, and by whom.")


def _not_yet(refusal: NotYet) -> str:
    if refusal.day is None:
        return "The patient is in care: the clinical record stays."
    return f"The clinical record must stay until {refusal.day:%-d %B %Y}."
