"""Rows of the queue: everything is put into words here, so that the template only writes it down."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext, ngettext

from clinic.models import Clinic, StaffMember, tel
from clinic.views.queue_reading import Person, Rows
from patients.models import Patient, restricts
from programmes import wording
from programmes.charts import Sparkline, sparkline
from programmes.clinical.course import Course, Why
from programmes.models import ContactAttempt, Flag, ItemStatus, ReviewItem, Severity
from programmes.plan_wording import review_prompt
from programmes.services.courses import course_from

# Working days until somebody should have looked, counted from the day the item opened [P].
DUE_IN_WORKING_DAYS: dict[int, int] = {
    Severity.URGENT: 0,
    Severity.AMBER_HIGH: 1,
    Severity.AMBER: 3,
    Severity.AMBER_LOW: 5,
}


NOBODY = Person("", "", None, None, None, None)  # stands for a limited record


@dataclass(frozen=True, slots=True)
class Priority:
    """Shape, word and colour; any one of them is enough."""

    key: str
    word: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One flag as the row names it."""

    title: str
    sentence: str
    ended: str


@dataclass(frozen=True, slots=True)
class Row:
    url: str
    name: str
    week: str
    priority: Priority
    reasons: Sequence[Reason]
    spark: Sparkline
    figures: str
    has_figures: bool
    spread: str
    since: str
    age: str
    due: str
    is_overdue: bool
    state: str
    contact: str
    phone: str
    tel: str
    prompt: str = ""
    is_limited: bool = False
    restricted: str = ""
    covering: str = ""


def rows_of(
    read: Rows, clinic: Clinic, staff: StaffMember, now: datetime, closed: Collection[date]
) -> list[Row]:
    return [_row(item, read, clinic, staff, now, closed) for item in read.items]


def _row(
    item: Any, read: Rows, clinic: Clinic, staff: StaffMember, now: datetime, closed: Collection[date]
) -> Row:
    """A limited record keeps its place, its priority and its age, so that it is seen; nothing else."""
    today = now.astimezone(clinic.zone).date()
    patient, contact = read.persons.get(item.pk, NOBODY), read.contacts.get(item.patient_id)
    is_limited = patient is NOBODY
    course = course_from(SimpleNamespace(**item.plan), today) if item.plan else None
    spark = sparkline(read.pain.get(item.patient_id, ()), today)
    opened = item.opened_at.astimezone(clinic.zone).date()
    due = None if item.status == ItemStatus.COMPLETED else due_on(item, clinic, closed)
    return Row(
        url=reverse("clinic:review-item", args=[item.pk]),
        name=gettext("Limited record") if is_limited else patient.full_name,
        week="" if is_limited else care_words(patient) or week_words(course),
        prompt=review_prompt(course, unresolved(read.flags[item.pk])) if course and not is_limited else "",
        priority=priority(item.severity),
        reasons=[_reason(flag) for flag in shown_flags(item, read.flags[item.pk])],
        spark=spark,
        figures=spark_words(spark),
        has_figures=spark.first is not None,
        spread=spread_words(spark),
        since=wording.day(opened),
        age=age_words((today - opened).days),
        due=wording.day(due) if due else "",
        is_overdue=due is not None and due < today,
        state=state_words(item, staff, clinic),
        contact=contact_words(contact, clinic) if contact else "",
        phone=patient.phone,
        tel="" if patient.died_on else tel(patient.phone),
        is_limited=is_limited,
        restricted=restricted_words(patient, today),
        covering=covering_words(patient),
    )


def priority(severity: int) -> Priority:
    return _priority(severity, get_language())


@lru_cache(maxsize=256)
def _priority(severity: int, language: str | None) -> Priority:
    level = Severity(severity)
    return Priority(level.rule_name, str(capfirst(level.label)))


def shown_flags(item: ReviewItem, flags: Sequence[Flag]) -> list[Flag]:
    """What still asks for a look; of a closed item everything it was about."""
    return [flag for flag in flags if item.status == ItemStatus.COMPLETED or flag.resolved_on is None]


def unresolved(flags: Sequence[Flag]) -> set[str]:
    """The codes of the flags that still stand."""
    return {flag.code for flag in flags if flag.resolved_on is None}


def _reason(flag: Flag) -> Reason:
    return Reason(
        title=capfirst(wording.title(flag.code)),
        sentence=_dated(flag),
        ended=ended_words(flag),
    )


