"""Staff see when a phone says a walk was entered, and when it came, where the two differ."""

from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from programmes.services.walk_logging import WalkEntry, log_walk
from tests.clinic.review.items import NOW, TODAY, an_item, page
from tests.factories import DUTY_LETTER

pytestmark = pytest.mark.django_db


def remarks_of(client, clinic, recorded_at):
    item = an_item(clinic)
    programme = item.patient.programmes.first()
    log_walk(
        patient=item.patient,
        programme=programme,
        entry=WalkEntry(client_uuid=uuid7(), walked_on=TODAY, minutes=77),
        duty_letter=DUTY_LETTER,
        by=item.patient.user,
        now=NOW,
        recorded_at=recorded_at,
    )
    rows = client.get(page(item)).context["walks"]
    return [row.remarks for row in rows if row.amount.startswith("77")]


def test_a_walk_that_waited_on_a_phone_names_both(client, clinic, ada):
    said = remarks_of(client, clinic, NOW - timedelta(days=2, hours=3))
    assert [remark for remark in said[0] if "phone" in remark] == [
        "entered on the phone 18 Nov 2026 06:00 by its clock, received 20 Nov 09:00"
    ]


def test_a_phone_a_year_off_is_seen(client, clinic, ada):
    said = remarks_of(client, clinic, NOW - timedelta(days=365))
    assert [remark for remark in said[0] if "phone" in remark] == [
        "entered on the phone 20 Nov 2025 09:00 by its clock, received 20 Nov 09:00"
    ]


@pytest.mark.parametrize("recorded_at", [None, NOW - timedelta(minutes=4)])
def test_a_walk_that_came_at_once_says_nothing_of_clocks(client, clinic, ada, recorded_at):
    said = remarks_of(client, clinic, recorded_at)
    assert [remark for remark in said[0] if "phone" in remark] == []
