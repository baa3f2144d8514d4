"""Whoever comes at the same moment with the same secret: one gets in."""

import re
import threading
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test import Client

from clinic.models import OutboxMessage
from patients.services.letters import print_letter
from tests.factories import a_clinic, a_patient, a_staff_member

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 8


def statuses(post, browsers):
    """What `post(browser)` answers to all browsers, which start together."""
    start, answers = threading.Barrier(len(browsers)), []

    def run(browser):
        start.wait()
        answers.append(post(browser).status_code)
        connection.close()

    threads = [threading.Thread(target=run, args=[browser]) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(answers)


@pytest.fixture
def address(transactional_db):
    return a_patient(a_clinic()).user.email


def mail_to(browser, address):
    browser.post("/sign-in/", {"email": address})
    return OutboxMessage.objects.latest("pk").body


def test_a_link_opens_one_browser(address):
    token = re.search(r"/sign-in/link/([\w-]+)/", mail_to(Client(), address)).group(1)
    browsers = [Client() for _browser in range(AT_ONCE)]
    answers = statuses(lambda browser: browser.post("/sign-in/link/", {"token": token}), browsers)
    assert answers == [302] + [404] * (AT_ONCE - 1)


def test_a_code_opens_one_browser(address):
    browsers = [Client() for _browser in range(AT_ONCE)]
    for browser in browsers:
        code = re.search(r"code is (\d{6})", mail_to(browser, address)).group(1)
    answers = statuses(lambda browser: browser.post("/sign-in/code/", {"code": code}), browsers)
    assert answers == [302] + [422] * (AT_ONCE - 1)


def test_a_letter_opens_one_browser(transactional_db):
    clinic = a_clinic()
    reader = a_patient(clinic, user=None, date_of_birth=date(1956, 3, 31))
    letter = print_letter(patient=reader, by=a_staff_member(clinic), now=datetime.now(UTC))
    typed = {"code": letter.code, "day": "31", "month": "3", "year": "1956"}
    browsers = [Client() for _browser in range(AT_ONCE)]
    answers = statuses(lambda browser: browser.post("/sign-in/letter/", typed), browsers)
    assert answers == [302] + [422] * (AT_ONCE - 1)