def _dated(flag: Flag) -> str:
    if flag.latest:
        worse = gettext("since then worse: %(sentence)s")
        return wording.raised_for(
            flag.raised_on, worse % {"sentence": wording.sentence(flag.code, flag.latest)}
        )
    return wording.raised_for(flag.raised_on, wording.sentence(flag.code, flag.evidence))


def ended_words(flag: Flag) -> str:
    if flag.condition_ended_on is None or flag.resolved_on is not None:
        return ""
    day = wording.day(flag.condition_ended_on)
    return gettext("Condition no longer met since %(day)s.") % {"day": day}


def care_words(patient: Patient | Person) -> str:
    """That care has ended, said before anybody calls; "" while it goes on."""
    if patient.died_on:
        return gettext("Died on %(day)s. Do not call.") % {"day": wording.day_and_year(patient.died_on)}
    if patient.discharged_on:
        day = wording.day_and_year(patient.discharged_on)
        return gettext("Discharged on %(day)s") % {"day": day}
    return ""


def restricted_words(patient: Patient | Person, today: date) -> str:
    """That nobody reviews the record; "" while it is used."""
    if not restricts(patient.restricted_at, patient.restricted_until, today):
        return ""
    return gettext("Processing restricted")


def covering_words(patient: Person) -> str:
    """Why somebody else's patient stands under Mine; "" where the reader covers nobody."""
    return gettext("You cover %(name)s") % {"name": patient.covered_for} if patient.covered_for else ""


def week_words(course: Course | None) -> str:
    """Where the patient stands, as the patient's own pages say it."""
    if not course:
        return gettext("No running programme")
    stretch = course.today
    weeks = {"number": stretch.week, "weeks": stretch.prescription.weeks[-1].number}
    if stretch.why == Why.LAST:
        return gettext("Past the last week (%(weeks)d)") % weeks
    return gettext("Week %(number)d of %(weeks)d") % weeks


def spark_words(spark: Sparkline) -> str:
    """The figures beside the line: the first and the last report."""
    if spark.first is None or spark.last is None:
        return gettext("No pain reports in 6 weeks")
    return f"{wording.number(spark.first)} → {wording.number(spark.last)}"


def spread_words(spark: Sparkline) -> str:
    """The range, and on how many days it rests."""
    if spark.lowest is None or spark.highest is None:
        return ""
    return ngettext(
        "range %(lowest)s–%(highest)s, %(count)d day",
        "range %(lowest)s–%(highest)s, %(count)d days",
        len(spark.rows),
    ) % {
        "lowest": wording.number(spark.lowest),
        "highest": wording.number(spark.highest),
        "count": len(spark.rows),
    }


def age_words(days: int) -> str:
    if days <= 0:
        return gettext("today")
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


def due_on(item: ReviewItem, clinic: Clinic, closed: Collection[date]) -> date | None:
    """What the patient was promised, else so many working days after opening; None when nothing presses."""
    wait = DUE_IN_WORKING_DAYS.get(item.severity)
    if item.promised_for is not None or wait is None:
        return item.promised_for
    day = item.opened_at.astimezone(clinic.zone).date() - timedelta(days=wait == 0)
    for _working_day in range(max(1, wait)):
        day = clinic.next_working_day(day, closed=closed) or day + timedelta(days=1)
    return day


def state_words(item: ReviewItem, staff: StaffMember, clinic: Clinic) -> str:
    if item.status == ItemStatus.COMPLETED and item.closed_at:
        closed = wording.moment(item.closed_at, clinic.zone)
        return gettext("Done %(when)s: %(outcome)s") % {"when": closed, "outcome": item.get_outcome_display()}
    if item.status == ItemStatus.ON_HOLD and item.snoozed_until:
        return gettext("Snoozed until %(day)s") % {"day": wording.day(item.snoozed_until)}
    if item.claimed_by is None:
        return ""
    if item.claimed_by_id == staff.pk:
        return gettext("You are looking at this")
    return gettext("%(name)s is looking at this") % {"name": item.claimed_by.name}


def contact_words(contact: ContactAttempt, clinic: Clinic) -> str:
    return gettext("%(when)s, %(channel)s: %(result)s (%(name)s)") % {
        "when": wording.moment(contact.made_at, clinic.zone),
        "channel": contact.get_channel_display(),
        "result": contact.get_result_display(),
        "name": contact.made_by.name,
    }
