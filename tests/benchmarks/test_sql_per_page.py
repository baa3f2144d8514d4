"""The promised numbers of statements a page, with 1 row and with 30: recorded by `make figures`.

Promised are domain statements. Session, login, membership, the actor and savepoints come on top; they are
printed, and their limit only notices when something new creeps in.
"""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from uuid_utils.compat import uuid7

from programmes.clinical.diary import Finding
from programmes.models import ReviewItem
from programmes.services.flagging import raise_flag
from tests.factories import NOON, a_clinic, a_patient, a_programme, a_staff_member, a_walk
from tests.figures import Figure, record
from tests.programmes.test_wording import PAIN
from tests.queries import DomainQueries
from tests.signing_in import sign_in_patient, sign_in_staff

pytestmark = [pytest.mark.django_db, pytest.mark.parametrize("rows", [1, 30])]
TODAY = NOON.date()


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


def walking_patient(clinic, clinician, *, walks):
    programme = a_programme(a_patient(clinic, phone="01632 960 300"), clinician)
    for days in range(walks):
        a_walk(programme, TODAY - timedelta(days=days + 1))
    return programme


def patient_with(rows):
    clinic = a_clinic()
    programme = walking_patient(clinic, a_staff_member(clinic), walks=rows)
    return sign_in_patient(Client(), programme.patient)


def flagged_clinic(rows, *, walks=3):
    """`rows` patients in the queue; returns a signed-in client and the first item."""
    clinic = a_clinic()
    clinician = a_staff_member(clinic)
    for _row in range(rows):
        programme = walking_patient(clinic, clinician, walks=walks)
        finding = Finding("PAIN_RISING", "amber", PAIN)
        raise_flag(patient=programme.patient, programme=programme, finding=finding, on=TODAY, now=NOON)
    return sign_in_staff(Client(), clinician), ReviewItem.objects.first()


def figure(name, rows, queries, limit):
    record(Figure(f"domain SQL of {name}, rows: {rows}", queries.count, f"<= {limit}"))
    record(Figure(f"statements on top of {name}, rows: {rows}", len(queries.on_top), "<= 16"))


def test_today_reads_three_times(rows):
    client = patient_with(rows)
    with DomainQueries() as queries:
        client.get("/today/")
    figure("Today", rows, queries, 3)
    assert queries.count == 3, queries.domain


def test_saving_a_walk_takes_six(rows):
    client = patient_with(rows)
    answers = {
        "client_uuid": str(uuid7()),
        "walked_on": TODAY.isoformat(),
        "minutes": "15",
        "pain_before": "4",
        "pain_after": "3",
        "symptoms": ["none"],
    }
    with DomainQueries() as queries:
        assert client.post("/walks/new/", answers).status_code == 302
    figure("saving a walk", rows, queries, 6)
    assert queries.count == 6, queries.domain


def test_the_queue_reads_five_times(rows):
    client, _item = flagged_clinic(rows)
    with DomainQueries() as queries:
        client.get("/review/")
    figure("the review queue", rows, queries, 5)
    assert queries.count == 5, queries.domain


def test_an_item_reads_at_most_ten_times(rows):
    client, item = flagged_clinic(1, walks=rows)
    with DomainQueries() as queries:
        client.get(f"/review/{item.pk}/")
    figure("a review item", rows, queries, 10)
    assert queries.count <= 10, queries.domain
