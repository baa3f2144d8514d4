"""A dry run counts what the nights would have raised under another setting, and writes nothing."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command

from clinic.models import Role
from programmes.clinical.thresholds import Setting
from programmes.models import ChangedPatient, Flag, ReviewItem, ReviewRun, Walk
from programmes.services.dry_running import dry_run
from programmes.services.own_thresholds import set_patient_thresholds
from tests.factories import START, a_clinic, a_patient, a_programme, a_staff_member, a_walk

pytestmark = pytest.mark.django_db
SILENT_FROM = 42  # daily walks before
LAST = START + timedelta(days=SILENT_FROM + 11)  # twelve silent days
CHOICES = {"balanced": Setting(), "ten days": Setting(silence_days=10)}


@pytest.fixture
def clinic():
    return a_clinic(slug="elm")


@pytest.fixture
def leads(clinic):
    return [a_staff_member(clinic, name=name) for name in ("Ann Asher", "Bo Birch")]


def silent(lead, *, from_day=SILENT_FROM, known_late=()):
    """Walks daily until `from_day`, then not; the days of `known_late` came in a week after."""
    programme = a_programme(a_patient(lead.clinic, lead=lead), lead, days=7)
    for day in range(from_day):
        a_walk(programme, START + timedelta(days=day))
    for day in known_late:
        on = START + timedelta(days=day)
        a_walk(programme, on, now=datetime.combine(on, datetime.min.time(), tzinfo=UTC) + timedelta(days=7))
    return programme


def by_name(found):
    return {
        name: {found.names[holder]: count for holder, count in counted.flags.items() if count}
        for name, counted in found.counted.items()
    }


def test_flags_are_counted_by_clinician_for_each_setting(clinic, leads):
    ann, bo = leads
    silent(ann)
    silent(ann, from_day=SILENT_FROM + 5)  # seven silent days
    silent(bo)
    found = dry_run(clinic=clinic, choices=CHOICES, last=LAST)
    assert by_name(found) == {
        "balanced": {"Ann Asher": 2, "Bo Birch": 1},
        "ten days": {"Ann Asher": 1, "Bo Birch": 1},
    }
    assert [dict(each.codes) for each in found.counted.values()] == [
        {"ADHERENCE_DROPPED": 3},
        {"ADHERENCE_DROPPED": 2},
    ]
    assert (found.patients, found.failed) == (3, 0)


def test_the_nights_are_those_of_eight_weeks(clinic):
    found = dry_run(clinic=clinic, choices=CHOICES, last=LAST)
    assert (found.first, found.last) == (LAST - timedelta(days=55), LAST)


def test_what_stood_before_the_first_night_is_no_new_flag(clinic, leads):
    silent(leads[0])
    weeks_later = LAST + timedelta(days=14)
    found = dry_run(clinic=clinic, choices=CHOICES, last=weeks_later, weeks=2)
    assert [each.flags.total() for each in found.counted.values()] == [0, 0]


def test_a_walk_that_came_later_is_not_read_on_the_nights_before(clinic, leads):
    """Both walked on the third silent day; one told it a week after: on the nights between it was silent."""
    ann, bo = leads
    silent(ann, known_late=[SILENT_FROM + 2])
    a_walk(silent(bo), START + timedelta(days=SILENT_FROM + 2))
    found = dry_run(clinic=clinic, choices=CHOICES, last=START + timedelta(days=SILENT_FROM + 5))
    assert by_name(found)["balanced"] == {"Ann Asher": 1}


def test_a_patients_own_choice_goes_before_the_setting(clinic, leads):
    programme = silent(leads[0])
    own = {"setting": Setting(silence_days=10), "reason": "shifts", "seen": 0}
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    set_patient_thresholds(patient=programme.patient, **own, by=leads[0], now=now)
    found = dry_run(clinic=clinic, choices={"four": Setting(silence_days=4)}, last=LAST - timedelta(days=6))
    assert found.counted["four"].flags.total() == 0


def test_nothing_is_written(clinic, leads):
    silent(leads[0])
    tables = (Flag, ReviewItem, ReviewRun, Walk, ChangedPatient)
    before = [model.objects.count() for model in tables]
    dry_run(clinic=clinic, choices=CHOICES, last=LAST)
    assert [model.objects.count() for model in tables] == before


def test_another_clinics_patients_are_not_counted(clinic):
    silent(a_staff_member(a_clinic(name="Oak Clinic"), Role.CLINICIAN))
    assert dry_run(clinic=clinic, choices=CHOICES, last=LAST).patients == 0


def test_the_command_prints_a_table(clinic, leads, capsys):
    silent(leads[0])
    silent(leads[1], from_day=SILENT_FROM + 5)
    at = datetime.combine(LAST + timedelta(days=1), datetime.min.time(), tzinfo=UTC) + timedelta(hours=12)
    with time_machine.travel(at, tick=False):
        call_command("dry_run", clinic="elm", silence_days=10)
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        f"{LAST - timedelta(days=55)} to {LAST}, 2 patients with a programme that runs now".split(),
        ["new", "flags", "(new", "items)", "as", "now", "as", "asked"],
        ["Ann", "Asher", "1", "(1)", "1", "(1)"],
        ["Bo", "Birch", "1", "(1)", "0", "(0)"],
        ["all", "2", "(2)", "1", "(1)"],
        ["-", "ADHERENCE_DROPPED", "2", "1"],
    ]


@pytest.mark.parametrize("wrong", [{"silence_days": 11}, {"weeks": 0}])
def test_the_command_refuses_what_cannot_be(clinic, wrong):
    with pytest.raises(CommandError):
        call_command("dry_run", clinic="elm", **wrong)
