"""Health, the demo's mailbox, and the pages shown when something is wrong."""

import os
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend
from django.db import connection
from django.test import Client

from clinic.models import MessageKind, OutboxMessage
from clinic.services.post import Letter, post_message
from clinic.views.mailbox import newest_mails
from programmes.services.nights import review_night
from tests.factories import PASSWORD, a_clinic, a_patient, a_programme, a_staff_member
from tests.signing_in import sign_in_staff

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _stand_still():
    with time_machine.travel(NOW, tick=False):
        yield


def a_running_clinic():
    clinic = a_clinic()
    a_programme(a_patient(clinic), a_staff_member(clinic))
    return clinic


def post_letter(key, at):
    letter = Letter("A safety answer is waiting", "Open the review queue.")
    post_message(
        kind=MessageKind.SAFETY_ALERT, key=key, to_address="duty@clinic.example", letter=letter, now=at
    )


def test_live_needs_no_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz/live").json() == {"live": True}


def test_an_empty_installation_is_ready(client):
    assert client.get("/healthz/ready").json() == {
        "ready": True,
        "database": True,
        "clinics_without_fresh_review": 0,
        "outbox_is_late": False,
        "outbox_stands_still": False,
        "backup_age_hours": None,
        "backup_is_late": None,
    }


@pytest.mark.parametrize(("hours", "status"), [(26, 200), (27, 503)])
def test_a_backup_older_than_a_night_is_not_ready(client, settings, tmp_path, hours, status):
    settings.BACKUP_FOLDER = str(tmp_path)
    for ago in (hours, 50):
        (tmp_path / f"waymark-{NOW - timedelta(hours=ago):%Y%m%dT%H%M%SZ}").mkdir()
    (tmp_path / f"waymark-{NOW:%Y%m%dT%H%M%SZ}.partial").mkdir()
    answer = client.get("/healthz/ready")
    assert (answer.status_code, answer.json()["backup_age_hours"]) == (status, hours)


@pytest.mark.parametrize("folder", ["", "not-there"], ids=["empty folder", "no folder"])
def test_no_backup_where_there_should_be_one_is_not_ready(client, settings, tmp_path, folder):
    settings.BACKUP_FOLDER = str(tmp_path / folder)
    answer = client.get("/healthz/ready")
    assert (answer.status_code, answer.json()["backup_is_late"]) == (503, True)


def test_a_clinic_reviewed_last_night_is_ready(client):
    review_night(clinic=a_running_clinic(), local_date=date(2026, 11, 19), now=NOW)
    assert client.get("/healthz/ready").status_code == 200


def test_a_review_of_27_hours_ago_is_not_ready(client):
    review_night(clinic=a_running_clinic(), local_date=date(2026, 11, 18), now=NOW - timedelta(hours=27))
    response = client.get("/healthz/ready")
    assert (response.status_code, response.json()["clinics_without_fresh_review"]) == (503, 1)


def test_a_running_clinic_without_any_review_is_not_ready(client):
    a_running_clinic()
    assert client.get("/healthz/ready").status_code == 503


def test_a_clinic_without_running_programmes_is_not_asked(client):
    review_night(clinic=a_clinic(), local_date=date(2026, 11, 1), now=NOW - timedelta(days=18))
    assert client.get("/healthz/ready").status_code == 200


@pytest.mark.parametrize(("minutes", "status"), [(14, 200), (16, 503)])
def test_mails_that_wait_for_a_quarter_of_an_hour_are_not_ready(client, minutes, status):
    post_letter("a", NOW - timedelta(minutes=minutes))
    assert client.get("/healthz/ready").status_code == status


@pytest.mark.parametrize(("minutes", "status"), [(14, 200), (16, 503)])
def test_a_mail_tried_in_vain_is_not_ready_between_two_tries(client, minutes, status):
    post_letter("a", NOW - timedelta(minutes=minutes))
    OutboxMessage.objects.update(attempts=6, send_after=NOW + timedelta(minutes=16))
    assert client.get("/healthz/ready").status_code == status


@pytest.mark.parametrize(("days", "status"), [(6, 503), (8, 200)])
def test_a_safety_alert_that_failed_for_good_is_not_ready(client, days, status):
    post_letter("a", NOW - timedelta(days=days))
    OutboxMessage.objects.update(attempts=8, status="failed")
    assert client.get("/healthz/ready").status_code == status


