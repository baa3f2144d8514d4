"""A patient asks to be called: one open request at most, in the review queue once it is written."""

from datetime import datetime

from django.db import transaction

from patients.models import Patient
from patients.services.restricted import require_unrestricted
from programmes.clinical.diary import Finding
from programmes.models import Flag, FlagCode, ItemStatus, Programme, ReviewItem, Severity
from programmes.services.flagging import raise_flag, worsen_flag
from programmes.services.promising import promise_a_look

CAN_WAIT, CANNOT_WAIT = "amber-low", "amber-high"  # the patient's own word decides the place in the queue


def open_request(*, patient: Patient) -> Flag | None:
    """The request that waits, with its item."""
    asked = Flag.objects.unresolved().filter(clinic_id=patient.clinic_id, patient=patient)
    return asked.filter(code=FlagCode.CALL_ME).select_related("item").first()


@transaction.atomic
def ask_for_call(
    *, patient: Patient, programme: Programme | None, can_wait: bool, now: datetime
) -> Flag | None:
    """Writes the request into the patient's review item, wakes that from a snooze, and notes the working day
    by which somebody looks, if there is one.

    A request that waits becomes more urgent, never less; otherwise asking again changes nothing and gives
    None. Raises ProcessingRestricted.
    """
    today = patient.local_date(now)
    require_unrestricted(patient, today)
    evidence = {"can_wait": can_wait, "asked_on": today.isoformat()}
    finding = Finding(FlagCode.CALL_ME, CAN_WAIT if can_wait else CANNOT_WAIT, evidence)
    flag = raise_flag(patient=patient, programme=programme, finding=finding, on=today, now=now)
    if flag is None and not _more_urgent(patient, finding):
        return None
    _wake_and_promise(patient, now)
    return open_request(patient=patient)


def _more_urgent(patient: Patient, finding: Finding) -> bool:
    """Whether the request that waits became worse by this one."""
    waiting = open_request(patient=patient)
    if waiting is None or waiting.severity <= Severity.of_rule(finding.severity):
        return False
    worsen_flag(waiting, finding)
    return True


def _wake_and_promise(patient: Patient, now: datetime) -> None:
    """Somebody is told that the team looks: the item waits for it."""
    item = ReviewItem.objects.open().filter(clinic_id=patient.clinic_id, patient=patient)
    item.filter(status=ItemStatus.ON_HOLD).update(status=ItemStatus.REQUESTED, snoozed_until=None)
    promise_a_look(patient=patient, now=now)
