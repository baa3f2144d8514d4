"""A clinician at the queue; time stands still."""

import pytest
import time_machine

from tests.clinic.review.items import NOW
from tests.factories import a_clinic, a_staff_member
from tests.signing_in import sign_in_staff


@pytest.fixture(autouse=True)
def _stand_still():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def clinic():
    return a_clinic()


@pytest.fixture
def ada(client, clinic):
    """A clinician, signed in."""
    member = a_staff_member(clinic, name="Ada Stone")
    sign_in_staff(client, member)
    return member
