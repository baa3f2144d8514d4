"""Reads of leave cover: who is away today and really covered, and the days on which nobody is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import JSONObject

from clinic.models import Absence, Clinic
from clinic.permissions import roles_that_may


@dataclass(frozen=True, slots=True)
class Away:
    """That somebody is away today. `covered_by` is "" when nobody covers: the cover has left or is away."""

    until: date
    covered_by: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Days of an absence, both included, on which nobody covers; the cover has left or is away as well."""

    absence: Any
    from_on: date
    until_on: date
    cover_has_left: bool


def away_row(clinic: Clinic, member: str, day: date) -> Subquery:
    """To annotate onto rows that name a member of staff: what `away_from` reads, or NULL."""
    also_away = Absence.objects.for_clinic(clinic).on(day).filter(member=OuterRef("cover"))
    covers = When(_still_leads() & ~Exists(also_away), then=F("cover__name"))
    running = Absence.objects.for_clinic(clinic).on(day).filter(member=OuterRef(member)).order_by()
    said = Case(covers, default=Value(""), output_field=CharField())
    return Subquery(running.values(data=JSONObject(until="until_on", covered_by=said))[:1])


def _still_leads() -> Q:
    return Q(cover__is_active=True, cover__role__in=roles_that_may("lead_patients"))


def away_from(row: dict[str, str] | None) -> Away | None:
    return Away(date.fromisoformat(row["until"]), row["covered_by"]) if row else None


def planned_absences(clinic: Clinic, today: date) -> QuerySet[Any]:
    """Running and coming ones, each with the days on which its cover is away as well; one statement."""
    others = Absence.objects.for_clinic(clinic).overlapping(OuterRef("from_on"), OuterRef("until_on"))
    both = others.filter(member=OuterRef("cover"), until_on__gte=today).order_by("from_on")
    planned: QuerySet[Any] = (
        Absence.objects.for_clinic(clinic)
        .standing()
        .not_over(today)
        .select_related("member", "cover")
        .annotate(
            cover_leads=Exists(Absence.objects.filter(_still_leads(), pk=OuterRef("pk"))),
            cover_away=ArraySubquery(both.values(data=JSONObject(first="from_on", last="until_on"))),
        )
    )
    return planned


def gaps_of(absences: Any, today: date) -> list[Gap]:
    """The days of these `planned_absences` on which nobody covers, from today on."""
    return [gap for absence in absences for gap in _gaps(absence, today)]


def _gaps(absence: Any, today: date) -> Iterator[Gap]:
    first = max(today, absence.from_on)
    if not absence.cover_leads:
        yield Gap(absence, first, absence.until_on, cover_has_left=True)
        return
    for days in absence.cover_away:
        begins, ends = date.fromisoformat(days["first"]), date.fromisoformat(days["last"])
        yield Gap(absence, max(first, begins), min(absence.until_on, ends), cover_has_left=False)
