"""What the review engine says of itself: which nights it did, whom it left out and why, what it raised."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q

from clinic.models import Clinic
from patients.models import Patient
from programmes.clinical.thresholds import RULE_VERSION
from programmes.models import ChangedPatient, Flag, Programme, ReviewRun, RunStatus
from programmes.services.gathering import judged

NIGHTS = 14
FLAG_DAYS = 28


@dataclass(frozen=True)
class Night:
    """One night's row; `late` is how long after it was due it was finished, `took` how long that took.

    Both are None while it waits; `took` is for nights that were done before it was kept.
    """

    run: ReviewRun
    late: timedelta | None
    took: timedelta | None


@dataclass(frozen=True)
class LeftOut:
    """Patients whom tonight's review will not judge, each counted once, by the first reason that fits."""

    ended: int
    restricted: int
    no_programme: int
    begins_later: int
    given_up: int


@dataclass(frozen=True)
class FlagsOfKind:
    """Flags of one code: raised in the last 28 days, and unresolved now."""

    code: str
    raised: int
    open: int


@dataclass(frozen=True)
class Account:
    """One clinic's, as of `now`. `oldest_mark` is the oldest change that waits for its review."""

    rule_version: str
    signed_version: str
    nights: list[Night]
    waiting: int
    judged: int
    left_out: LeftOut
    marks: int
    oldest_mark: datetime | None
    flags: list[FlagsOfKind]


def account_of(*, clinic: Clinic, now: datetime) -> Account:
    """Counts and dates, no names: of the records that the reader may see, all of them in a worker."""
    today = now.astimezone(clinic.zone).date()
    runs = ReviewRun.objects.for_clinic(clinic)
    marks = ChangedPatient.objects.for_clinic(clinic)
    waiting = marks.aggregate(oldest=Min("marked_at"), number=Count("id"))
    judged_tonight, left_out = _patients(clinic, today)
    return Account(
        rule_version=RULE_VERSION,
        signed_version=clinic.live_rule_version,
        nights=[_night(run) for run in runs.order_by("-local_date", "shard")[:NIGHTS]],
        waiting=runs.due(now).count(),
        judged=judged_tonight,
        left_out=left_out,
        marks=waiting["number"],
        oldest_mark=waiting["oldest"],
        flags=_flags(clinic, today),
    )


def _night(run: ReviewRun) -> Night:
    is_done = run.status == RunStatus.DONE and run.finished_at is not None
    late = run.finished_at - run.due_at if is_done else None  # type: ignore[operator]
    return Night(run, late, None if run.took_ms is None else timedelta(milliseconds=run.took_ms))


def _patients(clinic: Clinic, today: date) -> tuple[int, LeftOut]:
    """How many are judged, and why the others are not; the two add up to all patients but those given up."""
    patients: Any = Patient.objects.for_clinic(clinic)
    later = Programme.objects.for_clinic(clinic).running().filter(starts_on__gt=today)
    used = patients.judged_on(today)
    in_care, number_used = patients.monitored_on(today).count(), used.count()
    begins_later = used.filter(pk__in=later.values("patient")).count()
    judged_tonight = judged(clinic=clinic, on=today).count()
    left_out = LeftOut(
        ended=patients.count() - in_care,
        restricted=in_care - number_used,
        no_programme=number_used - judged_tonight - begins_later,
        begins_later=begins_later,
        given_up=ChangedPatient.objects.for_clinic(clinic).given_up().count(),
    )
    return judged_tonight, left_out


def _flags(clinic: Clinic, today: date) -> list[FlagsOfKind]:
    since = today - timedelta(days=FLAG_DAYS)
    counted = (
        Flag.objects.for_clinic(clinic)
        .filter(Q(raised_on__gt=since) | Q(resolved_on=None))
        .order_by()
        .values("code")
        .annotate(
            raised=Count("id", filter=Q(raised_on__gt=since)), open=Count("id", filter=Q(resolved_on=None))
        )
        .order_by("code")
    )
    return [FlagsOfKind(each["code"], each["raised"], each["open"]) for each in counted]
