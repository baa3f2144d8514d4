"""A walk that cannot be stored, from whose answers the team must hear all the same."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from clinic.models import OutboxMessage
from clinic.services.post import Letter
from programmes.clinical.diary import Finding
from programmes.clinical.safety import safety_finding
from programmes.models import Walk
from programmes.services.catching_up import keys_of_days
from programmes.services.safety_raising import SafetyAnswers, answers_of, raise_safety, says_nothing_new


@transaction.atomic
def raise_refused(
    *, answers: SafetyAnswers, form: UUID | None, duty_letter: Letter, now: datetime
) -> Finding | None:
    """Raises SAFETY for what the answers of a refused form ask for, once, however often it is sent.

    `form` is its key, where it has one. Returns what was found, once the team has been told of it, here or
    before; None where nothing asks for SAFETY. Other answers under the same key are raised again, unless the
    walk that was stored under it said them.
    """
    return _raise_unless_saved(answers, [form] if form else [], form, duty_letter, now)


@transaction.atomic
def raise_refused_days(
    *, answers: SafetyAnswers, form: UUID | None, duty_letter: Letter, now: datetime
) -> Finding | None:
    """The same for a form that caught up some days, whose walks have keys made from its own."""
    keys = keys_of_days(form, answers.patient.local_date(now))
    return _raise_unless_saved(answers, keys, form, duty_letter, now)


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
