"""Why a week is in force, and what the rules would suggest, in words for staff.

The clinical code gives codes and numbers; here they become sentences. A suggestion says what it stands on and
what is missing, and never sounds like an order.
"""

from collections.abc import Callable, Collection

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from programmes.clinical.amounts import DISTANCE, MINUTES, STEPS
from programmes.clinical.course import Course, Flare, Stretch, Why
from programmes.clinical.suggestion import Kind, Missing, Reason, Suggestion
from programmes.clinical.thresholds import WORKLOAD
from programmes.models import FlagCode
from programmes.services.workload import Workload
from programmes.wording import day_and_year, number, points_of_pain, span, whole

SUGGESTIONS = {
    Kind.TALK_FIRST: _("Talk first"),
    Kind.STEP_BACK: _("Step back"),
    Kind.HOLD: _("Hold"),
    Kind.NOT_ENOUGH: _("Not enough to go on"),
    Kind.PROGRESS: _("Progress"),
}
YOUR_CALL = _("Graded activity would keep the quota: your call.")


def suggested(suggestion: Suggestion) -> str:
    """The whole suggestion in one paragraph: "Hold. 4 of 6 planned walks in the last 14 days." """
    said = [f"{SUGGESTIONS[suggestion.kind]}.", *reasons(suggestion)]
    if suggestion.kind == Kind.STEP_BACK:
        said.append(str(YOUR_CALL))
    return " ".join([*said, *missing(suggestion)])


def suggestion_words(suggestion: Suggestion | None) -> dict[str, object] | None:
    """The suggestion as a page lists it: its kind, each reason with its numbers, what is missing."""
    if suggestion is None:
        return None
    said = reasons(suggestion)
    if suggestion.kind == Kind.STEP_BACK:
        said.append(str(YOUR_CALL))
    return {"kind": SUGGESTIONS[suggestion.kind], "reasons": said, "missing": missing(suggestion)}


def reasons(suggestion: Suggestion) -> list[str]:
    """One sentence with its numbers for each reason."""
    return [_REASONS[reason](suggestion) for reason in suggestion.reasons]


def missing(suggestion: Suggestion) -> list[str]:
    """One sentence for each thing that is not known."""
    numbers = suggestion.numbers
    words = {
        Missing.LOGS: gettext("Missing: walks on at least 4 days (%(logs)d so far)."),
        Missing.AMOUNT: gettext(
            "Missing: how much was walked. On %(untold)d of the days walked it was told in another unit."
        ),
        Missing.PAIN: gettext("Missing: pain before walking, answered %(pain_reports)d times lately."),
        Missing.REFERENCE: gettext("Missing: enough earlier pain scores to compare with."),
        Missing.SETTLED: gettext(
            "Missing: whether it had settled by the next morning (%(settled_answers)d answers)."
        ),
    }
    return [words[each] % numbers for each in suggestion.missing]


def _walks(suggestion: Suggestion) -> str:
    numbers = suggestion.numbers
    return gettext("%(done)s of %(planned)s planned walks in the last %(days)s.") % {
        "done": number(numbers["walks"]),
        "planned": number(numbers["planned_walks"]),
        "days": span(numbers["days"]),
    }


_AMOUNTS = {
    MINUTES: _("%(amount)s of %(planned)s planned minutes."),
    STEPS: _("%(amount)s of %(planned)s planned steps."),
    DISTANCE: _("%(amount)s of %(planned)s planned metres."),
}


def _minutes(suggestion: Suggestion) -> str:
    numbers = suggestion.numbers
    words = {"amount": whole(numbers["amount"]), "planned": whole(numbers["planned_amount"])}
    return str(_AMOUNTS[numbers["counts"]]) % words


def _pain(suggestion: Suggestion) -> str:
    numbers = suggestion.numbers
    rise = numbers["pain"] - numbers["reference"]
    if rise < 0.05:
        return gettext("Average pain before the last %(count)d walks is not above the four weeks before.") % {
            "count": numbers["pain_reports"]
        }
    return gettext(
        "Average pain before the last %(count)d walks is %(rise)s points above the four weeks before."
    ) % {"count": numbers["pain_reports"], "rise": points_of_pain(rise)}


def _settled(suggestion: Suggestion) -> str:
    return (
        gettext("Settled by the next morning after %(settled)d of %(settled_answers)d walks.")
        % suggestion.numbers
    )


def _flare(suggestion: Suggestion) -> str:
    if not suggestion.numbers["flare_days"]:
        return gettext("The flare-up plan is running.")
    return gettext("In a flare-up for %(days)s: the flare-up plan would fit.") % {
        "days": span(suggestion.numbers["flare_days"])
    }


def _well(suggestion: Suggestion) -> str:
    said = [_walks(suggestion)]
    if suggestion.numbers["planned_amount"]:
        said.append(_minutes(suggestion))
    return " ".join([*said, _pain(suggestion), _settled(suggestion)])


