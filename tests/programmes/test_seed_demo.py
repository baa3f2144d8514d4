"""The demo's data: once, complete, and each clinic for itself."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from clinic.models import Absence, Clinic, StaffMember, User
from patients.models import Patient
from patients.services.letters import why_no_letter
from programmes.models import Flag, Programme, ReviewItem, ReviewRun, Source, Walk
from programmes.services.nights import run_planned_reviews


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def elm(django_db_setup: None, django_db_blocker: DjangoDbBlocker, state: Path) -> Iterator[Clinic]:
    """The demo, seeded once for all of these tests and taken back after them: it takes six seconds."""
    with override_settings(DEMO=True, STATE_DIR=state), django_db_blocker.unblock(), transaction.atomic():
        call_command("seed_demo")
        yield Clinic.objects.get(slug="elm")
        transaction.set_rollback(True)


def names_in(clinic):
    return {patient.full_name for patient in Patient.objects.for_clinic(clinic)}


def test_the_demo_is_complete_and_a_second_seeding_changes_nothing(elm):
    call_command("seed_demo")
    programmes = Programme.objects.for_clinic(elm)
    assert {
        "staff": StaffMember.objects.for_clinic(elm).count(),
        "patients": Patient.objects.for_clinic(elm).count(),
        "real diaries": Patient.objects.for_clinic(elm).filter(reference__startswith="real diary").count(),
        "drafts": programmes.filter(status="draft").count(),
        "finished": programmes.filter(status="completed").count(),
        "waiting nights": ReviewRun.objects.for_clinic(elm).filter(status="waiting").count(),
        "safety": Flag.objects.for_clinic(elm).unresolved().filter(code="SAFETY").count(),
    } == {
        "staff": 4,
        "patients": 63,
        "real diaries": 20,
        "drafts": 1,
        "finished": 2,
        "waiting nights": 3,
        "safety": 1,
    }


def test_the_sign_ins_are_written_down(elm, state):
    written = (state / "sign-ins.txt").read_text()
    assert (
        "june.hart@mail.example" in written,
        "Margaret Doyle, patient, born 14 September 1955" in written,
    ) == (
        True,
        True,
    )


def test_a_patient_without_an_address_can_be_given_a_letter(elm):
    patient = Patient.objects.for_clinic(elm).get(given_name="Margaret", family_name="Doyle")
    assert (patient.user.email, why_no_letter(patient, timezone.now())) == (None, None)


def test_the_queue_has_something_in_every_tab(elm):
    items = ReviewItem.objects.for_clinic(elm)
    statuses = {"requested", "in-progress", "on-hold", "completed"}
    assert set(items.values_list("status", flat=True)) == statuses


def test_a_colleague_is_away_and_the_clinician_covers_items_that_wait(elm):
    clinician = StaffMember.objects.for_clinic(elm).get(user__email="clinician@elm.example")
    today = timezone.now().astimezone(elm.zone).date()
    away = Absence.objects.covered_by(clinician, today)
    waiting = ReviewItem.objects.for_clinic(elm).open().filter(patient__lead__in=away)
    assert (away.count(), waiting.exists()) == (1, True)


def test_the_nights_that_wait_raise_flags(elm):
    with transaction.atomic():
        runs = list(run_planned_reviews(now=timezone.now(), clinic=elm))
        transaction.set_rollback(True)
    assert len(runs) == 3
    assert sum(run.flags_raised for run in runs) >= 2


def test_real_diaries_end_yesterday(elm):
    now = timezone.now().astimezone(elm.zone)
    newest = Walk.objects.for_clinic(elm).filter(source=Source.IMPORT).latest("walked_on")
    assert newest.walked_on == now.date() - timedelta(days=1)


def test_nobody_is_at_home_in_both_clinics(elm):
    ash = Clinic.objects.get(slug="ash")
    assert names_in(ash).isdisjoint(names_in(elm))
    assert not User.objects.filter(memberships__clinic=elm).filter(memberships__clinic=ash).exists()
    assert Walk.objects.for_clinic(ash).exclude(patient__in=Patient.objects.for_clinic(ash)).count() == 0


@override_settings(DEMO=False)
def test_accounts_with_a_published_password_are_made_in_a_demo_only():
    with pytest.raises(CommandError, match="only with WAYMARK_DEMO=1"):
        call_command("seed_demo")
