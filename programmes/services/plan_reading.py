"""Reads for the patient's own pages: the plan in force, the week so far, and every week walked.

Each picture is one or two queries, whatever the length of the programme.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Max, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from patients.models import Patient
from programmes.charts import PainPoint, WeekVolume
from programmes.clinical import grading
from programmes.clinical.amounts import Target, Walked, reaches, together
from programmes.clinical.course import Course, Stretch
from programmes.clinical.diary import Diary
from programmes.clinical.diary import Pause as PausedDays
from programmes.clinical.thresholds import DEFAULTS, RETURN
from programmes.models import Pause, Programme, ProgrammeRevision, ProgrammeStatus, ProgrammeWeek, Walk
from programmes.models.programme import ENDED, RUNNING
from programmes.services.courses import course_from, course_rows, paused_from
from programmes.services.prescribing import WEEK_COLUMNS

COMPLETE_SHARE = RETURN.complete_share
Dose = grading.Week  # one week of the plan, or less of it
FEWEST_WEEKS = 6  # a shorter chart is filled up with the weeks to come
RECENT_WALKS = 30  # covers any week, several walks a day included


@dataclass(frozen=True)
class Plan:
    """A patient's newest plan as it stands on a day: running if there is one, else the last that ended."""

    on: date
    programme: Programme
    revision: ProgrammeRevision
    doses: tuple[Dose, ...]
    paused_until: date | None
    course: Course
    pauses: tuple[PausedDays, ...]
    paused_by_patient: bool = False

    @property
    def dose(self) -> Dose:
        """What is asked today: this week's dose, or less after a gap and in a flare-up."""
        stretch = self.course.today
        week = next((dose for dose in self.doses if dose.number >= stretch.week), self.doses[-1])
        return _asked(week, stretch) if stretch.is_reduced else week

    @property
    def units(self) -> str:
        """In which this patient reads distances."""
        return self.programme.patient.units

    @property
    def week_starts_on(self) -> date:
        return self.course.today.from_on

    @property
    def week_starts(self) -> dict[int, date]:
        """The day on which each week of the governing revision began, or will begin."""
        return week_starts(self.course)

    @property
    def has_started(self) -> bool:
        return self.programme.starts_on <= self.on

    @property
    def has_ended(self) -> bool:
        return self.programme.status in ENDED

    @property
    def is_resting(self) -> bool:
        return self.paused_until is not None or self.programme.status == ProgrammeStatus.ON_HOLD

    @property
    def asks_for_a_walk(self) -> bool:
        """Begun, not over, and not resting."""
        return self.has_started and not self.has_ended and not self.is_resting

    @property
    def is_running(self) -> bool:
        """Whether today's walks belong to it."""
        return not self.has_ended


def running_programme(plan: Plan | None) -> Programme | None:
    """The programme that today's walks belong to; None without one, or after its end."""
    return plan.programme if plan and plan.is_running else None


def week_starts(course: Course) -> dict[int, date]:
    """By number, the first days of the weeks of today's revision.

    This week's and the coming ones as they will be, also of a number that has been there before; the others
    as they were.
    """
    now = course.today
    own = [each for each in course.stretches if each.prescription == now.prescription]
    been: dict[int, date] = {}
    coming: dict[int, date] = {}
    for each in own:
        (been if each.from_on < now.from_on else coming).setdefault(each.week, each.from_on)
    return been | coming


def _asked(week: Dose, stretch: Stretch) -> Dose:
    """The week's dose, reduced as the course says: without fast parts, short days split where they were."""
    dose = stretch.dose
    split = min(week.bouts, grading.most_bouts(dose.minutes)) if dose.minutes else 1
    bouts = stretch.bouts[0] if stretch.bouts else max(grading.bouts(dose.minutes), split)
    return replace(
        week,
        days=dose.days,
        minutes=dose.minutes,
        bouts=bouts,
        steps=dose.steps,
        distance_m=dose.distance_m,
        intervals=0,
        interval_days=0,
    )


