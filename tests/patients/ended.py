"""Records whose care ended, and what a manager decided about them."""

from datetime import date

from patients.models import Decision, Patient
from patients.services.retention_decisions import decide_retention
from tests.factories import NOON

LONG_AGO = date(2018, 11, 21)  # eight years before NOON


def ended(patient, on=LONG_AGO, **fields):
    """The patient, discharged on that day."""
    Patient.objects.filter(pk=patient.pk).update(discharged_on=on, **fields)
    patient.refresh_from_db()
    return patient


def decided(patient, by, what=Decision.ERASE, **how):
    """A manager's decision about a record past its time."""
    values = {"reason": "Nothing speaks for keeping it.", "keep_until": None, "now": NOON, **how}
    return decide_retention(patient=patient, what=what, by=by, **values)
