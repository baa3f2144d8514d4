"""The link of the mail: looking costs nothing, the button opens once, the code goes with it."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinic.middleware.people import STAFF_SESSION
from clinic.models import OutboxMessage, User
from patients.models import Patient, SignInCode
from tests.factories import NOON, a_clinic, a_patient, a_staff_member
from tests.signing_in import sign_in_staff


def mail_after_asking(client, email):
    client.post("/sign-in/", {"email": email})
    return OutboxMessage.objects.filter(to_address=email).latest("pk").body


def path_in(body):
    return re.search(r"http://[^/\s]+(/sign-in/link/[\w-]{32}/)\s", body).group(1)


def press(client, path):
    return client.post("/sign-in/link/", {"token": path.split("/")[-2]})


def opened(response):
    return response.status_code == 302 and response.headers["Location"] == "/privacy/first/"


def dead(response):
    return response.status_code == 404 and "This link does not work" in response.content.decode()


@pytest.fixture
def mailed(client, patient):
    return mail_after_asking(client, patient.user.email)


@pytest.fixture
def path(mailed):
    return path_in(mailed)


@pytest.fixture
def elsewhere():
    """Another browser than the one that asked."""
    return Client()


def test_the_button_opens_the_patients_day(client, patient, path):
    assert opened(press(client, path))
    assert client.session["patient"] == str(patient.pk)


def test_in_the_browser_that_asked_there_is_just_the_button(client, path):
    assert "Sign in on this device?" not in client.get(path).content.decode()


def test_another_browser_asks_first_and_then_opens(elsewhere, path):
    assert "Sign in on this device?" in elsewhere.get(path).content.decode()
    assert opened(press(elsewhere, path))


def test_looking_changes_nothing(elsewhere, path):
    before = SignInCode.objects.values().get()
    with CaptureQueriesContext(connection) as asked:
        for _scan in range(10):
            elsewhere.get(path)
            elsewhere.head(path)
    writes = [query["sql"] for query in asked if not query["sql"].startswith(("SELECT", "SAVE", "RELEASE"))]
    assert (writes, SignInCode.objects.values().get()) == ([], before)


def test_the_link_works_once(client, elsewhere, path):
    press(client, path)
    assert (dead(press(elsewhere, path)), dead(elsewhere.get(path))) == (True, True)


def test_the_link_spends_the_code(client, elsewhere, patient, mailed, path):
    press(elsewhere, path)
    code = re.search(r"code is (\d{6})", mailed).group(1)
    assert client.post("/sign-in/code/", {"code": code}).status_code == 422


def test_the_code_spends_the_link(client, elsewhere, mailed, path):
    client.post("/sign-in/code/", {"code": re.search(r"code is (\d{6})", mailed).group(1)})
    assert dead(press(elsewhere, path))


def test_a_link_lasts_ten_minutes(client, path):
    with time_machine.travel(NOON + timedelta(minutes=10), tick=False):
        assert (dead(client.get(path)), dead(press(client, path))) == (True, True)


def test_a_new_mail_voids_the_old_link(client, patient, path):
    mail_after_asking(client, patient.user.email)
    assert dead(press(client, path))


def page_without_tokens(response):
    return re.sub(r'value="[^"]*"', "", response.content.decode())


def test_unknown_old_used_and_voided_read_the_same(client, elsewhere, patient, path):
    unknown = page_without_tokens(elsewhere.get("/sign-in/link/no-such-link/"))
    press(client, path)
    used = page_without_tokens(elsewhere.get(path))
    again = path_in(mail_after_asking(elsewhere, patient.user.email))
    mail_after_asking(elsewhere, patient.user.email)
    assert unknown == used == page_without_tokens(elsewhere.get(again))


def test_a_mail_that_did_not_leave_has_no_link(client, patient):
    for _browser in range(6):
        Client().post("/sign-in/", {"email": patient.user.email})
    assert SignInCode.objects.filter(link_digest="").count() == 1
    assert dead(client.post("/sign-in/link/", {"token": ""}))


@pytest.mark.parametrize("token", ["", "x" * 5000, "é", "\x00"])
def test_odd_tokens_open_nothing(client, path, token):
    assert dead(client.post("/sign-in/link/", {"token": token}))


def test_the_session_starts_afresh(client, clinic, path):
    sign_in_staff(client, a_staff_member(clinic))
    before = client.session.session_key
    press(client, path)
    assert (client.session.session_key == before, STAFF_SESSION in client.session) == (False, False)


def test_the_secret_stays_on_the_page(client, path):
    response = client.get(path)
    assert (response.headers["Referrer-Policy"], response.headers["Cache-Control"]) == (
        "strict-origin",
        "no-store",
    )
    assert f'action="{path}"' not in response.content.decode()


def test_the_table_holds_no_link(client, path):
    token = path.split("/")[-2]
    assert token not in str(SignInCode.objects.values().get())


def test_a_closed_login_opens_nothing(client, patient, path):
    User.objects.filter(pk=patient.user_id).update(is_active=False)
    assert dead(press(client, path))


def test_a_record_discharged_meanwhile_opens_nothing(client, patient, path):
    Patient.objects.filter(pk=patient.pk).update(discharged_on=NOON.date())
    assert dead(press(client, path))


def test_two_records_ask_whose_pages(client, patient):
    a_patient(a_clinic("Oak Clinic"), user=patient.user, given_name="Robin")
    response = press(client, path_in(mail_after_asking(client, patient.user.email)))
    assert response.headers["Location"] == "/choose/"


def test_the_buttons_address_alone_leads_to_the_sign_in(client, db):
    assert client.get("/sign-in/link/").headers["Location"] == "/sign-in/"


def test_a_forged_button_is_refused(path):
    assert press(Client(enforce_csrf_checks=True), path).status_code == 403


def test_no_log_line_holds_the_link(client, path, caplog):
    caplog.set_level("DEBUG")
    client.get(path)
    press(Client(enforce_csrf_checks=True), path)
    press(client, path)
    client.get(path)
    ours = [line.getMessage() for line in caplog.records if not line.name.startswith("django.db")]
    assert [line for line in ours if path.split("/")[-2] in line] == []
