"""Whether the pain rule can judge a patient at all today."""

from datetime import date

from patients.models import Patient
from programmes.clinical.pain import enough_reports
from programmes.services.gathering import subjects_of


def lacks_reports(*, patient: Patient, today: date) -> bool:
    """Whether a programme runs and too few pain scores are there; False where nothing is judged."""
    subjects = subjects_of(clinic=patient.clinic, on=today, patients=[patient.pk])
    return any(
        not enough_reports(subject.diary.until(today).reports, today, subject.thresholds.pain)
        for subject in subjects
    )
