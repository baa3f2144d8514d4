"""The five reads of the review queue, whatever the number of rows."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from clinic.models import Absence, Clinic, Closure, StaffMember
from clinic.reads import note_read
from patients.models import Patient
from programmes.charts import SPARK_WEEKS
from programmes.clinical.diary import Report
from programmes.clinical.series import Point, pain_series
from programmes.models import (
    ChangedPatient,
    ContactAttempt,
    Flag,
    ItemStatus,
    Programme,
    ReviewItem,
    ReviewRun,
    Severity,
    Walk,
)
from programmes.services.courses import course_rows
from programmes.services.readiness import reviewed_at

PER_PAGE = 50
DONE_DAYS = 28  # how far back the tab of closed items reaches
WAITING, MINE, SNOOZED, DONE = "waiting", "mine", "snoozed", "done"


@dataclass(frozen=True)
class Head:
    """What stands above the rows: the tabs' counts, the newest review, who could not be evaluated."""

    counts: dict[str, int]
    reviewed: datetime | None
    given_up: list[dict[str, Any]]
    closed_days: frozenset[date]


@dataclass(frozen=True)
class Person:
    """Of whom an item is, as far as a row says it."""

    full_name: str
    phone: str
    discharged_on: date | None
    died_on: date | None
    restricted_at: str | None
    restricted_until: date | None
    covered_for: str | None = None  # the lead who is away, where the reader covers


@dataclass(frozen=True)
class Rows:
    """One page of items with everything their rows show; `persons` lacks those whose record is limited."""

    items: list[Any]
    persons: dict[UUID, Person]
    flags: dict[UUID, list[Flag]]
    pain: dict[UUID, list[Point]]
    contacts: dict[UUID, ContactAttempt]


def tab_filters(staff: StaffMember, today: date) -> dict[str, Q]:
    """Which items stand under which tab. An urgent item is never out of sight, even when snoozed."""
    is_done = Q(status=ItemStatus.COMPLETED)
    rests = Q(status=ItemStatus.ON_HOLD, snoozed_until__gt=today, severity__gt=Severity.URGENT)
    return {
        WAITING: ~is_done & ~rests,
        MINE: ~is_done & _mine(staff, today, rests=rests),
        SNOOZED: rests,
        DONE: is_done & Q(closed_at__date__gt=today - timedelta(days=DONE_DAYS)),
    }


def _mine(staff: StaffMember, today: date, *, rests: Q) -> Q:
    """What this person holds; what nobody holds of patients they lead or cover; what those away hold.

    By subqueries: a join to the patient would lose the items of limited records from every tab. Whose record
    is limited to a colleague is hidden there, so its item waits for everybody, under Waiting.
    """
    patients = Patient.objects.all()
    theirs = Q(patient__in=patients.looked_after_by(staff, today).values("pk"), claimed_by=None) & ~rests
    away = Absence.objects.covered_by(staff, today)
    left = Q(claimed_by__in=away, patient__in=patients.for_clinic(staff.clinic).values("pk"))
    return Q(claimed_by=staff) | theirs | left


def read_head(clinic: Clinic, filters: dict[str, Q], today: date) -> Head:
    """One statement: counts, freshness, given-up patients and the days on which nobody looks."""
    counted = JSONObject(**{tab: Count("pk", filter=only) for tab, only in filters.items()})
    items = ReviewItem.objects.for_clinic(clinic).order_by().values("clinic_id").annotate(counted=counted)
    newest = ReviewRun.objects.for_clinic(clinic).done().order_by("-local_date", "-finished_at")
    given_up = ChangedPatient.objects.for_clinic(clinic).given_up().order_by("marked_at")
    closures = Closure.objects.for_clinic(clinic).filter(on__gt=today - timedelta(days=28))
    row = (
        Clinic.objects.filter(pk=clinic.pk)
        .annotate(
            counted=Subquery(items.values("counted")),
            finished=Subquery(newest.values("finished_at")[:1]),
            due=Subquery(newest.values("due_at")[:1]),
            given_up=ArraySubquery(given_up.values(data=JSONObject(id="patient_id", who=_who(clinic)))),
            closed=ArraySubquery(closures.values("on")),
        )
        .values("counted", "finished", "due", "given_up", "closed")
        .get()
    )
    note_read(clinic_id=clinic.pk, patients=[patient["id"] for patient in row["given_up"]])
    return Head(
        counts=row["counted"] or dict.fromkeys(filters, 0),
        reviewed=row["finished"] and reviewed_at(row["finished"], row["due"]),
        given_up=row["given_up"],
        closed_days=frozenset(row["closed"]),
    )


