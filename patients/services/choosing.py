"""What a patient sets for the own pages."""

from datetime import datetime

from django.db import transaction

from patients.models import Patient, Units
from patients.services.restricted import require_unrestricted


@transaction.atomic
def choose_units(*, patient: Patient, units: Units, now: datetime) -> None:
    """Kilometres or miles, on every page of this patient. Raises ProcessingRestricted."""
    require_unrestricted(patient, patient.local_date(now))
    Patient.objects.filter(clinic=patient.clinic_id, pk=patient.pk).update(units=units)
