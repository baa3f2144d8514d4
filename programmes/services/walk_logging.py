"""Logging a walk: saved once whatever the network does, urgent answers raised in the same transaction."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from clinic.models import User
from clinic.services.post import Letter, withdraw_reminders
from patients.models import Patient
from patients.services.restricted import ProcessingRestricted
from programmes.clinical.amounts import Walked
from programmes.clinical.course import Course, Stretch
from programmes.clinical.safety import safety_finding
from programmes.models import Flag, Programme, Source, Walk
from programmes.services.courses import course_of_programme
from programmes.services.nights import mark_changed
from programmes.services.safety_raising import answers_of, joined, raise_safety, says_nothing_new
from programmes.services.severe_raising import raise_severe_pain

OLDEST_ENTRY = timedelta(days=14)  # older walks are recalled too badly to be logged by hand [P]


class DifferentEntry(Exception):
    """This form was saved before with other answers."""


class WalkInFuture(Exception):
    """The walk's date lies after today in the patient's time zone."""


class WalkTooOld(Exception):
    """More than 14 days ago."""


class AlreadyAnswered(Exception):
    """The safety list of this walk was answered before."""


@dataclass(frozen=True)
class WalkEntry:
    """The answers of one walk form: minutes, steps or metres at least. None and "" mean "not answered"."""

    client_uuid: UUID
    walked_on: date
    minutes: int | None = None
    outcome: str = "done"
    started_at_local: time | None = None
    bouts: int = 1
    distance_m: int | None = None
    steps: int | None = None
    intensity: str = ""
    effort: int | None = None
    pain_before: int | None = None
    pain_before_not_sure: bool = False
    pain_worst: int | None = None
    pain_after: int | None = None
    pain_after_not_sure: bool = False
    settled: str = ""
    flare: bool | None = None
    limb_problem: bool | None = None
    fall: str = ""
    new_symptoms: tuple[str, ...] | None = None
    safety_text_version: str = ""
    reason_short: str = ""
    confidence: int | None = None
    painkillers: str = ""
    note: str = ""
    source: Source = Source.PATIENT
    recalled: bool = False
    layout_version: int = 1

    @property
    def walked(self) -> Walked:
        """How much, in every unit that was told; one of them at least."""
        return Walked(self.minutes, self.steps, self.distance_m)

    def digest(self) -> str:
        """Tells a re-sent form from a changed one."""
        answers = json.dumps(asdict(self), default=str, sort_keys=True)
        return hashlib.sha256(answers.encode()).hexdigest()

    def columns(self) -> dict[str, object]:
        symptoms = None if self.new_symptoms is None else list(self.new_symptoms)
        return {**asdict(self), "new_symptoms": symptoms, "entry_digest": self.digest()}


@dataclass(frozen=True)
class Arrival:
    """One walk form, and the instant at which it reached us."""

    entry: WalkEntry
    at: datetime


@dataclass(frozen=True)
class Saved:
    """The walk as stored. `safety_flag` is set only if this very transaction raised it."""

    walk: Walk
    created: bool
    safety_flag: Flag | None = field(default=None)
    looked_at_by: date | None = None


@transaction.atomic
def log_walk(
    *,
    patient: Patient,
    programme: Programme | None,
    entry: WalkEntry,
    duty_letter: Letter,
    by: User | None,
    now: datetime,
    recorded_at: datetime | None = None,
    instead_of: Walk | None = None,
    course: Course | None = None,
) -> Saved:
    """Saves a walk, marks the patient for review, raises SAFETY and PAIN_SEVERE if the answers ask for it.

    The same form sent again gives the same walk (`created` False); with other answers it raises
    DifferentEntry. Raises WalkInFuture, WalkTooOld, or ProcessingRestricted (never for answers that ask for
    SAFETY: what reaches us is raised). `duty_letter` goes to the clinic's duty address,
    without names, if SAFETY is raised. A walk that stands `instead_of` another may keep its day however old,
    and raises what that one did not say. `course`: the programme's, of today, where a page has read it.
    """
    if instead_of is None or entry.walked_on != instead_of.walked_on:
        _require_date(entry, patient.local_date(now))
    _require_open(patient, entry, patient.local_date(now))
    today = max(entry.walked_on, patient.local_date(now))
    if programme is not None:
        course = course or course_of_programme(programme, today)
    walk = _walk(patient, programme, course, Arrival(entry, now), by)
    walk.recorded_at = recorded_at
    walk.corrects = instead_of and (instead_of.corrects or instead_of)
    if not _insert_once(walk):
        return Saved(walk=_same_walk(walk, entry), created=False)
    mark_changed(patient=patient, earliest_on=entry.walked_on, now=now)
    _no_reminder_after(walk)
    raise_severe_pain(walks=[walk], now=now)
    if instead_of and says_nothing_new(answers_of(walk), [answers_of(instead_of)]):
        return Saved(walk=walk, created=True)
    return _raise_safety(walk, duty_letter, now)


@transaction.atomic
def log_walks(
    *, programme: Programme, arrivals: Sequence[Arrival], duty_letter: Letter, by: User | None
) -> list[Saved]:
    """`log_walk` for many forms of one patient, in a few queries. Returns what was new, in order.

    All or nothing: raises as `log_walk` does, DifferentEntry with the date of the walk.
    """
    patient, course = programme.patient, _course_with(programme, arrivals)
    digests = _stored_digests(patient, arrivals)
    new: list[Walk] = []
    for arrival in arrivals:
        entry, digest = arrival.entry, arrival.entry.digest()
        _require_date(entry, patient.local_date(arrival.at))
        _require_open(patient, entry, patient.local_date(arrival.at))
        if entry.client_uuid not in digests:
            new.append(_walk(patient, programme, course, arrival, by))
        if digests.setdefault(entry.client_uuid, digest) != digest:
            raise DifferentEntry(entry.walked_on)
    Walk.objects.bulk_create(new)
    if new:
        earliest, newest = min(walk.walked_on for walk in new), max(walk.received_at for walk in new)
        mark_changed(patient=patient, earliest_on=earliest, now=newest)
        _no_reminder_after(max(new, key=lambda walk: walk.walked_on))
        raise_severe_pain(walks=new, now=newest)
    return [_raise_safety(walk, duty_letter, walk.received_at) for walk in new]


def _no_reminder_after(walk: Walk) -> None:
    """Who has walked today is not reminded of today's walk, also where the mail was written and waits."""
    if walk.walked_on == walk.patient.local_date(walk.received_at):
        withdraw_reminders(clinic_id=walk.clinic_id, patient_id=walk.patient_id)


