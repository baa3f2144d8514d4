"""SAFETY: raised in the transaction that stores the answer, never by a worker."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from clinic.models import MessageKind
from clinic.services.post import Letter, post_message, withdraw_reminders
from patients.models import Patient
from programmes.clinical.diary import Finding
from programmes.clinical.safety import FALLS, safety_finding
from programmes.models import Flag, Overlay, Programme, Walk
from programmes.services.courses import course_of_programme
from programmes.services.flagging import raise_flag
from programmes.services.promising import promise_a_look


@dataclass(frozen=True)
class Raised:
    """The new flag and the day promised to the patient; None where there is none."""

    flag: Flag | None = None
    looked_at_by: date | None = None


@dataclass(frozen=True)
class SafetyAnswers:
    """Where the answers stand: with a walk, or at the start of a flare-up plan (`walk` None)."""

    patient: Patient
    programme: Programme | None
    new_symptoms: tuple[str, ...]
    fall: str = "none"
    walk: Walk | None = None


def answers_of(walk: Walk) -> SafetyAnswers:
    """A walk's own."""
    return SafetyAnswers(
        walk.patient, walk.programme, tuple(walk.new_symptoms or ()), walk.fall or "none", walk
    )


def says_nothing_new(answers: SafetyAnswers, before: Iterable[SafetyAnswers]) -> bool:
    """No symptom and no worse fall than the answers before, which have raised what they said."""
    then = list(before)
    symptoms = {symptom for each in then for symptom in each.new_symptoms}
    worst = max((FALLS.index(each.fall) for each in then), default=0)
    return set(answers.new_symptoms) <= symptoms and FALLS.index(answers.fall) <= worst


def joined(known: Iterable[str], told: Iterable[str]) -> list[str]:
    """What an answer says together with one that came before: nothing that was told is lost."""
    return list(dict.fromkeys([*known, *told]))


def raise_safety(*, answers: SafetyAnswers, duty_letter: Letter, key: str, now: datetime) -> Raised:
    """Raises SAFETY if the answers ask for it, and writes to the clinic's duty address.

    `key` keeps the letter from going twice. While an earlier SAFETY flag is unresolved the answers join it,
    the letter goes all the same, and no new promise is made.
    """
    finding = safety_finding(answers.new_symptoms, answers.fall)
    return Raised() if finding is None else _raise(answers, finding, duty_letter, key, now)


@transaction.atomic
def _raise(answers: SafetyAnswers, finding: Finding, duty_letter: Letter, key: str, now: datetime) -> Raised:
    patient, clinic = answers.patient, answers.patient.clinic
    flag = raise_flag(
        patient=patient,
        programme=answers.programme,
        finding=finding,
        on=patient.local_date(now),
        now=now,
        walk=answers.walk,
    )
    post_message(
        kind=MessageKind.SAFETY_ALERT,
        key=key,
        to_address=clinic.duty_email,
        letter=duty_letter,
        now=now,
        clinic=clinic,
    )
    withdraw_reminders(clinic_id=clinic.pk, patient_id=patient.pk)
    _stop_flare_plan(answers, now)
    if flag is None:
        _join_open_flag(answers, now)
        return Raised()
    return Raised(flag, promise_a_look(patient=patient, now=now))


def _stop_flare_plan(answers: SafetyAnswers, now: datetime) -> None:
    """A flare-up plan began on the word that nothing of the list is new: a safety answer ends it.

    Its first day counts, so that closing the answer on that very day brings no full dose back.
    """
    patient, today = answers.patient, answers.patient.local_date(now)
    running = Programme.objects.of_patient(patient).running().filter(starts_on__lte=today).first()
    flare = course_of_programme(running, today).open_flare if running else None
    if flare is None:
        return
    over_on = max(today, flare.from_on + timedelta(days=1))
    open_ones = Overlay.objects.filter(clinic_id=patient.clinic_id, programme=running).open_flares()
    flag = Flag.objects.open_safety(patient).first()
    open_ones.filter(from_on=flare.from_on).update(over_on=over_on, flag=flag)


def _join_open_flag(answers: SafetyAnswers, now: datetime) -> None:
    """One look must show all answers: they stand in `latest` together; the evidence stays as it was.

    `joined_at` is when the newest came: a try to reach the patient before it does not answer it.
    """
    flag = Flag.objects.open_safety(answers.patient).select_for_update().first()
    if flag is None:
        return
    known = flag.latest or flag.evidence
    fall = max(known.get("fall", "none"), answers.fall, key=FALLS.index)
    together = safety_finding({*known.get("items", ()), *answers.new_symptoms}, fall)
    if together is not None:
        Flag.objects.filter(pk=flag.pk).update(latest=together.evidence | {"joined_at": now.isoformat()})
