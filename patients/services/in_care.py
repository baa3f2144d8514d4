"""What the end of care refuses: nothing is prescribed for somebody who was discharged or has died."""

from datetime import date

from patients.models import Patient


class CareHasEnded(Exception):
    """The patient was discharged, or has died."""


def require_in_care(patient: Patient, day: date) -> None:
    """Raises CareHasEnded where care has ended by that day."""
    if not patient.is_monitored(day):
        raise CareHasEnded


def held_in_care(patient: Patient, day: date) -> None:
    """`require_in_care` that holds until the end of the transaction: who discharges meanwhile waits."""
    require_in_care(Patient.objects.select_for_update(of=("self",)).get(pk=patient.pk), day)