def read_rows(clinic: Clinic, chosen: QuerySet[Any], staff: StaffMember, today: date) -> Rows:
    """Four statements: the items with patient and week, their flags, six weeks of pain, last contacts."""
    who = _who(clinic, covered_for=_lead_covered_by(staff, today))
    items = list(chosen.select_related("claimed_by").annotate(plan=_plan(clinic, today), who=who))
    patients = [item.patient_id for item in items]
    flags: dict[UUID, list[Flag]] = defaultdict(list)
    found = Flag.objects.for_clinic(clinic).filter(item__in=[item.pk for item in items])
    for flag in found.order_by("severity", "raised_on", "id"):
        flags[flag.item_id].append(flag)
    persons = {item.pk: _person(item.who) for item in items if item.who}
    return Rows(items, persons, flags, _pain(clinic, patients, today), _last_contacts(clinic, patients))


def _lead_covered_by(staff: StaffMember, today: date) -> Subquery:
    """The name of the patient's lead, where that person is away and the reader covers."""
    away = Absence.objects.for_clinic(staff.clinic).on(today).filter(cover=staff, member=OuterRef("lead"))
    return Subquery(away.order_by().values("member__name")[:1])


def _who(clinic: Clinic, **more: Subquery) -> Subquery:
    """The patient, or NULL for a limited record: a join would lose the whole row, and nobody would look."""
    columns = (
        "given_name",
        "family_name",
        "phone",
        "discharged_on",
        "died_on",
        "restricted_at",
        "restricted_until",
    )
    patient = Patient.objects.for_clinic(clinic).filter(pk=OuterRef("patient_id"))
    return Subquery(patient.values(data=JSONObject(**{name: name for name in columns}, **more)))


def _person(who: dict[str, Any]) -> Person:
    days = (who["discharged_on"], who["died_on"], who["restricted_until"])
    discharged_on, died_on, until = (day and date.fromisoformat(day) for day in days)
    name = f"{who['given_name']} {who['family_name']}"
    restricted = who["restricted_at"]
    return Person(name, who["phone"], discharged_on, died_on, restricted, until, who["covered_for"])


def _plan(clinic: Clinic, today: date) -> Subquery:
    """Everything that says where the patient stands in the running programme."""
    running = Programme.objects.for_clinic(clinic).running().filter(patient=OuterRef("patient"))
    rows = course_rows()
    begun = running.filter(starts_on__lte=today).annotate(**rows)
    return Subquery(begun.values(data=JSONObject(**{name: name for name in rows}))[:1])


def _pain(clinic: Clinic, patients: list[UUID], today: date) -> dict[UUID, list[Point]]:
    """The series that the trend rules read, so that the line shows what the sentence says."""
    rows = (
        Walk.objects.for_clinic(clinic)
        .filter(patient__in=patients)
        .between(today - timedelta(days=7 * SPARK_WEEKS - 1), today)
        .valid()
        .with_trend_pain()
        .order_by("patient_id", "walked_on")
        .values_list("patient_id", "walked_on", "minutes", "trend_pain", "received_on")
    )
    return {
        patient: pain_series([Report(*answers) for _patient, *answers in walks])
        for patient, walks in groupby(rows, key=lambda row: row[0])
    }


def _last_contacts(clinic: Clinic, patients: list[UUID]) -> dict[UUID, ContactAttempt]:
    attempts = (
        ContactAttempt.objects.for_clinic(clinic)
        .filter(item__patient__in=patients)
        .order_by("item__patient_id", "-made_at")
        .distinct("item__patient_id")
        .select_related("item", "made_by")
    )
    return {attempt.item.patient_id: attempt for attempt in attempts}
