"""Importing a kept diary: a patient, a programme and walks, through the verbs that a person uses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from math import ceil
from statistics import median
from uuid import UUID, uuid5

from django.db import transaction

from clinic.models import StaffMember
from clinic.permissions import require
from clinic.services.post import Letter
from patients.models import Patient
from programmes.clinical import grading
from programmes.clinical.thresholds import DEFAULTS
from programmes.models import Programme, Source
from programmes.services.prescribing import Baseline, assign_programme, draft_programme
from programmes.services.walk_logging import Arrival, WalkEntry, log_walks

MAX_WEEKS = 104  # what a programme can hold; its last week stays in force afterwards
WEEKS_AHEAD = 4  # so that an imported patient is still in the programme
MINUTES_WHEN_UNKNOWN = 15  # a diary without a single walk tells nothing about the dose [P]


class OtherDates(Exception):
    """This diary was imported before, starting on another day."""


@dataclass(frozen=True)
class DiaryWalk:
    """One day's line: minutes walked (1-300) and the one pain score it has, None if blank."""

    on: date
    minutes: int
    pain: int | None


@dataclass(frozen=True)
class KeptDiary:
    """A diary as it comes in: whose it is, what was planned, what was walked. Walks sorted by day."""

    reference: str
    given_name: str
    family_name: str
    started_on: date
    last_on: date
    days_a_week: int
    walks: tuple[DiaryWalk, ...]

    @property
    def dose_minutes(self) -> int:
        """Planned minutes a walk: the median walked, yet so short that every walk of the diary counts.

        A diary says that a walk was done, not what had been asked for. A walk counts from half of the
        planned minutes.
        """
        if not self.walks:
            return MINUTES_WHEN_UNKNOWN
        minutes = [walk.minutes for walk in self.walks]
        longest = int(min(minutes) / DEFAULTS.adherence.counts_share)
        return min(ceil(median(minutes)), longest)

    @property
    def weeks(self) -> tuple[grading.Week, ...]:
        """One dose throughout, going on for a while after the diary's last day."""
        kept = (self.last_on - self.started_on).days // 7 + 1
        number_of_weeks = min(MAX_WEEKS, kept + WEEKS_AHEAD)
        minutes = self.dose_minutes
        bouts = grading.bouts(minutes)
        return tuple(
            grading.Week(number, self.days_a_week, minutes, bouts, grading.EASY, grading.BUILD)
            for number in range(1, number_of_weeks + 1)
        )


@transaction.atomic
def import_diary(*, diary: KeptDiary, duty_letter: Letter, by: StaffMember, now: datetime) -> int:
    """Stores the diary as a patient with a running programme and walks. Returns how many walks were new.

    Again with the same diary changes nothing; with added days it adds them. Raises OtherDates when the diary
    was imported with another start, DifferentEntry when a stored day differs, NotAllowed, WalkInFuture.
    """
    require(by, "prescribe")
    patient, created = Patient.objects.for_clinic(by.clinic).get_or_create(
        reference=diary.reference,
        defaults={
            "clinic": by.clinic,
            "given_name": diary.given_name,
            "family_name": diary.family_name,
            "lead": by,
        },
    )
    programme = _prescribe(patient, diary, by, now) if created else _programme_of(patient)
    if programme.starts_on != diary.started_on:
        raise OtherDates(diary.reference)
    arrivals = _arrivals(patient, diary.walks, now)
    return len(log_walks(programme=programme, arrivals=arrivals, duty_letter=duty_letter, by=by.user))


def _prescribe(patient: Patient, diary: KeptDiary, by: StaffMember, now: datetime) -> Programme:
    programme = draft_programme(
        patient=patient,
        baseline=Baseline(diary.dose_minutes, is_estimate=True),
        starts_on=diary.started_on,
        weeks=diary.weeks,
        template=None,
        rule={"imported": diary.reference},
        by=by,
        today=patient.local_date(now),
    )
    # Assigned on its first day: the walks of a kept diary were asked for all along.
    first_day = datetime.combine(diary.started_on, time(0), by.clinic.zone)
    assign_programme(programme=programme, by=by, now=min(first_day, now), began_elsewhere=True)
    return programme


def _programme_of(patient: Patient) -> Programme:
    """The one that came with the diary: a patient's first."""
    programmes = Programme.objects.of_patient(patient).select_related("patient__clinic")
    first: Programme = programmes.earliest("created_at")
    return first


def _arrivals(patient: Patient, walks: Sequence[DiaryWalk], now: datetime) -> list[Arrival]:
    return [Arrival(_entry(patient.pk, walk), now) for walk in walks]


def _entry(patient_id: UUID, walk: DiaryWalk) -> WalkEntry:
    """The one score stands for before, worst and after; rules on the response to a walk skip imports."""
    return WalkEntry(
        client_uuid=uuid5(patient_id, walk.on.isoformat()),
        walked_on=walk.on,
        minutes=walk.minutes,
        pain_before=walk.pain,
        pain_worst=walk.pain,
        pain_after=walk.pain,
        source=Source.IMPORT,
    )
