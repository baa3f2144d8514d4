"""A plan in words and as a chart: for the clinician who builds it, and as the patient will read it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinic.models import StaffMember
from patients import wording
from programmes.admin.plan_chart import plan_chart
from programmes.clinical import grading
from programmes.clinical.course import Course
from programmes.models import Overlay, OverlayKind, Programme, ProgrammeRevision, RevisionChange
from programmes.plan_wording import review_prompt, why_this_week
from programmes.wording import amount, day_and_year, whole


def _days(number: int) -> str:
    return ngettext("%(n)s day a week", "%(n)s days a week", number) % {"n": number}


def dose(week: grading.Week) -> str:
    """One week's dose, for example "12 minutes a day, 3 days a week"."""
    said = _("%(amount)s a day, %(days)s")
    return said % {"amount": amount(week.amount, week.counts), "days": _days(week.days)}


def plan_in_words(weeks: Sequence[grading.Week]) -> list[str]:
    """The rule that the table follows, in sentences."""
    if not weeks:
        return []
    first, last = weeks[0], weeks[-1]
    said = [_("Starts with %(dose)s.") % {"dose": dose(first)}]
    pairs = list(zip(weeks, weeks[1:], strict=False))
    level = [week.number for before, week in pairs if _same(before, week)]
    if pairs and len(level) == len(pairs):
        return [*said, _("All %(n)s weeks are the same.") % {"n": len(weeks)}]
    if pairs:
        said.append(_("Week %(n)s: %(dose)s.") % {"n": last.number, "dose": dose(last)})
    said += _changes(pairs)
    if level:
        said.append(_("Stays level in week %(weeks)s.") % {"weeks": _listed(level)})
    if fast := [week.number for week in weeks if week.intervals]:
        said.append(_("Fast parts from week %(n)s.") % {"n": fast[0]})
    return said


def said_shortly(weeks: Sequence[grading.Week]) -> str:
    """What a screen reader hears after each edit: "12 weeks, up to 24 minutes a day on 5 days a week." """
    if not weeks:
        return ""
    most = max(weeks, key=lambda week: week.volume)
    number = ngettext("%(n)s week", "%(n)s weeks", len(weeks)) % {"n": len(weeks)}
    said = _("%(weeks)s, at most %(dose)s.") % {"weeks": number, "dose": dose(most)}
    steep = len(grading.weekly_warnings(weeks))
    warns = ngettext("%(n)s warning.", "%(n)s warnings.", steep) % {"n": steep}
    return f"{said} {warns}" if steep else said


def _same(before: grading.Week, week: grading.Week) -> bool:
    compared = ("days", "amount", "intervals", "intensity")
    return all(getattr(before, name) == getattr(week, name) for name in compared)


def _changes(pairs: list[tuple[grading.Week, grading.Week]]) -> list[str]:
    """Which weeks add a walking day, go down, or ask for a faster pace."""
    days = [week.number for before, week in pairs if week.days > before.days]
    down = [week.number for before, week in pairs if week.volume < before.volume]
    pace = [week.number for before, week in pairs if week.intensity != before.intensity]
    said = [
        (days, _("One more walking day from week %(weeks)s.")),
        (down, _("Goes down in week %(weeks)s.")),
        (pace, _("The pace changes in week %(weeks)s.")),
    ]
    return [sentence % {"weeks": _listed(numbers)} for numbers, sentence in said if numbers]


