"""What patients press: this week again, and the flare-up plan. Staff may press the second for them.

A press is one row; what it asks of each day says the course (`programmes.services.courses`, ADR 0038).
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from uuid_utils.compat import uuid7

from clinic.models import StaffMember, User
from clinic.permissions import require
from clinic.services.post import Letter
from patients.services.in_care import require_in_care
from patients.services.restricted import require_unrestricted
from programmes.clinical.course import Course, Flare
from programmes.models import Flag, Overlay, OverlayKind, Programme, Source
from programmes.services.courses import course_of_programme
from programmes.services.nights import mark_changed
from programmes.services.prescribing import NotRunning
from programmes.services.safety_raising import SafetyAnswers, raise_safety

# What the database allows once: a form, a repeat of a week, an open flare-up plan, a flare-up plan on a day.
ONCE = (
    "programmes_overlay_pressed_once",
    "programmes_overlay_week_once",
    "programmes_overlay_one_open_flare",
    "programmes_overlay_flares_apart",
)


class NotOffered(Exception):
    """The signed plan does not allow this today."""


class AlreadyPressed(Exception):
    """This week is asked for again already, or a flare-up plan runs."""


class SafetyIsOpen(Exception):
    """A safety answer waits for a clinician: nothing eases or repeats before that."""


class NothingAsked(Exception):
    """Nobody asked for this week again, or it was taken back already."""


class NoFlarePlan(Exception):
    """There is no flare-up plan to end."""


@dataclass(frozen=True)
class FlareAnswers:
    """What is asked before a flare-up plan begins. Pain None: not sure; no symptoms: none of these."""

    client_uuid: UUID
    pain_now: int | None
    new_symptoms: tuple[str, ...]
    safety_text_version: str


@dataclass(frozen=True)
class Press:
    """Whose hand it was: the patient's own, or staff's for the patient with a reason."""

    by: User | None
    source: Source = Source.PATIENT
    reason: str = ""


@transaction.atomic
def repeat_this_week(*, programme: Programme, client_uuid: UUID, by: User | None, now: datetime) -> Overlay:
    """The patient asks for this week once more; the same form sent again gives the same row.

    Raises AlreadyPressed, NotOffered, SafetyIsOpen, NotRunning, CareHasEnded or ProcessingRestricted.
    """
    if stored := _stored(programme, client_uuid):
        return stored
    today = programme.patient.local_date(now)
    course = _open_course(programme, today)
    if course.is_asked_again:
        raise AlreadyPressed
    if not course.may_repeat:
        raise NotOffered
    overlay = _overlay(programme, course, OverlayKind.REPEAT, client_uuid, Press(by), now)
    overlay.week_from_on = course.today.from_on
    return _saved(overlay, now)


@transaction.atomic
def take_back_repeat(*, programme: Programme, by: User | None, now: datetime) -> None:
    """The week that was asked for again does not come again: possible until it is over. Raises NothingAsked.

    The row stays, over on the day it was pressed, with who took it back and when.
    """
    today = programme.patient.local_date(now)
    course = course_of_programme(programme, today)
    if not course.is_asked_again:
        raise NothingAsked
    pressed = Overlay.objects.filter(clinic_id=programme.clinic_id, programme=programme).open_repeats()
    this_week = pressed.filter(from_on__range=(course.today.from_on, today))
    if not this_week.update(over_on=F("from_on"), **_who_ends(by, now)):
        raise NothingAsked
    mark_changed(patient=programme.patient, earliest_on=today, now=now)


def _who_ends(by: User | None, now: datetime) -> dict[str, object]:
    return {} if by is None else {"ended_by": by, "ended_at": now}


@transaction.atomic
def start_flare_plan(
    *, programme: Programme, answers: FlareAnswers, duty_letter: Letter, by: User | None, now: datetime
) -> Overlay:
    """The patient takes up the flare-up plan, or, where the safety list asks for help, gets that instead.

    A ticked symptom raises SAFETY in this transaction, whatever else is the case, and no plan begins: then
    the row is over on its first day, and its `flag` is set if this very transaction raised it. The same form
    sent again gives the same row. Raises AlreadyPressed, NotOffered, SafetyIsOpen, NotRunning,
    CareHasEnded or ProcessingRestricted.
    """
    return _start(programme, answers, duty_letter, Press(by), now)


@transaction.atomic
def start_flare_plan_for(
    *,
    programme: Programme,
    answers: FlareAnswers,
    reason: str,
    duty_letter: Letter,
    by: StaffMember,
    now: datetime,
) -> Overlay:
    """`start_flare_plan` by a clinician who has asked the patient. Raises NotAllowed as well."""
    require(by, "prescribe", clinic_id=programme.clinic_id)
    return _start(programme, answers, duty_letter, Press(by.user, Source.STAFF, reason), now)


def _start(
    programme: Programme, answers: FlareAnswers, duty_letter: Letter, press: Press, now: datetime
) -> Overlay:
    stored = _stored(programme, answers.client_uuid)
    if stored and _says_the_same(stored, answers):
        return stored
    key = uuid7() if stored else answers.client_uuid  # other answers under an old key: a press of its own
    today = programme.patient.local_date(now)
    if answers.new_symptoms:
        course = course_of_programme(programme, today)
        overlay = _asked(_overlay(programme, course, OverlayKind.FLARE, key, press, now), answers)
        return _stopped(overlay, duty_letter, now)
    course = _open_course(programme, today)
    if course.open_flare:
        raise AlreadyPressed
    if not course.may_ease:
        raise NotOffered
    _close_what_walking_ended(programme, course)
    return _saved(_asked(_overlay(programme, course, OverlayKind.FLARE, key, press, now), answers), now)


def _stopped(overlay: Overlay, duty_letter: Letter, now: datetime) -> Overlay:
    """A red flag routes: the answers are kept, the team is told, no flare-up plan begins."""
    overlay.over_on = overlay.from_on
    _saved(overlay, now)
    asked = SafetyAnswers(overlay.patient, overlay.programme, tuple(overlay.new_symptoms or ()))
    raised = raise_safety(answers=asked, duty_letter=duty_letter, key=f"flare-up:{overlay.pk}", now=now)
    overlay.flag = raised.flag
    overlay.save(update_fields=["flag"])
    return overlay


@transaction.atomic
def end_flare_plan(*, programme: Programme, by: User | None, now: datetime) -> None:
    """The patient says that the flare-up is over; on its first day the plan is taken back.

    Raises NoFlarePlan.
    """
    _end(programme, by, now)


@transaction.atomic
def end_flare_plan_for(*, programme: Programme, by: StaffMember, now: datetime) -> None:
    """`end_flare_plan` by a clinician. Raises NotAllowed as well."""
    require(by, "prescribe", clinic_id=programme.clinic_id)
    _end(programme, by.user, now)


def _end(programme: Programme, by: User | None, now: datetime) -> None:
    today = programme.patient.local_date(now)
    open_ones = Overlay.objects.filter(clinic_id=programme.clinic_id, programme=programme).open_flares()
    who = {} if by is None else {"ended_by": by, "ended_at": now}
    if open_ones.update(over_on=Greatest(F("from_on"), Value(today)), **who) != 1:
        raise NoFlarePlan
    mark_changed(patient=programme.patient, earliest_on=today, now=now)


def _open_course(programme: Programme, today: date) -> Course:
    """The course of a plan that runs, of a record in use, while no safety answer waits."""
    patient = programme.patient
    require_in_care(patient, today)
    require_unrestricted(patient, today)
    if not Programme.objects.of_patient(patient).running().filter(pk=programme.pk).exists():
        raise NotRunning
    if Flag.objects.open_safety(patient).exists():
        raise SafetyIsOpen
    return course_of_programme(programme, today)


def _close_what_walking_ended(programme: Programme, course: Course) -> None:
    """A flare-up plan that nobody called over, although the plan has gone on since: it ended then."""
    open_ones = Overlay.objects.filter(clinic_id=programme.clinic_id, programme=programme).open_flares()
    for overlay in open_ones:
        open_ones.filter(pk=overlay.pk).update(over_on=course.back_on(Flare(overlay.from_on)))


def _stored(programme: Programme, client_uuid: UUID) -> Overlay | None:
    pressed = Overlay.objects.filter(clinic_id=programme.clinic_id, patient=programme.patient)
    return pressed.filter(client_uuid=client_uuid).first()


def _says_the_same(stored: Overlay, answers: FlareAnswers) -> bool:
    return (stored.pain_now, stored.new_symptoms) == (answers.pain_now, list(answers.new_symptoms))


def _overlay(
    programme: Programme, course: Course, kind: OverlayKind, key: UUID, press: Press, now: datetime
) -> Overlay:
    return Overlay(
        clinic_id=programme.clinic_id,
        patient=programme.patient,
        programme=programme,
        revision_id=course.today.prescription.key,  # type: ignore[misc]  # made from a row: it has one
        kind=kind,
        client_uuid=key,
        from_on=course.on,
        source=press.source,
        reason=press.reason,
        made_by=press.by,
        made_at=now,
    )


def _asked(overlay: Overlay, answers: FlareAnswers) -> Overlay:
    overlay.pain_now, overlay.pain_not_sure = answers.pain_now, answers.pain_now is None
    overlay.new_symptoms = list(answers.new_symptoms)
    overlay.safety_text_version = answers.safety_text_version
    return overlay


def _saved(overlay: Overlay, now: datetime) -> Overlay:
    """Stored once: of two presses at the same moment the database keeps one."""
    try:
        with transaction.atomic():
            overlay.save(force_insert=True)
    except IntegrityError as error:
        if not any(name in str(error) for name in ONCE):
            raise
        raise AlreadyPressed from error
    mark_changed(patient=overlay.patient, earliest_on=overlay.from_on, now=now)
    return overlay
