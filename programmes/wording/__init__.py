"""Findings in words: one sentence with its numbers, the lines of the evidence table, the data points.

The clinical code speaks codes and values; this door puts them into the reader's language. Staff read these
texts: they name a review prompt, never a diagnosis. An unknown code still gives a sentence and its figures,
so that no flag is ever shown without its reason.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils.translation import get_language, gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from programmes.models import FlagCode
from programmes.wording import pain, walks
from programmes.wording.evidence import Evidence, Line, limit_of, limited
from programmes.wording.numbers import (
    amount,
    away_words,
    day,
    day_and_year,
    days_in_words,
    lead_words,
    moment,
    number,
    percent,
    points_of_pain,
    span,
    walked,
    whole,
    with_away,
)
from programmes.wording.setting import judged_by

__all__ = [
    "FALLS",
    "RED_FLAG_ITEMS",
    "ROUTES",
    "Line",
    "Point",
    "amount",
    "away_words",
    "day",
    "day_and_year",
    "days_in_words",
    "lead_words",
    "lines",
    "moment",
    "number",
    "percent",
    "points",
    "points_of_pain",
    "raised_for",
    "sentence",
    "span",
    "title",
    "walked",
    "whole",
    "with_away",
]

RED_FLAG_ITEMS = {
    "both_legs": _("pain, tingling, weakness or numbness in both legs"),
    "saddle_numbness": _("numbness round the genitals or buttocks, or lost sexual or urinary feeling"),
    "bladder_bowel": _("cannot pee, or loss of bladder or bowel control"),
    "sudden_severe_pain": _("sudden severe back or tummy pain"),
    "chest_pain": _("chest pain"),
    "collapse": _("near-fainting, collapse or severe breathlessness on a walk"),
    "serious_accident": _("pain after a serious accident"),
    "foot_drop": _("new foot drop"),
    "hot_swollen_calf": _("hot, swollen calf"),
    "fever": _("fever"),
    "weight_loss": _("unexplained weight loss"),
    "lump": _("a lump"),
    "night_or_rest_pain": _("pain not better with rest, or worse at night"),
}
ROUTES = {
    "999": _("emergency services (999) at once"),
    "111": _("urgent advice line (111) today"),
    "gp": _("family doctor"),
}
FALLS = {
    "near": _("nearly fell"),
    "fall": _("fell, not hurt"),
    "injury": _("fell and was hurt"),
}


@dataclass(frozen=True, slots=True)
class Point:
    """One data point that the rule read, and the window it stood in."""

    on: str
    value: str
    window: str


LACKS = (KeyError, TypeError, ValueError)
"""What an older version's evidence may raise: one flag without its sentence must not take the queue away."""


def title(code: str) -> str:
    """The rule's name as staff read it."""
    return _title(code, get_language())


def sentence(code: str, evidence: Evidence) -> str:
    """Why this flag stands in the queue, in one sentence with the numbers."""
    try:
        return _SENTENCES.get(_kind(code, evidence), _plain)(evidence)
    except LACKS:
        return _plain(evidence)


def raised_for(on: date, said: str) -> str:
    """A finding with the day it holds for, true also when read later: "11 Nov: No walk logged for 5 days"."""
    return gettext("%(day)s: %(sentence)s") % {"day": day(on), "sentence": said}


def lines(code: str, evidence: Evidence) -> list[Line]:
    """Every figure behind the sentence, the limits it was held against included."""
    try:
        told = list(_LINES.get(_kind(code, evidence), _plain_lines)(evidence))
    except LACKS:
        told = list(_plain_lines(evidence))
    return [*told, *judged_by(evidence)]


def points(evidence: Evidence) -> list[Point]:
    """The very data points that the rule read, newest first; empty for rules that count days."""
    windows = (("recent", gettext("recent")), ("earlier", gettext("earlier")))
    rows = [(on, value, word) for key, word in windows for on, value in evidence.get(key, ())]
    ordered = sorted(rows, key=lambda row: str(row[0]), reverse=True)
    return [Point(day_and_year(date.fromisoformat(on)), number(value), word) for on, value, word in ordered]


@lru_cache(maxsize=256)
def _title(code: str, language: str | None) -> str:
    return str(dict(FlagCode.choices).get(code, code.replace("_", " ").lower()))


# --- One writer for each kind of finding


def _kind(code: str, evidence: Evidence) -> str:
    return str(evidence.get("pattern", code)) if code == FlagCode.ADHERENCE_DROPPED else code