def _listed(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return str(numbers[0])
    return _("%(first)s and %(last)s") % {
        "first": ", ".join(map(str, numbers[:-1])),
        "last": numbers[-1],
    }


RISES = {
    grading.MINUTES: gettext_lazy(
        "Week %(n)s asks for %(rise)s %% more: %(after)s minutes after %(volume)s in week %(before)s."
    ),
    grading.STEPS: gettext_lazy(
        "Week %(n)s asks for %(rise)s %% more: %(after)s steps after %(volume)s in week %(before)s."
    ),
    grading.DISTANCE: gettext_lazy(
        "Week %(n)s asks for %(rise)s %% more: %(after)s metres after %(volume)s in week %(before)s."
    ),
}


def warnings_in_words(weeks: Sequence[grading.Week]) -> list[str]:
    """One sentence for every week that asks for much more than the one before."""
    return [
        str(RISES[each.counts])
        % {
            "n": each.number,
            "before": each.number - 1,
            "rise": round(100 * each.rise),
            "after": whole(each.after),
            "volume": whole(each.before),
        }
        for each in grading.weekly_warnings(weeks)
    ]


def jump_in_words(now: grading.Week, then: grading.Week) -> list[str]:
    """One sentence if the week to go on with asks for much more than this week."""
    pair = (now, replace(then, number=now.number + 1))
    return [
        _("Week %(n)s asks for %(rise)s %% more than this week: %(after)s after %(before)s.")
        % {
            "n": then.number,
            "rise": round(100 * each.rise),
            "after": dose(then),
            "before": dose(now),
        }
        for each in grading.weekly_warnings(pair)
    ]


def revision_in_words(revision: ProgrammeRevision) -> str:
    """A line of the plan's history: "18 Nov 2026: week 4 repeated - sore after gardening"."""
    said = {
        RevisionChange.FIRST: _("first plan"),
        RevisionChange.REPEATED: _("week %(week)s repeated"),
        RevisionChange.STEPPED_BACK: _("back to week %(week)s"),
        RevisionChange.MOVED_ON: _("on to week %(week)s"),
        RevisionChange.REWRITTEN: _("weeks rewritten from week %(week)s on"),
        RevisionChange.NEW_TEMPLATE: _("another template, from its week %(week)s"),
    }[RevisionChange(revision.change)] % {"week": revision.first_week}
    line = _("%(day)s: %(change)s") % {"day": day_and_year(revision.in_force_from), "change": said}
    if revision.change != RevisionChange.FIRST:
        line = _("%(line)s – %(reason)s") % {"line": line, "reason": revision.reason}
    if not revision.warning_reason:
        return line
    return _("%(line)s (steep rise wanted: %(why)s)") % {"line": line, "why": revision.warning_reason}


def history_in_words(revisions: Sequence[Any]) -> list[dict[str, Any]]:
    """How a plan changed, who signed it (`signer`), and which change a later one overtook."""
    governing = set(ProgrammeRevision.chain(revisions))
    return [
        {
            "words": revision_in_words(revision),
            "is_overtaken": revision not in governing,
            "signed_at": revision.signed_at,
            "signer": revision.signer,
        }
        for revision in revisions
    ]


def name_of(login: str) -> Subquery:
    """The name that the person behind the login has in this row's clinic."""
    member = StaffMember.objects.filter(clinic=OuterRef("clinic"), user=OuterRef(login))
    return Subquery(member.values("name")[:1])


def standing_words(programme: Programme, course: Course) -> dict[str, Any]:
    """Why this week is in force, what waits for a person, and what was pressed; nothing once it has ended."""
    pressed = programme.overlays.select_related("patient").annotate(presser=name_of("made_by"))
    said = [press_in_words(each) for each in pressed.order_by("-made_at")]
    if not programme.is_running or not course.has_begun:
        return {"presses": said}
    return {
        "presses": said,
        "why": why_this_week(course.today),
        "review_prompt": review_prompt(course),
        "in_flare": course.open_flare is not None,
        "may_ease": course.may_ease,
    }


def press_in_words(overlay: Any) -> str:
    """A line of what was pressed: "18 Nov 2026 – 25 Nov 2026: flare-up plan, pain 6 - by the patient"."""
    days = day_and_year(overlay.from_on)
    if overlay.over_on and overlay.over_on > overlay.from_on:
        days = f"{days} – {day_and_year(overlay.over_on - timedelta(days=1))}"
    return _("%(days)s: %(what)s (%(who)s)") % {
        "days": days,
        "what": ", ".join(filter(None, [overlay.get_kind_display(), *_press_details(overlay)])),
        "who": overlay.presser or _("the patient"),
    }


def _press_details(overlay: Overlay) -> Iterator[str]:
    if overlay.pain_now is not None:
        yield _("pain %(score)d") % {"score": overlay.pain_now}
    if overlay.new_symptoms:
        yield _("not begun: a safety answer")
    elif overlay.flag_id:
        yield _("stopped by a safety answer")
    elif overlay.over_on == overlay.from_on:
        is_repeat = overlay.kind == OverlayKind.REPEAT
        yield _("taken back") if is_repeat else _("taken back on the same day")
    if overlay.reason:
        yield overlay.reason


def for_patient(weeks: Sequence[grading.Week], units: str) -> list[str]:
    """The first week in Today's own sentences."""
    return wording.first_day(weeks[0], units)


def dated(weeks: Sequence[grading.Week], starts_on: date) -> list[dict[str, Any]]:
    """Rows of a printed week table: the Monday (or whatever day it starts on) and the week's minutes."""
    first = weeks[0].number if weeks else 1
    return [
        {
            "week": week,
            "starts_on": starts_on + timedelta(days=7 * (week.number - first)),
            "amount": whole(week.amount),
            "total": whole(week.volume),
        }
        for week in weeks
    ]


def shown(weeks: Sequence[grading.Week], starts_on: date) -> dict[str, Any]:
    """Everything that a page says about a plan."""
    rows = dated(weeks, starts_on)
    return {
        "said": said_shortly(weeks),
        "sentences": plan_in_words(weeks),
        "warnings": warnings_in_words(weeks),
        "rows": rows,
        "chart": plan_chart(weeks, [row["starts_on"] for row in rows]),
    }
