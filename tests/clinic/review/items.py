"""Items of the review queue, and what a browser sends about them."""

from datetime import UTC, date, datetime, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from programmes.clinical.diary import Finding
from programmes.models import ReviewItem
from programmes.services import reviewing
from programmes.services.flagging import raise_flag
from tests.factories import a_patient, a_programme, a_walk
from tests.programmes.test_wording import PAIN

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


SAFETY = {"items": ["chest_pain"], "fall": "none", "route": "999", "rule_version": "2025.2"}
# Session, user, the actor, membership, the clinic and the read log come with every page; the queue reads five
# times.
PAGE_QUERIES, QUEUE_QUERIES = 6, 5


def an_item(clinic, *, code="PAIN_RISING", severity="amber", evidence=PAIN, at=NOW, patient=None):
    """One flag in one open item."""
    patient = patient or a_patient(clinic)
    finding = Finding(code, severity, evidence)
    flag = raise_flag(patient=patient, programme=None, finding=finding, on=TODAY, now=at)
    return ReviewItem.objects.get(pk=flag.item_id)


def a_full_item(clinic, staff):
    """With a programme, walks and a contact, as a row shows them."""
    programme = a_programme(a_patient(clinic, phone="01632 960 200"), staff, starts_on=date(2026, 10, 5))
    for days in (1, 3, 10):
        a_walk(programme, TODAY - timedelta(days=days), pain=4)
    item = an_item(clinic, patient=programme.patient)
    contact = reviewing.Contact(channel="phone", result="no-answer")
    reviewing.record_contact(item=item, contact=contact, by=staff, now=NOW)
    return item


def queries_of(client, path):
    """How many statements the page ran, savepoints aside."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return sum("SAVEPOINT" not in query["sql"] for query in captured)


def page(item):
    return f"/review/{item.pk}/"


def act(client, item, verb, **fields):
    return client.post(f"/review/{item.pk}/{verb}/", fields)


def close(client, item, *, outcome="already-known", note="", seen=None):
    shown = [flag.as_read for flag in item.flags.all()] if seen is None else seen
    return act(client, item, "close", **{"close-outcome": outcome, "close-note": note, "seen": shown})


def stored(item):
    return ReviewItem.objects.get(pk=item.pk)


def attempt(client, item, result):
    act(client, item, "contact", **{"contact-channel": "phone", "contact-result": result})
