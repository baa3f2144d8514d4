"""Asking again for the password before what would hurt most in a browser left open."""

from datetime import timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import RequestFactory

from clinic.middleware.confirming import note_confirmed, recently_confirmed
from clinic.views.access import confirmed_page
from tests.factories import NOON, PASSWORD, a_clinic, a_patient, a_staff_member
from tests.signing_in import sign_in_patient, sign_in_staff

pytestmark = pytest.mark.django_db
PAGE = "/staff/confirm/?next=/review/%3Ftab=done"


@confirmed_page
def export(request):
    return HttpResponse("the export")


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def asked(session, method="get", path="/export/"):
    request = getattr(RequestFactory(), method)(path)
    request.session = session
    return export(request)


def confirmed_session(client):
    session = client.session
    request = RequestFactory().get("/")
    request.session = session
    note_confirmed(request, now=NOON)
    return session


def test_without_a_confirmation_one_is_asked(client, noon):
    assert asked(client.session)["Location"] == "/staff/confirm/?next=%2Fexport%2F"


def test_within_ten_minutes_nobody_is_asked_again(client, noon):
    session = confirmed_session(client)
    noon.shift(timedelta(minutes=10))
    assert asked(session).content == b"the export"


def test_after_ten_minutes_one_is_asked_again(client, noon):
    session = confirmed_session(client)
    noon.shift(timedelta(minutes=10, seconds=1))
    assert asked(session).status_code == 302


def test_a_form_opened_in_time_may_be_sent_later(client, noon):
    session = confirmed_session(client)
    asked(session)
    noon.shift(timedelta(minutes=25))
    assert asked(session, "post").content == b"the export"


def test_another_forms_opening_does_not_help(client, noon):
    session = confirmed_session(client)
    asked(session, path="/elsewhere/")
    noon.shift(timedelta(minutes=25))
    assert asked(session, "post").status_code == 302


def test_after_half_an_hour_an_opened_form_is_refused_too(client, noon):
    session = confirmed_session(client)
    asked(session)
    noon.shift(timedelta(minutes=30, seconds=1))
    assert asked(session, "post").status_code == 302


def test_the_right_password_leads_back(client, noon):
    sign_in_staff(client, a_staff_member(a_clinic()))
    noon.shift(timedelta(minutes=20))
    response = client.post(PAGE, {"password": PASSWORD})
    request = response.wsgi_request
    assert (response["Location"], recently_confirmed(request)) == ("/review/?tab=done", True)


def test_a_wrong_password_confirms_nothing(client, noon):
    sign_in_staff(client, a_staff_member(a_clinic()))
    noon.shift(timedelta(minutes=20))
    response = client.post(PAGE, {"password": "something-else-entirely"})
    assert (response.status_code, recently_confirmed(response.wsgi_request)) == (422, False)


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "no-page", "🚶"]
)
def test_one_is_never_led_elsewhere(client, wanted):
    sign_in_staff(client, a_staff_member(a_clinic()))
    response = client.post("/staff/confirm/", {"password": PASSWORD, "next": wanted})
    assert response["Location"] == "/staff/second-factor/"


def test_patients_are_not_asked_for_a_password(client):
    sign_in_patient(client, a_patient(a_clinic()))
    assert client.get("/staff/confirm/")["Location"] == "/staff/sign-in/?next=/staff/confirm/"
