"""What patients choose for themselves: days and time to walk, reminders, and having read the safety page."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction

from clinic.services.post import withdraw_reminders
from clinic.tenancy import past_limits, with_rows_in
from patients.models import Patient
from patients.services.restricted import require_unrestricted
from programmes.clinical.reminding import FROM, UNTIL, Times, Wish, next_due
from programmes.models import ReminderWish, SetUp


class OutsideHours(Exception):
    """Reminders come between 8:00 and 20:00."""


def set_up_of(*, patient: Patient) -> SetUp | None:
    """The patient's choices so far; None before the first."""
    return SetUp.objects.for_clinic(patient.clinic).filter(patient=patient).first()


@transaction.atomic
def choose_days(*, patient: Patient, days: Iterable[int], at: time, now: datetime) -> SetUp:
    """The days (ISO: Monday is 1) and the time at which the patient wants to walk.

    Raises OutsideHours or ProcessingRestricted.
    """
    if not FROM <= at < UNTIL:
        raise OutsideHours
    return _change(patient, now, walking_days=sorted(set(days)), walks_at=at)


@transaction.atomic
def choose_reminders(*, patient: Patient, wish: ReminderWish, now: datetime) -> SetUp:
    """Whether and when reminders come. Raises ProcessingRestricted."""
    withdraw_reminders(clinic_id=patient.clinic_id, patient_id=patient.pk)
    return _change(patient, now, wish=wish)


@transaction.atomic
def note_before_start(*, patient: Patient, version: str, now: datetime) -> SetUp:
    """The patient ticked that this version of "before you start" was read. Raises ProcessingRestricted."""
    return _change(patient, now, before_version=version, before_read_at=now)


def _change(patient: Patient, now: datetime, **answers: Any) -> SetUp:
    require_unrestricted(patient, patient.local_date(now))
    SetUp.objects.bulk_create(
        [SetUp(clinic_id=patient.clinic_id, patient=patient, changed_at=now)], ignore_conflicts=True
    )
    chosen: SetUp = SetUp.objects.for_clinic(patient.clinic).select_for_update().get(patient=patient)
    for name, value in answers.items():
        setattr(chosen, name, value)
    chosen.changed_at = now
    chosen.next_due_at = due_after(chosen, patient, now)
    chosen.save()
    return chosen


def times_of(chosen: SetUp) -> Times | None:
    """The wish as the rule takes it; None while days or wish are not chosen."""
    if chosen.walking_days is None or chosen.walks_at is None or not chosen.wish:
        return None
    return Times(Wish(chosen.wish), frozenset(chosen.walking_days), chosen.walks_at)


def due_after(chosen: SetUp, patient: Patient, now: datetime) -> datetime | None:
    """When the next reminder falls due; None where none is wanted."""
    times = times_of(chosen)
    return None if times is None else next_due(times, after=now, zone=patient.zone)


@transaction.atomic
def stop_reminders(*, clinic_id: UUID, set_up_id: UUID, now: datetime) -> bool:
    """By the link in a reminder: no more of them. Returns whether there were any; nothing else is told."""
    with past_limits(), with_rows_in(clinic_id):  # whoever else is signed in in this browser
        wanted = SetUp.objects.filter(clinic_id=clinic_id, pk=set_up_id).exclude(wish=ReminderWish.NONE)
        chosen = wanted.first()
        if chosen is None:
            return False
        withdraw_reminders(clinic_id=clinic_id, patient_id=chosen.patient_id)
        return wanted.update(wish=ReminderWish.NONE, next_due_at=None, changed_at=now) == 1
