"""A clinician at the builder; time stands still."""

import pytest
import time_machine

from tests.factories import NOON, a_clinic, a_staff_member
from tests.signing_in import sign_in_staff


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def clinic():
    return a_clinic()


@pytest.fixture
def clinician(clinic):
    return a_staff_member(clinic)


@pytest.fixture
def desk(client, clinician):
    """The browser of the signed-in clinician."""
    return sign_in_staff(client, clinician)
