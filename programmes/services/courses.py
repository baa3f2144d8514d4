"""The course of a programme from its rows, for every page and every night alike.

A read that has the programme carries its plan, walks, pauses and what the patient pressed along
(`course_rows`) and makes the course without another statement. The night has read all of them for the whole
clinic and calls `made_course`.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from programmes.clinical.amounts import Walked
from programmes.clinical.course import Course, Dose, Flare, Prescription, Repeat, course_of
from programmes.clinical.diary import Pause as PausedDays
from programmes.models import (
    Overlay,
    OverlayKind,
    Pause,
    Programme,
    ProgrammeRevision,
    ProgrammeWeek,
    Walk,
)

SWITCHES = ("repeats_until_half_done", "returns_after_gap", "patient_may_repeat", "allows_flare_plan")


def prescription_of(revision: ProgrammeRevision, weeks: Iterable[Sequence[Any]]) -> Prescription:
    """A signed revision as the rules read it; `weeks` are rows of a `Dose`, in order."""
    switches = {name: getattr(revision, name) for name in SWITCHES}
    doses = tuple(Dose(*week) for week in weeks)
    return Prescription(revision.in_force_from, doses, revision.first_week, key=revision.pk, **switches)


def course_rows(programme: str = "") -> dict[str, ArraySubquery]:
    """Annotations with everything a course is made of; `programme` is the path to it, "" on itself."""
    to = f"{programme}__" if programme else ""
    weeks = ProgrammeWeek.objects.filter(revision=OuterRef("pk")).order_by("number")
    dose = JSONObject(**{name: name for name in Dose._fields})
    plan = JSONObject(
        key="pk",
        in_force_from="in_force_from",
        first_week="first_week",
        weeks=ArraySubquery(weeks.values(data=dose)),
        **{name: name for name in SWITCHES},
    )
    own = {"clinic_id": OuterRef(f"{to}clinic_id"), "programme": OuterRef(f"{to}pk")}
    signed = ProgrammeRevision.objects.filter(**own).signed()
    walks = Walk.objects.valid().filter(
        clinic_id=OuterRef(f"{to}clinic_id"),
        patient=OuterRef(f"{to}patient"),
        walked_on__gte=OuterRef(f"{to}starts_on"),
    )
    paused = Pause.objects.filter(**own).order_by("from_on")
    pressed = Overlay.objects.filter(**own).that_count()
    return {
        "plan_rows": ArraySubquery(signed.values(data=plan)),
        "walk_rows": ArraySubquery(
            walks.values(data=JSONObject(on="walked_on", **{name: name for name in Walked._fields}))
        ),
        "pause_rows": ArraySubquery(paused.values(data=JSONObject(since="from_on", until="until_on"))),
        "overlay_rows": ArraySubquery(
            pressed.values(data=JSONObject(kind="kind", on="from_on", over="over_on", flag="flag"))
        ),
    }


def course_from(row: Any, on: date, *, more_walks: Iterable[tuple[date, Walked]] = ()) -> Course:
    """The course as it is known on `on`, from a row annotated with `course_rows`."""
    walks = walked_from(row)
    plans = [_prescription(plan) for plan in row.plan_rows]
    overlays = [
        overlay_of(each["kind"], _day(each["on"]), _day(each["over"]), each["flag"])
        for each in row.overlay_rows
    ]
    return made_course(plans, walks=[*walks, *more_walks], pauses=paused_from(row), overlays=overlays, on=on)


def walked_from(row: Any) -> list[tuple[date, Walked]]:
    """The walks of a row annotated with `course_rows`: day and how much, in no order."""
    return [(date.fromisoformat(walk.pop("on")), Walked(**walk)) for walk in map(dict, row.walk_rows)]


def _day(text: str | None) -> Any:
    return text and date.fromisoformat(text)


def overlay_of(kind: str, on: date, over_on: date | None, flag: object) -> Repeat | Flare:
    """What the patient pressed, as the rules read it; `flag` is the safety answer that stopped it."""
    return Repeat(on) if kind == OverlayKind.REPEAT else Flare(on, over_on, flag is not None)


def paused_from(row: Any) -> tuple[PausedDays, ...]:
    """The pauses of a row annotated with `course_rows`."""
    return tuple(
        PausedDays(date.fromisoformat(pause["since"]), date.fromisoformat(pause["until"]))
        for pause in row.pause_rows
    )


def made_course(
    plans: Sequence[Prescription],
    *,
    walks: Iterable[tuple[date, Walked]],
    pauses: Sequence[PausedDays],
    overlays: Iterable[Repeat | Flare],
    on: date,
    ahead: bool = True,
) -> Course:
    """The one place where a course is made of rows, as known on `on`; without `ahead` up to that day."""
    pressed = [known for each in overlays if (known := _known(each, on))]
    return course_of(plans, walks=walks, pauses=pauses, overlays=pressed, on=on, ahead=ahead)


def _known(overlay: Repeat | Flare, on: date) -> Repeat | Flare | None:
    """What was pressed by that day, so that a night made up for later judges the same."""
    if isinstance(overlay, Repeat):
        return overlay if overlay.on <= on else None
    if overlay.over_on is not None and overlay.over_on > on:
        overlay = Flare(overlay.from_on, None, overlay.by_safety)
    return overlay if overlay.from_on <= on else None


def course_of_programme(
    programme: Programme, on: date, *, more_walks: Iterable[tuple[date, Walked]] = ()
) -> Course:
    """The course of one programme as it is known on `on`, in one statement."""
    row = Programme.objects.filter(clinic_id=programme.clinic_id, pk=programme.pk).annotate(**course_rows())
    return course_from(row.get(), on, more_walks=more_walks)


def _prescription(plan: dict[str, Any]) -> Prescription:
    return Prescription(
        date.fromisoformat(plan["in_force_from"]),
        tuple(Dose(**week) for week in plan["weeks"]),
        plan["first_week"],
        key=UUID(plan["key"]),
        **{name: plan[name] for name in SWITCHES},
    )
