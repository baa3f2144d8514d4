"""`manage.py seed_load --patients N`: a large cohort written by COPY, for measuring the review."""

from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections, models, transaction
from django.utils import timezone

from clinic.models import Clinic, Role, StaffMember, User
from patients.models import Patient
from programmes.clinical import grading
from programmes.clinical.thresholds import RULE_VERSION
from programmes.management.commands._load_cohort import LoadedWalk, Person, arrivals, people
from programmes.models import (
    Pause,
    PauseReason,
    Programme,
    ProgrammeRevision,
    ProgrammeStatus,
    ProgrammeWeek,
    Source,
    Walk,
)

CONNECTION = "migrator"  # the owner alone may set row-level security and the history aside
PREFIX = "load-"
DAY = timedelta(days=1)
LOADED: tuple[type[models.Model], ...] = (
    Patient,
    Programme,
    ProgrammeRevision,
    ProgrammeWeek,
    Pause,
    Walk,
)
NAMES = (
    *("id", "clinic_id", "patient_id", "programme_id", "client_uuid", "walked_on", "recorded_at"),
    *("received_at", "received_on", "minutes", "pain_before", "pain_after", "source", "recalled"),
)


class Command(BaseCommand):
    """Everything in one transaction: a run that is broken off leaves nothing."""

    help = "Write a large cohort of patients with walks in the order of arrival, for benchmarks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--patients", type=int, required=True)
        parser.add_argument("--weeks", type=int, default=14, help="how many weeks of walks (default 14)")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--clinic-size", type=int, default=2000, help="patients in a clinic")
        parser.add_argument("--last-day", type=date.fromisoformat, help="default: yesterday (UTC)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEMO or settings.DEBUG):
            raise CommandError("Only a demo or a development database takes a made-up cohort.")
        if Clinic.objects.filter(slug__startswith=PREFIX).exists():
            raise CommandError("This database holds a cohort already: start from an empty one.")
        last_day = options["last_day"] or timezone.now().astimezone(UTC).date() - DAY
        walks = load(
            patients=options["patients"],
            weeks=options["weeks"],
            seed=options["seed"],
            clinic_size=options["clinic_size"],
            last_day=last_day,
        )
        self.stdout.write(f"{options['patients']} patients, {walks} walks until {last_day}")


def load(*, patients: int, weeks: int, seed: int, clinic_size: int, last_day: date) -> int:
    """Writes the cohort, the same for the same seed, and returns how many walks it has."""
    random = Random(seed)  # noqa: S311
    cohort = people(count=patients, weeks=weeks, last_day=last_day, random=random)
    with transaction.atomic(CONNECTION), _set_aside():
        clinics = _clinics(-(-patients // clinic_size), last_day - 7 * weeks * DAY)
        rows = _Rows(clinics, clinic_size, last_day)
        for model, instances in rows.of_records(cohort):
            _copy(model, instances)
        first = last_day - (7 * weeks - 1) * DAY
        walks = _copy_walks(rows, arrivals(cohort, first=first, last_day=last_day, random=random))
    with connections[CONNECTION].cursor() as cursor:
        cursor.execute(f"VACUUM (ANALYZE) {', '.join(each._meta.db_table for each in LOADED)}")
    return walks


@contextmanager
def _set_aside() -> Iterator[None]:
    """COPY refuses tables under row-level security, and a history of made-up rows helps nobody."""
    tables = [
        each._meta.db_table for each in (Patient, Programme, ProgrammeRevision, ProgrammeWeek, Pause, Walk)
    ]
    with connections[CONNECTION].cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE TRIGGER USER")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks to come cannot be altered
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY, ENABLE TRIGGER USER")


def _clinics(count: int, opened_on: date) -> list[tuple[Clinic, StaffMember]]:
    """Live clinics with one clinician each, written the ordinary way."""
    made = []
    for number in range(1, count + 1):
        clinic = Clinic(
            name=f"Load Clinic {number}", slug=f"{PREFIX}{number}", phone="01632 960 300",
            duty_email=f"duty{number}@load.example", live_rule_version=RULE_VERSION,
        )  # fmt: skip
        user = User(email=f"clinician{number}@load.example")
        member = StaffMember(clinic=clinic, user=user, name=f"Clinician {number}", role=Role.CLINICIAN)
        with connections[CONNECTION].cursor() as cursor:
            cursor.execute("SELECT set_config('waymark.clinic', %s, true)", [str(clinic.pk)])
        for each in (clinic, user, member):
            each.save(using=CONNECTION, force_insert=True)
        made.append((clinic, member))
    return made


class _Rows:
    """Turns people into rows. Keys are counted, so that the same seed writes the same rows."""

    def __init__(self, clinics: list[tuple[Clinic, StaffMember]], clinic_size: int, last_day: date) -> None:
        self.clinics, self.clinic_size = clinics, clinic_size
        self.last_day = last_day

    def clinic_of(self, person: Person) -> tuple[Clinic, StaffMember]:
        return self.clinics[person.number // self.clinic_size]

    def of_records(self, cohort: list[Person]) -> Iterator[tuple[type[models.Model], Iterator[Any]]]:
        """Table by table, referenced ones first."""
        yield Patient, (self._patient(each) for each in cohort)
        yield Programme, (self._programme(each) for each in cohort)
        yield ProgrammeRevision, (self._revision(each) for each in cohort)
        yield ProgrammeWeek, (week for each in cohort for week in self._weeks(each))
        yield Pause, (self._pause(each) for each in cohort if each.paused_from)

    def _patient(self, person: Person) -> Patient:
        clinic, member = self.clinic_of(person)
        return Patient(
            id=_key(person, 1), clinic=clinic, lead=member, given_name="Load",
            family_name=f"Walker {person.number}", created_at=_noon(person.starts_on),
            invited_at=_noon(person.starts_on), first_signed_in_at=_noon(person.starts_on),
        )  # fmt: skip

    def _programme(self, person: Person) -> Programme:
        clinic, member = self.clinic_of(person)
        return Programme(
            id=_key(person, 2), clinic=clinic, patient_id=_key(person, 1), clinician=member,
            status=ProgrammeStatus.ACTIVE, starts_on=person.starts_on, baseline=person.baseline,
            assigned_at=_noon(person.starts_on - DAY), assigned_by_id=member.user_id,
            created_at=_noon(person.starts_on - DAY),
        )  # fmt: skip

    def _revision(self, person: Person) -> ProgrammeRevision:
        clinic, member = self.clinic_of(person)
        return ProgrammeRevision(
            id=_key(person, 3), clinic=clinic, programme_id=_key(person, 2), number=1,
            in_force_from=person.starts_on, reason="first plan", signed_at=_noon(person.starts_on - DAY),
            signed_by_id=member.user_id,
        )  # fmt: skip

    def _weeks(self, person: Person) -> Iterator[ProgrammeWeek]:
        """The generator's minutes on this person's own days."""
        clinic, _member = self.clinic_of(person)
        for week in grading.generate(person.baseline, grading.T2_STEADY):
            yield ProgrammeWeek(
                id=_key(person, 100 + week.number), clinic=clinic, programme_id=_key(person, 2),
                revision_id=_key(person, 3), number=week.number, days=person.days_a_week,
                minutes=week.minutes, bouts=week.bouts, intensity=week.intensity, kind=week.kind,
            )  # fmt: skip

    def _pause(self, person: Person) -> Pause:
        clinic, member = self.clinic_of(person)
        from_on = person.paused_from or self.last_day
        return Pause(
            id=_key(person, 4), clinic=clinic, patient_id=_key(person, 1), programme_id=_key(person, 2),
            from_on=from_on, until_on=from_on + 6 * DAY, reason=PauseReason.AWAY,
            made_by_id=member.user_id, made_at=_noon(from_on),
        )  # fmt: skip


def _key(person: Person, kind: int) -> UUID:
    """In the order of the people, as keys made in time order would be."""
    return UUID(int=(person.number + 1) << 64 | kind)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def _copy(model: type[models.Model], instances: Iterable[Any]) -> None:
    fields = model._meta.concrete_fields
    columns = ", ".join(str(field.column) for field in fields)
    database = connections[CONNECTION]
    with (
        database.cursor() as cursor,
        cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as copy,
    ):
        for instance in instances:
            copy.write_row([_stored(field, instance, database) for field in fields])


def _stored(field: Any, instance: Any, database: Any) -> Any:
    return field.get_db_prep_save(field.pre_save(instance, add=False), database)


def _copy_walks(rows: _Rows, coming: Iterable[tuple[date, LoadedWalk]]) -> int:
    """Most columns are the same in each of millions of lines: they are written out once."""
    example = Walk(time_zone="Europe/London", entry_digest="-", layout_version=1)
    constant = [field for field in Walk._meta.concrete_fields if field.column not in NAMES]
    columns = ", ".join([*NAMES, *(str(field.column) for field in constant)])
    database = connections[CONNECTION]
    same = "\t".join(_text(_stored(field, example, database)) for field in constant)
    count = 0
    with (
        database.cursor() as cursor,
        cursor.copy(f"COPY {Walk._meta.db_table} ({columns}) FROM STDIN") as copy,
    ):
        for count, (on, walk) in enumerate(coming, start=1):
            copy.write("\t".join([*map(_text, _walk_values(rows, on, walk, count)), same]) + "\n")
    return count


def _walk_values(rows: _Rows, on: date, walk: LoadedWalk, number: int) -> Sequence[Any]:
    """In the order of NAMES."""
    person = walk.person
    clinic, _member = rows.clinic_of(person)
    source = Source.PAPER if person.on_paper else Source.PATIENT
    at = _noon(on)
    return (
        UUID(int=0xF << 124 | number), clinic.pk, _key(person, 1), _key(person, 2), UUID(int=number),
        walk.walked_on, at, at, on, walk.minutes, walk.before, walk.after, source, on > walk.walked_on,
    )  # fmt: skip


def _text(value: Any) -> str:
    """As COPY reads it; nothing here holds a tab or a backslash."""
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value)
