"""Why there is no walk just now: kept at once, then asked how it is when the back is the reason."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from clinic.models import User
from clinic.services.post import Letter
from patients.models import Patient
from patients.services.restricted import require_unrestricted
from programmes.models import NotWalking, Programme, Reason
from programmes.services.safety_raising import SafetyAnswers, raise_safety
from programmes.services.walk_logging import AlreadyAnswered


@dataclass(frozen=True)
class WhyNot:
    """The reason for today."""

    client_uuid: UUID
    reason: Reason
    note: str = ""


@dataclass(frozen=True)
class HowItIs:
    """Pain now (None: not sure) and what is new of the safety list (empty: none of these)."""

    pain_now: int | None
    new_symptoms: tuple[str, ...]
    safety_text_version: str


@transaction.atomic
def tell_why_not(*, patient: Patient, why: WhyNot, by: User | None, now: datetime) -> NotWalking:
    """Keeps the reason for today; the same form again gives the same row. Raises ProcessingRestricted."""
    today = patient.local_date(now)
    require_unrestricted(patient, today)
    gap = NotWalking(
        clinic_id=patient.clinic_id,
        patient=patient,
        client_uuid=why.client_uuid,
        from_on=today,
        until_on=today,
        reason=why.reason,
        note=why.note,
        received_at=now,
        entered_by=by,
    )
    try:
        with transaction.atomic():
            gap.save(force_insert=True)
    except IntegrityError as error:
        if "programmes_notwalking_saved_once" not in str(error):
            raise
        own = NotWalking.objects.filter(clinic_id=patient.clinic_id, patient=patient)
        gap = own.get(client_uuid=why.client_uuid)
    return gap


@transaction.atomic
def answer_how_it_is(
    *, gap: NotWalking, programme: Programme | None, answers: HowItIs, duty_letter: Letter, now: datetime
) -> NotWalking:
    """Stores the pain and the safety answers; a ticked symptom raises SAFETY in this transaction.

    `gap.flag` is set if this very transaction raised it. Raises AlreadyAnswered.
    """
    own = NotWalking.objects.filter(clinic_id=gap.clinic_id, pk=gap.pk)
    answered = own.filter(new_symptoms=None).update(
        pain_now=answers.pain_now,
        pain_not_sure=answers.pain_now is None,
        new_symptoms=list(answers.new_symptoms),
        safety_text_version=answers.safety_text_version,
    )
    if answered != 1:
        raise AlreadyAnswered
    asked = SafetyAnswers(gap.patient, programme, answers.new_symptoms)
    raised = raise_safety(answers=asked, duty_letter=duty_letter, key=f"not-walking:{gap.pk}", now=now)
    if raised.flag:
        own.update(flag=raised.flag)
    gap.refresh_from_db()
    return gap
