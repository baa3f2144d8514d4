"""What row-level security costs: the same requests as the runtime role and as one that the policies let pass.

`make figures` takes 320 patients with 20,000 walks in two clinics and records the ratio; the ordinary run
takes a tenth of that and asserts that both roles get their pages, and how the policy stands in the plans.
"""

import os
import statistics
from copy import copy
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from uuid_utils.compat import uuid7

from clinic.tenancy import act_for
from programmes.clinical.diary import Finding
from programmes.models import Walk
from programmes.services.flagging import raise_flag
from tests.access.asking import environ
from tests.benchmarks.cpu import cpu_seconds_of
from tests.conftest import _set_role, as_runtime, as_superuser
from tests.factories import NOON, a_clinic, a_patient, a_programme, a_staff_member, a_walk
from tests.figures import RECORD, Figure, record
from tests.programmes.test_wording import PAIN
from tests.signing_in import sign_in_patient, sign_in_staff

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = NOON.date()
IN_FIGURES = bool(os.environ.get(RECORD))
PATIENTS, WALKS = (160, 63) if IN_FIGURES else (31, 20)  # for each of two clinics; walks of each patient
ROUNDS, REQUESTS, WARM_UP = (12, 10, 3) if IN_FIGURES else (1, 1, 1)
WITH, WITHOUT = "waymark_runtime", "waymark_unbound"  # the second has the same rights and passes the policies

UNBOUND = """
DO $$ BEGIN CREATE ROLE waymark_unbound; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
ALTER ROLE waymark_unbound BYPASSRLS;
GRANT waymark_runtime TO waymark_unbound;
GRANT waymark_unbound TO waymark_test;
"""


@pytest.fixture
def pages():
    """Each promised page by name: (client, method, path, body)."""
    with time_machine.travel(NOON, tick=False):
        full, patient, item = filled_clinic(flagged=30)
        single, _patient, _item = filled_clinic(flagged=1)
        with as_superuser() as owner:
            owner.execute(UNBOUND)
            owner.execute("ANALYZE")
        walker, nurse, other = (
            sign_in_patient(Client(), patient),
            sign_in_staff(Client(), full),
            sign_in_staff(Client(), single),
        )
        yield {
            "today": (walker, "GET", "/today/", {}),
            "saving a walk": (walker, "POST filled", "/walks/new/", a_form()),
            "queue, 1 row": (other, "GET", "/review/", {}),
            "queue, 30 rows": (nurse, "GET", "/review/", {}),
            "review item": (nurse, "GET", f"/review/{item.pk}/", {}),
        }


def a_form():
    return {
        "client_uuid": [str(uuid7())],
        "walked_on": [TODAY.isoformat()],
        "minutes": ["15"],
        "pain_before": ["4"],
        "pain_after": ["3"],
        "symptoms": ["none"],
    }


def filled_clinic(*, flagged):
    """A clinic with many diaries; its clinician, a patient with a running programme, and an item."""
    clinic = a_clinic()
    clinician = a_staff_member(clinic)
    programmes = [a_programme(a_patient(clinic), clinician) for _patient in range(PATIENTS)]
    first = a_walk(programmes[0], TODAY - timedelta(days=1)).walk
    Walk.objects.bulk_create(
        [another(first, programme, days) for programme in programmes for days in range(2, WALKS + 2)], 1000
    )
    for programme in programmes[1 : flagged + 1]:
        finding = Finding("PAIN_RISING", "amber", PAIN)
        raise_flag(patient=programme.patient, programme=programme, finding=finding, on=TODAY, now=NOON)
    return clinician, programmes[0].patient, programmes[1].patient.review_items.get()


def another(walk, programme, days_ago):
    made = copy(walk)
    made.pk, made.client_uuid, made._state = uuid7(), uuid7(), copy(walk._state)
    made.patient_id, made.programme_id = programme.patient_id, programme.pk
    made.target_revision_id = programme.revisions.all()[0].pk if days_ago == 2 else None
    made.walked_on = TODAY - timedelta(days=days_ago)
    made.received_at = NOON - timedelta(days=days_ago)
    return made


def cost(role, page):
    """Seconds of CPU of the page, asked by this role; what it wrote is taken back."""
    client, method, path, body = page
    answered = []
    with transaction.atomic():
        _set_role(role)
        seconds = cpu_seconds_of(
            lambda: answered.append(client.handler(environ(client, method, path, body)).status_code)
        )
        transaction.set_rollback(True)
    _set_role("waymark_maintenance")
    assert answered == [302 if method.startswith("POST") else 200]
    return seconds


def test_the_policies_cost_little(pages):
    taken = {(name, role): [] for name in pages for role in (WITH, WITHOUT)}
    for number in range(ROUNDS):
        for name, page in pages.items():
            for role in (WITH, WITHOUT) if number % 2 else (WITHOUT, WITH):
                taken[name, role] += [cost(role, page) for _request in range(WARM_UP + REQUESTS)][WARM_UP:]
    for name in pages:
        bound, free = (statistics.median(taken[name, role]) for role in (WITH, WITHOUT))
        record(Figure(f"row-level security on {name}, CPU with / without", bound / free, "<= 1.1"))
    assert {len(seconds) for seconds in taken.values()} == {ROUNDS * REQUESTS}


def test_policies_name_the_clinic_in_the_index_and_ask_for_hidden_records_once():
    """As filters on each row they would be asked thousands of times a page."""
    with transaction.atomic(), as_runtime():
        act_for(clinic_id=uuid7())
        connection.cursor().execute("SET LOCAL enable_seqscan = off")  # the tables are empty here
        plan = explained("SELECT count(*) FROM programmes_walk WHERE minutes > 0")
    in_lines = {
        what: [line.split(":")[0].strip() for line in plan if what in line]
        for what in ("current_setting", "waymark_hidden()", "(InitPlan 1)")
    }
    assert in_lines == {
        "current_setting": ["Index Cond"],
        "waymark_hidden()": ["Output"],  # of InitPlan 1, which runs once
        "(InitPlan 1)": ["Filter"],
    }


def explained(statement):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (VERBOSE, COSTS OFF) {statement}")
        return [line for (line,) in cursor.fetchall()]
