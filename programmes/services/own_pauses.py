"""A pause that the patient takes: ill or away, two weeks at most, and the next one with the team."""

from datetime import date, datetime, timedelta

from django.db import transaction

from clinic.models import User
from patients.services.in_care import require_in_care
from patients.services.restricted import require_unrestricted
from programmes.models import Flag, NotWalking, Pause, PauseReason, Programme, Reason
from programmes.services.overlays import SafetyIsOpen
from programmes.services.pausing import end_pause, save_pause
from programmes.services.prescribing import NotRunning

LONGEST = 14  # days, today among them [P]
APART = timedelta(days=28)  # from the last day of one to the first of the next [P]
REASONS = {Reason.ILLNESS.value: PauseReason.ILL, Reason.AWAY.value: PauseReason.AWAY}


class NeedsStaff(Exception):
    """The patient took a pause less than 28 days ago: the next one is made with the team."""


class NotForThis(Exception):
    """A pause is for being ill or away, begins on the day of the answer, and ends within 14 days."""


@transaction.atomic
def pause_own_plan(
    *, programme: Programme, gap: NotWalking, until_on: date, by: User, now: datetime
) -> Pause:
    """Rests reminders and adherence rules from today to `until_on`; pain and safety rules never rest.

    The reason keeps its one day: the pause alone tells of the others, and is what ends early.

    Raises NotForThis, NeedsStaff, OverlappingPause, NotRunning, SafetyIsOpen, CareHasEnded or
    ProcessingRestricted.
    """
    today = programme.patient.local_date(now)
    _require_offered(programme, today)
    if gap.reason not in REASONS or gap.from_on != today:
        raise NotForThis
    if not today < until_on < today + timedelta(days=LONGEST):
        raise NotForThis
    pause = Pause(
        clinic_id=programme.clinic_id,
        patient_id=programme.patient_id,
        programme=programme,
        from_on=today,
        until_on=until_on,
        reason=REASONS[gap.reason],
        by_patient=True,
        made_by=by,
    )
    save_pause(pause, programme, now)
    return pause


def _require_offered(programme: Programme, today: date) -> None:
    patient = programme.patient
    require_unrestricted(patient, today)
    require_in_care(patient, today)
    if not Programme.objects.of_patient(patient).running().filter(pk=programme.pk).exists():
        raise NotRunning
    if Flag.objects.open_safety(patient).exists():
        raise SafetyIsOpen
    own = Pause.objects.filter(clinic_id=programme.clinic_id, patient=patient, by_patient=True)
    if own.filter(until_on__gt=today - APART).exists():
        raise NeedsStaff


@transaction.atomic
def end_own_pause(*, programme: Programme, now: datetime) -> None:
    """The plan goes on today; a pause that began today is taken away. Raises NotPaused: no own pause."""
    today = programme.patient.local_date(now)
    own = Pause.objects.filter(clinic_id=programme.clinic_id, programme=programme, by_patient=True)
    end_pause(own, programme, today, now)
