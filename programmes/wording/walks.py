"""In words: the flags that read single walks, the silence after pain, and the plan."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext, ngettext

from programmes.wording.evidence import Evidence, Line, limit_of, limited
from programmes.wording.numbers import amount, day, day_and_year, number, percent, points_of_pain, span


def pain_then_silent(evidence: Evidence) -> str:
    """Pain rose, or a flare-up plan runs, and then nothing was logged."""
    words = {
        "days": span(evidence["silent_days"]),
        "missed": number(evidence["planned_missed"]),
        "above": points_of_pain(limit_of(evidence, "above") or 0),
    }
    if evidence["recent"]:
        return (
            gettext(
                "The last two pain scores were at least %(above)s points above the four weeks before; then no"
                " walk was logged for %(days)s (%(missed)s planned walks went by)."
            )
            % words
        )
    return (
        gettext(
            "A flare-up plan runs, and no walk was logged for %(days)s (%(missed)s planned walks went by)."
        )
        % words
    )


def pain_then_silent_lines(evidence: Evidence) -> Iterator[Line]:
    yield Line(gettext("Last walk"), _day(evidence["last_log"]))
    yield limited(gettext("Days without a walk"), evidence["silent_days"], limit_of(evidence, "silent_days"))
    missed = gettext("Planned walks that went by")
    yield limited(missed, evidence["planned_missed"], limit_of(evidence, "planned_missed"))
    if evidence["reference"] is not None:
        yield Line(gettext("Average of the four weeks before"), points_of_pain(evidence["reference"]))
    if evidence["flare_from"]:
        yield Line(gettext("Flare-up plan began"), _day(evidence["flare_from"]))


def pain_severe(evidence: Evidence) -> str:
    """Two scores running."""
    (first, one), (second, other) = evidence["recent"]
    return gettext(
        "Pain before walking was %(one)s on %(first)s and %(other)s on %(second)s: severe twice running."
    ) % {
        "one": number(one),
        "first": day(date.fromisoformat(first)),
        "other": number(other),
        "second": day(date.fromisoformat(second)),
    }


def pain_severe_lines(evidence: Evidence) -> Iterator[Line]:
    yield Line(gettext("Severe from"), number(limit_of(evidence, "severe") or 0))
    if evidence["usual"] is not None:
        yield Line(gettext("Average of the four weeks before"), points_of_pain(evidence["usual"]))


def pain_response(evidence: Evidence) -> str:
    """Walks that hurt, of the last three."""
    return gettext(
        "%(hard)d of the last %(of)d walks hurt: pain after was above 5 and 2 or more points up, or it had"
        " not settled by the next morning."
    ) % {"hard": len(evidence["hard"]), "of": evidence["walks"]}


def pain_response_lines(evidence: Evidence) -> Iterator[Line]:
    for on, why in evidence["hard"]:
        worse, unsettled = gettext("worse after the walk"), gettext("not settled next morning")
        yield Line(_day(on), worse if why == "rise" else unsettled)
    yield Line(gettext("Clears"), gettext("after three walks that were fine"))


def flare(evidence: Evidence) -> str:
    """How long and how often the patient has said so."""
    return gettext(
        "The patient reports a flare-up since %(day)s (%(days)s on end; %(count)s in the last 4 weeks)."
    ) % {
        "day": day(date.fromisoformat(evidence["since"])),
        "days": span(evidence["on_end"]),
        "count": span(evidence["days"]),
    }


def flare_lines(evidence: Evidence) -> Iterator[Line]:
    yield limited(gettext("Days on end"), evidence["on_end"], limit_of(evidence, "on_end"))
    yield limited(gettext("Flare-up days in 4 weeks"), evidence["days"], limit_of(evidence, "days"))


def adherence_low(evidence: Evidence) -> str:
    """Against the plan alone."""
    plan = evidence["plan"]
    return gettext(
        "Walked %(done)s of %(planned)s planned walks in the last %(days)s (%(share)s): below half of them."
    ) % {
        "done": number(plan["done"]),
        "planned": number(plan["planned"]),
        "days": span(evidence["days"]),
        "share": percent(plan["share"] or 0),
    }


def overdoing(evidence: Evidence) -> str:
    """More than the plan asks for, in its own unit."""
    words = {
        "done": amount(evidence["done"], evidence["counts"]),
        "planned": amount(evidence["planned"], evidence["counts"]),
        "longest": amount(evidence["longest"], evidence["counts"]),
        "dose": amount(evidence["dose"], evidence["counts"]),
    }
    said = gettext(
        "Walked %(done)s in 7 days, with %(planned)s planned; the longest day was %(longest)s"
        " (planned %(dose)s)."
    )
    hurt = gettext("%(said)s And the walks hurt.")
    return hurt % {"said": said % words} if evidence["hurts"] else said % words


def overdoing_lines(evidence: Evidence) -> Iterator[Line]:
    yield Line(gettext("Limit for 7 days"), percent(limit_of(evidence, "week") or 0))
    yield Line(gettext("Limit for a day"), percent(limit_of(evidence, "day") or 0))


def limb_problem(evidence: Evidence) -> str:
    """A leg or foot, told more than once."""
    return gettext(
        "A leg or foot problem was reported on %(count)d of the last %(logs)d logs, the newest included."
    ) % {"count": len(evidence["days"]), "logs": evidence["logs"]}


def limb_problem_lines(evidence: Evidence) -> Iterator[Line]:
    for on in evidence["days"]:
        yield Line(gettext("Reported on"), _day(on))


def fall(evidence: Evidence) -> str:
    """A fall or near-fall; one with an injury is a safety answer."""
    words = {"day": day(date.fromisoformat(evidence["fell_on"]))}
    if evidence["fall"] == "fall":
        return gettext("Fell on %(day)s, not hurt.") % words
    return gettext("Nearly fell on %(day)s.") % words


def fall_lines(evidence: Evidence) -> Iterator[Line]:
    falls = ngettext("%(count)d in %(days)s", "%(count)d in %(days)s", evidence["falls"])
    told = falls % {"count": evidence["falls"], "days": span(evidence["days"])}
    yield Line(gettext("Falls and near-falls"), told)


def not_improving(evidence: Evidence) -> str:
    """Constant pain, which no trend rule sees."""
    return gettext(
        "%(weeks)d weeks in, pain is %(now)s; it was %(start)s in the first two weeks. That is no change that"
        " patients notice (%(n_start)d reports then, %(n_now)d now)."
    ) % {
        "weeks": evidence["weeks"],
        "now": points_of_pain(evidence["mean_now"]),
        "start": points_of_pain(evidence["mean_start"]),
        "n_start": evidence["n_start"],
        "n_now": evidence["n_now"],
    }


def not_improving_lines(evidence: Evidence) -> Iterator[Line]:
    yield Line(gettext("Average of the first two weeks"), points_of_pain(evidence["mean_start"]))
    yield Line(gettext("Average of the last two weeks"), points_of_pain(evidence["mean_now"]))
    change = limit_of(evidence, "change") or 0
    yield Line(gettext("A change counts from, points"), points_of_pain(change))


def data_quality(evidence: Evidence) -> str:
    """Entries to ask about."""
    if evidence["fastest"] > (limit_of(evidence, "fastest") or 0):
        return gettext("A walk was entered at %(speed)s km/h: minutes or distance may be wrong.") % {
            "speed": number(evidence["fastest"])
        }
    return gettext("%(count)d walks were entered within 10 minutes: they may be from memory.") % {
        "count": evidence["at_once"]
    }


def data_quality_lines(evidence: Evidence) -> Iterator[Line]:
    yield limited(gettext("Walks entered together"), evidence["at_once"], limit_of(evidence, "at_once"))
    yield limited(gettext("Fastest walk, km/h"), evidence["fastest"], limit_of(evidence, "fastest"))


def _day(iso: str) -> str:
    return day_and_year(date.fromisoformat(iso))
