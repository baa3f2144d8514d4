"""The sentences of the patient's pages, in short words: dates, doses, what to do now, the saved page.

Numbers and codes come from the clinical code; only this file turns them into language. Nothing here ever
reassures: the absence of a warning is not an all-clear.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinic.formats import dates
from clinic.formats.dates import clock
from patients.models import DataRequest, PrivacyAcceptance, RequestKind
from patients.wording.amounts import (
    amount,
    bare,
    days,
    distance,
    each_week,
    minutes,
    much,
    steps,
    to_write,
    walked,
    walks,
)
from patients.wording.weeks import bouts, first_day, heading, pace, week, whole_day
from programmes.charts import WeekVolume
from programmes.clinical.safety import UK_RED_FLAGS, Route
from programmes.clinical.saved import Saved
from programmes.models import SetUp
from programmes.services.plan_reading import Progress

__all__ = [
    "amount",
    "bare",
    "bouts",
    "clock",
    "days",
    "distance",
    "each_week",
    "first_day",
    "heading",
    "minutes",
    "much",
    "pace",
    "steps",
    "to_write",
    "walked",
    "walks",
    "week",
    "whole_day",
]

SAFETY_TEXT_VERSION = "uk-1"  # stored with every answer: which words the patient read

SAFETY_ITEMS = {
    "both_legs": gettext_lazy("Pain, tingling, weakness or numbness in both legs"),
    "saddle_numbness": gettext_lazy(
        "Numbness around your genitals or bottom, or you have lost feeling when you pee or have sex"
    ),
    "bladder_bowel": gettext_lazy("You cannot pee, or you cannot hold your pee or poo"),
    "sudden_severe_pain": gettext_lazy("Sudden, very bad pain in your back or tummy"),
    "chest_pain": gettext_lazy("Chest pain"),
    "collapse": gettext_lazy("You fainted, nearly fainted, or could hardly breathe on a walk"),
    "serious_accident": gettext_lazy("Back pain after a serious accident"),
    "foot_drop": gettext_lazy("Your foot drops or drags, and you cannot lift it"),
    "hot_swollen_calf": gettext_lazy("A hot, swollen or sore calf"),
    "fever": gettext_lazy("A fever, or you feel hot and shivery"),
    "weight_loss": gettext_lazy("You are losing weight without trying"),
    "lump": gettext_lazy("A new lump or swelling on your back"),
    "night_or_rest_pain": gettext_lazy("Pain that does not ease with rest, or is worse at night"),
}


# --- Days and doses
def day(on: date) -> str:
    """Saturday 21 November."""
    return dates.day(on)


def day_from(today: date, on: date) -> str:
    """The same, with "Today" or "Yesterday" before it."""
    near = {0: _("Today, %(day)s"), 1: _("Yesterday, %(day)s")}.get((today - on).days, "%(day)s")
    return near % {"day": day(on)}


def short_day(today: date, on: date) -> str:
    """Today, Yesterday, or Wed 18 November: for lists on a narrow phone."""
    near = {0: _("Today"), 1: _("Yesterday")}.get((today - on).days)
    return near or dates.short_day(on)


def walking_days(chosen: SetUp) -> str:
    """The days and the time that a patient chose, for example "Mon, Wed, Fri, 10:30am"; "" before."""
    names = [str(WEEKDAYS_ABBR[day - 1]) for day in chosen.walking_days or ()]
    return ", ".join([*names, clock(chosen.walks_at)]) if chosen.walks_at else ""


def away(days: int | None) -> str:
    """Some days without a walk; None: none logged yet."""
    if days is None:
        return _("You have not logged a walk yet. That is OK.")
    return ngettext(
        "You have not logged a walk for %(days)d day. That is OK.",
        "You have not logged a walk for %(days)d days. That is OK.",
        days,
    ) % {"days": days}


def pain_change(before: int | None, after: int | None) -> str:
    """A walk's pain in the patient's list; nothing is said about a value that is not known."""
    if before is None and after is None:
        return ""
    if before is None or after is None:
        return _("Pain %(value)d.") % {"value": after if before is None else before}
    return _("Pain %(before)d before, %(after)d after.") % {"before": before, "after": after}


def progress(so_far: Progress, units: str) -> str:
    """How many walks, and how much where any of them told it."""
    if not so_far.pain:
        return _("You have not logged a walk in this plan yet. Your walks will show here.")
    words = {"done": _in_all(so_far, units), "week": so_far.plan_week}
    if so_far.plan_week is None:
        return _("In this plan you logged %(done)s.") % words
    return _("You are in week %(week)d of your plan. So far you have logged %(done)s.") % words


def _in_all(so_far: Progress, units: str) -> str:
    told = [week.walked for week in so_far.weeks if week.walked is not None]
    number = walks(len(so_far.pain))
    if not told:
        return number
    words = {"walks": number, "amount": much(sum(told), so_far.counts, units)}
    return _("%(walks)s, %(amount)s in all") % words


# --- What to do now
@dataclass(frozen=True, slots=True)
class Advice:
    """A heading, what to do, and the number to call (empty: the clinic's own)."""

    heading: str
    text: str
    call: str = ""


def what_to_do(route: str) -> Advice:
    """Where the safety answers send the patient (UK)."""
    if route == Route.EMERGENCY:
        return Advice(
            _("Call 999 now, or go to A&E"),
            _("You told us about a symptom that needs help at once. Do not wait for your physio team."),
            "999",
        )
    if route == Route.URGENT_LINE:
        return Advice(
            _("Call 111 today"),
            _("You told us about something that needs a check today. If it gets worse, call 999."),
            "111",
        )
    return Advice(
        _("Call your GP today"),
        _("You told us about something that your GP should look at. If it gets worse, call 111."),
    )


def warnings() -> list[tuple[str, list[str]]]:
    """Every symptom that needs help, under what to do about it, the most urgent first."""
    return [
        (
            what_to_do(route).heading,
            [str(SAFETY_ITEMS[code]) for code, to in UK_RED_FLAGS.items() if to == route],
        )
        for route in Route
    ]


def promise(looks_by: date | None, today: date) -> str:
    """What may be said once the team has been told; None: nobody is on duty."""
    if looks_by is None:
        return _(
            "Your answer is in your team's list, but nobody is at the clinic in the next days. "
            "Do not wait for a call. Call 111 if you need advice."
        )
    if looks_by < today:
        return _("Your physio team has been told.")
    if looks_by == today:
        return _("Your physio team has been told and looks at it today.")
    return _("Your physio team has been told and looks at it by %(day)s.") % {"day": day(looks_by)}


def severe_is_told() -> str:
    """Once severe pain stands in the team's list; no day is promised."""
    return _(
        "Your physio team's list now says that your pain was this strong twice."
        " Do not wait for a call: call us."
    )


def what_became_of_the_call(
    asked_on: date, *, promised_for: date | None, tried_on: date | None, today: date
) -> list[str]:
    """A request to be called as it is written down: nothing is promised anew, nothing glossed over."""
    said = [_("On %(day)s you asked us to call you.") % {"day": day(asked_on)}]
    if tried_on is not None:
        return [*said, _("We wrote down that we tried to reach you on %(day)s.") % {"day": day(tried_on)}]
    said.append(promise(promised_for, today))
    if promised_for is not None and promised_for < today:
        said[-1] = _("We said that we would look by %(day)s.") % {"day": day(promised_for)}
        said.append(_("No call is written down yet. Please call us."))
    return said


# --- The saved page
CALL_FIRST = frozenset({Saved.ACT_RED_FLAG, Saved.ACT_SEVERE, Saved.ACT_WORSE_AGAIN})


def saved(code: Saved) -> Advice:
    """One heading and one short text for each row of the clinical table (programmes.clinical.saved)."""
    rows: Mapping[Saved, tuple[str, str]] = {
        Saved.ACT_SEVERE: (
            _("That is a lot of pain"),
            _("Rest now. Call your physio team before your next walk. If it gets worse fast, call 111."),
        ),
        Saved.ACT_WORSE_AGAIN: (
            _("Your walks have hurt more lately"),
            _("Your pain went up on your last walks. Call your physio team before your next walk."),
        ),
        Saved.FLARE: (
            _("Thank you for telling us"),
            _("In a flare-up, small and often is best. Short, easy walks are enough until it calms down."),
        ),
        Saved.LIMB: (
            _("Look after your legs and feet"),
            _("Choose flat ground and shoes that support you. If it is still there in 2 days, call us."),
        ),
        Saved.COMMON_AT_START: (
            _("More sore after your walk"),
            _("This is common when you start. It should settle by tomorrow. If it does not, call us."),
        ),
        Saved.SORE: (
            _("More sore after your walk"),
            _("Keep your next walk as planned. If it has not settled by tomorrow, call your physio team."),
        ),
        Saved.HIGH: (
            _("Thank you for telling us"),
            _("Your pain is quite high today. Go gently. If it stays like this, call your physio team."),
        ),
        Saved.WELL_DONE: (_("Well done"), _("Rest days are part of the plan too.")),
    }
    return Advice(*rows.get(code, (_("Thank you"), _("Every walk you log helps your physio team."))))


# --- Charts in words
def weekly_chart(so_far: Progress, units: str) -> str:
    done = [(week.starts_on, week.walked) for week in so_far.weeks if week.walked is not None]
    if not done and so_far.pain:
        return _("Your walks are saved. You told us minutes or something else, so they have no bar here.")
    if not done:
        return _("No walks yet.")
    first_day, most = max(done, key=lambda pair: pair[1])
    return _("Your fullest week began on %(day)s, with %(amount)s.") % {
        "day": dates.day_and_month(first_day),
        "amount": much(most, so_far.counts, units),
    }


def week_walked(week: WeekVolume, counts: str, units: str) -> str | None:
    """A week in the table beside the chart: how much, or the walks where nobody knows; None without one."""
    if week.walked is not None:
        return bare(week.walked, counts, units)
    return walks(week.walks) if week.walks else None


def pain_chart(so_far: Progress) -> str:
    known: Sequence[int] = [point.before for point in so_far.pain if point.before is not None]
    if not known:
        return _("No pain numbers yet.")
    if min(known) == max(known):
        return _("Before your walks, your pain was %(always)d.") % {"always": min(known)}
    return _("Before your walks, your pain was between %(low)d and %(high)d.") % {
        "low": min(known),
        "high": max(known),
    }


# --- Your data
REQUESTS = {
    RequestKind.CORRECTION.value: gettext_lazy("Something about me is wrong"),
    RequestKind.ACCESS.value: gettext_lazy("I want a copy of all that you keep"),
    RequestKind.ERASURE.value: gettext_lazy("I want you to delete something"),
    RequestKind.RESTRICTION.value: gettext_lazy("I want you to stop using my data for now"),
    RequestKind.OBJECTION.value: gettext_lazy("I do not agree with a use of my data"),
}


def data_request(asked: DataRequest, zone: ZoneInfo) -> dict[str, str]:
    """One request as its patient reads it: what was asked, and how it stands."""
    received = day(asked.received_at.astimezone(zone).date())
    if asked.handled_at is None:
        state = _("You get an answer by %(day)s.") % {"day": day(asked.due_on)}
    else:
        done = day(asked.handled_at.astimezone(zone).date())
        state = _("Answered on %(day)s: %(outcome)s.") % {"day": done, "outcome": OUTCOMES[asked.outcome]}
    return {
        "what": str(REQUESTS[asked.kind]),
        "received": received,
        "text": asked.text,
        "state": state,
        "answer": asked.answer,
    }


def told(shown: PrivacyAcceptance, zone: ZoneInfo) -> dict[str, Any]:
    """One privacy text as its patient finds it under "Your data"."""
    at = shown.withdrawn_at or shown.accepted_at or shown.shown_at
    if shown.withdrawn_at:
        state = _("you took this back on %(day)s.")
    elif shown.accepted_at is None:
        state = _("shown on %(day)s, to read later.")
    else:
        state = _("you agreed on %(day)s.") if shown.is_consent else _("you read this on %(day)s.")
    return {
        "id": shown.pk,
        "text_id": shown.text_id,
        "title": shown.text.title,
        "language": shown.text.language,
        "version": shown.version,
        "state": state % {"day": dates.full_day(at.astimezone(zone).date())},
        "may_withdraw": shown.is_consent and shown.accepted_at and not shown.withdrawn_at,
    }


OUTCOMES = {
    "done": gettext_lazy("we did what you asked"),
    "partly": gettext_lazy("we did a part of it"),
    "refused": gettext_lazy("we could not do it"),
    "withdrawn": gettext_lazy("you took it back"),
}
