"""The nightly review as rows, and the review of patients whose record changed.

A run that is late, doubled or killed gives the same flags: the row is claimed with SKIP LOCKED, and
evaluation, flags and "done" are one transaction.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from time import monotonic
from uuid import UUID

import structlog
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from uuid_utils.compat import uuid7

from clinic.models import Clinic
from clinic.services.going_live import require_live
from clinic.tenancy import acting_for
from patients.models import Patient
from programmes.clinical.detection import Change
from programmes.clinical.thresholds import RULE_VERSION
from programmes.models import ChangedPatient, Programme, ReviewRun, RunStatus
from programmes.services.flagging import Judged, Tally, changes_of, store_changes
from programmes.services.gathering import Subject, judged, subjects_of, without_looking_for_garbage
from programmes.services.screening import to_be_judged

log = structlog.stdlib.get_logger(__name__)
CATCH_UP_DAYS = 14
PATIENCE = 3  # seconds for a row that somebody holds: then this patient is tried again, and the others go on


def mark_changed(*, patient: Patient, earliest_on: date, now: datetime) -> None:
    """Marks the patient for review, in the transaction that changed the record."""
    _mark([patient.pk], patient.clinic_id, earliest_on, now)


def mark_all_changed(*, clinic: Clinic, now: datetime) -> None:
    """Marks everybody with a running programme, in the transaction that changed what they are judged by."""
    running = Programme.objects.for_clinic(clinic).running().order_by("patient_id")
    today = now.astimezone(clinic.zone).date()
    _mark(running.values_list("patient_id", flat=True), clinic.pk, today, now)


def _mark(patients: Iterable[UUID], clinic_id: UUID, earliest_on: date, now: datetime) -> None:
    """In the order of the patients, in one statement; a mark that is there begins anew."""
    keys = list(patients)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO programmes_changedpatient AS mark
                (id, clinic_id, patient_id, earliest_on, marked_at, not_before, attempts)
            SELECT id, %s, patient_id, %s, %s, %s, 0
              FROM unnest(%s::uuid[], %s::uuid[]) AS marked (id, patient_id)
            ON CONFLICT (patient_id) DO UPDATE
            SET earliest_on = least(mark.earliest_on, excluded.earliest_on),
                marked_at = excluded.marked_at, not_before = excluded.not_before, attempts = 0
            """,
            [clinic_id, earliest_on, now, now, [uuid7() for _key in keys], keys],
        )


def keep_up(*, now: datetime) -> int:
    """Plans the nights that are due, then reviews changed patients of the clinics that wait for none.

    In this order a worker that was away for days judges them as it would have on time. Returns how many
    changed patients were taken.
    """
    plan_runs(now=now)
    return review_changed_patients(now=now)


def review_changed_patients(*, now: datetime, clinic: Clinic | None = None, limit: int = 500) -> int:
    """Reviews marked patients, of one clinic or all, one transaction each. Returns how many were taken.

    `limit` is per clinic: a busy one does not keep the others waiting.
    """
    return sum(_review_changed_of(each, now, limit) for each in _clinics(clinic))


def _clinics(clinic: Clinic | None) -> Iterable[Clinic]:
    """Row-level security shows one clinic at a time, so all of them means one after the other.

    Not those that have not signed for the rules: no trend is flagged there. Marks and nights wait for them.
    """
    return [each for each in (Clinic.objects.all() if clinic is None else [clinic]) if each.is_live]


def _review_changed_of(clinic: Clinic, now: datetime, limit: int) -> int:
    """Days are judged in order: while a night is due, its clinic's changed patients wait for it."""
    with acting_for(clinic):
        if ReviewRun.objects.for_clinic(clinic).due(now).exists():
            return 0
    for taken in range(limit):
        if not _review_next_changed(clinic, now):
            return taken
    return limit


def _review_next_changed(clinic: Clinic, now: datetime) -> bool:
    with acting_for(clinic):
        due = ChangedPatient.objects.for_clinic(clinic).due(now)
        mark = due.select_for_update(skip_locked=True, of=("self",)).first()
        if mark is not None:
            _review_marked(clinic, mark, now)
    return mark is not None


