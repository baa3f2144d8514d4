"""Reads for the review: a constant number of queries makes the diaries that the rules judge."""

import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import F, Field, Func

from clinic.models import Clinic
from patients.models import PainSeries, Patient
from programmes.clinical.course import Course, Dose, Flare, Prescription, Repeat
from programmes.clinical.detection import KnownFlag
from programmes.clinical.diary import Answer, Diary, Report
from programmes.clinical.diary import Pause as PausedDays
from programmes.clinical.thresholds import DEFAULTS, Thresholds
from programmes.models import (
    Flag,
    Overlay,
    Pause,
    Programme,
    ProgrammeRevision,
    ProgrammeWeek,
    Severity,
    Source,
    Walk,
)
from programmes.models.programme import ProgrammeQuerySet
from programmes.models.walk import WalkQuerySet
from programmes.services.courses import SWITCHES, made_course, overlay_of, prescription_of
from programmes.services.judged_by import thresholds_of
from programmes.services.new_rules import nights_under_these_rules

OF_A_PATIENT = ("clinic_id", "reference", "pain_series")
OF_A_FLAG = (
    *("patient_id", "item_id", "code", "severity", "raised_on", "resolved_on", "condition_ended_on"),
    *("evidence", "latest"),
)
"""What the lifecycle reads of a stored flag."""
SECOND = Func(F("received_at"), template="extract(epoch FROM %(expressions)s)::float8", output_field=Field())
"""When a walk came in: the driver reads a timestamp slowly, and a plain field is not converted once more."""
REPORTED = (
    *("walked_on", "minutes", "pain_before", "pain_after"),
    *("received_on", "steps", "distance_m"),
)
"""The columns of a walk in the order of `Report`, which takes one of the two scores."""
ANSWERED = (
    *("recalled", "source", "pain_before", "pain_after", "pain_worst"),
    *("settled", "flare", "limb_problem", "fall"),
)
"""What a walk tells beside its amount, in the order of `Answer`."""


@dataclass(frozen=True)
class Subject:
    """One running programme as the review sees it: the diary as known that day, and the flags that matter."""

    programme: Programme
    course: Course
    reports: tuple[Report, ...]
    pauses: tuple[PausedDays, ...]
    flags: tuple[Flag, ...]
    answers: tuple[Answer, ...] = ()
    thresholds: Thresholds = DEFAULTS
    nights_under_these_rules: int | None = None  # none of them matters any more

    @cached_property
    def diary(self) -> Diary:
        """Made when it is asked for: rows that make no diary spoil one patient's review, not the night."""
        flare, on = self.course.open_flare, self.course.on
        return Diary(
            self._started_on,
            self.course.planned_weeks(),
            self.reports,
            tuple(pause for pause in self.pauses if pause.from_on <= on),
            flare.from_on if flare else None,
            self.answers,
            as_of=on,
        )

    @property
    def _started_on(self) -> date:
        """A programme that was assigned after its first day asks for walks from the assignment on."""
        assigned_at = self.programme.assigned_at
        if assigned_at is None:
            return self.programme.starts_on
        return max(self.programme.starts_on, assigned_at.astimezone(self.programme.clinic.zone).date())

    @property
    def known_flags(self) -> tuple[KnownFlag, ...]:
        return tuple(as_known(flag) for flag in self.flags)


