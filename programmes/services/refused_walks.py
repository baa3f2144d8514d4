"""A walk that cannot be stored, from whose answers the team must hear all the same."""

import hashlib
from datetime import datetime
from uuid import UUID

from django.db import transaction

from clinic.models import OutboxMessage
from clinic.services.post import Letter
from programmes.clinical.diary import Finding
from programmes.clinical.safety import safety_finding
from programmes.models import Walk
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
    finding = safety_finding(answers.new_symptoms, answers.fall)
    if finding is None:
        return None
    key = _key(answers, form)
    if not (_said_before(answers, form) or OutboxMessage.objects.filter(key=key).exists()):
        raise_safety(answers=answers, duty_letter=duty_letter, key=key, now=now)
    return finding


def _key(answers: SafetyAnswers, form: UUID | None) -> str:
    """Of this form with these answers: a closed answer does not open again because a phone asks twice."""
    said = f"{form} {sorted(answers.new_symptoms)} {answers.fall}"
    return f"refused-walk:{answers.patient.pk}:{hashlib.sha256(said.encode()).hexdigest()[:32]}"


def _said_before(answers: SafetyAnswers, form: UUID | None) -> bool:
    patient = answers.patient
    if form is None:
        return False
    own = Walk.objects.filter(clinic_id=patient.clinic_id, patient=patient, client_uuid=form)
    return says_nothing_new(answers, map(answers_of, own))
