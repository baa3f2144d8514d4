"""Sentences about the plan for the patient: why this week, the parts of a walk, what may be pressed.

Staff read the same facts in `programmes.plan_wording`. Nothing here counts against anybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinic.formats import dates
from patients import wording
from programmes.clinical import grading
from programmes.clinical.course import Course, Stretch, Why
from programmes.clinical.grading import Part
from programmes.services.plan_reading import Dose, PastWalk, Plan, gently, week_so_far

_WHY = {
    Why.FIRST: gettext_lazy("This is week %(week)d. Your plan starts here."),
    Why.NEXT: gettext_lazy("This is week %(week)d. You walked on %(walked)s in the week before."),
    Why.REPEAT: gettext_lazy("Week %(week)d comes again, so that you can get used to it."),
    Why.PATIENT_REPEAT: gettext_lazy("Week %(week)d comes again, as you asked."),
    Why.LAST: gettext_lazy("This is the last week of your plan. You can go on with it."),
    Why.GAP_REPEAT: gettext_lazy(
        "You come back after some days without a walk, so week %(week)d comes again."
    ),
    Why.GAP_REDUCED: gettext_lazy(
        "You come back after some time without a walk, so you start with a bit less."
    ),
    Why.GAP_BASELINE: gettext_lazy(
        "You come back after a long time without a walk, so you start with less. "
        "Ask your physio team what comes next."
    ),
    Why.AFTER_RETURN: gettext_lazy("You are back, so this is all of week %(week)d."),
    Why.FLARE_EASE: gettext_lazy("Your flare-up plan, days 1 to 3: half of your walk, in short bits."),
    Why.FLARE_BUILD: gettext_lazy("Your flare-up plan, days 4 to 7: a little more than before."),
    Why.FLARE_BACK: gettext_lazy("Your flare-up plan, second week: back to week %(week)d."),
    Why.FLARE_REVIEW: gettext_lazy("You are still in your flare-up plan. Call your physio team about it."),
    Why.AFTER_FLARE: gettext_lazy("Week %(week)d starts again after your flare-up."),
}


def why_this_week(stretch: Stretch) -> str:
    """One sentence on why this week's dose is in force."""
    if stretch.why == Why.NEXT and not stretch.done:
        return _("This is week %(week)d.") % {"week": stretch.week}
    return str(_WHY[stretch.why]) % {"week": stretch.week, "walked": wording.days(stretch.done)}


def bouts(stretch: Stretch, dose: Dose) -> str:
    """Into how many walks a day may be split; in a flare-up it is better to."""
    if stretch.bouts is None or stretch.bouts[1] < 2:
        return wording.bouts(dose.bouts)
    least, most = stretch.bouts
    if least == most:
        return _("Do it in %(count)d short walks.") % {"count": most}
    if least == 1:
        return wording.bouts(most)
    return _("Do it in %(least)d or %(most)d short walks.") % {"least": least, "most": most}


def up_to(stretch: Stretch, units: str) -> str:
    """The most of a day, where the flare-up plan leaves room."""
    dose = stretch.dose
    if stretch.up_to <= dose.amount:
        return ""
    most = wording.much(stretch.up_to, dose.counts, units)
    return _("If that feels fine, you can walk up to %(amount)s.") % {"amount": most}


def next_walk(plan: Plan, walks: list[PastWalk], *, quiet: int = 0) -> dict[str, Any]:
    """What Today says of the next walk, `quiet` days after the last; the builder shows the same first."""
    so_far = week_so_far(plan, walks)
    dose, stretch, units = plan.dose, plan.course.today, plan.units
    asked = gently(plan, walks) if quiet else dose.amount
    return {
        "heading": wording.heading(dose.counts, is_away=bool(quiet)),
        "amount": wording.amount(dose, units, now=asked),
        "whole_day": wording.whole_day(dose.counts),
        "pace": wording.pace(dose.intensity),
        "bouts": bouts(stretch, dose),
        "up_to": "" if quiet else up_to(stretch, units),
        "parts": parts(dose),
        "why": why_this_week(stretch),
        "presses": presses(plan.course, units),
        "away": wording.away(quiet if walks else None) if quiet else "",
        "week": wording.week(so_far, units),
        "so_far": so_far,
        "bar": None if so_far.share is None else min(100, round(100 * so_far.share)),
        "note": plan.programme.note_to_patient,
    }


# --- The parts of a walk


def parts(dose: Dose) -> list[str]:
    """How a walk begins, goes on and ends; in weeks with fast parts also how those go."""
    said = [_ends(grading.parts(dose))]
    if dose.intervals and dose.interval_days:
        said += _fast(dose, grading.parts(dose, fast=True))
    return [sentence for sentence in said if sentence]


