"""The reads of one item's page: nine statements, however long the history is."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Subquery
from django.http import Http404

from clinic.models import Clinic, Closure, StaffMember
from clinic.services.covering import away_row
from patients.models import Patient
from programmes.clinical.course import Course
from programmes.clinical.diary import Diary
from programmes.clinical.thresholds import DEFAULTS, Thresholds
from programmes.models import (
    ContactAttempt,
    Flag,
    FlagCode,
    ItemStatus,
    NotWalking,
    Programme,
    ProgrammeRevision,
    ProgrammeStatus,
    ReviewItem,
    Walk,
)
from programmes.services.courses import course_from, course_rows, paused_from
from programmes.services.judged_by import thresholds_of
from programmes.services.light_mode import light_since

WEEKS_SHOWN = 26
NOT_SHOWN = (ProgrammeStatus.DRAFT, ProgrammeStatus.ENTERED_IN_ERROR)


@dataclass(frozen=True)
class Plan:
    """A programme as it was in force, day by day, and the revisions that made it so."""

    programme: Programme
    revisions: list[ProgrammeRevision]
    course: Course
    diary: Diary


@dataclass(frozen=True)
class ItemRecord:
    """Everything that the page of one item shows, as rows."""

    item: Any
    flags: list[Flag]
    earlier_flags: dict[UUID, list[Flag]]
    plan: Plan | None
    walks: list[Walk]
    earlier_walks: list[Walk]  # before the plan began
    marked_walks: list[Walk]  # count no more: changed or taken back by the patient, marked by staff
    not_walking: list[NotWalking]
    contacts: list[ContactAttempt]
    earlier_items: list[Any]
    thresholds: Thresholds = DEFAULTS


class RecordIsLimited(Exception):
    """The item is this clinic's, but its patient's record is not open to this person."""


def find_item(clinic: Clinic, item_id: UUID, today: date) -> Any:
    """Another clinic's item is answered like one that does not exist. Raises RecordIsLimited."""
    closures = Closure.objects.for_clinic(clinic).filter(on__gte=OuterRef("opened_on"))
    safety = Flag.objects.for_clinic(clinic).unresolved().filter(code=FlagCode.SAFETY)
    item = (
        ReviewItem.objects.for_clinic(clinic)
        .filter(pk=item_id)
        .select_related("patient", "patient__lead", "claimed_by")
        .annotate(
            closer=_closer(clinic),
            lead_away=away_row(clinic, "patient__lead", today),
            closed_days=ArraySubquery(closures.values("on")),
            light_since=light_since("patient"),
            has_safety=Exists(safety.filter(item=OuterRef("pk"))),
        )
        .first()
    )
    if item is None:
        raise RecordIsLimited if has_item(clinic, item_id) else Http404
    item.patient.clinic = item.clinic = clinic
    return item


def has_item(clinic: Clinic, item_id: UUID) -> bool:
    return ReviewItem.objects.for_clinic(clinic).filter(pk=item_id).exists()


def find_limited_item(clinic: Clinic, item_id: UUID) -> Any:
    """The item of a limited record as the queue knows it: nothing of the patient."""
    closures = Closure.objects.for_clinic(clinic).filter(on__gte=OuterRef("opened_on"))
    items = ReviewItem.objects.for_clinic(clinic).annotate(closed_days=ArraySubquery(closures.values("on")))
    return items.get(pk=item_id)


def read_item(clinic: Clinic, item: Any, today: date) -> ItemRecord:
    patient, plan = item.patient, _plan(clinic, item.patient, today)
    since = today - timedelta(days=7 * WEEKS_SHOWN)
    flags: dict[UUID, list[Flag]] = defaultdict(list)
    for flag in (
        Flag.objects.for_clinic(clinic).filter(patient=patient).order_by("severity", "raised_on", "id")
    ):
        flags[flag.item_id].append(flag)
    entries = _walks(clinic, patient, since)
    walks = [walk for walk in entries if not walk.entered_in_error]
    began = plan.programme.starts_on if plan else since
    return ItemRecord(
        item=item,
        thresholds=thresholds_of(clinic=clinic, patients=[patient.pk]).of(patient.pk),
        flags=flags.pop(item.pk, []),
        earlier_flags=flags,
        plan=plan,
        walks=[walk for walk in walks if walk.walked_on >= began],
        earlier_walks=[walk for walk in walks if walk.walked_on < began],
        marked_walks=[walk for walk in entries if walk.entered_in_error],
        not_walking=list(
            NotWalking.objects.for_clinic(clinic)
            .filter(patient=patient, until_on__gte=since)
            .order_by("-from_on")
        ),
        contacts=list(
            ContactAttempt.objects.for_clinic(clinic)
            .filter(item__patient=patient)
            .select_related("made_by")
            .order_by("-made_at")
        ),
        earlier_items=list(
            ReviewItem.objects.for_clinic(clinic)
            .filter(patient=patient, status=ItemStatus.COMPLETED)
            .exclude(pk=item.pk)
            .annotate(closer=_closer(clinic))
            .order_by("-closed_at")
        ),
    )


def _closer(clinic: Clinic) -> Subquery:
    """The closing person's name in this clinic."""
    member = StaffMember.objects.for_clinic(clinic).filter(user=OuterRef("closed_by"))
    return Subquery(member.values("name")[:1])


def _walks(clinic: Clinic, patient: Patient, since: date) -> list[Walk]:
    found = Walk.objects.for_clinic(clinic).filter(patient=patient, walked_on__gte=since)
    return list(found.order_by("walked_on", "received_at", "id"))


def _plan(clinic: Clinic, patient: Patient, today: date) -> Plan | None:
    """The running programme, else the newest that ever ran."""
    programmes = Programme.objects.for_clinic(clinic).of_patient(patient).exclude(status__in=NOT_SHOWN)
    programme: Any = programmes.annotate(**course_rows()).order_by("-starts_on", "-created_at").first()
    if programme is None:
        return None
    signed = ProgrammeRevision.objects.for_clinic(clinic).filter(programme=programme).signed()
    course = course_from(programme, programme.ended_on or today)
    diary = Diary(programme.starts_on, course.planned_weeks(), (), paused_from(programme))
    return Plan(programme, ProgrammeRevision.chain(signed), course, diary)
