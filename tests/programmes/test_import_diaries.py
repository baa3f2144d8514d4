"""Kept diaries become patients: everything or nothing, and only once."""

from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from patients.models import Patient
from programmes.models import Programme, ProgrammeWeek, Walk
from tests.factories import a_clinic, a_staff_member

pytestmark = pytest.mark.django_db

PATIENTS = """patient_id,programme_start,planned_sessions_per_week,last_date
D1,2026-01-05,3,2026-02-01
D2,2026-01-12,5,2026-02-01
"""
LOGS = """patient_id,date,minutes,pain
D1,2026-01-05,20,4
D1,2026-01-07,12,
D1,2026-01-09,30,0
D2,2026-01-13,25,6
"""


@pytest.fixture
def clinic():
    clinic = a_clinic()
    a_staff_member(clinic)
    return clinic


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path)


def written(folder: Path, *, patients: str = PATIENTS, logs: str = LOGS) -> Path:
    (folder / "patients.csv").write_text(patients)
    (folder / "logs.csv").write_text(logs)
    return folder


def imported(folder, clinic, **options):
    call_command("import_diaries", str(folder), clinic=clinic.slug, **options)


def refusal(folder, clinic, **options):
    with pytest.raises(CommandError) as refused:
        imported(folder, clinic, **options)
    return str(refused.value).splitlines()


def test_each_diary_becomes_a_patient_with_a_running_programme(folder, clinic):
    imported(folder, clinic)
    rows = Programme.objects.for_clinic(clinic).order_by("patient__reference")
    assert list(rows.values_list("patient__reference", "status", "starts_on")) == [
        ("D1", "active", date(2026, 1, 5)),
        ("D2", "active", date(2026, 1, 12)),
    ]


def test_the_one_pain_score_stands_before_during_and_after(folder, clinic):
    imported(folder, clinic)
    walk = Walk.objects.get(patient__reference="D2")
    assert (walk.pain_before, walk.pain_worst, walk.pain_after) == (6, 6, 6)


def test_a_blank_pain_score_stays_missing(folder, clinic):
    imported(folder, clinic)
    walks = Walk.objects.filter(patient__reference="D1").order_by("walked_on")
    assert list(walks.values_list("pain_before", flat=True)) == [4, None, 0]


def test_a_walk_counts_as_received_on_its_own_day(folder, clinic):
    imported(folder, clinic)
    assert all(walk.received_on == walk.walked_on and walk.source == "import" for walk in Walk.objects.all())


def test_the_plan_asks_for_no_more_than_makes_every_logged_walk_count(folder, clinic):
    """Median 20 minutes, but the shortest walk of 12 counts up to a plan of 24."""
    imported(folder, clinic)
    week = ProgrammeWeek.objects.filter(programme__patient__reference="D1").first()
    assert (week.days, week.minutes) == (3, 20)


def test_a_second_import_changes_nothing(folder, clinic):
    imported(folder, clinic)
    before = list(Walk.objects.order_by("id").values())
    imported(folder, clinic)
    assert list(Walk.objects.order_by("id").values()) == before
    assert (Patient.objects.count(), Programme.objects.count()) == (2, 2)


def test_days_added_to_a_diary_are_added(folder, clinic):
    imported(folder, clinic)
    imported(written(folder, logs=LOGS + "D2,2026-01-20,25,7\n"), clinic)
    assert Walk.objects.filter(patient__reference="D2").count() == 2


def test_end_moves_every_date_by_the_same_number_of_days(folder, clinic):
    imported(folder, clinic, end="2026-02-11")
    days = Walk.objects.order_by("walked_on").values_list("walked_on", flat=True)
    assert [day.isoformat() for day in days] == ["2026-01-15", "2026-01-17", "2026-01-19", "2026-01-23"]


def test_every_bad_line_is_named_and_nothing_is_stored(tmp_path, clinic):
    bad = written(tmp_path, logs=LOGS + "D1,2026-01-10,20,11\nD9,2026-01-10,20,1\nD2,2026-01-14,-3,\n")
    assert refusal(bad, clinic) == [
        "logs.csv:6: pain '11' is not a whole number from 0 to 10",
        "logs.csv:7: unknown patient 'D9'",
        "logs.csv:8: minutes '-3' is not a whole number from 1 to 300",
    ]
    assert Patient.objects.count() == 0


def test_a_day_that_differs_from_the_stored_one_stops_the_whole_import(folder, clinic):
    imported(folder, clinic)
    changed = LOGS.replace("D2,2026-01-13,25,6", "D2,2026-01-13,25,7") + "D1,2026-01-20,20,4\n"
    assert refusal(written(folder, logs=changed), clinic) == [
        "D2: 2026-01-13 was imported before with other values"
    ]
    assert Walk.objects.count() == 4


def test_the_same_diary_moved_to_other_dates_is_refused(folder, clinic):
    imported(folder, clinic)
    assert refusal(folder, clinic, end="2026-02-11") == [
        "D1: was imported before with other dates",
        "D2: was imported before with other dates",
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"end": "2999-01-01"}, "--end 2999-01-01 is in the future"),
        ({"end": "yesterday"}, "'yesterday' is not a date (YYYY-MM-DD)"),
        ({"clinician": "nobody@clinic.example"}, "Elm Clinic has no clinician nobody@clinic.example: "),
    ],
)
def test_a_wrong_option_is_explained(folder, clinic, options, message):
    assert refusal(folder, clinic, **options)[0].startswith(message)


def test_an_unknown_clinic_is_answered_with_the_known_ones(folder, clinic):
    with pytest.raises(CommandError, match=f"No clinic is called 'oak'. There are: {clinic.slug}"):
        call_command("import_diaries", str(folder), clinic="oak")
