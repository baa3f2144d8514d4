"""The staff's password: checked, and guessed at no faster than once in a while."""

from datetime import datetime

from django.contrib.auth.hashers import make_password

from clinic.devices import Device
from clinic.models import StaffMember, User
from clinic.services.guessing import Counter, counter, give_back, take_guess
from clinic.tenancy import act_for


class WrongPassword(Exception):
    """Unknown address, wrong password, a patient's or a former colleague's login: all the same."""


def check_password(*, email: str, password: str, device: Device, network: str, now: datetime) -> User:
    """The member of staff or operator whose password this is. Raises WrongPassword or TooManyGuesses.

    Known and unknown addresses run the same statements and hash once. A browser that knows the login counts
    its own guesses and waits for nobody else's. No savepoint: a refusal must not undo the count.
    """
    address = email.strip().lower()
    user = User.objects.filter(email=address).first()
    counters = _counters(address, user, device, network)
    take_guess(*counters, now=now)
    if user is None:
        make_password(password)  # what comparing would have cost
        raise WrongPassword
    if not user.check_password(password) or not works_here(user):
        raise WrongPassword
    give_back(*counters, now=now)
    return user


def _counters(address: str, user: User | None, device: Device, network: str) -> list[Counter]:
    if user is not None and device.knows(user):
        return [counter("device", f"{device.key} {address}")]
    return [counter("account", address), counter("network", network)]


def works_here(user: User) -> bool:
    """Whether this login opens staff pages: an active membership somewhere, or the operator."""
    if not user.is_active:
        return False
    act_for(user_id=user.pk)
    return user.is_superuser or StaffMember.objects.filter(user=user, is_active=True).exists()


def confirm_password(*, user: User, password: str, device: Device, now: datetime) -> None:
    """One's own password once more, in a session that is open. Raises WrongPassword or TooManyGuesses.

    Whoever throws the cookie of known browsers away gets no new number of guesses with it.
    """
    browser = device.key if device.knows(user) else "unknown"
    mine = counter("device", f"{browser} confirm {user.pk}")
    take_guess(mine, now=now)
    if not user.check_password(password):
        raise WrongPassword
    give_back(mine, now=now)
