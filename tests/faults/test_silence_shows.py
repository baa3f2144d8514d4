"""R12: when beat, the workers or the mail stand still, people are told: a banner, and 503 for the monitor."""

from datetime import timedelta

import pytest
import time_machine

from clinic.models import MessageKind, OutboxMessage
from clinic.services.post import Letter, post_message
from clinic.tasks import deliver_outbox
from programmes.tasks import plan_review_runs, review_changed_patients, run_planned_reviews
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


def live(*, hours, after=0, without=()):
    """Ticks of a day, every quarter of an hour near the nightly review, as far as they happen."""
    for quarter in range(4 * hours):
        with time_machine.travel(NOON + timedelta(hours=after, minutes=15 * quarter), tick=False):
            for task in (PLANS, RUNS, CHANGED, MAILS):
                if task not in without:
                    task()


def seen(client, member, *, hours):
    """The monitor's status, and whether the queue warns."""
    with time_machine.travel(NOON + timedelta(hours=hours), tick=False):
        sign_in_staff(client, member)
        return client.get("/healthz/ready").status_code, BANNER in client.get("/review/").content.decode()


@pytest.mark.parametrize(
    ("stands_still", "status", "warns"),
    [("nothing", 200, False), ("beat", 503, True), ("planning", 503, True), ("worker", 503, True)],
)
def test_a_night_that_was_not_reviewed_shows_within_26_hours_of_the_last(
    client, member, stands_still, status, warns
):
    live(hours=27, after=1, without=STANDS_STILL[stands_still])
    assert seen(client, member, hours=28) == (status, warns)


@pytest.mark.parametrize(("sent", "status"), [(True, 200), (False, 503)])
def test_mail_that_stands_still_shows_after_a_quarter_of_an_hour(client, member, sent, status):
    with time_machine.travel(NOON + timedelta(hours=1), tick=False) as moment:
        letter = Letter("A safety answer is waiting", "Open the review queue.")
        address = {"to_address": "duty@clinic.example", "key": "one", "letter": letter}
        post_message(kind=MessageKind.SAFETY_ALERT, now=NOON + timedelta(hours=1), **address)
        moment.shift(60)
        deliver_outbox() if sent else None
    assert OutboxMessage.objects.count() == 1
    assert seen(client, member, hours=1.3)[0] == status
