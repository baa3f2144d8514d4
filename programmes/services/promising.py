"""The working day by which a patient was told that somebody looks."""

from datetime import date, datetime

from django.db.models import Value
from django.db.models.functions import Coalesce, Least

from clinic.services.duty import next_duty_day
from patients.models import Patient
from programmes.models import ReviewItem


def promise_a_look(*, patient: Patient, now: datetime) -> date | None:
    """Notes on the patient's open item the next day on duty; a day promised earlier stays.

    Returns that next day; None where the clinic has none, and nothing is promised.
    """
    day = next_duty_day(clinic=patient.clinic, now=now)
    if day:
        item = ReviewItem.objects.open().filter(clinic_id=patient.clinic_id, patient=patient)
        item.update(promised_for=Least(Coalesce("promised_for", Value(day)), Value(day)))
    return day