def _safety(evidence: Evidence) -> str:
    reports = [str(RED_FLAG_ITEMS.get(code, code)) for code in evidence.get("items", ())]
    if fall := FALLS.get(evidence.get("fall", "")):
        reports.append(str(fall))
    return gettext("Reported as new: %(reports)s. Route: %(route)s.") % {
        "reports": "; ".join(reports),
        "route": ROUTES.get(evidence.get("route", ""), evidence.get("route", "")),
    }


def _safety_lines(evidence: Evidence) -> Iterator[Line]:
    for code in evidence.get("items", ()):
        yield Line(gettext("Ticked as new since last time"), str(RED_FLAG_ITEMS.get(code, code)))
    if fall := FALLS.get(evidence.get("fall", "")):
        yield Line(gettext("Fall"), str(fall))
    route = evidence.get("route", "")
    yield Line(gettext("Most urgent route"), str(ROUTES.get(route, route)))
    yield Line(gettext("Limit"), gettext("any item, or a fall with injury"))


def _flare_overdue(evidence: Evidence) -> str:
    said = gettext(
        "Not back %(days)s into the flare-up plan that began on %(day)s (walked on %(walked)d of these days)."
    )
    began = day_and_year(date.fromisoformat(evidence["began_on"]))
    return said % {"days": span(evidence["day"]), "day": began, "walked": evidence["walked"]}


def _flare_overdue_lines(evidence: Evidence) -> Iterator[Line]:
    yield Line(gettext("Flare-up plan began"), day_and_year(date.fromisoformat(evidence["began_on"])))
    yield limited(gettext("Day of it"), evidence["day"], limit_of(evidence, "days"))
    yield Line(gettext("Days walked in it"), str(evidence["walked"]))


def _never_started(evidence: Evidence) -> str:
    numbers = {"logs": evidence["logs"], "days": span(evidence["silent_days"])}
    if not evidence["logs"]:
        return gettext("No walk logged in the %(days)s since the programme started.") % numbers
    return (
        ngettext(
            "%(logs)d walk logged since the start, then none for %(days)s.",
            "%(logs)d walks logged since the start, then none for %(days)s.",
            evidence["logs"],
        )
        % numbers
    )


def _never_started_lines(evidence: Evidence) -> Iterator[Line]:
    yield Line(gettext("Days with a walk since the start"), str(evidence["logs"]))
    yield limited(gettext("Days without a walk"), evidence["silent_days"], limit_of(evidence, "silent_days"))
    yield from _plan_lines(evidence)


def _silence(evidence: Evidence) -> str:
    return gettext(
        "No walk logged for %(days)s; this patient usually walks on %(usual)s days a week"
        " (%(missed)s planned walks went by)."
    ) % {
        "days": span(evidence["silent_days"]),
        "usual": number(evidence["usual_per_week"]),
        "missed": number(evidence["planned_missed"]),
    }


def _silence_lines(evidence: Evidence) -> Iterator[Line]:
    yield Line(gettext("Last walk"), day_and_year(date.fromisoformat(evidence["last_log"])))
    yield limited(gettext("Days without a walk"), evidence["silent_days"], limit_of(evidence, "silent_days"))
    yield Line(gettext("Usual walking days a week"), number(evidence["usual_per_week"]))
    yield Line(gettext("Planned walks that went by"), number(evidence["planned_missed"]))
    if "longest_gap" in evidence:
        yield Line(gettext("Longest gap in the six weeks before"), span(evidence["longest_gap"]))
    surprise = gettext("How unlike their habit (days × −ln of the daily chance of no walk)")
    yield limited(surprise, evidence["surprise"], limit_of(evidence, "surprise"))
    yield from _plan_lines(evidence)


def _slowing(evidence: Evidence) -> str:
    return gettext(
        "Walked on %(recent)d of the last %(days)s, against %(base)d of the %(base_days)s before"
        " – %(share)s of the rate expected from this patient's own habit."
    ) % {
        "recent": evidence["recent_walks"],
        "days": ngettext("%(count)d day", "%(count)d days", evidence["recent_days"])
        % {"count": evidence["recent_days"]},
        "base": evidence["base_walks"],
        "base_days": ngettext("%(count)d day", "%(count)d days", evidence["base_days"])
        % {"count": evidence["base_days"]},
        "share": percent(evidence["ratio"]),
    }


