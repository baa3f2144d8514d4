"""Catching up: the walks of the last seven days in one form, each marked as recalled."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction

from clinic.models import User
from clinic.services.post import Letter
from patients.models import Patient
from programmes.models import Programme
from programmes.services.walk_logging import Saved, WalkEntry, asks_for_safety, log_walk

DAYS = 7  # today and the six before: later than that pain is a memory (`late_days`)


@transaction.atomic
def catch_up(
    *,
    patient: Patient,
    programme: Programme | None,
    entries: Sequence[WalkEntry],
    duty_letter: Letter,
    by: User | None,
    now: datetime,
) -> list[Saved]:
    """Saves all of them or none, one for a day, in the order of their days. Returns them in that order.

    The form has one key, and each day its own made from that: the same form again saves nothing
    twice. Raises what `log_walk` raises. On a restricted record the day that asks for SAFETY is saved,
    and no other.
    """
    return [
        log_walk(
            patient=patient,
            programme=programme,
            entry=_of_its_day(entry),
            duty_letter=duty_letter,
            by=by,
            now=now,
        )
        for entry in sorted(_taken(patient, entries, now), key=lambda entry: entry.walked_on)
    ]


def _taken(patient: Patient, entries: Sequence[WalkEntry], now: datetime) -> Sequence[WalkEntry]:
    """A day that the restriction refuses must not take with it the day that has to be raised."""
    if not patient.is_restricted(patient.local_date(now)):
        return entries
    return [entry for entry in entries if asks_for_safety(entry)] or entries


def key_of_day(form: UUID | str | None, on: date) -> UUID | None:
    """The key of one day's walk, from the form's; None for what is no key."""
    try:
        return uuid5(UUID(str(form)), on.isoformat())
    except ValueError:
        return None


def keys_of_days(form: UUID | None, today: date) -> list[UUID]:
    """Of every day that a form may have saved, or may save now."""
    days = [today - timedelta(days=back) for back in range(DAYS + 1)]  # it may have been opened yesterday
    return [uuid5(form, on.isoformat()) for on in days] if form else []


def _of_its_day(entry: WalkEntry) -> WalkEntry:
    key = uuid5(entry.client_uuid, entry.walked_on.isoformat())
    return replace(entry, client_uuid=key, recalled=True)
