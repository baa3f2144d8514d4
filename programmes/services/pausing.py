"""Pausing a plan: staff hold it on some days for a reason, and end the pause early."""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from clinic.models import StaffMember
from clinic.permissions import require
from clinic.services.post import withdraw_reminders
from programmes.models import Pause, PauseReason, Programme
from programmes.services.nights import mark_changed
from programmes.services.prescribing import NotRunning


class OverlappingPause(Exception):
    """The programme is paused on some of these days already."""


class NotPaused(Exception):
    """No pause covers this day."""


@transaction.atomic
def pause_programme(
    *,
    programme: Programme,
    from_on: date,
    until_on: date,
    reason: PauseReason,
    by: StaffMember,
    now: datetime,
    note: str = "",
) -> Pause:
    """Rests reminders and adherence rules on these days; `note` says in a few words why.

    Raises NotRunning, OverlappingPause or NotAllowed.
    """
    require(by, "pause_programme")
    if not Programme.objects.for_clinic(by.clinic).running().filter(pk=programme.pk).exists():
        raise NotRunning
    pause = Pause(
        clinic=by.clinic,
        patient_id=programme.patient_id,
        programme=programme,
        from_on=from_on,
        until_on=until_on,
        reason=reason,
        note=note,
        made_by=by.user,
    )
    save_pause(pause, programme, now)
    return pause


@transaction.atomic
def resume_programme(*, programme: Programme, on: date, by: StaffMember, now: datetime) -> None:
    """Ends the pause that covers the day, so that the plan goes on with it.

    A pause that begins on that very day is taken away. Raises NotPaused or NotAllowed.
    """
    require(by, "pause_programme", clinic_id=programme.clinic_id)
    pauses = Pause.objects.for_clinic(by.clinic).filter(programme=programme)
    end_pause(pauses, programme, on, now)


def save_pause(pause: Pause, programme: Programme, now: datetime) -> None:
    """Writes the pause and has its nights reviewed anew. Raises OverlappingPause; the caller asks who may."""
    try:
        with transaction.atomic():
            pause.save(force_insert=True)
    except IntegrityError as error:
        if "programmes_pause_no_overlap" not in str(error):
            raise
        raise OverlappingPause from error
    if pause.from_on <= programme.patient.local_date(now) <= pause.until_on:
        withdraw_reminders(clinic_id=pause.clinic_id, patient_id=pause.patient_id)
    mark_changed(patient=programme.patient, earliest_on=pause.from_on, now=now)


def end_pause(pauses: QuerySet[Pause], programme: Programme, on: date, now: datetime) -> None:
    """Shortens the one of `pauses` that covers the day, or takes it away if it began then.

    Raises NotPaused; the caller asks who may.
    """
    covering = pauses.filter(from_on__lte=on, until_on__gte=on)
    shortened = covering.filter(from_on__lt=on).update(until_on=on - timedelta(days=1))
    removed, _tables = (0, {}) if shortened else covering.delete()
    if shortened + removed != 1:
        raise NotPaused
    mark_changed(patient=programme.patient, earliest_on=on, now=now)
