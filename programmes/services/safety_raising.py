"""SAFETY: raised in the transaction that stores the answer, never by a worker."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from clinic.models import MessageKind
from clinic.services.duty import next_duty_day
from clinic.services.post import Letter, post_message
from programmes.clinical.diary import Finding
from programmes.clinical.safety import FALLS, safety_finding
from programmes.models import Flag, FlagCode, ReviewItem, Walk
from programmes.services.flagging import raise_flag


@dataclass(frozen=True)
class Raised:
    """The new flag and the day promised to the patient; None where there is none."""

    flag: Flag | None = None
    looked_at_by: date | None = None


def raise_safety(*, walk: Walk, duty_letter: Letter, key: str, now: datetime) -> Raised:
    """Raises SAFETY if this walk's answers ask for it, and writes to the clinic's duty address.

    `key` keeps the letter from going twice. While an earlier SAFETY flag is unresolved the answers join it,
    the letter goes all the same, and no new promise is made.
    """
    finding = safety_finding(walk.new_symptoms or (), walk.fall or "none")
    return Raised() if finding is None else _raise(walk, finding, duty_letter, key, now)


@transaction.atomic
def _raise(walk: Walk, finding: Finding, duty_letter: Letter, key: str, now: datetime) -> Raised:
    patient, clinic = walk.patient, walk.patient.clinic
    on = patient.local_date(now)
    flag = raise_flag(patient=patient, programme=walk.programme, finding=finding, on=on, now=now, walk=walk)
    post_message(
        kind=MessageKind.SAFETY_ALERT,
        key=key,
        to_address=clinic.duty_email,
        letter=duty_letter,
        now=now,
        clinic=clinic,
    )
    if flag is None:
        _join_open_flag(walk)
        return Raised()
    promised = next_duty_day(clinic=clinic, now=now)
    if promised:
        ReviewItem.objects.filter(pk=flag.item_id).update(promised_for=promised)
    return Raised(flag, promised)


def _join_open_flag(walk: Walk) -> None:
    """One look must show all answers: they stand in `latest` together; the evidence stays as it was."""
    flags = Flag.objects.filter(clinic_id=walk.clinic_id, patient_id=walk.patient_id, code=FlagCode.SAFETY)
    flag = flags.unresolved().select_for_update().first()
    if flag is None:
        return
    known = flag.latest or flag.evidence
    fall = max(known.get("fall", "none"), walk.fall or "none", key=FALLS.index)
    together = safety_finding({*known.get("items", ()), *(walk.new_symptoms or ())}, fall)
    if together is not None:
        Flag.objects.filter(pk=flag.pk).update(latest=together.evidence)
