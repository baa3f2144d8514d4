"""How a programme and a patient's care end: taken back before the first day, discharged with an outcome."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Max

from clinic.models import StaffMember
from clinic.permissions import require
from clinic.services.post import withdraw_reminders
from clinic.services.sessions import end_all_sessions
from patients.models import Patient
from patients.services.in_care import CareHasEnded
from programmes.models import Ending, Programme, ProgrammeRevision, ProgrammeStatus, Walk
from programmes.services.nights import mark_changed
from programmes.services.prescribing import NotRunning

LATE_END = timedelta(days=14)  # as long as walks can still be entered: what is older was reviewed with them


class HasBegun(Exception):
    """The programme's first day has come: it is ended, with an outcome, and not taken back."""


class NotBegun(Exception):
    """The programme starts after that day: it cannot end before, it can be taken back."""


class NotThatDay(Exception):
    """Nothing ends in the future, more than 14 days ago, or before what happened under the plan."""

    def __init__(self, earliest: date) -> None:
        super().__init__(f"from {earliest} to today")
        self.earliest = earliest


class OutcomeMissing(Exception):
    """A running programme ends with the discharge, and nobody said how."""


@transaction.atomic
def take_back_programme(*, programme: Programme, today: date, by: StaffMember, now: datetime) -> None:
    """Takes an assigned programme back before its first day, as if it had been a draft; the rows stay.

    Raises HasBegun, NotRunning or NotAllowed.
    """
    require(by, "prescribe", clinic_id=programme.clinic_id)
    running = Programme.objects.for_clinic(by.clinic).running().filter(pk=programme.pk)
    taken = running.filter(starts_on__gt=today)
    if taken.update(status=ProgrammeStatus.ENTERED_IN_ERROR, version=F("version") + 1) != 1:
        raise HasBegun if running.exists() else NotRunning
    withdraw_reminders(clinic_id=programme.clinic_id, patient_id=programme.patient_id)
    mark_changed(patient=programme.patient, earliest_on=today, now=now)


@transaction.atomic
def end_programme(
    *, programme: Programme, ending: Ending, on: date, by: StaffMember, now: datetime, reason: str = ""
) -> None:
    """Ends a running programme for good; `on` is its last day, today or up to 14 days ago.

    Raises NotRunning, NotBegun, NotThatDay or NotAllowed.
    """
    require(by, "prescribe", clinic_id=programme.clinic_id)
    running = Programme.objects.for_clinic(by.clinic).running().filter(pk=programme.pk)
    _require_day(programme, on, today=now.astimezone(by.clinic.zone).date())
    done = ProgrammeStatus.COMPLETED if ending == Ending.COMPLETED else ProgrammeStatus.REVOKED
    end = {"ended_on": on, "ended_by": by.user, "ending": ending, "ended_reason": reason}
    begun = running.filter(starts_on__lte=on)
    if begun.update(status=done, version=F("version") + 1, **end) != 1:
        raise NotBegun if running.exists() else NotRunning
    withdraw_reminders(clinic_id=programme.clinic_id, patient_id=programme.patient_id)
    mark_changed(patient=programme.patient, earliest_on=on, now=now)


def _require_day(programme: Programme, on: date, *, today: date) -> None:
    earliest = earliest_end(programme=programme, today=today)
    if on > today or on < earliest and programme.starts_on <= today:
        raise NotThatDay(earliest)


def earliest_end(*, programme: Programme | None, today: date) -> date:
    """The first day on which a programme (or, without one, care) may be said to have ended.

    Not before the plan's last change began, nor before its last walk: the record would contradict itself.
    """
    oldest = today - LATE_END
    if programme is None:
        return oldest
    signed = ProgrammeRevision.objects.filter(clinic_id=programme.clinic_id, programme=programme).signed()
    changed = signed.filter(in_force_from__lte=today).aggregate(last=Max("in_force_from"))["last"]
    walks = Walk.objects.filter(
        clinic_id=programme.clinic_id, programme=programme, walked_on__lte=today
    ).valid()
    walked = walks.aggregate(last=Max("walked_on"))["last"]
    known: list[date] = [day for day in (oldest, programme.starts_on, changed, walked) if day]
    return max(known)


@transaction.atomic
def discharge_patient(
    *,
    patient: Patient,
    ending: Ending | None,
    on: date,
    reason: str,
    by: StaffMember,
    now: datetime,
) -> None:
    """Ends care on a day, today or up to 14 days ago: a running programme too, and every session now.

    A programme that has not begun is taken back. Open review items stay until a person closes them; what was
    logged stays for the retention period. Raises CareHasEnded, OutcomeMissing, NotThatDay, or NotAllowed
    (also where a programme runs and this person may not prescribe).
    """
    require(by, "change_patient", clinic_id=patient.clinic_id)
    today = now.astimezone(by.clinic.zone).date()
    if not earliest_end(programme=None, today=today) <= on <= today:
        raise NotThatDay(today - LATE_END)
    opens = patient.user_id and Patient.objects.of_user(patient.user_id).filter(pk=patient.pk).exists()
    in_care = Patient.objects.for_clinic(by.clinic).filter(pk=patient.pk, discharged_on=None, died_on=None)
    if in_care.update(discharged_on=on, discharge_reason=reason) != 1:
        raise CareHasEnded
    withdraw_reminders(clinic_id=patient.clinic_id, patient_id=patient.pk)
    programme = Programme.objects.of_patient(patient).running().first()
    if programme is not None:
        _end_with_care(programme, ending, on, reason, by, now)
    if opens and patient.user is not None:
        end_all_sessions(of=patient.user)


def _end_with_care(
    programme: Programme, ending: Ending | None, on: date, reason: str, by: StaffMember, now: datetime
) -> None:
    today = now.astimezone(by.clinic.zone).date()
    if programme.starts_on > today:
        take_back_programme(programme=programme, today=today, by=by, now=now)
    elif ending is None:
        raise OutcomeMissing
    else:
        end_programme(programme=programme, ending=ending, on=on, reason=reason, by=by, now=now)