def _review_marked(clinic: Clinic, mark: ChangedPatient, now: datetime) -> None:
    today = now.astimezone(clinic.zone).date()
    try:
        with transaction.atomic():
            _wait_no_longer()
            subjects = subjects_of(clinic=clinic, on=today, patients=[mark.patient_id])
            judged_ones = [(each, changes_of(subject=each, on=today, day_is_over=False)) for each in subjects]
            store_changes(judged=judged_ones, on=today, now=now)
    except Exception:  # one bad record must not stop the others; it is shown once it is given up
        log.exception("review-of-patient-failed", patient_id=mark.patient_id)
        _put_back(mark, now)
    else:
        mark.delete()


def _wait_no_longer() -> None:
    """A wait without end would have the task killed and begun again, at this very patient, for ever."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}s'")


def _put_back(mark: ChangedPatient, now: datetime) -> None:
    ChangedPatient.objects.filter(pk=mark.pk).update(
        attempts=F("attempts") + 1, not_before=now + timedelta(minutes=2**mark.attempts)
    )


def last_night(*, clinic: Clinic, now: datetime) -> date:
    """The newest local day whose review may run: yesterday from the clinic's review hour on."""
    local = now.astimezone(clinic.zone)
    return local.date() - timedelta(days=1 if local.hour >= clinic.review_hour else 2)


def due_at(clinic: Clinic, day: date) -> datetime:
    """The instant from which the review of `day` may run: the next morning's review hour, local."""
    return datetime.combine(day + timedelta(days=1), time(clinic.review_hour), tzinfo=clinic.zone)


def plan_runs(*, now: datetime, clinic: Clinic | None = None) -> int:
    """Makes the missing rows of one clinic or all, from its last one to last night. Returns how many are new.

    Catches up at most 14 nights; a clinic's first night is the last one.
    """
    return sum(_plan_clinic(each, now) for each in _clinics(clinic))


def _plan_clinic(clinic: Clinic, now: datetime) -> int:
    with acting_for(clinic):
        return _plan_missing_nights(clinic, now)


def _plan_missing_nights(clinic: Clinic, now: datetime) -> int:
    until = last_night(clinic=clinic, now=now)
    newest = (
        ReviewRun.objects.for_clinic(clinic)
        .order_by("-local_date")
        .values_list("local_date", flat=True)
        .first()
    )
    first = (
        until
        if newest is None
        else max(newest + timedelta(days=1), until - timedelta(days=CATCH_UP_DAYS - 1))
    )
    return plan_nights(clinic=clinic, first=first, last=until)


def plan_nights(*, clinic: Clinic, first: date, last: date) -> int:
    """Makes the run rows of these nights; those that exist stay as they are."""
    with acting_for(clinic):
        return _make_nights(clinic, first, last)


def _make_nights(clinic: Clinic, first: date, last: date) -> int:
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    before = ReviewRun.objects.for_clinic(clinic).count()
    ReviewRun.objects.bulk_create(
        [ReviewRun(clinic=clinic, local_date=day, due_at=due_at(clinic, day)) for day in days],
        ignore_conflicts=True,
    )
    return ReviewRun.objects.for_clinic(clinic).count() - before


def run_planned_reviews(*, now: datetime, clinic: Clinic | None = None) -> Iterator[ReviewRun]:
    """Runs what is due, each clinic's oldest night first, one transaction a night. Yields finished runs."""
    for each in _clinics(clinic):
        while (run := _run_next_of(each, now)) is not None:
            yield run


def run_next_review(*, now: datetime, clinic: Clinic | None = None) -> ReviewRun | None:
    """Does one due run that nobody holds, of one clinic or any; None when there is none."""
    return next(run_planned_reviews(now=now, clinic=clinic), None)


def _run_next_of(clinic: Clinic, now: datetime) -> ReviewRun | None:
    """Claims the clinic's oldest due run and does it.

    Nights go in order: a later night waits while an earlier one is held elsewhere.
    """
    with acting_for(clinic):
        due = ReviewRun.objects.for_clinic(clinic).due(now).select_related("clinic")
        run = due.select_for_update(skip_locked=True, of=("self",)).first()
        if run is None or _earlier_night_waits(run):
            return None
        return _do(run, now)


