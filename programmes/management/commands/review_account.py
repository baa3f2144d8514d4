"""`manage.py review_account`: the review engine's own account, clinic by clinic."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from clinic.management.runtime import RuntimeCommand
from clinic.models import Clinic
from clinic.tenancy import acting_for
from programmes.management.commands.import_diaries import clinic_called
from programmes.services.self_account import Account, Night, account_of


class Command(RuntimeCommand):
    """Prints what the reviews did, whom they left out and why, and what they raised; numbers, no names."""

    help = "What the reviews did: nights, patients judged and left out, versions, marks, flags by kind."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--clinic", metavar="SLUG", help="only this clinic")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        for clinic in [clinic_called(options["clinic"])] if options["clinic"] else Clinic.objects.all():
            with acting_for(clinic):
                account = account_of(clinic=clinic, now=now)
            for line in lines(clinic, account):
                self.stdout.write(line)


def lines(clinic: Clinic, account: Account) -> Iterator[str]:
    """One clinic's account, a fact a line."""
    out, signed = account.left_out, account.signed_version or "none: not live"
    yield f"{clinic.slug}: rules {account.rule_version}, signed for {signed}"
    yield f"  {account.judged} patients are judged tonight, {out.given_up} of them could not be evaluated"
    yield f"  left out: {out.ended} care has ended, {out.restricted} restricted,"
    yield f"    {out.no_programme} without a running programme, {out.begins_later} begin later"
    oldest = account.oldest_mark
    since = f", the oldest since {oldest.astimezone(clinic.zone):%Y-%m-%d %H:%M}" if oldest else ""
    yield f"  {account.marks} changed patients wait{since}; {account.waiting} nights are due"
    yield from (f"  {_night(night)}" for night in account.nights)
    for kind in account.flags:
        yield f"  {kind.code}: {kind.raised} raised in 28 days, {kind.open} open"


def _night(night: Night) -> str:
    run = night.run
    if night.late is None:
        return f"{run.local_date}: waits"
    minutes = night.late.total_seconds() / 60
    took = "" if night.took is None else f" took {night.took.total_seconds():.1f} s,"
    return (
        f"{run.local_date}: {run.patients_evaluated} evaluated, {run.patients_failed} failed,"
        f" {run.flags_raised} raised, {run.flags_cleared} cleared, {minutes:.0f} min after it was due,{took}"
        f" rules {run.rule_version}"
    )
