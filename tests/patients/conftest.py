import pytest
import time_machine

from tests.factories import NOON, a_clinic, a_patient, a_programme, a_staff_member
from tests.signing_in import sign_in_patient


@pytest.fixture(autouse=True)
def noon():
    """Saturday 21 November 2026, 12:00."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def clinic(db):
    return a_clinic()


@pytest.fixture
def clinician(clinic):
    return a_staff_member(clinic)


@pytest.fixture
def patient(clinic):
    return a_patient(clinic)


@pytest.fixture
def programme(patient, clinician):
    """In week 11, three walks of 15 minutes."""
    return a_programme(patient, clinician)


@pytest.fixture
def signed_in(client, patient):
    return sign_in_patient(client, patient)