def _earlier_night_waits(run: ReviewRun) -> bool:
    return (
        ReviewRun.objects.for_clinic(run.clinic)
        .filter(status=RunStatus.WAITING, shard=run.shard, local_date__lt=run.local_date)
        .exists()
    )


def review_night(*, clinic: Clinic, local_date: date, now: datetime, again: bool = False) -> ReviewRun | None:
    """Reviews one clinic for one local day now; None when that night is done already (unless `again`).

    Raises NotLive.
    """
    require_live(clinic)
    with acting_for(clinic):
        _make_nights(clinic, local_date, local_date)
        run = ReviewRun.objects.for_clinic(clinic).select_for_update().get(local_date=local_date, shard=0)
        if run.status == RunStatus.DONE and not again:
            return None
        return _do(run, now)


@without_looking_for_garbage()
def _do(run: ReviewRun, now: datetime) -> ReviewRun:
    began = monotonic()
    screened = to_be_judged(clinic=run.clinic, on=run.local_date)
    subjects = subjects_of(clinic=run.clinic, on=run.local_date, patients=screened)
    # Everything is judged before anything is written: a patient's urgent walk waits for the writing only.
    judged_ones = [
        (subject, changes)
        for subject in subjects
        if (changes := _judge_or_mark(subject, run.local_date, now)) is not None
    ]
    tally, failed = _store_all(run, [each for each in judged_ones if each[1]], now)
    evaluated = {subject.programme.patient_id for subject, _changes in judged_ones} - failed
    ChangedPatient.objects.for_clinic(run.clinic).given_up().with_keys("patient_id", evaluated).delete()
    run.status, run.finished_at, run.rule_version = RunStatus.DONE, now, RULE_VERSION
    run.patients_failed = len(subjects) - len(evaluated)
    run.patients_evaluated = judged(clinic=run.clinic, on=run.local_date).count() - run.patients_failed
    run.flags_raised, run.flags_cleared = tally.raised, tally.cleared
    run.took_ms = round(1000 * (monotonic() - began))
    run.save()
    return run


def _judge_or_mark(subject: Subject, on: date, now: datetime) -> tuple[Change, ...] | None:
    """Judges one patient; None for one that cannot be evaluated."""
    try:
        return changes_of(subject=subject, on=on)
    except Exception:
        _mark_failed(subject, on, now)
        return None


def _store_all(run: ReviewRun, changed: Sequence[Judged], now: datetime) -> tuple[Tally, set[UUID]]:
    """Stores what the night found, of all patients together; also those whose changes could not be stored.

    Where that fails each patient is tried alone: a bad record, or one that somebody holds, stops no other.
    """
    try:
        return _store(changed, run.local_date, now), set()
    except Exception:
        log.exception("review-together-failed", clinic_id=run.clinic_id)
    tally, failed = Tally(), set()
    for each in changed:
        try:
            tally += _store([each], run.local_date, now)
        except Exception:
            _mark_failed(each[0], run.local_date, now)
            failed.add(each[0].programme.patient_id)
    return tally, failed


def _store(changed: Sequence[Judged], on: date, now: datetime) -> Tally:
    with transaction.atomic():
        _wait_no_longer()
        return store_changes(judged=changed, on=on, now=now)


def _mark_failed(subject: Subject, on: date, now: datetime) -> None:
    """A patient that cannot be evaluated is tried again and shown, not skipped.

    A mark that is there keeps its attempts: the night does not hide a patient already given up.
    """
    patient = subject.programme.patient
    log.exception("review-of-patient-failed", patient_id=patient.pk)
    mark = ChangedPatient(
        clinic_id=patient.clinic_id, patient=patient, earliest_on=on, marked_at=now, not_before=now
    )
    with suppress(DatabaseError), transaction.atomic():  # somebody who holds this very mark is writing it
        ChangedPatient.objects.bulk_create([mark], ignore_conflicts=True)