def _ends(walk: tuple[Part, ...]) -> str:
    if not walk:
        return ""
    if len(walk) == 1:
        return _("Walk easily from start to end.")
    return _("Walk easily for the first and the last %(minutes)s.") % {"minutes": _length(walk[0].seconds)}


def _fast(dose: Dose, walk: tuple[Part, ...]) -> list[str]:
    warm_up, brisk, slow, _cool_down = walk
    return [
        ngettext(
            "On %(count)d day this week, walk with fast bits.",
            "On %(count)d days this week, walk with fast bits.",
            dose.interval_days,
        )
        % {"count": dose.interval_days},
        _("Warm up first: walk easily for %(time)s.") % {"time": _length(warm_up.seconds)},
        _("Then walk fast for %(fast)s and slowly for %(slow)s. Do that %(times)d times.")
        % {"fast": _length(brisk.seconds), "slow": _length(slow.seconds), "times": brisk.times},
        _("End with an easy walk until your minutes are full."),
    ]


def _length(seconds: int) -> str:
    if seconds % 60:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    return wording.minutes(seconds // 60)


# --- My plan


@dataclass(frozen=True, slots=True)
class PlanWeek:
    """One row of "My plan"."""

    number: int
    starts_on: str
    days: str
    amount: str
    is_now: bool
    instead_of: str = ""


def my_plan(
    doses: Sequence[Dose], *, first_on: date, units: str, now: Dose | None = None, starts: Any = None
) -> list[PlanWeek]:
    """The weeks of a plan from `first_on`, or as `starts` says by number; `now` is what this week asks.

    Where that is less than the plan's own week, the row says both.
    """
    begins = {dose.number: first_on + timedelta(days=7 * (dose.number - doses[0].number)) for dose in doses}
    begins |= starts or {}
    return [
        _plan_week(dose, begins[dose.number], now if now and now.number == dose.number else None, units)
        for dose in doses
    ]


def _plan_week(dose: Dose, starts_on: date, now: Dose | None, units: str) -> PlanWeek:
    asked, full = now or dose, wording.amount(dose, units)
    return PlanWeek(
        number=dose.number,
        starts_on=dates.day_and_short_month(starts_on),
        days=wording.days(asked.days),
        amount=wording.amount(asked, units),
        is_now=now is not None,
        instead_of=full if wording.amount(asked, units) != full else "",
    )


# --- What may be pressed


@dataclass(frozen=True, slots=True)
class Presses:
    """What Today and My plan offer, and what was pressed already."""

    may_repeat: bool
    may_ease: bool
    in_flare: bool
    phases: list[str]
    asked_again: str

    @property
    def any(self) -> bool:
        return self.may_repeat or self.may_ease or self.in_flare or bool(self.asked_again)


def presses(course: Course, units: str) -> Presses:
    """As the signed plan allows it today."""
    again = course.is_asked_again
    asked = _("You asked for this week again. It comes once more, then your plan goes on.")
    return Presses(
        may_repeat=course.may_repeat and not again,
        may_ease=course.may_ease,
        in_flare=course.open_flare is not None,
        phases=flare_days(course, units) if course.open_flare else [],
        asked_again=asked if again else "",
    )


def this_week(dose: Dose, units: str) -> str:
    """3 days, 15 minutes each day."""
    words = {"days": wording.days(dose.days), "amount": wording.amount(dose, units)}
    return _("%(days)s, %(amount)s each day") % words


def flare_days(course: Course, units: str) -> list[str]:
    """What the flare-up plan that runs asks for, phase by phase, from today on."""
    ahead = (course.today, *course.to_come)
    phases = [each for each in ahead if each.why in (Why.FLARE_EASE, Why.FLARE_BUILD, Why.FLARE_BACK)]
    return [_phase(each, course.on, units, is_first=each is phases[0]) for each in phases]


def _phase(stretch: Stretch, today: date, units: str, *, is_first: bool) -> str:
    days = (stretch.until_on - max(stretch.from_on, today)).days + 1
    if stretch.why == Why.FLARE_BACK and not is_first:
        return _("After that: week %(week)d again, on %(days)s.") % {
            "week": stretch.week,
            "days": wording.days(stretch.dose.days),
        }
    said = _("For %(days)s: %(amount)s a day.") if is_first else _("Then for %(days)s: %(amount)s a day.")
    return said % {"days": wording.days(days), "amount": _amount(stretch, units)}


def _amount(stretch: Stretch, units: str) -> str:
    dose = stretch.dose
    if stretch.up_to <= dose.amount:
        return wording.amount(dose, units)
    least, most = (
        wording.bare(dose.amount, dose.counts, units),
        wording.much(stretch.up_to, dose.counts, units),
    )
    return _("%(least)s to %(most)s") % {"least": least, "most": most}