def plan_of(*, patient: Patient, on: date) -> Plan | None:
    """The patient's plan on a day with the doses of its governing revision; None without a signed one."""
    revision = (
        ProgrammeRevision.objects.filter(
            clinic_id=patient.clinic_id,
            programme__patient=patient,
            programme__status__in=[*RUNNING, *ENDED],
            signed_at__isnull=False,
        )
        .select_related("programme")
        .annotate(
            runs=Q(programme__status__in=RUNNING),
            begun=Q(in_force_from__lte=on),
            doses=ArraySubquery(_doses()),
            paused_until=Subquery(_pauses_on(on).values("until_on")[:1]),
            paused_by_patient=Subquery(_pauses_on(on).values("by_patient")[:1]),
            **course_rows("programme"),
        )
        .order_by("-runs", "-programme__assigned_at", "-begun", "-number")
        .first()
    )
    if revision is None or not revision.doses:
        return None
    revision.programme.patient = patient  # already here: nothing more is read for the units
    return _plan(revision, on)


def _doses() -> Any:
    weeks = ProgrammeWeek.objects.filter(revision=OuterRef("pk")).order_by("number")
    return weeks.values(json=JSONObject(**{name: name for name in WEEK_COLUMNS}))


def _pauses_on(on: date) -> Any:
    return Pause.objects.filter(programme=OuterRef("programme"), from_on__lte=on, until_on__gte=on)


def _plan(row: Any, on: date) -> Plan:
    doses = tuple(Dose(**dose) for dose in row.doses)
    course, by_patient = course_from(row, on), bool(row.paused_by_patient)
    return Plan(on, row.programme, row, doses, row.paused_until, course, paused_from(row), by_patient)


@dataclass(frozen=True, slots=True)
class PastWalk:
    """A walk as the patient's own list shows it."""

    walked_on: date
    minutes: int | None
    steps: int | None
    distance_m: int | None
    pain_before: int | None
    pain_after: int | None
    target_minutes: int | None = None
    target_steps: int | None = None
    target_distance_m: int | None = None
    flare: bool | None = None

    @property
    def walked(self) -> Walked:
        return Walked(self.minutes, self.steps, self.distance_m)

    @property
    def is_complete(self) -> bool:
        target = Target(self.target_minutes or 0, self.target_steps, self.target_distance_m)
        return reaches(self.walked, target, COMPLETE_SHARE)


def recent_walks(*, patient: Patient) -> list[PastWalk]:
    """The latest walks, newest first."""
    rows = (
        Walk.objects.filter(clinic_id=patient.clinic_id, patient=patient)
        .valid()
        .order_by("-walked_on", "-received_at")
    )
    return [PastWalk(**row) for row in rows.values(*PastWalk.__slots__)[:RECENT_WALKS]]


@dataclass(frozen=True, slots=True)
class WeekSoFar:
    """This week of the plan: days that count as walked, and how much of what the plan counts.

    `amount` is None where every walk was told in another unit, never zero.
    """

    walks: int
    planned_walks: int
    amount: int | None
    planned_amount: int
    counts: str = grading.MINUTES

    @property
    def share(self) -> float | None:
        """Of what is planned; None where nothing is, or nobody knows how much was walked."""
        if self.amount is None or not self.planned_amount:
            return None
        return self.amount / self.planned_amount


def week_so_far(plan: Plan, walks: Sequence[PastWalk]) -> WeekSoFar:
    """Counts a day once its walks together reach half of the day's dose, as everywhere else."""
    a_day: dict[date, Walked] = defaultdict(Walked)
    for walk in walks:
        if plan.week_starts_on <= walk.walked_on <= plan.on:
            a_day[walk.walked_on] = a_day[walk.walked_on].plus(walk.walked)
    dose, enough = plan.dose, DEFAULTS.adherence.counts_share
    return WeekSoFar(
        walks=sum(reaches(walked, dose, enough) for walked in a_day.values()),
        planned_walks=dose.days,
        amount=together(a_day.values()).told(dose.counts) if a_day else 0,
        planned_amount=dose.volume,
        counts=dose.counts,
    )