def test_readiness_names_nobody(client):
    clinic = a_running_clinic()
    assert clinic.name not in client.get("/healthz/ready").content.decode()


@pytest.mark.django_db(transaction=True)
def test_without_the_database_it_is_not_ready(client, monkeypatch):
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    response = client.get("/healthz/ready")
    monkeypatch.undo()
    assert (response.status_code, response.json()["database"]) == (503, False)


def send(folder, subject, body):
    backend = EmailBackend(file_path=str(folder))
    EmailMessage(subject, body, to=["pat@mail.example"], connection=backend).send()


def test_the_mailbox_exists_in_the_demo_only(client):
    assert client.get("/demo/mailbox/").status_code == 404


def test_the_mailbox_shows_a_mail_with_its_code(client, settings, tmp_path):
    settings.DEMO, settings.EMAIL_FILE_PATH = True, str(tmp_path)
    send(tmp_path, "Your code", "Your code is 123456")
    assert "Your code is 123456" in client.get("/demo/mailbox/").content.decode()


def test_links_in_a_mail_can_be_followed(client, settings, tmp_path):
    settings.DEMO, settings.EMAIL_FILE_PATH = True, str(tmp_path)
    send(tmp_path, "Invitation", "Open http://127.0.0.1:8000/invite/abc today")
    assert '<a href="http://127.0.0.1:8000/invite/abc"' in client.get("/demo/mailbox/").content.decode()


def test_the_mailbox_says_when_by_the_clinics_clock(client, settings, tmp_path):
    settings.DEMO, settings.EMAIL_FILE_PATH = True, str(tmp_path)
    a_clinic(time_zone="Asia/Kathmandu")
    send(tmp_path, "Hello", "Text")
    for file in tmp_path.iterdir():
        os.utime(file, (NOW.timestamp(), NOW.timestamp()))
    assert "To pat@mail.example, Friday 20 November, 14:45" in client.get("/demo/mailbox/").content.decode()


def test_a_mail_cannot_bring_its_own_html(client, settings, tmp_path):
    settings.DEMO, settings.EMAIL_FILE_PATH = True, str(tmp_path)
    send(tmp_path, "Hello", "<script>alert(1)</script>")
    assert "<script>alert" not in client.get("/demo/mailbox/").content.decode()


def test_a_mailbox_without_mails_is_empty(client, settings, tmp_path):
    settings.DEMO, settings.EMAIL_FILE_PATH = True, str(tmp_path / "not-yet")
    assert client.get("/demo/mailbox/").context["mails"] == []


def test_the_newest_fifty_mails_are_shown_newest_first(tmp_path):
    backend = EmailBackend(file_path=str(tmp_path))
    backend.send_messages(
        [EmailMessage(f"Mail {number}", "Text", to=["p@mail.example"]) for number in range(60)]
    )
    assert [mail.subject for mail in newest_mails(str(tmp_path))] == [f"Mail {n}" for n in range(59, 9, -1)]


def test_letters_outside_ascii_arrive_whole(tmp_path):
    send(tmp_path, "Grüße – Åsa", "Schön: 5 °C")
    mail = newest_mails(str(tmp_path))[0]
    assert (mail.subject, mail.body.strip()) == ("Grüße – Åsa", "Schön: 5 °C")


@pytest.mark.parametrize("path", ["/review/?show=%00", "/staff/sign-in/?next=%00", "/review/%00/"])
def test_a_nul_in_the_address_is_a_bad_request(client, path):
    sign_in_staff(client, a_staff_member(a_clinic()))
    assert client.get(path).status_code == 400


def test_a_form_without_its_token_says_what_to_do():
    visitor = Client(enforce_csrf_checks=True)
    visitor.get("/staff/sign-in/")
    response = visitor.post("/staff/sign-in/", {"username": "a", "password": "b"})
    assert (response.status_code, "Please send it again" in response.content.decode()) == (403, True)


def test_a_body_of_ten_megabytes_is_too_large(client):
    fields = {"username": "a" * 10_000_000, "password": PASSWORD}
    assert client.post("/staff/sign-in/", fields).status_code == 413


def test_an_unknown_address_says_what_to_do(client):
    response = client.get("/no/such/page/")
    assert (response.status_code, "Page not found" in response.content.decode()) == (404, True)


def test_staff_pages_are_never_stored(client):
    sign_in_staff(client, a_staff_member(a_clinic()))
    assert client.get("/review/")["Cache-Control"] == "no-store"
