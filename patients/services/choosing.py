"""What a patient sets for the own pages."""

from datetime import datetime

from django.db import transaction

from clinic.services.languages import offered_in
from patients.models import Patient, Units
from patients.services.restricted import require_unrestricted


class NotOffered(Exception):
    """The clinic does not offer this language, or no approval of its safety texts holds."""


@transaction.atomic
def choose_language(*, patient: Patient, language: str, now: datetime) -> None:
    """In which language this patient is spoken to. Raises NotOffered or ProcessingRestricted."""
    require_unrestricted(patient, patient.local_date(now))
    if language not in offered_in(patient.clinic):
        raise NotOffered
    Patient.objects.filter(clinic=patient.clinic_id, pk=patient.pk).update(language=language)


@transaction.atomic
def choose_units(*, patient: Patient, units: Units, now: datetime) -> None:
    """Kilometres or miles, on every page of this patient. Raises ProcessingRestricted."""
    require_unrestricted(patient, patient.local_date(now))
    Patient.objects.filter(clinic=patient.clinic_id, pk=patient.pk).update(units=units)
