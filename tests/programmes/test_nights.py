"""The night as rows: late, doubled, poisoned, in every time zone."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction

from programmes.clinical.diary import Finding
from programmes.models import ChangedPatient, Flag, FlagCode, ProgrammeRevision, ProgrammeWeek, ReviewRun
from programmes.services.flagging import raise_flag
from programmes.services.nights import (
    due_at,
    plan_nights,
    plan_runs,
    review_changed_patients,
    run_next_review,
    run_planned_reviews,
)
from tests.factories import START, a_clinic, a_patient, a_programme, a_staff_member, a_walk

pytestmark = pytest.mark.django_db

NIGHT = START + timedelta(days=32)
MORNING = datetime(2026, 10, 10, 6, tzinfo=UTC)


def clinic_with_a_rise(**fields):
    """A patient at 3 for four weeks, at 6 in the fifth, silent after it."""
    clinic = a_clinic(**fields)
    programme = a_programme(a_patient(clinic), a_staff_member(clinic))
    for day in (7 * week + day for week in range(5) for day in (0, 2, 4)):
        a_walk(programme, START + timedelta(days=day), pain=6 if day > 27 else 3)
    return clinic, programme


def flags_of(clinic):
    columns = ("code", "raised_on", "evidence", "resolved_on", "condition_ended_on")
    return list(Flag.objects.for_clinic(clinic).order_by("raised_on", "code").values_list(*columns))


def run_all(now):
    return [(run.clinic, run.local_date) for run in run_planned_reviews(now=now)]


def poison(programme):
    """A flag without the numbers that its clearing rule reads."""
    empty = Finding("PAIN_RISING", "amber", {})
    raise_flag(patient=programme.patient, programme=programme, finding=empty, on=START, now=MORNING)


def test_nights_caught_up_late_give_the_flags_of_nights_on_time():
    on_time, _programme = clinic_with_a_rise()
    late, _programme = clinic_with_a_rise()
    nights = [START + timedelta(days=n) for n in range(30, 44)]
    for night in nights:
        plan_nights(clinic=on_time, first=night, last=night)
        run_all(due_at(on_time, night))
    plan_nights(clinic=late, first=nights[0], last=nights[-1])
    run_all(due_at(late, nights[-1]) + timedelta(days=3))
    assert flags_of(late) == flags_of(on_time)
    codes = [code for code, *_rest in flags_of(late)]
    assert codes == ["PAIN_RISING", "PAIN_THEN_SILENT", "ADHERENCE_DROPPED"]


@pytest.mark.django_db(transaction=True)
def test_a_night_that_one_worker_holds_is_not_taken_by_another():
    first, second = a_clinic(), a_clinic()
    for clinic in (first, second):
        plan_nights(clinic=clinic, first=NIGHT, last=NIGHT)
    taken = []

    def another_worker():
        taken.append(run_next_review(now=MORNING).clinic)
        taken.append(run_next_review(now=MORNING))
        connection.close()

    with transaction.atomic():
        held = run_next_review(now=MORNING).clinic
        worker = threading.Thread(target=another_worker)
        worker.start()
        worker.join(20)
    assert {held, taken[0]} == {first, second}
    assert taken[1] is None


@pytest.mark.django_db(transaction=True)
def test_a_later_night_waits_for_an_earlier_one_held_elsewhere():
    clinic = a_clinic()
    plan_nights(clinic=clinic, first=NIGHT, last=NIGHT + timedelta(days=1))
    taken = []

    def another_worker():
        taken.append(run_next_review(now=MORNING + timedelta(days=9)))
        connection.close()

    with transaction.atomic():
        run_next_review(now=MORNING + timedelta(days=9))
        worker = threading.Thread(target=another_worker)
        worker.start()
        worker.join(20)
    assert taken == [None]


def test_a_patient_that_cannot_be_evaluated_is_marked_and_the_others_go_on():
    clinic, programme = clinic_with_a_rise()
    poisoned = a_programme(a_patient(clinic), programme.clinician)
    poison(poisoned)
    ChangedPatient.objects.all().delete()
    plan_nights(clinic=clinic, first=NIGHT, last=NIGHT)
    run = run_next_review(now=MORNING)
    assert (run.patients_evaluated, run.patients_failed, run.flags_raised) == (1, 1, 1)
    assert ChangedPatient.objects.get().patient == poisoned.patient


def test_a_plan_whose_weeks_start_before_itself_is_judged_like_others():
    clinic, programme = clinic_with_a_rise()
    odd = a_programme(a_patient(clinic), programme.clinician)
    add_revision_that_starts_before_itself(odd)
    plan_nights(clinic=clinic, first=NIGHT, last=NIGHT)
    run = run_next_review(now=MORNING)
    assert (run.patients_evaluated, run.patients_failed) == (2, 0)
    assert Flag.objects.get(patient=odd.patient).code == FlagCode.NOT_STARTED


def add_revision_that_starts_before_itself(programme):
    """Its week 1 lies four weeks before the day from which it is in force."""
    revision = ProgrammeRevision.objects.create(
        clinic=programme.clinic,
        programme=programme,
        number=2,
        in_force_from=START + timedelta(days=28),
        first_week=5,
    )
    ProgrammeWeek.objects.create(
        clinic=programme.clinic, programme=programme, revision=revision, number=1, days=3, minutes=15
    )
    by = programme.clinician.user
    ProgrammeRevision.objects.filter(pk=revision.pk).update(signed_at=MORNING, signed_by=by)


def test_a_patient_that_fails_five_times_is_given_up_and_shown():
    clinic, programme = clinic_with_a_rise()
    poison(programme)
    tries = [review_changed_patients(now=MORNING + timedelta(hours=hour)) for hour in range(7)]
    assert tries == [1, 1, 1, 1, 1, 0, 0]
    assert ChangedPatient.objects.for_clinic(clinic).given_up().get().patient == programme.patient


def test_a_new_change_gives_a_given_up_patient_another_chance():
    clinic, programme = clinic_with_a_rise()
    ChangedPatient.objects.for_clinic(clinic).update(attempts=5)
    a_walk(programme, START + timedelta(days=33))
    assert ChangedPatient.objects.for_clinic(clinic).get().attempts == 0


def test_a_new_clinic_starts_with_its_last_night():
    clinic = a_clinic()
    plan_runs(now=MORNING)
    assert ReviewRun.objects.for_clinic(clinic).get().local_date == date(2026, 10, 9)


def test_catching_up_goes_back_fourteen_nights():
    clinic = a_clinic()
    plan_nights(clinic=clinic, first=date(2026, 8, 1), last=date(2026, 8, 1))
    assert plan_runs(now=MORNING) == 14
    nights = ReviewRun.objects.for_clinic(clinic).order_by("local_date").values_list("local_date", flat=True)
    assert (nights[1], nights[14]) == (date(2026, 9, 26), date(2026, 10, 9))


def test_planning_twice_makes_no_second_row():
    a_clinic()
    assert (plan_runs(now=MORNING), plan_runs(now=MORNING)) == (1, 0)


@pytest.mark.parametrize(
    ("zone", "around", "review_hour"),
    [
        ("Europe/London", date(2026, 10, 25), 1),  # this hour comes twice
        ("Europe/London", date(2026, 3, 29), 1),  # this hour is missing
        ("Australia/Lord_Howe", date(2026, 10, 4), 2),  # half of this hour is missing
        ("Pacific/Kiritimati", date(2026, 1, 1), 0),  # UTC+14
        ("Asia/Kathmandu", date(2026, 1, 1), 5),  # UTC+5:45
    ],
)
def test_every_local_date_gets_one_review_within_minutes_of_its_hour(zone, around, review_hour):
    clinic = a_clinic(time_zone=zone, review_hour=review_hour)
    start = datetime(around.year, around.month, around.day, tzinfo=UTC) - timedelta(hours=30)
    ticks = [start + timedelta(minutes=10 * n) for n in range(6 * 72)]
    plan_runs(now=ticks[0])
    first = ReviewRun.objects.for_clinic(clinic).get().local_date
    planned_at = {newest_night(clinic): tick for tick in ticks[1:] if plan_runs(now=tick)}
    assert list(planned_at) == [first + timedelta(days=n) for n in (1, 2, 3)]
    waits = [tick - due_at(clinic, day) for day, tick in planned_at.items()]
    assert all(timedelta(0) <= wait < timedelta(minutes=10) for wait in waits)


def newest_night(clinic):
    return ReviewRun.objects.for_clinic(clinic).latest("local_date").local_date
