"""Two requests at the same moment: a code opens one session, and guesses are counted each."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from clinic.models import Guesses
from clinic.services.guessing import TooManyGuesses, counter, take_guess
from clinic.services.second_factor import WrongCode, pass_code
from tests.factories import NOON, a_clinic, a_staff_member
from tests.second_factors import App, recovery_codes_of

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 6


def at_once(work):
    """What `work(number)` answers in each of the threads, all let go at the same moment."""
    start = Barrier(AT_ONCE)

    def one(number):
        try:
            with transaction.atomic():
                connection.ensure_connection()
                start.wait(10)
                return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


def passes(user, code):
    def work(number):
        try:
            return bool(pass_code(user=user, code=code, browser=str(number), now=NOON))
        except WrongCode:
            return False

    return work


def test_of_six_requests_with_one_code_one_passes():
    user = a_staff_member(a_clinic()).user
    app = App.of(user, NOON)
    assert sum(at_once(passes(user, app.code(NOON)))) == 1


def test_of_six_requests_with_one_recovery_code_one_passes():
    user = a_staff_member(a_clinic()).user
    App.of(user, NOON)
    code = recovery_codes_of(user, NOON)[0]
    assert sum(at_once(passes(user, code))) == 1


def test_six_guesses_at_once_are_six_guesses():
    """Five are free; whichever comes sixth waits."""

    def work(number):
        try:
            take_guess(counter("account", "ada"), now=NOON)
        except TooManyGuesses:
            return False
        return True

    assert (sum(at_once(work)), Guesses.objects.get().made) == (5, 5)