def _stored_digests(patient: Patient, arrivals: Sequence[Arrival]) -> dict[UUID, str]:
    sent = [arrival.entry.client_uuid for arrival in arrivals]
    stored = Walk.objects.filter(clinic_id=patient.clinic_id, patient=patient, client_uuid__in=sent)
    return dict(stored.values_list("client_uuid", "entry_digest"))


def _walk(
    patient: Patient,
    programme: Programme | None,
    course: Course | None,
    arrival: Arrival,
    by: User | None,
) -> Walk:
    entry = arrival.entry
    target = _target(course if programme else None, entry.walked_on)
    return Walk(
        **entry.columns(),
        clinic_id=patient.clinic_id,
        patient=patient,
        programme=programme,
        time_zone=patient.zone.key,
        received_at=arrival.at,
        received_on=_received_on(patient, arrival),
        entered_by=by,
        target_revision_id=target.prescription.key if target else None,
        target_week=target.week if target else None,
        target_minutes=target.dose.minutes if target else None,
        target_steps=target.dose.steps if target else None,
        target_distance_m=target.dose.distance_m if target else None,
    )


def _received_on(patient: Patient, arrival: Arrival) -> date:
    """The clinic's date, because the clinic's nights judge it: west of the clinic a late evening's walk
    arrives on its next day. A diary came in as it was written, whenever it is imported."""
    walked_on = arrival.entry.walked_on
    if arrival.entry.source == Source.IMPORT:
        return walked_on
    return max(walked_on, arrival.at.astimezone(patient.clinic.zone).date())


def _require_date(entry: WalkEntry, today: date) -> None:
    if entry.walked_on > today:
        raise WalkInFuture
    if entry.source != Source.IMPORT and entry.walked_on < today - OLDEST_ENTRY:
        raise WalkTooOld


