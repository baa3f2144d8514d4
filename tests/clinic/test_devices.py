"""Browsers a login was opened in: the cookie names nobody, and no other cookie will do."""

from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.http import HttpResponse
from django.test import RequestFactory

from clinic.devices import MOST_LOGINS, Device
from clinic.models import User
from clinic.services.logins import forget_devices

pytestmark = pytest.mark.django_db


def a_login(name="pat"):
    return User.objects.create_user(f"{name}@mail.example")


def browser_with(cookie):
    request = RequestFactory().get("/")
    request.COOKIES["devices"] = cookie
    return Device.of(request)


def cookie_after(device, user):
    response = HttpResponse()
    device.remember(user, response)
    return response.cookies["devices"]


def test_a_browser_knows_who_was_let_in_there():
    user = a_login()
    first = Device(uuid4())
    later = browser_with(cookie_after(first, user).value)
    assert (first.knows(user), later.knows(user), later.key) == (False, True, first.key)


def test_a_browser_does_not_know_another_login():
    later = browser_with(cookie_after(Device(uuid4()), a_login()).value)
    assert not later.knows(a_login("robin"))


def test_a_browser_that_was_forgotten_is_a_stranger():
    user = a_login()
    later = browser_with(cookie_after(Device(uuid4()), user).value)
    forget_devices(user=user)
    user.refresh_from_db()
    assert not later.knows(user)


def test_the_cookie_names_nobody_and_no_script_reads_it():
    user = a_login()
    cookie = cookie_after(Device(uuid4()), user)
    assert str(user.pk) not in cookie.value
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 400 * 24 * 3600)


@pytest.mark.parametrize("cookie", ["", "x", "e30:AAAA", "\x00", "a:b:c" * 500])
def test_a_cookie_that_was_not_signed_here_says_nothing(cookie):
    assert browser_with(cookie).marks == ()


def test_a_changed_cookie_says_nothing():
    value = cookie_after(Device(uuid4()), a_login()).value
    assert browser_with("A" + value).marks == ()


def test_a_shared_computer_remembers_the_newest_logins():
    device = Device(uuid4())
    users = [a_login(f"pat{number}") for number in range(MOST_LOGINS + 1)]
    for user in users:
        device = browser_with(cookie_after(device, user).value)
    assert [device.knows(user) for user in users] == [False] + [True] * MOST_LOGINS


def test_many_logins_have_no_address():
    assert [User.objects.create_user(None).email, User.objects.create_user("").email] == [None, None]


def test_an_empty_address_is_refused_by_the_database():
    with pytest.raises(IntegrityError):
        User.objects.filter(pk=a_login().pk).update(email="")


def test_an_operator_has_an_address():
    with pytest.raises(IntegrityError):
        User.objects.create_superuser(None, "walk-a-little-further")
