"""The cohort for measuring is what the rest of the code would have written."""

from datetime import date, timedelta
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from clinic.models import Clinic, HistoryEntry
from clinic.tenancy import acting_for
from programmes.management.commands._load_cohort import arrivals, people
from programmes.management.commands.seed_load import load
from programmes.models import Programme, Walk
from programmes.services.nights import review_night
from tests.factories import NOON

LAST_DAY = date(2026, 11, 20)
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "migrator"])


def small(seed=1):
    return load(patients=60, weeks=8, seed=seed, clinic_size=40, last_day=LAST_DAY)


def test_patients_stand_in_clinics_of_the_size_asked_for():
    small()
    assert sorted(
        Programme.objects.for_clinic(clinic).count()
        for clinic in Clinic.objects.filter(slug__startswith="load-")
    ) == [20, 40]


def test_the_same_seed_gives_the_same_walks():
    def walks():
        random = Random(7)
        cohort = people(count=20, weeks=6, last_day=LAST_DAY, random=random)
        first = LAST_DAY - timedelta(days=41)
        coming = arrivals(cohort, first=first, last_day=LAST_DAY, random=random)
        return [(on, walk.person.number, walk.walked_on, walk.minutes, walk.before) for on, walk in coming]

    assert walks() == walks()


def test_walks_are_counted():
    assert small() == Walk.objects.count()


def test_keys_of_walks_follow_the_order_of_arrival():
    small()
    came_in = list(Walk.objects.order_by("pk").values_list("received_on", flat=True))
    assert came_in == sorted(came_in)


def test_no_walk_is_from_the_future_or_more_than_two_weeks_late():
    small()
    late = {came - on for on, came in Walk.objects.values_list("walked_on", "received_on")}
    assert (min(late), max(late) <= timedelta(days=13)) == (timedelta(0), True)


def test_tables_are_under_row_level_security_and_history_again():
    small()
    with connections["migrator"].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relname IN ('patients_patient', 'programmes_walk')"
            " AND relrowsecurity AND relforcerowsecurity"
        )
        forced = cursor.fetchone()[0]
    before = HistoryEntry.objects.count()
    clinic = Clinic.objects.get(slug="load-1")
    with acting_for(clinic):
        Walk.objects.filter(pk=Walk.objects.for_clinic(clinic).first().pk).update(note="x")
    assert (forced, HistoryEntry.objects.count() - before) == (2, 1)


def test_every_patient_can_be_reviewed():
    small()
    clinic = Clinic.objects.get(slug="load-1")
    run = review_night(clinic=clinic, local_date=LAST_DAY, now=NOON)
    assert (run.patients_evaluated, run.patients_failed) == (40, 0)


def test_a_database_of_real_clinics_takes_none(settings):
    settings.DEMO = settings.DEBUG = False
    with pytest.raises(CommandError, match="made-up"):
        call_command("seed_load", patients=1)


def test_a_second_cohort_is_refused(settings):
    settings.DEMO = True
    small()
    with pytest.raises(CommandError, match="already"):
        call_command("seed_load", patients=1)
