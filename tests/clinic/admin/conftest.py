"""The admin's own clinic; time stands still."""

import pytest
import time_machine

from tests.factories import (
    NOON,
    a_clinic,
)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def clinic():
    return a_clinic()
