"""R12: when beat, the workers or the mail stand still, people are told: a banner, 503 for the monitor, and
silence for the dead-man service."""

from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
import time_machine
from structlog.testing import capture_logs

from clinic.models import MessageKind, OutboxMessage
from clinic.services.post import Letter, post_message
from clinic.tasks import deliver_outbox
from programmes.tasks import plan_review_runs, review_changed_patients, run_planned_reviews, tell_dead_man
from tests.factories import NOON, a_clinic, a_patient, a_programme, a_staff_member
from tests.signing_in import sign_in_staff

pytestmark = [pytest.mark.faults, pytest.mark.django_db]

PLANS, RUNS, CHANGED, MAILS = plan_review_runs, run_planned_reviews, review_changed_patients, deliver_outbox
BANNER = "do not read it as"
STANDS_STILL = {
    "nothing": (),
    "beat": (PLANS, RUNS, CHANGED, MAILS),
    "planning": (PLANS, CHANGED),
    "worker": (RUNS,),
}


@pytest.fixture
def member():
    """Of a clinic where a programme has run for weeks, and everything ran until now."""
    clinic = a_clinic()
    member = a_staff_member(clinic)
    a_programme(a_patient(clinic), member)
    live(hours=1)
    return member


@pytest.fixture
def calls(settings):
    """What a dead-man service hears, on a real socket."""
    heard = []

    class Service(BaseHTTPRequestHandler):
        def do_GET(self):
            heard.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_words):
            """Not to the terminal."""

    service = HTTPServer(("127.0.0.1", 0), Service)
    settings.PING_URL = f"http://127.0.0.1:{service.server_port}/our-own-secret"
    Thread(target=service.serve_forever, daemon=True).start()
    yield heard
    service.shutdown()
    service.server_close()


def live(*, hours, after=0, without=()):
    """Ticks of a day, every quarter of an hour near the nightly review, as far as they happen."""
    for quarter in range(4 * hours):
        with time_machine.travel(NOON + timedelta(hours=after, minutes=15 * quarter), tick=False):
            for task in (PLANS, RUNS, CHANGED, MAILS):
                if task not in without:
                    task()


def seen(client, member, *, hours):
    """The monitor's status, and whether the queue warns; the dead-man service is called where all is well."""
    with time_machine.travel(NOON + timedelta(hours=hours), tick=False):
        tell_dead_man()
        sign_in_staff(client, member)
        return client.get("/healthz/ready").status_code, BANNER in client.get("/review/").content.decode()


@pytest.mark.parametrize(
    ("stands_still", "status", "warns"),
    [("nothing", 200, False), ("beat", 503, True), ("planning", 503, True), ("worker", 503, True)],
)
def test_a_night_that_was_not_reviewed_shows_within_26_hours_of_the_last(
    client, member, calls, stands_still, status, warns
):
    live(hours=27, after=1, without=STANDS_STILL[stands_still])
    assert seen(client, member, hours=28) == (status, warns)
    assert calls == ([] if warns else ["/our-own-secret"])


@pytest.mark.parametrize(("sent", "status"), [(True, 200), (False, 503)])
def test_mail_that_stands_still_shows_after_a_quarter_of_an_hour(client, member, calls, sent, status):
    with time_machine.travel(NOON + timedelta(hours=1), tick=False) as moment:
        letter = Letter("A safety answer is waiting", "Open the review queue.")
        address = {"to_address": "duty@clinic.example", "key": "one", "letter": letter}
        post_message(kind=MessageKind.SAFETY_ALERT, now=NOON + timedelta(hours=1), **address)
        moment.shift(60)
        deliver_outbox() if sent else None
    assert OutboxMessage.objects.count() == 1
    assert seen(client, member, hours=1.3)[0] == status
    assert len(calls) == (status == 200)


def test_an_alert_that_came_back_is_shown_and_does_not_drown_the_alarm(client, member, calls):
    letter = Letter("A safety answer is waiting", "Open the review queue.")
    address = {"to_address": "duty@clinic.example", "key": "one", "letter": letter}
    post_message(kind=MessageKind.SAFETY_ALERT, now=NOON + timedelta(hours=1), **address)
    OutboxMessage.objects.update(status="failed")
    assert seen(client, member, hours=2)[0] == 503
    assert calls == ["/our-own-secret"]


def test_an_alarm_that_is_not_reached_stops_nothing_and_its_address_stays_secret(member, settings):
    settings.PING_URL = "http://127.0.0.1:9/our-own-secret"
    with time_machine.travel(NOON + timedelta(hours=1), tick=False), capture_logs() as lines:
        tell_dead_man()
    assert lines == [{"event": "dead-man-not-reached", "log_level": "warning"}]


def test_where_nobody_listens_nobody_is_called(member, calls, settings):
    settings.PING_URL = ""
    tell_dead_man()
    assert calls == []
