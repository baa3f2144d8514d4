"""What a restricted record refuses (UK GDPR Art. 18); verbs: programmes/services/restricting.py."""

from datetime import date

from patients.models import Patient


class ProcessingRestricted(Exception):
    """The record is kept but not used: nothing is prescribed, sent, exported or judged."""


def require_unrestricted(patient: Patient, day: date) -> None:
    """Raises ProcessingRestricted on a day on which the record is restricted."""
    if patient.is_restricted(day):
        raise ProcessingRestricted
