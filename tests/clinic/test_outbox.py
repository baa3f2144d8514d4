"""Mail leaves once, in time, and takes its secrets along."""

import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from clinic import localservices
from clinic.models import MessageKind, OutboxMessage
from clinic.services.post import Letter, deliver_due_messages, post_message
from clinic.tenancy import act_for
from tests.conftest import as_runtime
from tests.factories import a_clinic

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PORT_OF_NOBODY = 9


def a_message(key="code:1", **fields):
    return post_message(
        **{
            "kind": MessageKind.SIGN_IN_CODE,
            "key": key,
            "to_address": "june@mail.example",
            "letter": Letter(subject="Your sign-in code", body="Your code is 123456"),
            "now": NOW,
            **fields,
        }
    )


@pytest.fixture
def no_mail_server(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", PORT_OF_NOBODY


def test_a_message_leaves_once(mailoutbox):
    a_message()
    assert (deliver_due_messages(now=NOW), deliver_due_messages(now=NOW)) == (1, 0)
    assert [mail.to for mail in mailoutbox] == [["june@mail.example"]]


def test_the_same_event_makes_one_message():
    assert (a_message(), a_message()) == (True, False)
    assert OutboxMessage.objects.count() == 1


def seen_by_raw_sql(**who):
    """Whose mails the role of web and workers sees, by the name in the key."""
    with as_runtime(), transaction.atomic():
        act_for(**who)
        with connection.cursor() as cursor:
            cursor.execute("SELECT split_part(key, ':', 2) FROM clinic_outboxmessage ORDER BY 1")
            return [row[0] for row in cursor.fetchall()]


@pytest.fixture
def clinics():
    """Two clinics with a mail each, and one of no clinic."""
    ours, theirs = a_clinic(), a_clinic("Oak Clinic")
    a_message("invitation:ours", clinic=ours)
    a_message("invitation:theirs", clinic=theirs)
    a_message("code:nobodys")
    return ours, theirs


def test_a_clinic_sees_its_own_mails_and_nobody_those_of_no_clinic(clinics):
    ours, _theirs = clinics
    assert seen_by_raw_sql(clinic_id=ours.pk) == ["ours"]
    assert seen_by_raw_sql() == []
    assert seen_by_raw_sql(operator=True) == []


def test_nobody_changes_or_takes_away_a_mail_but_the_mailer(clinics):
    ours, _theirs = clinics
    with as_runtime(), transaction.atomic():
        act_for(clinic_id=ours.pk)
        changed = OutboxMessage.objects.update(to_address="thief@mail.example")
        assert (changed, OutboxMessage.objects.all().delete()[0]) == (0, 0)


def test_nobody_posts_in_another_clinics_name(clinics):
    ours, theirs = clinics
    with as_runtime(), transaction.atomic():
        act_for(clinic_id=ours.pk)
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            a_message("invitation:forged", clinic=theirs)


def test_the_mailer_sends_those_of_all_clinics_as_the_runtime_role(clinics, mailoutbox):
    with as_runtime():
        assert deliver_due_messages(now=NOW) == 3
    assert len(mailoutbox) == 3


def test_the_same_event_of_no_clinic_makes_one_message_for_the_runtime_role():
    with as_runtime(), transaction.atomic():
        assert (a_message(), a_message()) == (True, False)
    assert OutboxMessage.objects.count() == 1


def test_a_secret_does_not_outlive_its_mail(mailoutbox):
    a_message(secret=True)
    deliver_due_messages(now=NOW)
    assert OutboxMessage.objects.get().body == ""
    assert mailoutbox[0].body == "Your code is 123456"


def test_an_expired_code_is_wiped_and_not_sent(mailoutbox):
    a_message(secret=True, expires_at=NOW + timedelta(minutes=10))
    deliver_due_messages(now=NOW + timedelta(minutes=10))
    message = OutboxMessage.objects.get()
    assert (message.status, message.body, mailoutbox) == ("expired", "", [])


def test_a_message_for_later_waits(mailoutbox):
    a_message(now=NOW + timedelta(hours=1))
    assert deliver_due_messages(now=NOW) == 0


@pytest.mark.usefixtures("no_mail_server")
def test_without_a_mail_server_the_pauses_grow_and_the_last_failure_stands():
    a_message()
    now, pauses = NOW, []
    while (message := OutboxMessage.objects.get()).status == "waiting":
        now = max(now, message.send_after)
        deliver_due_messages(now=now)
        pauses.append((OutboxMessage.objects.get().send_after - now).seconds)
    assert pauses == [30, 60, 120, 240, 480, 960, 1920, 3840]
    assert (message.status, message.last_error) == ("failed", "ConnectionRefusedError")


def test_a_message_that_cannot_be_sent_does_not_hold_up_the_others(mailoutbox):
    a_message("code:1", letter=Letter(subject="two\nlines", body=""))
    a_message("code:2", now=NOW + timedelta(seconds=1))
    deliver_due_messages(now=NOW + timedelta(seconds=1))
    assert [mail.subject for mail in mailoutbox] == ["Your sign-in code"]
    assert OutboxMessage.objects.get(key="code:1").last_error == "BadHeaderError"


def test_a_message_that_failed_for_good_keeps_no_secret():
    a_message(letter=Letter(subject="two\nlines", body="Your code is 123456"), secret=True)
    OutboxMessage.objects.update(attempts=7)
    deliver_due_messages(now=NOW)
    message = OutboxMessage.objects.get()
    assert (message.status, message.body) == ("failed", "")


def test_once_sends_what_is_due_and_ends(mailoutbox, capsys):
    a_message("code:1", now=timezone.now())
    a_message("code:2", now=timezone.now() + timedelta(hours=1))
    with as_runtime():
        call_command("deliver_outbox", "--once")
    assert (capsys.readouterr().out, len(mailoutbox)) == ("1 sent\n", 1)


@pytest.fixture
def superuser(services_environment):
    address = services_environment["WAYMARK_SUPERUSER_DATABASE_URL"]
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection


@pytest.fixture
def mailer(services_environment, superuser, tmp_path):
    """The real process, without a broker."""
    child = localservices.start(
        [sys.executable, "manage.py", "deliver_outbox"],
        name="mailer",
        log=tmp_path / "mailer.log",
        environment=services_environment | {"REDIS_URL": "redis://127.0.0.1:9/0"},
    )
    try:
        wait_until(lambda: backends_of_the_mailer(superuser))
        yield child
    finally:
        child.stop()


def backends_of_the_mailer(superuser):
    """Whoever listens or has looked for mail in this test's database, its start behind it."""
    own = connection.cursor().execute("SELECT pg_backend_pid(), current_database()").fetchone()
    query = (
        "SELECT pid FROM pg_stat_activity WHERE pid <> %s AND datname = %s AND state = 'idle'"
        " AND query IN ('COMMIT', 'LISTEN waymark_outbox')"
    )
    return superuser.execute(query, own).fetchall()


def wait_until(ready, *, seconds=15.0):
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
def test_a_code_leaves_without_the_broker(mailer, mail_folder):
    a_message(now=timezone.now())
    wait_until(lambda: len(mails_in(mail_folder)) == 1)


@pytest.mark.django_db(transaction=True)
def test_the_mailer_survives_the_loss_of_its_database_connection(mailer, mail_folder, superuser):
    for (pid,) in backends_of_the_mailer(superuser):
        superuser.execute("SELECT pg_terminate_backend(%s)", [pid])
    a_message(now=timezone.now())
    wait_until(lambda: len(mails_in(mail_folder)) == 1)


@pytest.mark.django_db(transaction=True)
def test_the_mailer_ends_cleanly_when_it_is_asked_to(mailer):
    mailer.process.send_signal(signal.SIGTERM)
    assert mailer.process.wait(5) == 0


@pytest.fixture
def mail_folder(services_environment):
    return Path(services_environment["WAYMARK_MAIL_DIR"])


def mails_in(folder):
    return list(folder.glob("*"))
