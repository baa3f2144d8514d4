"""`manage.py run_review`: the worker's nights in the foreground."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from programmes.models import ReviewRun
from tests.factories import a_clinic, a_patient, a_programme, a_staff_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic():
    """A patient who was to start 20 days ago and has not walked."""
    clinic = a_clinic(slug="elm", review_hour=0)
    a_programme(a_patient(clinic), a_staff_member(clinic), starts_on=today(clinic) - timedelta(days=20))
    return clinic


def today(clinic):
    return timezone.now().astimezone(clinic.zone).date()


def said(capsys, **options):
    call_command("run_review", **options)
    return capsys.readouterr().out.splitlines()


def test_changed_patients_and_due_nights_are_reviewed_with_their_numbers(clinic, capsys):
    night = today(clinic) - timedelta(days=1)
    assert said(capsys) == [
        f"elm {night}: 1 patients reviewed, 1 flags raised, 0 cleared, 0 could not be evaluated",
        "elm: 1 changed patients reviewed",
    ]


def test_one_night_is_reviewed_once_and_again_with_full(clinic, capsys):
    night = today(clinic) - timedelta(days=3)
    line = f"elm {night}: 1 patients reviewed, {{}} flags raised, 0 cleared, 0 could not be evaluated"
    lines = [said(capsys, date=str(night), full=full) for full in (False, False, True)]
    assert lines == [
        [line.format(1)],
        [f"elm {night}: was done before (--full does it again)"],
        [line.format(0)],
    ]


def test_another_clinic_is_left_alone(clinic, capsys):
    a_clinic(slug="ash")
    said(capsys, clinic="elm")
    assert [run.clinic.slug for run in ReviewRun.objects.all()] == ["elm"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"clinic": "oak"}, "No clinic is called 'oak'. There are: elm"),
        ({"date": "2026-02-30"}, "'2026-02-30' is not a date"),
        ({"date": "2999-01-01"}, "2999-01-01 is not over yet at Elm Clinic"),
    ],
)
def test_a_wrong_option_is_explained(clinic, options, message):
    with pytest.raises(CommandError, match=message):
        call_command("run_review", **options)
