"""Mail that comes back is marked, once, and only by a report about a mail of ours."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from clinic.models import OutboxMessage
from clinic.services.bounces import take_bounce
from tests.conftest import as_runtime
from tests.factories import NOON, a_clinic

pytestmark = pytest.mark.django_db
REPORT = """\
From: MAILER-DAEMON@mail.example
To: waymark@clinic.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I could not deliver your message.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example

Final-Recipient: rfc822; june@mail.example
Action: {action}
Status: {status}

--b
Content-Type: {returned}

Message-ID: <{key}@clinic.example>
Subject: A note

Hello
--b--
"""


@pytest.fixture
def mail():
    return OutboxMessage.objects.create(
        clinic=a_clinic(),
        kind="reminder",
        key="reminder:1",
        to_address="june@mail.example",
        subject="A note",
        body="Hello",
        status="sent",
        sent_at=NOON,
        created_at=NOON,
        send_after=NOON,
    )


def report(mail, action="failed", status="5.1.1", returned="message/rfc822"):
    return REPORT.format(key=mail.pk, action=action, status=status, returned=returned).encode()


def came_back(mail):
    mail.refresh_from_db()
    return mail.came_back_at, mail.came_back_with


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
def test_a_failed_delivery_marks_the_mail(mail, returned):
    with as_runtime():
        taken = take_bounce(report(mail, returned=returned), now=NOON)
    assert (taken, came_back(mail)) == (True, (NOON, "5.1.1"))


@pytest.mark.parametrize(
    ("action", "status"), [("delayed", "4.4.1"), ("failed", "4.2.2"), ("delivered", "2.0.0")]
)
def test_a_delay_is_not_the_end(mail, action, status):
    assert (take_bounce(report(mail, action, status), now=NOON), came_back(mail)) == (False, (None, ""))


def test_the_first_report_counts(mail):
    take_bounce(report(mail), now=NOON)
    again = take_bounce(report(mail, status="5.2.2"), now=NOON + timedelta(hours=1))
    assert (again, came_back(mail)) == (False, (NOON, "5.1.1"))


@pytest.mark.parametrize(
    "raw", [b"", b"\x00\xff", b"Subject: hello\n\nhi", b"Content-Type: multipart/report\n\n--"]
)
def test_what_is_no_report_changes_nothing(mail, raw):
    assert (take_bounce(raw, now=NOON), came_back(mail)) == (False, (None, ""))


@pytest.mark.parametrize("odd", ["<>", "<", "<a@", "\x00", "<" * 5000])
def test_an_odd_number_of_a_message_is_no_error(mail, odd):
    raw = report(mail).replace(f"<{mail.pk}@clinic.example>".encode(), odd.encode())
    assert (take_bounce(raw, now=NOON), came_back(mail)) == (False, (None, ""))


def test_an_alert_that_came_back_is_shown(mail):
    OutboxMessage.objects.filter(pk=mail.pk).update(kind="safety-alert")
    before = OutboxMessage.objects.stuck(NOON).count()
    take_bounce(report(mail), now=NOON)
    assert (before, OutboxMessage.objects.stuck(NOON).count()) == (0, 1)


def test_a_report_about_somebody_elses_mail_changes_nothing(mail):
    other = report(mail).replace(str(mail.pk).encode(), b"01a20284-9306-73be-acb4-645ac838d95d")
    assert (take_bounce(other, now=NOON), came_back(mail)) == (False, (None, ""))


def test_the_mail_server_pipes_it_in(mail, monkeypatch, capsys, tmp_path):
    (tmp_path / "report").write_bytes(report(mail))
    with (tmp_path / "report").open() as pipe:
        monkeypatch.setattr("sys.stdin", pipe)
        call_command("take_bounce")
    assert (capsys.readouterr().out, came_back(mail)[1]) == ("marked\n", "5.1.1")
