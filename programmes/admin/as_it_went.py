"""The plan as it went: each week that was asked for, what was walked in it, and what happened on the way."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programmes.admin.words import dose, revision_in_words
from programmes.clinical import grading
from programmes.clinical.amounts import Walked, together
from programmes.clinical.course import Course, Dose, Stretch
from programmes.models import Flag, ProgrammeRevision
from programmes.plan_wording import why_this_week
from programmes.services.courses import walked_from
from programmes.services.plan_reading import week_starts
from programmes.wording import amount, day, day_and_year, title

MOST_ROWS = 60  # the newest; a year of weeks


@dataclass(frozen=True, slots=True)
class Row:
    """One stretch of the course: since when, which week, what was asked, walked, and what happened."""

    since: str
    week: int
    asked: str
    walked: str
    notes: tuple[str, ...]
    is_now: bool


def as_it_went(
    programme: Any, course: Course, *, revisions: Iterable[Any], pauses: Iterable[Any], today: date
) -> list[Row]:
    """From a programme annotated with `course_rows`, the newest week first; one statement, for the flags."""
    last = course.on
    if not course or programme.starts_on > last:
        return []
    flags = Flag.objects.for_clinic(programme.clinic).filter(patient=programme.patient)
    events = sorted(_events(revisions, pauses, flags), key=lambda event: event[0])
    walks = walked_from(programme)
    begun = [each for each in course.stretches if each.from_on <= course.on]
    rows = [
        _row(each, min(each.until_on, course.on), walks, events, each.until_on >= today) for each in begun
    ]
    return rows[: -MOST_ROWS - 1 : -1]


def by_the_course(rows: list[dict[str, Any]], course: Course, revision: Any) -> list[dict[str, Any]]:
    """The rows of the governing plan's week table with the days on which its weeks began or will begin."""
    if not course or course.today.prescription.key != revision.pk:
        return rows
    starts = week_starts(course)
    return [{**row, "starts_on": starts.get(row["week"].number, row["starts_on"])} for row in rows]


def _row(
    stretch: Stretch,
    until: date,
    walks: list[tuple[date, Walked]],
    events: list[tuple[date, str]],
    is_now: bool,
) -> Row:
    within = [walked for on, walked in walks if stretch.from_on <= on <= until]
    notes = [words for on, words in events if stretch.from_on <= on <= until]
    return Row(
        since=day_and_year(stretch.from_on),
        week=stretch.week,
        asked=dose(_as_week(stretch.dose)),
        walked=_walked(within, stretch.dose.counts),
        notes=(why_this_week(stretch), *notes),
        is_now=is_now,
    )


def _as_week(asked: Dose) -> grading.Week:
    return grading.Week(bouts=1, intensity=grading.EASY, kind=grading.BUILD, **asked._asdict())


def _walked(walks: list[Walked], counts: str) -> str:
    if not walks:
        return _("nothing logged")
    number = ngettext("%(n)s walk", "%(n)s walks", len(walks)) % {"n": len(walks)}
    told = together(walks).told(counts)
    if told is None:
        return number
    return _("%(walks)s, %(amount)s") % {"walks": number, "amount": amount(told, counts)}


def _events(
    revisions: Iterable[Any], pauses: Iterable[Any], flags: Iterable[Flag]
) -> Iterator[tuple[date, str]]:
    """What stands in the row of its day: changes of the plan that came to govern, pauses, flags."""
    changes: list[Any] = ProgrammeRevision.chain(revisions)[1:]
    for revision in changes:
        said = {"change": revision_in_words(revision), "who": revision.signer}
        yield revision.in_force_from, _("%(change)s (%(who)s)") % said
    for pause in pauses:
        said = {"from": day(pause.from_on), "until": day(pause.until_on), "why": pause.get_reason_display()}
        yield pause.from_on, _("Paused %(from)s – %(until)s: %(why)s") % said
    for flag in flags:
        yield flag.raised_on, _flag_in_words(flag)


def _flag_in_words(flag: Flag) -> str:
    said = {"day": day(flag.raised_on), "flag": title(flag.code)}
    if flag.resolved_on is None:
        return _("%(day)s: flag, %(flag)s, open") % said
    return _("%(day)s: flag, %(flag)s, until %(until)s") % {**said, "until": day(flag.resolved_on)}