def _slowing_lines(evidence: Evidence) -> Iterator[Line]:
    of = pgettext("3 of 14 days", "%(walks)d of %(days)d days")
    recent = {"walks": evidence["recent_walks"], "days": evidence["recent_days"]}
    base = {"walks": evidence["base_walks"], "days": evidence["base_days"]}
    yield Line(gettext("Days walked lately"), of % recent)
    yield Line(gettext("Days walked before"), of % base)
    ratio, limit = evidence["ratio"], limit_of(evidence, "ratio")
    beside = "" if limit is None else gettext(" (limit %(limit)s)") % {"limit": percent(limit)}
    yield Line(gettext("Share of the expected rate"), percent(ratio) + beside)
    yield limited(gettext("Below the limit by standard errors"), evidence["z"], limit_of(evidence, "z"))
    yield from _plan_lines(evidence)


def _plan_lines(evidence: Evidence) -> Iterator[Line]:
    """The last 14 days against the plan; paused days are left out and shown."""
    plan = evidence.get("plan") or {}
    if not plan.get("planned"):
        return
    done = gettext("%(done)s of %(planned)s planned walks (%(share)s)") % {
        "done": number(plan["done"]),
        "planned": number(plan["planned"]),
        "share": percent(plan["share"] or 0),
    }
    below = gettext(" – below half") if plan.get("below_half") else ""
    yield Line(gettext("Against the plan, last 14 days"), done + below)
    if plan.get("paused"):
        yield Line(gettext("Paused, left out"), span(plan["paused"]))


def _call_me(evidence: Evidence) -> str:
    asks = gettext("Asks to be called soon; it cannot wait until the next appointment.")
    if evidence.get("can_wait"):
        asks = gettext("Asks to be called; it can wait until the next appointment.")
    if since := evidence.get("overdue_since"):
        told = gettext("Was told that the team looks by %(day)s, and no try to call is written down.")
        return f"{asks} {told % {'day': day_and_year(date.fromisoformat(since))}}"
    return asks


def _call_me_lines(evidence: Evidence) -> Iterator[Line]:
    yield Line(gettext("Asked on"), day_and_year(date.fromisoformat(evidence["asked_on"])))
    yield Line(gettext("Can wait until the next appointment"), _yes_no(evidence["can_wait"]))


def _yes_no(said: bool) -> str:
    return gettext("yes") if said else gettext("no")


def _plain(evidence: Evidence) -> str:
    return gettext("A rule asks for a look; the figures stand below.")


def _plain_lines(evidence: Evidence) -> Iterator[Line]:
    for key, value in evidence.items():
        if isinstance(value, str | int | float):
            yield Line(key.replace("_", " ").capitalize(), str(value))


_SENTENCES: dict[str, Callable[[Evidence], str]] = {
    "SAFETY": _safety,
    "PAIN_RISING": pain.rising,
    "FLARE_OVERDUE": _flare_overdue,
    "never_started": _never_started,
    "NOT_STARTED": _never_started,
    "silence": _silence,
    "slowing": _slowing,
    "CALL_ME": _call_me,
    "PAIN_THEN_SILENT": walks.pain_then_silent,
    "PAIN_SEVERE": walks.pain_severe,
    "PAIN_RESPONSE": walks.pain_response,
    "FLARE": walks.flare,
    "ADHERENCE_LOW": walks.adherence_low,
    "OVERDOING": walks.overdoing,
    "LIMB_PROBLEM": walks.limb_problem,
    "FALL": walks.fall,
    "NOT_IMPROVING": walks.not_improving,
    "DATA_QUALITY": walks.data_quality,
}
_LINES: dict[str, Callable[[Evidence], Iterator[Line]]] = {
    "SAFETY": _safety_lines,
    "PAIN_RISING": pain.rising_lines,
    "FLARE_OVERDUE": _flare_overdue_lines,
    "never_started": _never_started_lines,
    "silence": _silence_lines,
    "slowing": _slowing_lines,
    "NOT_STARTED": _never_started_lines,
    "ADHERENCE_LOW": _plan_lines,
    "CALL_ME": _call_me_lines,
    "PAIN_THEN_SILENT": walks.pain_then_silent_lines,
    "PAIN_SEVERE": walks.pain_severe_lines,
    "PAIN_RESPONSE": walks.pain_response_lines,
    "FLARE": walks.flare_lines,
    "OVERDOING": walks.overdoing_lines,
    "LIMB_PROBLEM": walks.limb_problem_lines,
    "FALL": walks.fall_lines,
    "NOT_IMPROVING": walks.not_improving_lines,
    "DATA_QUALITY": walks.data_quality_lines,
}
