"""The price of hiding limited records, and what it must never hide: recorded by `make figures`.

Pages are measured in CPU with the policies and without them, in turns, on the same connection and rows; the
median of many rounds of each. A test says nothing about time (figures do); it says what the queue holds.
"""

import os
from statistics import median

import psycopg
import pytest
import time_machine
from django.test import Client

from clinic.permissions import OPERATOR, VERBS
from programmes.clinical.diary import Finding
from programmes.models import ReviewItem
from programmes.services.flagging import raise_flag
from tests.benchmarks.cpu import cpu_seconds_of
from tests.factories import NOON, a_clinic, a_patient, a_programme, a_staff_member, a_walk, limit
from tests.figures import RECORD, Figure, record
from tests.programmes.test_wording import PAIN
from tests.signing_in import sign_in_patient, sign_in_staff

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.parametrize("limited", [0, 5])]
PATIENTS, FLAGGED, ROUNDS = (300, 50, 40) if RECORD in os.environ else (30, 20, 1)


@pytest.fixture
def house(limited):
    """Patients, a part of them in the queue, the first few limited by another clinician."""
    clinic = a_clinic()
    lead, colleague = a_staff_member(clinic), a_staff_member(clinic)
    patients = [a_patient(clinic, lead=lead, phone="01632 960 300") for _each in range(PATIENTS)]
    for patient in patients[:FLAGGED]:
        programme = a_programme(patient, lead)
        a_walk(programme, NOON.date(), now=NOON)
        finding = Finding("PAIN_RISING", "amber", PAIN)
        raise_flag(patient=patient, programme=programme, finding=finding, on=NOON.date(), now=NOON)
    for patient in patients[:limited]:
        limit(patient)
    return colleague, patients[FLAGGED - 1]


def cost(client, path):
    """Seconds of CPU of the page, the median of three."""
    return median(cpu_seconds_of(lambda: client.get(path)) for _round in range(3))


class Policies:
    """The restrictive policies of the database, taken away and put back by their owner."""

    def __init__(self):
        self.owner = psycopg.connect(os.environ["MIGRATOR_DATABASE_URL"], autocommit=True)
        self.rules = self.owner.execute(
            "SELECT tablename, qual, cmd FROM pg_policies WHERE policyname = 'limited_rows'"
        ).fetchall()

    def drop(self):
        for table, _rule, _command in self.rules:
            self.owner.execute(f"DROP POLICY limited_rows ON {table}")

    def restore(self):
        for table, rule, command in self.rules:
            self.owner.execute(
                f"CREATE POLICY limited_rows ON {table} AS RESTRICTIVE FOR {command} USING ({rule})"
            )


@pytest.mark.parametrize("page", ["queue", "today"])
def test_hiding_costs_little(house, limited, page):
    colleague, patient = house
    with time_machine.travel(NOON, tick=False):
        staff, walker = sign_in_staff(Client(), colleague), sign_in_patient(Client(), patient)
        client, path = (staff, "/review/") if page == "queue" else (walker, "/today/")
        policies, with_them, without = Policies(), [], []
        for _round in range(ROUNDS):
            with_them.append(cost(client, path))
            policies.drop()
            try:
                without.append(cost(client, path))
            finally:
                policies.restore()
    share = 100 * (median(with_them) / median(without) - 1)
    record(Figure(f"limits on {page}, {limited} of {PATIENTS} limited, % more CPU", round(share, 2), "<= 3"))
    assert len(policies.rules) > 10


def test_no_item_is_lost(house, limited):
    colleague, _patient = house
    with time_machine.travel(NOON, tick=False):
        answer = sign_in_staff(Client(), colleague).get("/review/")
    rows = answer.context["rows"]
    hidden = [row for row in rows if row.is_limited]
    record(Figure(f"items lost from the queue, {limited} limited", FLAGGED - len(rows), "== 0"))
    named = [row for row in hidden if "Walker" in row.name]
    record(Figure(f"names of limited records in the queue, {limited} limited", len(named), "== 0"))
    columns = len(set().union(*VERBS.values()) - {OPERATOR}) + 1
    record(Figure("cells of the table of verbs and roles", columns * len(VERBS), ">= 1"))
    assert (len(rows), len(hidden), ReviewItem.objects.count()) == (FLAGGED, limited, FLAGGED)
