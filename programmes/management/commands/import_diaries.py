"""`manage.py import_diaries DIR --clinic SLUG [--end DATE]`: kept diaries become patients of a clinic."""

from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from clinic.management.runtime import RuntimeCommand
from clinic.models import Clinic, StaffMember
from clinic.permissions import roles_that_may
from clinic.services.post import Letter
from clinic.tenancy import acting_for
from programmes.diary_files import DiaryFileErrors, PatientDiary, read_diaries
from programmes.services.importing import DiaryWalk, KeptDiary, OtherDates, import_diary
from programmes.services.walk_logging import DifferentEntry

REFERENCE_LENGTH = 40
NO_LETTER = Letter(subject="", body="")  # diaries hold no safety answers


def kept_diary(
    patient: PatientDiary, *, shift: timedelta, name: tuple[str, str] | None = None, prefix: str = ""
) -> KeptDiary:
    """A diary of the files as the verb takes it, moved by `shift`."""
    given_name, family_name = name or ("Diary", patient.patient_id)
    return KeptDiary(
        reference=f"{prefix}{patient.patient_id}",
        given_name=given_name,
        family_name=family_name,
        started_on=patient.started_on + shift,
        last_on=patient.last_on + shift,
        days_a_week=patient.sessions,
        walks=tuple(DiaryWalk(log.on + shift, log.minutes, log.pain) for log in patient.logs),
    )


class Command(RuntimeCommand):
    """Imports everything or nothing; running it again changes nothing."""

    help = "Import the diaries in DIR (patients.csv, logs.csv) as patients of a clinic."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dir", type=Path, help="folder with patients.csv and logs.csv")
        parser.add_argument("--clinic", required=True, metavar="SLUG", help="the clinic's short name")
        parser.add_argument("--end", metavar="DATE", help="shift all dates so that the last day is DATE")
        parser.add_argument("--clinician", metavar="EMAIL", help="who prescribes (default: the first one)")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        clinic = clinic_called(options["clinic"])
        diaries = _read(options["dir"], options["end"], now.astimezone(clinic.zone).date())
        with acting_for(clinic):
            new = _import_all(diaries, _clinician(clinic, options["clinician"]), now)
        self.stdout.write(f"{clinic.slug}: {len(diaries)} diaries, {new} new walks")


def clinic_called(slug: str) -> Clinic:
    """The clinic of this short name, or a CommandError that names those there are."""
    clinic = Clinic.objects.filter(slug=slug).first()
    if clinic is None:
        known = ", ".join(Clinic.objects.values_list("slug", flat=True)) or "none yet"
        raise CommandError(f"No clinic is called {slug!r}. There are: {known}")
    return clinic


def day_written(text: str) -> date:
    """A day written as 2026-01-31, or a CommandError."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  a calendar date has no zone
    except ValueError:
        raise CommandError(f"{text!r} is not a date (YYYY-MM-DD)") from None


def _clinician(clinic: Clinic, email: str | None) -> StaffMember:
    staff = StaffMember.objects.for_clinic(clinic).filter(
        role__in=roles_that_may("prescribe"), is_active=True
    )
    if email:
        staff = staff.filter(user__email=email.strip().lower())
    clinician: StaffMember | None = staff.select_related("clinic", "user").order_by("id").first()
    if clinician is None:
        who = f"no clinician {email}" if email else "no clinician yet"
        raise CommandError(f"{clinic.name} has {who}: programmes need one to prescribe them")
    return clinician


def _read(folder: Path, end: str | None, today: date) -> list[KeptDiary]:
    """The diaries, moved to their dates; every problem of the files becomes one line of a CommandError."""
    last = day_written(end) if end else None
    if last and last > today:
        raise CommandError(f"--end {last} is in the future")
    try:
        patients = read_diaries(folder, None if last else today)
    except DiaryFileErrors as error:
        raise CommandError(str(error)) from error
    if long := [p.patient_id for p in patients if len(p.patient_id) > REFERENCE_LENGTH]:
        raise CommandError(f"patient_id longer than {REFERENCE_LENGTH} characters: {', '.join(long)}")
    newest = max((patient.last_on for patient in patients), default=today)
    shift = last - newest if last else timedelta(0)
    return [kept_diary(patient, shift=shift) for patient in patients]


def _import_all(diaries: Sequence[KeptDiary], by: StaffMember, now: datetime) -> int:
    """All of them, or none and every reason: the caller's transaction is rolled back."""
    new, problems = 0, []
    for diary in diaries:
        try:
            new += import_diary(diary=diary, duty_letter=NO_LETTER, by=by, now=now)
        except OtherDates:
            problems.append(f"{diary.reference}: was imported before with other dates")
        except DifferentEntry as error:
            problems.append(f"{diary.reference}: {error} was imported before with other values")
    if problems:
        raise CommandError("\n".join(problems))
    return new
