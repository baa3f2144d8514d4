"""Why there is no walk just now: kept at once, then asked how it is when the back is the reason."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from clinic.models import User
from clinic.services.post import Letter, withdraw_reminders
from patients.models import Patient
from patients.services.restricted import require_unrestricted
from programmes.models import NotWalking, Programme, Reason
from programmes.services.safety_raising import SafetyAnswers, joined, raise_safety
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
    """Keeps the reason for today; the same form again gives the same row, with another reason one of its own.

    Raises ProcessingRestricted.
    """
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
        if (gap.reason, gap.note) != (why.reason, why.note):
            return tell_why_not(patient=patient, why=_under_its_own_key(why), by=by, now=now)
    withdraw_reminders(clinic_id=patient.clinic_id, patient_id=patient.pk)
    return gap


def _under_its_own_key(why: WhyNot) -> WhyNot:
    """Made from what was told, so that this, too, is saved once."""
    return replace(why, client_uuid=uuid5(why.client_uuid, f"{why.reason}:{why.note}"))


@transaction.atomic
def answer_how_it_is(
    *, gap: NotWalking, programme: Programme | None, answers: HowItIs, duty_letter: Letter, now: datetime
) -> NotWalking:
    """Stores the pain and the safety answers; a ticked symptom raises SAFETY in this transaction.

    `gap.flag` is set if this very transaction raised it. A second answer that ticks more is added to the
    first, and raised; raises AlreadyAnswered if it ticks nothing more.
    """
    own = NotWalking.objects.filter(clinic_id=gap.clinic_id, pk=gap.pk)
    answered = own.filter(new_symptoms=None).update(
        pain_now=answers.pain_now,
        pain_not_sure=answers.pain_now is None,
        new_symptoms=list(answers.new_symptoms),
        safety_text_version=answers.safety_text_version,
    )
    key = f"not-walking:{gap.pk}"
    if answered != 1:
        key = f"{key}:{_add_symptoms(own, answers.new_symptoms)}"
    asked = SafetyAnswers(gap.patient, programme, answers.new_symptoms)
    raised = raise_safety(answers=asked, duty_letter=duty_letter, key=key, now=now)
    if raised.flag:
        own.update(flag=raised.flag)
    gap.refresh_from_db()
    return gap


def _add_symptoms(own: QuerySet[NotWalking], told: tuple[str, ...]) -> int:
    """How many there are now: the list only grows, so that each answer has a letter of its own."""
    known = own.select_for_update().get().new_symptoms or []
    together = joined(known, told)
    if len(together) == len(known):
        raise AlreadyAnswered
    own.update(new_symptoms=together)
    return len(together)
