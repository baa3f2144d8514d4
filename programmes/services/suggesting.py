"""The weekly suggestion for the clinician: gathers the signs from rows, and asks the pure rule.

Off until a clinic that has gone live switches it on; read by clinicians alone; never applied by itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from clinic.models import StaffMember
from clinic.permissions import may
from patients.models import PainSeries, Patient
from programmes.clinical.course import Course
from programmes.clinical.diary import Diary, Report
from programmes.clinical.diary import Pause as PausedDays
from programmes.clinical.suggestion import Signs, Suggestion, suggest
from programmes.clinical.thresholds import SUGGESTION
from programmes.models import Flag, NotWalking, Programme, Settled, Walk
from programmes.services.courses import course_from, course_rows, paused_from

SETTLED = {Settled.YES.value: True, Settled.NO.value: False}
READ_DAYS = 182  # of walks: longer than every window that the rule reads


@dataclass(frozen=True)
class Seen:
    """What a suggestion is made of: the programme and its course, the walks in order of their days, the rest.

    `open_flags` are the codes of unresolved flags.
    """

    programme: Programme
    patient: Patient
    course: Course
    pauses: tuple[PausedDays, ...]
    walks: Sequence[Walk]
    not_walking: Iterable[NotWalking]
    open_flags: frozenset[str]


def sees_suggestions(staff: StaffMember) -> bool:
    """Whether this person is shown suggestions: the clinic wants them, has signed, and the role may."""
    clinic = staff.clinic
    return clinic.shows_suggestions and clinic.is_live and may(staff, "see_suggestion")


def suggestion_from(seen: Seen, *, on: date) -> Suggestion | None:
    """What the rules would say on `on`; None for a plan that does not run or a record that is not used."""
    programme, course = seen.programme, seen.course
    patient = seen.patient
    if not programme.is_running or not course.has_begun or not _is_judged(patient, on):
        return None
    reports = tuple(_report(walk, patient.pain_series) for walk in seen.walks)
    diary = Diary(programme.starts_on, course.planned_weeks(), reports, seen.pauses)
    return suggest(diary, _signs(seen, diary, on), on)


def suggestion_for(*, programme: Programme, on: date, row: Any = None) -> Suggestion | None:
    """The suggestion for one programme, in four statements; three with its `row` of `course_rows`."""
    own = {"clinic_id": programme.clinic_id, "patient": programme.patient_id}
    if row is None:
        found = Programme.objects.filter(clinic_id=programme.clinic_id, pk=programme.pk)
        row = found.annotate(**course_rows()).get()
    since = on - timedelta(days=READ_DAYS)
    walks = Walk.objects.filter(**own).valid().between(since, on)
    seen = Seen(
        programme=programme,
        patient=programme.patient,
        course=course_from(row, on),
        pauses=paused_from(row),
        walks=list(walks.order_by("walked_on", "received_at", "id")),
        not_walking=NotWalking.objects.filter(**own, until_on__gte=since),
        open_flags=frozenset(Flag.objects.filter(**own).unresolved().values_list("code", flat=True)),
    )
    return suggestion_from(seen, on=on)


def _is_judged(patient: Patient, on: date) -> bool:
    return patient.is_monitored(on) and not patient.is_restricted(on)


def _report(walk: Walk, series: str) -> Report:
    pain = walk.pain_after if series == PainSeries.AFTER else walk.pain_before
    return Report(walk.walked_on, walk.minutes, pain, walk.received_on, walk.steps, walk.distance_m)


def _signs(seen: Seen, diary: Diary, on: date) -> Signs:
    first = diary.active_span_start(on, SUGGESTION.days)
    recent = [walk for walk in seen.walks if first <= walk.walked_on <= on]
    short = [walk.reason_short for walk in recent if walk.reason_short]
    given = [gap.reason for gap in seen.not_walking if gap.until_on >= first and gap.from_on <= on]
    today = seen.course.today
    return Signs(
        open_flags=seen.open_flags,
        settled=[SETTLED.get(walk.settled) for walk in recent],
        flare_days=0 if seen.course.open_flare else _days_in_flare(seen.walks),
        reasons=[*short, *given],
        stretch=today._replace(asks_clinician=seen.course.asks_clinician),
    )


def _days_in_flare(walks: Sequence[Walk]) -> int:
    """Days on end of a flare-up, as the walks' answers tell: from the first yes to the last, without a no."""
    told: list[date] = []
    for walk in reversed(walks):
        if walk.flare is False:
            break
        if walk.flare:
            told.append(walk.walked_on)
    return (told[0] - told[-1]).days + 1 if told else 0
