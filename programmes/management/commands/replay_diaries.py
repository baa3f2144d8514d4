"""`manage.py replay_diaries DIR --out alarms.csv`: the detection code, day by day, without a database."""

import csv
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from programmes.clinical.detection import replay
from programmes.diary_files import DiaryFileErrors, PatientDiary, read_diaries

KINDS = {
    "PAIN_RISING": "pain_rise",
    "PAIN_THEN_SILENT": "pain_rise",
    "ADHERENCE_DROPPED": "adherence_drop",
    "NOT_STARTED": "adherence_drop",
}
Alarm = tuple[str, str, str]


def alarms_of(patient: PatientDiary, until: date | None = None) -> list[Alarm]:
    """Each day's findings of one patient as (patient_id, ISO date, kind), up to `until`."""
    last = patient.last_on if until is None else min(until, patient.last_on)
    return [
        (patient.patient_id, day.on.isoformat(), KINDS[finding.code])
        for day in replay(patient.diary(), patient.started_on, last)
        for finding in day.findings
        if finding.code in KINDS
    ]


def replay_all(patients: Iterable[PatientDiary], until: date | None, jobs: int) -> Iterator[list[Alarm]]:
    """Replay the patients in order, on `jobs` processes."""
    work = partial(alarms_of, until=until)
    if jobs == 1:
        yield from map(work, patients)
        return
    with get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap(work, patients, chunksize=32)


class Command(BaseCommand):
    """Replays a folder of diaries and writes each day's findings for the scorer."""

    help = "Walk day by day through the diaries in DIR and write each day's findings as patient_id,date,kind."
    requires_system_checks = ()  # works before any service or setting is there
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """DIR, --out, --until and --jobs."""
        parser.add_argument("dir", type=Path, help="folder with patients.csv and logs.csv")
        parser.add_argument("--out", type=Path, required=True, help="CSV file to write")
        parser.add_argument("--until", type=date.fromisoformat, help="last day to judge, YYYY-MM-DD")
        parser.add_argument("--jobs", type=int, default=1, help="processes, 1-64 (default 1)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read everything before writing anything; a bad file is a CommandError with its lines."""
        if not 1 <= options["jobs"] <= 64:
            raise CommandError("--jobs must be between 1 and 64")
        try:
            patients = read_diaries(options["dir"])
        except DiaryFileErrors as error:
            raise CommandError(str(error)) from error
        count = 0
        with options["out"].open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(("patient_id", "date", "kind"))
            for alarms in replay_all(patients, options["until"], options["jobs"]):
                writer.writerows(alarms)
                count += len(alarms)
        self.stdout.write(f"{len(patients)} diaries, {count} findings")
