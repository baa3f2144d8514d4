"""`manage.py dry_run --clinic elm --sensitivity quiet`: what other thresholds would have raised."""

from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from clinic.management.runtime import RuntimeCommand
from clinic.models import Clinic
from clinic.tenancy import acting_for
from programmes.clinical.thresholds import KNOB, Setting, thresholds_for
from programmes.management.commands.import_diaries import clinic_called
from programmes.models import ThresholdSetting
from programmes.services.dry_running import WEEKS, DryRun, dry_run

NOW, OTHER = "as now", "as asked"


class Command(RuntimeCommand):
    """Replays the last weeks' nights with the clinic's thresholds and with others, and writes nothing."""

    help = "What other thresholds would have raised in the last weeks, by clinician; nothing is written."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--clinic", metavar="SLUG", required=True)
        parser.add_argument("--weeks", type=int, default=WEEKS, help="1 to 26 (default 8)")
        parser.add_argument("--sensitivity", choices=[*KNOB])
        parser.add_argument("--pain-rise", type=float, metavar="POINTS")
        parser.add_argument("--silence-days", type=int, metavar="DAYS")
        parser.add_argument("--start-days", type=int, metavar="DAYS")
        parser.add_argument("--low-percent", type=int, metavar="PERCENT")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["weeks"] <= 26:
            raise CommandError("--weeks must be between 1 and 26")
        clinic, asked = clinic_called(options["clinic"]), _asked(options)
        with acting_for(clinic):
            now = _as_now(clinic)
            choices = {NOW: now, OTHER: asked.over(now)}
            last = timezone.now().astimezone(clinic.zone).date() - timedelta(days=1)
            found = dry_run(clinic=clinic, choices=choices, last=last, weeks=options["weeks"])
        for line in lines(found):
            self.stdout.write(line)


def _asked(options: dict[str, Any]) -> Setting:
    asked = Setting(**{field.name: options[field.name] for field in fields(Setting)})
    try:
        thresholds_for(asked)
    except ValueError as error:
        raise CommandError(str(error)) from error
    return asked


def _as_now(clinic: Clinic) -> Setting:
    row = ThresholdSetting.objects.for_clinic(clinic).of_clinic().first()
    return row.as_setting if row else Setting()


def lines(found: DryRun) -> Iterator[str]:
    """A head, a line for each clinician, one for each kind of flag, and what could not be judged."""
    names = list(found.counted)
    yield f"{found.first} to {found.last}, {found.patients} patients with a programme that runs now"
    yield _line("new flags (new items)", names)
    holders = {holder for counted in found.counted.values() for holder in counted.flags}
    for holder in sorted(holders, key=lambda each: found.names.get(each, "")):
        cells = [f"{each.flags[holder]} ({each.items[holder]})" for each in found.counted.values()]
        yield _line(found.names.get(holder, "nobody leads them"), cells)
    totals = [f"{each.flags.total()} ({each.items.total()})" for each in found.counted.values()]
    yield _line("all", totals)
    for code in sorted({code for counted in found.counted.values() for code in counted.codes}):
        yield _line(f"- {code}", [str(each.codes[code]) for each in found.counted.values()])
    if found.failed:
        yield f"{found.failed} patients could not be judged on some night"


def _line(label: str, cells: list[str]) -> str:
    return f"{label:<32}" + "".join(f"{cell:>14}" for cell in cells)