def gently(plan: Plan, walks: Sequence[PastWalk]) -> int:
    """What to come back with after days without a walk: at most the last completed walk, rounded down."""
    dose = plan.dose
    told = (walk.walked.told(dose.counts) for walk in walks if walk.is_complete)
    last = next((amount for amount in told if amount), None)
    return dose.amount if last is None else min(dose.amount, grading.whole(last, dose.counts))


@dataclass(frozen=True, slots=True)
class LogSoFar:
    """What the walk form asks about: the last walk, and when the safety list was last answered."""

    last_walk_on: date | None
    safety_asked_on: date | None
    pain_asked_on: date | None = None


def log_so_far(*, patient: Patient) -> LogSoFar:
    """The dates by the walks that count; pain was asked where it was answered, "not sure" too."""
    found = (
        Walk.objects.filter(clinic_id=patient.clinic_id, patient=patient)
        .valid()
        .with_list_answered_on()
        .aggregate(
            last=Max("walked_on"),
            asked=Max("list_answered_on"),
            pain=Max("walked_on", filter=Q(pain_before__isnull=False) | Q(pain_before_not_sure=True)),
        )
    )
    return LogSoFar(found["last"], found["asked"], found["pain"])


def last_deltas(*, walk: Walk, count: int) -> list[int | None]:
    """Pain after minus before of the latest walks up to this one, this one last; None where not known."""
    rows = (
        Walk.objects.filter(clinic_id=walk.clinic_id, patient_id=walk.patient_id)
        .valid()
        .filter(
            Q(walked_on__lt=walk.walked_on) | Q(walked_on=walk.walked_on, received_at__lte=walk.received_at)
        )
        .order_by("-walked_on", "-received_at")
        .values_list("pain_before", "pain_after")[:count]
    )
    return [None if before is None or after is None else after - before for before, after in reversed(rows)]


@dataclass(frozen=True)
class Progress:
    """Every seven days of a programme so far, in what the plan counts, and the pain of every walk in it.

    `current_week` counts them from the start; `plan_week` is the plan's own week, which repeats where it
    was not done (None after the end).
    """

    weeks: tuple[WeekVolume, ...]
    pain: tuple[PainPoint, ...]
    current_week: int
    plan_week: int | None
    counts: str = grading.MINUTES


def progress_of(*, plan: Plan) -> Progress:
    """What was walked against the plan in force each week; paused days are out of the plan."""
    programme = plan.programme
    walks = _walks_of(programme)
    diary = Diary(programme.starts_on, plan.course.planned_weeks(), pauses=plan.pauses)
    total = max(len(diary.weeks), 1)
    last = min(plan.on, programme.ended_on or plan.on)
    current = max(0, (last - programme.starts_on).days // 7) + 1
    shown = max(current, min(total, FEWEST_WEEKS))
    counts = plan.dose.counts
    a_week: dict[int, list[Walked]] = defaultdict(list)
    for walked_on, walked, _before, _after in walks:
        a_week[(walked_on - programme.starts_on).days // 7 + 1].append(walked)
    weeks = tuple(_week(diary, number, a_week[number], counts) for number in range(1, shown + 1))
    points = tuple(PainPoint(on, before, after) for on, _walked, before, after in walks)
    return Progress(weeks, points, current, None if plan.has_ended else plan.course.today.week, counts)


def _week(diary: Diary, number: int, walks: list[Walked], counts: str) -> WeekVolume:
    first = diary.started_on + timedelta(days=7 * (number - 1))
    planned = round(diary.planned_volume(first, counts))
    return WeekVolume(number, first, planned, together(walks).told(counts), len(walks))


def _walks_of(programme: Programme) -> list[tuple[date, Walked, int | None, int | None]]:
    rows = (
        Walk.objects.filter(clinic_id=programme.clinic_id, patient_id=programme.patient_id)
        .valid()
        .filter(walked_on__gte=programme.starts_on)
        .order_by("walked_on", "received_at")
    )
    if programme.ended_on:
        rows = rows.filter(walked_on__lte=programme.ended_on)
    columns = ("walked_on", "pain_before", "pain_after", *Walked._fields)
    return [
        (on, Walked(*amounts), before, after) for on, before, after, *amounts in rows.values_list(*columns)
    ]