@contextmanager
def without_looking_for_garbage() -> Iterator[None]:
    """What a night gathers lives until it is stored: looking for garbage among it again and again finds none.

    It took a third of the time. What is not used any more goes at once all the same; circles wait.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def subjects_of(*, clinic: Clinic, on: date, patients: Iterable[UUID] | None = None) -> list[Subject]:
    """Everybody in care, not restricted (or those of `patients`), with a running programme: to be judged."""
    programmes = _running_programmes(clinic, on, patients)
    ids = [programme.pk for programme in programmes]
    patient_ids = [programme.patient_id for programme in programmes]
    plans = _prescriptions(clinic, ids)
    reports = _reports(clinic, programmes, on)
    answers = _answers(clinic, patient_ids, on)
    pauses = _pauses(clinic, ids)
    overlays = _overlays(clinic, ids)
    flags = _flags(clinic, patient_ids, on)
    thresholds = thresholds_of(clinic=clinic, patients=patient_ids)
    nights = nights_under_these_rules(clinic=clinic, on=on)
    return [
        Subject(
            programme=programme,
            course=_course(
                plans[programme.pk],
                reports[programme.patient_id],
                pauses[programme.pk],
                overlays[programme.pk],
                on,
            ),
            reports=tuple(reports[programme.patient_id]),
            pauses=tuple(pauses[programme.pk]),
            flags=tuple(flags[programme.patient_id]),
            answers=tuple(answers[programme.patient_id]),
            thresholds=thresholds.of(programme.patient_id),
            nights_under_these_rules=nights,
        )
        for programme in programmes
    ]


def judged(*, clinic: Clinic, on: date) -> ProgrammeQuerySet:
    """The running programmes of everybody whose record is judged on that day."""
    patients = Patient.objects.for_clinic(clinic).judged_on(on)
    return Programme.objects.for_clinic(clinic).running().filter(patient__in=patients, starts_on__lte=on)


def as_known(flag: Flag) -> KnownFlag:
    """A stored flag, `with_is_held`, as the pure lifecycle reads it: held ones are closed by people only."""
    return KnownFlag(
        code=flag.code,
        raised_on=flag.raised_on,
        evidence=flag.latest or flag.evidence,
        claimed=flag.is_held,
        closed_on=flag.resolved_on,
        severity=Severity(flag.severity).rule_name,
        condition_met=flag.condition_ended_on is None,
    )


def _running_programmes(clinic: Clinic, on: date, patients: Iterable[UUID] | None) -> list[Programme]:
    found = (
        judged(clinic=clinic, on=on)
        .select_related("patient")
        .only("clinic_id", "starts_on", "assigned_at", *(f"patient__{name}" for name in OF_A_PATIENT))
        .order_by("patient_id")
    )
    rows = list(found if patients is None else found.with_keys("patient_id", patients))
    for programme in rows:
        programme.clinic = clinic
    return rows


def _prescriptions(clinic: Clinic, programme_ids: Sequence[UUID]) -> dict[UUID, list[Prescription]]:
    """The signed revisions of each programme, in the order of signing."""
    doses: dict[UUID, list[Sequence[Any]]] = defaultdict(list)
    rows = ProgrammeWeek.objects.for_clinic(clinic).with_keys("programme_id", programme_ids)
    for revision_id, *dose in rows.order_by("number").values_list("revision_id", *Dose._fields):
        doses[revision_id].append(dose)
    signed = ProgrammeRevision.objects.for_clinic(clinic).with_keys("programme_id", programme_ids).signed()
    signed = signed.only("programme_id", "in_force_from", "first_week", *SWITCHES)
    plans: dict[UUID, list[Prescription]] = defaultdict(list)
    for revision in signed:
        plans[revision.programme_id].append(prescription_of(revision, doses[revision.pk]))
    return plans


def _course(
    plans: Sequence[Prescription],
    reports: Sequence[Report],
    pauses: Sequence[PausedDays],
    overlays: Sequence[Repeat | Flare],
    on: date,
) -> Course:
    """What was really asked on each day, up to `on`."""
    walks = [(report.on, report.walked) for report in reports]
    return made_course(plans, walks=walks, pauses=pauses, overlays=overlays, on=on, ahead=False)


def _walks(clinic: Clinic, patient_ids: Sequence[UUID], on: date) -> WalkQuerySet:
    """Every valid walk of theirs, in the order of the diary.

    As known on `on`: a night made up for later judges the same.
    """
    walks = Walk.objects.for_clinic(clinic).with_keys("patient_id", patient_ids).valid()
    known = walks.filter(walked_on__lte=on, received_on__lte=on)
    return known.order_by("patient_id", "walked_on", "received_at", "id")


def _reports(clinic: Clinic, programmes: Sequence[Programme], on: date) -> dict[UUID, list[Report]]:
    """Each walk with the score that this patient's trend rules read."""
    after = {each.patient_id for each in programmes if each.patient.pain_series == PainSeries.AFTER}
    reports: dict[UUID, list[Report]] = defaultdict(list)
    walks = _walks(clinic, [each.patient_id for each in programmes], on)
    for patient_id, day, minutes, before, told_after, *rest in walks.values_list("patient_id", *REPORTED):
        reports[patient_id].append(Report(day, minutes, told_after if patient_id in after else before, *rest))
    return reports


def _answers(clinic: Clinic, patient_ids: Sequence[UUID], on: date) -> dict[UUID, list[Answer]]:
    """What was told beside the amount, in the weeks that the rules for single walks read."""
    answers: dict[UUID, list[Answer]] = defaultdict(list)
    walks = _walks(clinic, patient_ids, on).filter(walked_on__gte=on - timedelta(DEFAULTS.answers.window))
    rows = walks.annotate(second=SECOND).values_list(
        "patient_id", "walked_on", "received_on", "second", *ANSWERED
    )
    for patient_id, *told in rows:
        answers[patient_id].append(answer_of(*told))
    return answers


def answer_of(on: date, received_on: date, second: float, recalled: bool, source: str, *told: Any) -> Answer:
    """What a walk tells beside its amount; `second` is when it came in, `told` the rest of ANSWERED."""
    return Answer(on, received_on, second / 60, recalled, source == Source.PATIENT, *told)


def _pauses(clinic: Clinic, programme_ids: Sequence[UUID]) -> dict[UUID, list[PausedDays]]:
    rows = Pause.objects.for_clinic(clinic).with_keys("programme_id", programme_ids).order_by("from_on")
    pauses: dict[UUID, list[PausedDays]] = defaultdict(list)
    for programme_id, from_on, until_on in rows.values_list("programme_id", "from_on", "until_on"):
        pauses[programme_id].append(PausedDays(from_on, until_on))
    return pauses


def _overlays(clinic: Clinic, programme_ids: Sequence[UUID]) -> dict[UUID, list[Repeat | Flare]]:
    rows = Overlay.objects.for_clinic(clinic).with_keys("programme_id", programme_ids).that_count()
    overlays: dict[UUID, list[Repeat | Flare]] = defaultdict(list)
    for programme_id, *pressed in rows.values_list("programme_id", "kind", "from_on", "over_on", "flag_id"):
        overlays[programme_id].append(overlay_of(*pressed))
    return overlays


def _flags(clinic: Clinic, patient_ids: Sequence[UUID], on: date) -> dict[UUID, list[Flag]]:
    rows = (
        Flag.objects.for_clinic(clinic)
        .with_keys("patient_id", patient_ids)
        .that_matter_on(on, cool_off_days=DEFAULTS.lifecycle.cool_off_lasting)
        .with_is_held()
        .only(*OF_A_FLAG)
        .order_by("code", "raised_on")
    )
    flags: dict[UUID, list[Flag]] = defaultdict(list)
    for flag in rows:
        flags[flag.patient_id].append(flag)
    return flags
