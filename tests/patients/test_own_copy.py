"""The patient's own table of walks and JSON, and the page that shows what staff see."""

import csv
import io
import json
import re
from datetime import date

import pytest

from clinic.models import OutboxMessage, ReadEntry
from clinic.spreadsheets import harmless
from patients.data_file import COLUMNS
from patients.models import RecordExport
from programmes.models import Walk
from tests.factories import NOON, a_patient, a_programme, a_walk
from tests.patients.walk_form import text_of
from tests.queries import DomainQueries

TODAY = NOON.date()
SEEN = "/your-data/seen/"


def taken(client, what, *, code=None):
    client.post("/your-data/code/")
    mail = OutboxMessage.objects.filter(kind="sign-in-code").latest("pk")
    return client.post("/your-data/copy/", {"code": code or mail.body.split()[3], "what": what})


def table(response):
    text = response.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_walks_as_a_table(signed_in, programme):
    a_walk(
        programme, date(2026, 11, 20), minutes=12, pain_before=3, pain_after=None, note="über Ünterlagen 🙂"
    )
    a_walk(programme, date(2026, 11, 19), minutes=14, flare=True, new_symptoms=())
    answer = taken(signed_in, "walks")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="waymark-walks-2026-11-21.csv"'
    assert answer["Cache-Control"] == "no-store"
    first, second = table(answer)
    assert (first["date"], first["minutes"], first["flare-up"], first["new symptoms"]) == (
        "2026-11-19",
        "14",
        "yes",
        "none",
    )
    assert (second["pain before (0-10)"], second["pain after (0-10)"]) == ("3", "")
    assert (second["note"], second["new symptoms"]) == ("über Ünterlagen 🙂", "")


def test_a_spreadsheet_reads_it_as_utf_8(signed_in, programme):
    a_walk(programme, TODAY, now=NOON)
    body = taken(signed_in, "walks").content
    assert body.startswith(b"\xef\xbb\xbfdate,minutes,")
    assert body.count(b"\r\n") == body.count(b"\n") == 2


@pytest.mark.parametrize("start", ["=1+1", "+44", "-1", "@SUM", "\tx", "\rx", "＝1"])
def test_no_cell_is_a_formula(start):
    assert harmless(start) == f"'{start}"
    assert harmless(f"a{start}") == f"a{start}"


def test_a_note_is_no_formula(signed_in, programme):
    a_walk(programme, TODAY, note='=HYPERLINK("http://evil.example")', now=NOON)
    (row,) = table(taken(signed_in, "walks"))
    assert row["note"] == '\'=HYPERLINK("http://evil.example")'


def test_a_walk_taken_back_is_not_in_the_table(signed_in, programme):
    walk = a_walk(programme, TODAY, now=NOON).walk
    signed_in.post(f"/walks/{walk.pk}/take-back/")
    assert Walk.objects.get().entered_in_error
    assert table(taken(signed_in, "walks")) == []


def test_everything_as_json(signed_in, programme, patient, clinic, clinician):
    a_walk(programme, TODAY, note="mine", now=NOON)
    a_walk(a_programme(a_patient(clinic), clinician), TODAY, note="not mine", now=NOON)
    answer = taken(signed_in, "json")
    record = json.loads(answer.content)
    assert answer["Content-Type"] == "application/json"
    assert (record["patient"], [walk["note"] for walk in record["tables"]["programmes.Walk"]]) == (
        str(patient.pk),
        ["mine"],
    )


@pytest.mark.parametrize("what", ["walks", "json"])
def test_each_file_needs_a_fresh_code_and_is_noted(signed_in, programme, what):
    assert taken(signed_in, what, code="000001").status_code == 422
    assert not RecordExport.objects.exists()
    taken(signed_in, what)
    assert RecordExport.objects.get().by_patient
    assert list(ReadEntry.objects.filter(kind="export").values_list("role", flat=True)) == ["patient"]


def test_three_files_a_day_whatever_they_are(signed_in, programme):
    statuses = [taken(signed_in, what).status_code for what in ("walks", "json", "everything", "walks")]
    assert statuses == [200, 200, 200, 422]


def test_another_kind_of_file_is_refused(signed_in, programme):
    assert taken(signed_in, "../record").status_code == 422


def test_every_column_is_a_field_of_a_walk():
    fields = {field.name for field in Walk._meta.concrete_fields}
    assert set(COLUMNS) - fields == set()


def test_what_staff_see_with_the_data(signed_in, programme, patient, clinic, clinician):
    a_walk(programme, TODAY, minutes=16, pain=4, new_symptoms=("lump",), note="Wet <b>leaves</b>", now=NOON)
    a_walk(a_programme(a_patient(clinic), clinician), TODAY, note="not mine", now=NOON)
    signed_in.post(
        "/not-walking/", {"client_uuid": "0192f0c1-2b6b-7000-8000-000000000001", "reason": "weather"}
    )
    text = text_of(signed_in.get(SEEN))
    for words in (
        patient.full_name,
        patient.user.email,
        "16 minutes. Pain 4 before, 4 after. New: A new lump or swelling on your back.",
        "“Wet &lt;b&gt;leaves&lt;/b&gt;”",
        "The weather is bad.",
        "You told us about something new or worrying. They have not closed it yet.",
    ):
        assert words in text
    assert "not mine" not in text


def test_reading_it_is_in_the_read_log(signed_in, programme, patient):
    signed_in.get(SEEN)
    entry = ReadEntry.objects.get(route="patients:what-staff-see")
    assert (entry.role, entry.patients) == ("patient", [patient.pk])


@pytest.mark.parametrize("count", [1, 30])
def test_it_costs_five_domain_queries(signed_in, programme, count):
    for minutes in range(count):
        a_walk(programme, TODAY, minutes=10 + minutes, now=NOON)
    with DomainQueries() as queries:
        shown = text_of(signed_in.get(SEEN))
    assert (queries.count, len(re.findall("Pain 3 before", shown))) == (5, min(count, 10))
