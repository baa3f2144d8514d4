"""A walk that cannot be stored: the team hears of its safety answers all the same, and that it was tried."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

import structlog
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from uuid_utils.compat import uuid7

from clinic.models import OutboxMessage
from clinic.services.post import Letter
from patients.models import Patient
from programmes.clinical.diary import Finding
from programmes.clinical.safety import safety_finding
from programmes.clinical.silence import Refused
from programmes.models import RefusedForm, Walk
from programmes.services.catching_up import keys_of_days
from programmes.services.safety_raising import SafetyAnswers, answers_of, raise_safety, says_nothing_new

log = structlog.stdlib.get_logger(__name__)


@transaction.atomic
def raise_refused(
    *, answers: SafetyAnswers, form: UUID | None, duty_letter: Letter, now: datetime, is_error: bool
) -> Finding | None:
    """Raises SAFETY for what the answers of a refused form ask for, once, however often it is sent.

    `form` is its key, where it has one. `is_error`: the form itself was refused, which is counted; not where
    its person is only asked whether it is another walk. Returns what was found, once the team has been told
    of it, here or before; None where nothing asks for SAFETY. Other answers under the same key are raised
    again, unless the walk that was stored under it said them.
    """
    finding = _raise_unless_saved(answers, [form] if form else [], form, duty_letter, now)
    if is_error:
        _count_if_possible(answers.patient, now)
    return finding


@transaction.atomic
def raise_refused_days(
    *, answers: SafetyAnswers, form: UUID | None, duty_letter: Letter, now: datetime
) -> Finding | None:
    """The same for a form that caught up some days, whose walks have keys made from its own."""
    keys = keys_of_days(form, answers.patient.local_date(now))
    finding = _raise_unless_saved(answers, keys, form, duty_letter, now)
    _count_if_possible(answers.patient, now)
    return finding


@transaction.atomic
def raise_refused_change(
    *, answers: SafetyAnswers, form: UUID | None, duty_letter: Letter, now: datetime
) -> Finding | None:
    """The same for a change of `answers.walk`: None also where its versions have said all of it."""
    finding = safety_finding(answers.new_symptoms, answers.fall)
    if finding is None or says_nothing_new(answers, map(answers_of, _versions(answers))):
        return None
    _raise_once(answers, form, duty_letter, now)
    return finding


@transaction.atomic
def count_refused_form(*, patient: Patient, now: datetime) -> None:
    """One more refused form on the patient's day; no word of what was typed. Nothing for a restricted record.

    A walk that came in meanwhile puts right what was refused before it: counting begins anew. One statement:
    two at once are two, and no row that saving a walk needs is held.
    """
    today = patient.local_date(now)
    if patient.is_restricted(today):
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO programmes_refusedform AS known (id, clinic_id, patient_id, "on", times, last_at)
            VALUES (%s, %s, %s, %s, 1, %s)
            ON CONFLICT (patient_id, "on") DO UPDATE
            SET times = CASE WHEN EXISTS (
                    SELECT FROM programmes_walk walk
                     WHERE walk.clinic_id = known.clinic_id AND walk.patient_id = known.patient_id
                       AND walk.corrects_id IS NULL AND walk.received_at >= known.last_at
                ) THEN 1 ELSE known.times + 1 END,
                last_at = greatest(known.last_at, excluded.last_at)
            """,
            [uuid7(), patient.clinic_id, patient.pk, today, now],
        )


def refused_since_the_last_walk(*, patient: Patient, since: date) -> Refused | None:
    """The days from `since` on with refused forms after which no walk came in; None without any."""
    forms = RefusedForm.objects.for_clinic(patient.clinic).of_patient(patient).since(since)
    days = list(forms.with_no_walk_since().order_by("on"))
    if not days:
        return None
    return Refused(days=len(days), times=sum(day.times for day in days), last_on=days[-1].on)


def _count_if_possible(patient: Patient, now: datetime) -> None:
    """The answer to the patient goes before the count: where that fails, the form is shown all the same."""
    try:
        count_refused_form(patient=patient, now=now)
    except DatabaseError:
        log.exception("refused-form-not-counted", clinic_id=patient.clinic_id, patient_id=patient.pk)


def _raise_unless_saved(
    answers: SafetyAnswers, keys: Iterable[UUID], form: UUID | None, duty_letter: Letter, now: datetime
) -> Finding | None:
    """`keys` are those of the walks that the form may have saved."""
    finding = safety_finding(answers.new_symptoms, answers.fall)
    if finding is not None and not _said_before(answers, keys):
        _raise_once(answers, form, duty_letter, now)
    return finding


def _raise_once(answers: SafetyAnswers, form: UUID | None, duty_letter: Letter, now: datetime) -> None:
    key = _key(answers, form)
    if not OutboxMessage.objects.filter(key=key).exists():
        raise_safety(answers=answers, duty_letter=duty_letter, key=key, now=now)


def _key(answers: SafetyAnswers, form: UUID | None) -> str:
    """Of this form with these answers: a closed answer does not open again because a phone asks twice."""
    said = f"{form} {sorted(answers.new_symptoms)} {answers.fall}"
    return f"refused-walk:{answers.patient.pk}:{hashlib.sha256(said.encode()).hexdigest()[:32]}"


def _said_before(answers: SafetyAnswers, keys: Iterable[UUID]) -> bool:
    """By the walks that this form has saved."""
    patient = answers.patient
    own = Walk.objects.filter(clinic_id=patient.clinic_id, patient=patient, client_uuid__in=list(keys))
    return says_nothing_new(answers, map(answers_of, own))


def _versions(answers: SafetyAnswers) -> Iterable[Walk]:
    walk, patient = answers.walk, answers.patient
    first = walk and (walk.corrects_id or walk.pk)
    own = Walk.objects.filter(clinic_id=patient.clinic_id, patient=patient)
    versions: Iterable[Walk] = own.filter(Q(pk=first) | Q(corrects=first))
    return versions
