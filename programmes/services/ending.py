"""How a programme and a patient's care end: taken back before the first day, discharged with an outcome."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from clinic.models import StaffMember
from clinic.permissions import require
from clinic.services.sessions import end_all_sessions
from patients.models import Patient
from programmes.models import Ending, Programme, ProgrammeStatus
from programmes.services.nights import mark_changed
from programmes.services.prescribing import NotRunning, end_programme


class HasBegun(Exception):
    """The programme's first day has come: it is ended, with an outcome, and not taken back."""


class CareHasEnded(Exception):
    """The patient was discharged already, or has died."""


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
    mark_changed(patient=programme.patient, earliest_on=today, now=now)


@transaction.atomic
def discharge_patient(
    *, patient: Patient, ending: Ending | None, today: date, by: StaffMember, now: datetime
) -> None:
    """Ends care today: a running programme with its outcome, and every session of the patient.

    One that has not begun is taken back. Open review items stay until a person closes them; what was logged
    stays for the retention period. Raises CareHasEnded, OutcomeMissing, or NotAllowed (also where a programme
    runs and this person may not prescribe).
    """
    require(by, "change_patient", clinic_id=patient.clinic_id)
    opens = patient.user_id and Patient.objects.of_user(patient.user_id).filter(pk=patient.pk).exists()
    in_care = Patient.objects.for_clinic(by.clinic).filter(pk=patient.pk, discharged_on=None, died_on=None)
    if in_care.update(discharged_on=today) != 1:
        raise CareHasEnded
    programme = Programme.objects.of_patient(patient).running().first()
    if programme is not None:
        _end(programme, ending, today, by, now)
    if opens and patient.user is not None:
        end_all_sessions(of=patient.user)


def _end(programme: Programme, ending: Ending | None, today: date, by: StaffMember, now: datetime) -> None:
    if programme.starts_on > today:
        take_back_programme(programme=programme, today=today, by=by, now=now)
    elif ending is None:
        raise OutcomeMissing
    else:
        end_programme(programme=programme, ending=ending, on=today, by=by, now=now)
