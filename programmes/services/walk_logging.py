"""Logging a walk: saved once whatever the network does, urgent answers raised in the same transaction."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from clinic.models import MessageKind, User
from clinic.services import Letter, next_duty_day, post_message
from patients.models import Patient
from programmes.clinical.safety import safety_finding
from programmes.models import Flag, Programme, ProgrammeRevision, ProgrammeWeek, ReviewItem, Source, Walk
from programmes.services.flagging import raise_flag
from programmes.services.nights import mark_changed

OLDEST_ENTRY = timedelta(days=14)  # older walks are recalled too badly to be logged by hand [P]


class DifferentEntry(Exception):
    """This form was saved before with other answers."""


class WalkInFuture(Exception):
    """The walk's date lies after today in the patient's time zone."""


class WalkTooOld(Exception):
    """More than 14 days ago."""


@dataclass(frozen=True)
class WalkEntry:
    """The answers of one walk form. None and "" mean "not answered", never zero."""

    client_uuid: UUID
    walked_on: date
    minutes: int
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

    def digest(self) -> str:
        """Tells a re-sent form from a changed one."""
        answers = json.dumps(asdict(self), default=str, sort_keys=True)
        return hashlib.sha256(answers.encode()).hexdigest()

    def columns(self) -> dict[str, object]:
        symptoms = None if self.new_symptoms is None else list(self.new_symptoms)
        return {**asdict(self), "new_symptoms": symptoms, "entry_digest": self.digest()}


@dataclass(frozen=True)
class Target:
    """What the plan in force asked for on a day."""

    revision: ProgrammeRevision
    week: ProgrammeWeek


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
) -> Saved:
    """Saves a walk, marks the patient for review, and raises SAFETY if the answers ask for it.

    The same form sent again gives the same walk (`created` False); with other answers it raises
    DifferentEntry. Raises WalkInFuture or WalkTooOld. `duty_letter` goes to the clinic's duty address,
    without names, if SAFETY is raised.
    """
    today = patient.local_date(now)
    _require_date(entry, today)
    target = None if programme is None else target_on(programme=programme, day=entry.walked_on)
    walk = Walk(
        **entry.columns(),
        clinic_id=patient.clinic_id,
        patient=patient,
        programme=programme,
        time_zone=patient.zone.key,
        recorded_at=recorded_at,
        received_at=now,
        received_on=entry.walked_on if entry.source == Source.IMPORT else today,
        entered_by=by,
        target_revision=target.revision if target else None,
        target_week=target.week.number if target else None,
        target_minutes=target.week.minutes if target else None,
    )
    if not _insert_once(walk):
        return Saved(walk=_same_walk(walk), created=False)
    mark_changed(patient=patient, earliest_on=entry.walked_on, now=now)
    return _raise_safety(walk, programme, duty_letter, today, now)


def _require_date(entry: WalkEntry, today: date) -> None:
    if entry.walked_on > today:
        raise WalkInFuture
    if entry.source != Source.IMPORT and entry.walked_on < today - OLDEST_ENTRY:
        raise WalkTooOld


def target_on(*, programme: Programme, day: date) -> Target | None:
    """The dose in force on `day`: the governing revision's week, its last one after the end."""
    weeks = (
        ProgrammeWeek.objects.filter(
            clinic_id=programme.clinic_id,
            programme=programme,
            revision__signed_at__isnull=False,
            revision__in_force_from__lte=day,
        )
        .select_related("revision")
        .order_by("-revision__in_force_from", "-revision__number", "number")
    )
    found = list(weeks)
    governing = [week for week in found if week.revision_id == found[0].revision_id]
    if not governing:
        return None
    revision = governing[0].revision
    number = min(revision.week_number_on(day), governing[-1].number)
    return Target(revision, next(week for week in governing if week.number == number))


def _insert_once(walk: Walk) -> bool:
    try:
        with transaction.atomic():
            walk.save(force_insert=True)
    except IntegrityError as error:
        if "programmes_walk_saved_once" not in str(error):
            raise
        return False
    return True


def _same_walk(walk: Walk) -> Walk:
    stored = Walk.objects.get(
        clinic_id=walk.clinic_id, patient_id=walk.patient_id, client_uuid=walk.client_uuid
    )
    if stored.entry_digest != walk.entry_digest:
        raise DifferentEntry
    return stored


def _raise_safety(
    walk: Walk, programme: Programme | None, duty_letter: Letter, today: date, now: datetime
) -> Saved:
    finding = safety_finding(walk.new_symptoms or (), walk.fall or "none")
    if finding is None:
        return Saved(walk=walk, created=True)
    patient = walk.patient
    flag = raise_flag(patient=patient, programme=programme, finding=finding, on=today, now=now, walk=walk)
    post_message(
        kind=MessageKind.SAFETY_ALERT,
        key=f"safety:{walk.pk}",
        to_address=patient.clinic.duty_email,
        letter=duty_letter,
        now=now,
        clinic=patient.clinic,
    )
    promised = next_duty_day(clinic=patient.clinic, now=now) if flag else None
    if flag and promised:
        ReviewItem.objects.filter(pk=flag.item_id).update(promised_for=promised)
    return Saved(walk=walk, created=True, safety_flag=flag, looked_at_by=promised)
