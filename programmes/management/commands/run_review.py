"""`manage.py run_review`: what the worker does, in the foreground, with its numbers."""

from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from clinic.management.runtime import RuntimeCommand
from clinic.models import Clinic
from programmes.management.commands.import_diaries import clinic_called, day_written
from programmes.models import ReviewRun
from programmes.services.nights import (
    last_night,
    plan_runs,
    review_changed_patients,
    review_night,
    run_planned_reviews,
)


class Command(RuntimeCommand):
    """Reviews changed patients and the nights that are due, or one night."""

    help = "Review now: patients whose record changed and every night that is due, or the night of --date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--clinic", metavar="SLUG", help="only this clinic")
        parser.add_argument("--date", metavar="DATE", help="only the night of this day, YYYY-MM-DD")
        parser.add_argument("--full", action="store_true", help="also a night that is done already")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        clinics = [clinic_called(options["clinic"])] if options["clinic"] else list(Clinic.objects.all())
        day = day_written(options["date"]) if options["date"] else None
        if day:
            _require_over(clinics, day, now)
        for clinic in clinics:
            if not clinic.is_live:
                self.stdout.write(f"{clinic.slug}: not live, nothing is reviewed until a manager has signed")
                continue
            if day is None:
                self._what_is_due(clinic, now)
            if day or options["full"]:
                self._one_night(clinic, day or last_night(clinic=clinic, now=now), now, options["full"])

    def _what_is_due(self, clinic: Clinic, now: datetime) -> None:
        plan_runs(now=now, clinic=clinic)
        for run in run_planned_reviews(now=now, clinic=clinic):
            self.stdout.write(_line(clinic, run))
        changed = review_changed_patients(now=now, clinic=clinic, limit=100_000)
        self.stdout.write(f"{clinic.slug}: {changed} changed patients reviewed")

    def _one_night(self, clinic: Clinic, day: date, now: datetime, again: bool) -> None:
        run = review_night(clinic=clinic, local_date=day, now=now, again=again)
        done_before = f"{clinic.slug} {day}: was done before (--full does it again)"
        self.stdout.write(done_before if run is None else _line(clinic, run))


def _require_over(clinics: Iterable[Clinic], day: date, now: datetime) -> None:
    for clinic in clinics:
        if day >= now.astimezone(clinic.zone).date():
            raise CommandError(f"{day} is not over yet at {clinic.name} ({clinic.time_zone})")


def _line(clinic: Clinic, run: ReviewRun) -> str:
    return (
        f"{clinic.slug} {run.local_date}: {run.patients_evaluated} patients reviewed, "
        f"{run.flags_raised} flags raised, {run.flags_cleared} cleared, "
        f"{run.patients_failed} could not be evaluated"
    )
