"""A copy of a long record, as a figure: seconds are recorded, not asserted."""

import io
import time
from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from patients.data_file import write_zip
from patients.services.record_export import export_own_record
from programmes.models import Walk
from tests.factories import NOON, a_clinic, a_patient, a_programme, a_staff_member
from tests.figures import Figure, record


@pytest.mark.django_db
def test_a_copy_of_a_thousand_walks():
    clinic = a_clinic()
    programme = a_programme(a_patient(clinic), a_staff_member(clinic))
    on = NOON.date()
    walks = [
        Walk(
            clinic=clinic,
            patient=programme.patient,
            programme=programme,
            client_uuid=uuid7(),
            minutes=15,
            walked_on=on - timedelta(days=number),
            received_on=on,
            received_at=NOON,
            time_zone="Europe/London",
            pain_before=3,
            pain_after=4,
            note="a note of some length",
        )
        for number in range(1000)
    ]
    Walk.objects.bulk_create(walks)
    began = time.perf_counter()
    copy = export_own_record(patient=programme.patient, now=NOON)
    write_zip(copy, io.BytesIO())
    record(Figure("copy of a record with 1,000 walks", time.perf_counter() - began, "<= 5 s"))
    assert len(copy.tables["programmes.Walk"]) == 1000