def _require_open(patient: Patient, entry: WalkEntry, today: date) -> None:
    """A restricted record takes no new walks, so that nobody believes that somebody watches."""
    if patient.is_restricted(today) and not asks_for_safety(entry):
        raise ProcessingRestricted


def asks_for_safety(entry: WalkEntry) -> bool:
    """Whether the answers raise SAFETY: such an entry is never refused."""
    return safety_finding(entry.new_symptoms or (), entry.fall or "none") is not None


def _course_with(programme: Programme, arrivals: Sequence[Arrival]) -> Course:
    """The course in which the walks that now arrive are walked: each day is asked by the days before it."""
    walks = [(arrival.entry.walked_on, arrival.entry.walked) for arrival in arrivals]
    newest = max((on for on, _walked in walks), default=programme.starts_on)
    return course_of_programme(programme, newest, more_walks=walks)


def _target(course: Course | None, day: date) -> Stretch | None:
    """What was in force on the day; None before the plan began."""
    if not course or day < course.stretches[0].from_on:
        return None
    return course.at(day)


def _insert_once(walk: Walk) -> bool:
    try:
        with transaction.atomic():
            walk.save(force_insert=True)
    except IntegrityError as error:
        if "programmes_walk_saved_once" not in str(error):
            raise
        return False
    return True


def _same_walk(walk: Walk, entry: WalkEntry) -> Walk:
    """The walk of this form. The outcome is reckoned from the plan, which rests once a symptom was told: an
    answer that was lost on the way and sent again may reckon it differently, and is the same answer."""
    stored = Walk.objects.get(
        clinic_id=walk.clinic_id, patient_id=walk.patient_id, client_uuid=walk.client_uuid
    )
    if replace(entry, outcome=stored.outcome).digest() != stored.entry_digest:
        raise DifferentEntry
    return stored


def _raise_safety(walk: Walk, duty_letter: Letter, now: datetime) -> Saved:
    raised = raise_safety(answers=answers_of(walk), duty_letter=duty_letter, key=f"safety:{walk.pk}", now=now)
    return Saved(walk=walk, created=True, safety_flag=raised.flag, looked_at_by=raised.looked_at_by)


@transaction.atomic
def answer_safety_list(
    *, walk: Walk, new_symptoms: tuple[str, ...], text_version: str, duty_letter: Letter, now: datetime
) -> Saved:
    """Stores the answers to the list that was asked after the walk; raises SAFETY as `log_walk` does.

    An empty tuple means "none of these". A second answer that ticks more is added to the first, and raised.
    Raises AlreadyAnswered if it ticks nothing more, and KeyError for an unknown item.
    """
    unanswered = Walk.objects.filter(clinic_id=walk.clinic_id, pk=walk.pk, new_symptoms=None)
    if unanswered.update(new_symptoms=list(new_symptoms), safety_text_version=text_version) != 1:
        return _add_to_list(walk, new_symptoms, duty_letter, now)
    walk.new_symptoms, walk.safety_text_version = list(new_symptoms), text_version
    if not new_symptoms:
        return Saved(walk=walk, created=False)  # a fall was dealt with when the walk was saved
    key = f"safety-list:{walk.pk}"
    raised = raise_safety(answers=answers_of(walk), duty_letter=duty_letter, key=key, now=now)
    return Saved(walk=walk, created=False, safety_flag=raised.flag, looked_at_by=raised.looked_at_by)


def _add_to_list(walk: Walk, new_symptoms: tuple[str, ...], duty_letter: Letter, now: datetime) -> Saved:
    own = Walk.objects.filter(clinic_id=walk.clinic_id, pk=walk.pk)
    known = own.select_for_update().get().new_symptoms or []
    walk.new_symptoms = joined(known, new_symptoms)
    if len(walk.new_symptoms) == len(known):
        raise AlreadyAnswered
    own.update(new_symptoms=walk.new_symptoms)
    key = f"safety-list:{walk.pk}:{len(walk.new_symptoms)}"  # the list only grows: each answer has its letter
    raised = raise_safety(answers=answers_of(walk), duty_letter=duty_letter, key=key, now=now)
    return Saved(walk=walk, created=False, safety_flag=raised.flag, looked_at_by=raised.looked_at_by)