_REASONS: dict[Reason, Callable[[Suggestion], str]] = {
    Reason.SAFETY: lambda _suggestion: gettext("A safety answer is open."),
    Reason.DECISION: lambda _suggestion: gettext("The plan waits for a decision of yours."),
    Reason.SILENCE: lambda suggestion: (
        gettext("No walk for %(days)s, longer than this patient's habit.")
        % {"days": span(suggestion.numbers["silent_days"])}
    ),
    Reason.FEW_WALKS: _walks,
    Reason.MISSED_FOR_PAIN: lambda suggestion: (
        gettext(
            "Pain or fear was the reason for %(given_for_pain)d of %(given_reasons)d missed or short walks."
        )
        % suggestion.numbers
    ),
    Reason.PAIN_FLAG: lambda _suggestion: gettext("A pain flag is open."),
    Reason.FLARE: _flare,
    Reason.PAIN_UP: _pain,
    Reason.PAIN_HIGHER: _pain,
    Reason.SOME_WALKS: _walks,
    Reason.FEW_MINUTES: _minutes,
    Reason.NOT_SETTLED: _settled,
    Reason.AFTER_PAUSE: lambda _suggestion: gettext("The first week after a pause of 7 days or more."),
    Reason.RETURNING: lambda _suggestion: gettext("Just back after some days without a walk."),
    Reason.ALL_WELL: _well,
}


# --- Review minutes


def workload(load: Workload) -> str:
    """What reviewing needs in a week, and what the clinic has for it, with the numbers behind it."""
    numbers = {
        "need": ngettext("%(n)d running programme needs", "%(n)d running programmes need", load.programmes)
        % {"n": load.programmes},
        "needed": ngettext("%(n)d minute", "%(n)d minutes", load.needed) % {"n": load.needed},
        "items": number(WORKLOAD.items_a_week, 2),
        "each": WORKLOAD.minutes_an_item,
        "available": load.available,
    }
    said = gettext(
        "%(need)s about %(needed)s of review a week (%(items)s items each, %(each)d minutes an item)."
    )
    if load.available is not None:
        said = f"{said} {gettext('The clinic has %(available)d.')}"
    return said % numbers


def workload_warning(load: Workload) -> str:
    """At enrolment, once the minutes are spent; "" while they are not. It never stands in the way."""
    if not load.is_spent:
        return ""
    return gettext("The clinic's review minutes are spent. %(numbers)s") % {"numbers": workload(load)}


# --- The course


def why_this_week(stretch: Stretch) -> str:
    """Why this week is in force, for example "Week 4 again: 1 of 4 walks last week." """
    return _WHY[stretch.why] % {
        "week": stretch.week,
        "done": stretch.done,
        "walks": ngettext("%(count)d walk", "%(count)d walks", stretch.planned) % {"count": stretch.planned},
        "gap": ngettext("%(count)d day", "%(count)d days", stretch.gap_days) % {"count": stretch.gap_days},
    }


def review_prompt(course: Course, flagged: Collection[str] = ()) -> str:
    """What the plan waits for, as a prompt to look and no more; "" where nothing waits.

    `flagged`: codes of the unresolved flags that stand beside it; what one of them says is not said twice.
    """
    if not course.asks_clinician:
        return ""
    flare = course.open_flare
    if flare is not None:
        if FlagCode.FLARE_OVERDUE in flagged:
            return ""
        return gettext("Review prompt: not back %(days)s into the flare-up plan that began on %(day)s.") % {
            "days": span(course.flare_day),
            "day": day_and_year(flare.from_on),
        }
    gap = course.today.gap_on(course.on)
    return gettext("Review prompt: the plan waits for a new baseline after %(gap)s without a walk.") % {
        "gap": span(gap)
    }


def stopped_by_safety(course: Course) -> str:
    """That a safety answer ended the newest flare-up plan, and what is asked then; "" if it did not."""
    flares = [each for each in course.overlays if isinstance(each, Flare)]
    if not flares or not flares[-1].by_safety:
        return ""
    return gettext(
        "The flare-up plan of %(day)s was stopped by a safety answer. While that is open the patient sees no "
        "target; once it is closed the plan asks for: %(why)s Start the flare-up plan anew if it still fits."
    ) % {"day": day_and_year(flares[-1].from_on), "why": why_this_week(course.today)}


_WHY = {
    Why.FIRST: _("Week %(week)d: the first week of this plan."),
    Why.NEXT: _("Week %(week)d: %(done)d of %(walks)s in the week before."),
    Why.REPEAT: _("Week %(week)d again: %(done)d of %(walks)s last week."),
    Why.PATIENT_REPEAT: _("Week %(week)d again: the patient asked for it."),
    Why.LAST: _("Week %(week)d: the plan's last week goes on."),
    Why.GAP_REPEAT: _("Week %(week)d again after %(gap)s without a walk, at most the last completed walk."),
    Why.GAP_REDUCED: _(
        "Return dose after %(gap)s without a walk: 70 %% of week %(week)d, at most the last completed walk."
    ),
    Why.GAP_BASELINE: _(
        "%(gap)s without a walk: 70 %% of week %(week)d until you decide on a new baseline with the patient."
    ),
    Why.AFTER_RETURN: _("Week %(week)d in full: %(done)d of %(walks)s at the return dose."),
    Why.FLARE_EASE: _("Flare-up plan, days 1 to 3: half of week %(week)d."),
    Why.FLARE_BUILD: _("Flare-up plan, days 4 to 7: 60 to 75 %% of week %(week)d."),
    Why.FLARE_BACK: _("Flare-up plan, days 8 to 14: back to week %(week)d."),
    Why.FLARE_REVIEW: _("Not back two weeks into the flare-up plan: %(done)d of %(walks)s of week %(week)d."),
    Why.AFTER_FLARE: _("Week %(week)d starts again after the flare-up plan."),
}
