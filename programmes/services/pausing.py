"""Pausing a plan: staff hold it on some days for a reason, and end the pause early."""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from clinic.models import StaffMember
from clinic.permissions import require
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
    try:
        with transaction.atomic():
            pause = Pause.objects.create(
                clinic=by.clinic,
                patient_id=programme.patient_id,
                programme=programme,
                from_on=from_on,
                until_on=until_on,
                reason=reason,
                note=note,
                made_by=by.user,
            )
    except IntegrityError as error:
        if "programmes_pause_no_overlap" not in str(error):
            raise
        raise OverlappingPause from error
    mark_changed(patient=programme.patient, earliest_on=from_on, now=now)
    return pause


@transaction.atomic
def resume_programme(*, programme: Programme, on: date, by: StaffMember, now: datetime) -> None:
    """Ends the pause that covers the day, so that the plan goes on with it.

    A pause that begins on that very day is taken away. Raises NotPaused or NotAllowed.
    """
    require(by, "pause_programme", clinic_id=programme.clinic_id)
    pauses = Pause.objects.for_clinic(by.clinic).filter(programme=programme, until_on__gte=on)
    shortened = pauses.filter(from_on__lt=on).update(until_on=on - timedelta(days=1))
    removed, _tables = (0, {}) if shortened else pauses.filter(from_on=on).delete()
    if shortened + removed != 1:
        raise NotPaused
    mark_changed(patient=programme.patient, earliest_on=on, now=now)
