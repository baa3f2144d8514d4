"""Two requests at the same moment: a code opens one session, and guesses are counted each."""

from functools import partial

import pytest

from clinic.models import Guesses
from clinic.services.guessing import counter, take_guess
from clinic.services.second_factor import pass_code
from tests.at_once import at_once
from tests.factories import NOON, a_clinic, a_staff_member
from tests.second_factors import App, recovery_codes_of

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 6
WRONG = ["WrongCode"] * (AT_ONCE - 1)


def tries(user, code):
    """What six browsers try at the same moment."""
    one = partial(pass_code, user=user, code=code, now=NOON)
    return [partial(one, browser=str(number)) for number in range(AT_ONCE)]


def test_of_six_requests_with_one_code_one_passes():
    user = a_staff_member(a_clinic()).user
    app = App.of(user, NOON)
    assert sorted(at_once(*tries(user, app.code(NOON)))) == [*WRONG, "totp"]


def test_of_six_requests_with_one_recovery_code_one_passes():
    user = a_staff_member(a_clinic()).user
    App.of(user, NOON)
    code = recovery_codes_of(user, NOON)[0]
    assert sorted(at_once(*tries(user, code))) == [*WRONG, "recovery_codes"]


def test_six_guesses_at_once_are_six_guesses():
    """Five are free; whichever comes sixth waits."""
    guess = partial(take_guess, counter("account", "ada"), now=NOON)
    refused = at_once(*[guess] * AT_ONCE).count("TooManyGuesses")
    assert (refused, Guesses.objects.get().made) == (1, 5)
