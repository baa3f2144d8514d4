"""The weekly suggestion to the clinician: progress, hold, step back, or talk first.

It is an answer to "what would the rules say?", never applied by itself. What is missing is said: too few
walks or unanswered scores never look like "fine".
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple, TypeGuard

from programmes.clinical import adherence, pain
from programmes.clinical.amounts import MINUTES, Walked
from programmes.clinical.course import Stretch, Why
from programmes.clinical.diary import DAY, Diary, PlannedWeek
from programmes.clinical.thresholds import DEFAULTS, SUGGESTION, SuggestionRules

RETURNING = (Why.GAP_REPEAT, Why.GAP_REDUCED, Why.AFTER_RETURN)
EASING = (Why.FLARE_EASE, Why.FLARE_BUILD, Why.FLARE_BACK)


class Kind(StrEnum):
    """What is suggested; NOT_ENOUGH says that the answers do not carry a suggestion."""

    TALK_FIRST = "talk-first"
    STEP_BACK = "step-back"
    HOLD = "hold"
    NOT_ENOUGH = "not-enough"
    PROGRESS = "progress"


class Reason(StrEnum):
    """Why, in the order in which they are asked within each kind."""

    SAFETY = "safety"  # talk first
    DECISION = "decision"
    SILENCE = "silence"
    FEW_WALKS = "few-walks"
    MISSED_FOR_PAIN = "missed-for-pain"
    PAIN_FLAG = "pain-flag"  # step back
    FLARE = "flare"
    PAIN_UP = "pain-up"
    PAIN_HIGHER = "pain-higher"  # hold
    SOME_WALKS = "some-walks"
    FEW_MINUTES = "few-minutes"
    NOT_SETTLED = "not-settled"
    AFTER_PAUSE = "after-pause"
    RETURNING = "returning"
    ALL_WELL = "all-well"  # progress


class Missing(StrEnum):
    """What is not known."""

    LOGS = "logs"
    AMOUNT = "amount"
    PAIN = "pain"
    REFERENCE = "reference"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Signs:
    """What is asked besides the diary.

    `open_flags` are the codes of unresolved flags, `settled` the answers to "had it settled by the next
    morning?" in the last 14 days (None: not sure or unanswered), `flare_days` the days on end of a flare-up,
    `reasons` those given in these 14 days for walks not done or cut short, `stretch` what is in force.
    """

    open_flags: frozenset[str] = frozenset()
    settled: Sequence[bool | None] = ()
    flare_days: int = 0
    reasons: Sequence[str] = ()
    stretch: Stretch | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One suggestion with the numbers of its sentence; `missing` names what would be needed to know more."""

    kind: Kind
    reasons: tuple[Reason, ...]
    missing: tuple[Missing, ...]
    numbers: dict[str, Any] = field(default_factory=dict)

    def evidence(self) -> dict[str, Any]:
        """The suggestion ready for JSON."""
        return {
            "kind": self.kind,
            "reasons": list(self.reasons),
            "missing": list(self.missing),
            **self.numbers,
        }


PAIN_REASONS = ("pain", "fear")
"""Reasons for not walking that count as driven by pain: "fear of harm" is one of them."""


def suggest(diary: Diary, signs: Signs, on: date, rules: SuggestionRules = SUGGESTION) -> Suggestion:
    """What the rules would say on `on`; reads nothing walked or received later.

    Talk first goes before step back, step back before hold; progress needs every answer.
    """
    seen = diary.until(on)
    numbers = _numbers(seen, signs, on, rules)
    missing = tuple(_missing(numbers, rules))
    for kind, ask in ((Kind.TALK_FIRST, _talk_first), (Kind.STEP_BACK, _step_back), (Kind.HOLD, _hold)):
        if reasons := tuple(ask(seen, signs, on, numbers, rules)):
            return Suggestion(kind, reasons, missing, numbers)
    if missing:
        return Suggestion(Kind.NOT_ENOUGH, (), missing, numbers)
    return Suggestion(Kind.PROGRESS, (Reason.ALL_WELL,), (), numbers)


def _numbers(diary: Diary, signs: Signs, on: date, rules: SuggestionRules) -> dict[str, Any]:
    first = diary.active_span_start(on, rules.days)
    walks = adherence.adherence(diary, first, on)
    amounts = _amounts(diary, first, on, rules)
    scores, reference = pain.latest_scores(diary.reports, on, rules.pain_reports, rules.pain_days)
    answered = [answer for answer in signs.settled if answer is not None]
    return {
        "days": (on - first).days + 1,
        "paused": walks.paused,
        "logs": diary.days_walked(first, on),
        "silent_days": (on - (diary.last_walk(on) or diary.started_on)).days,
        "walks": round(walks.done, 1),
        "planned_walks": round(walks.planned, 1),
        "counts": amounts.counts,
        "amount": amounts.done,
        "planned_amount": amounts.planned,
        "untold": amounts.untold,
        "pain_reports": len(scores),
        "pain": round(sum(score for _, score in scores) / len(scores), 2) if scores else None,
        "reference": None if reference is None else round(reference, 2),
        "settled": sum(answered),
        "settled_answers": len(answered),
        "flare_days": signs.flare_days,
        "given_reasons": len(signs.reasons),
        "given_for_pain": sum(reason in PAIN_REASONS for reason in signs.reasons),
    }


class _Amounts(NamedTuple):
    """What was walked and planned (None: nobody knows), of what, and the days told in another unit."""

    done: int | None
    planned: int | None
    counts: str
    untold: int


def _amounts(diary: Diary, first: date, last: date, rules: SuggestionRules) -> _Amounts:
    """What was walked, no day for more than it asked, what was planned, and of what (today's unit).

    Paused days are out of both, and so are walks that were told in another unit; where most are, neither is
    known.
    """
    now = diary.week_on(last)
    counts = now.counts if now is not None else MINUTES
    asked = list(_asked(diary, first, last, counts))
    told = [min(told, most) for told, most in asked if told is not None]
    untold = len(asked) - len(told)
    if untold > rules.untold * len(asked):
        return _Amounts(None, None, counts, untold)
    spans = [(week, diary.active_days(a, b)) for week, a, b in diary.plan_between(first, last)]
    doses = [(week.days * days / 7, week.amount) for week, days in spans if _in(week, counts)]
    walks = max(len(asked), sum(days for days, _ in doses))
    share = 1 - untold / walks if untold else 1
    return _Amounts(sum(told), round(share * sum(days * amount for days, amount in doses)), counts, untold)


def _asked(diary: Diary, first: date, last: date, counts: str) -> Iterator[tuple[int | None, int]]:
    """For each day walked under a dose in this unit, how much was told of it and how much was asked."""
    a_day: dict[date, Walked] = defaultdict(Walked)
    for report in diary.reports:
        if first <= report.on <= last and not diary.is_paused(report.on):
            a_day[report.on] = a_day[report.on].plus(report.walked)
    for day, walked in a_day.items():
        week = diary.week_on(day)
        if _in(week, counts) and week.amount:
            yield walked.told(counts), week.amount


def _in(week: PlannedWeek | None, counts: str) -> TypeGuard[PlannedWeek]:
    return week is not None and week.counts == counts


def _missing(numbers: dict[str, Any], rules: SuggestionRules) -> Iterator[Missing]:
    if numbers["logs"] < rules.min_logs:
        yield Missing.LOGS
    if numbers["amount"] is None:
        yield Missing.AMOUNT
    if numbers["pain_reports"] < rules.min_pain_reports:
        yield Missing.PAIN
    if numbers["reference"] is None:
        yield Missing.REFERENCE
    if numbers["settled_answers"] < rules.min_settled:
        yield Missing.SETTLED


def _talk_first(
    diary: Diary, signs: Signs, on: date, numbers: dict[str, Any], rules: SuggestionRules
) -> Iterator[Reason]:
    """Where figures decide nothing: safety, silence, a plan that is hardly walked, walks missed for pain."""
    if "SAFETY" in signs.open_flags:
        yield Reason.SAFETY
    if signs.stretch is not None and signs.stretch.asks_clinician:
        yield Reason.DECISION
    drop = adherence.dropped(diary, on)
    if drop is not None and drop.pattern in ("silence", "never_started"):
        yield Reason.SILENCE
    if _walked_below(numbers, rules.few_walks):
        yield Reason.FEW_WALKS
    given, for_pain = numbers["given_reasons"], numbers["given_for_pain"]
    if given >= rules.min_reasons and for_pain >= rules.missed_for_pain * given:
        yield Reason.MISSED_FOR_PAIN


def _step_back(
    diary: Diary, signs: Signs, on: date, numbers: dict[str, Any], rules: SuggestionRules
) -> Iterator[Reason]:
    """Pain says so; graded activity would keep the quota: the clinician's call."""
    if any(code.startswith("PAIN") for code in signs.open_flags):
        yield Reason.PAIN_FLAG
    easing = signs.stretch is not None and signs.stretch.why in EASING
    if signs.flare_days >= rules.flare_days or easing:
        yield Reason.FLARE
    if _rise(numbers) > rules.pain_back:
        yield Reason.PAIN_UP


def _hold(
    diary: Diary, signs: Signs, on: date, numbers: dict[str, Any], rules: SuggestionRules
) -> Iterator[Reason]:
    """Neither more nor less: some of it is done, or the patient has just come back."""
    if _rise(numbers) > rules.pain_hold:
        yield Reason.PAIN_HIGHER
    if _walked_below(numbers, rules.walks):
        yield Reason.SOME_WALKS
    elif _share(numbers["amount"], numbers["planned_amount"], below=rules.minutes):
        yield Reason.FEW_MINUTES
    enough = numbers["settled_answers"] >= rules.min_settled
    if enough and _share(numbers["settled"], numbers["settled_answers"], below=rules.settled):
        yield Reason.NOT_SETTLED
    if _after_long_pause(diary, on, rules):
        yield Reason.AFTER_PAUSE
    if signs.stretch is not None and signs.stretch.why in RETURNING:
        yield Reason.RETURNING


def _walked_below(numbers: dict[str, Any], limit: float) -> bool:
    """Whether fewer of the planned walks were done; of fewer than 4 planned ones nothing is said."""
    planned = numbers["planned_walks"]
    return planned >= DEFAULTS.adherence.low_planned and _share(numbers["walks"], planned, below=limit)


def _share(done: float, planned: float, *, below: float) -> bool:
    """Whether the share lies below a limit; nothing planned is no share."""
    return bool(planned) and done < below * planned


def _rise(numbers: dict[str, Any]) -> float:
    """Points above the reference; 0 while either is unknown (which `missing` says)."""
    if numbers["pain"] is None or numbers["reference"] is None:
        return 0.0
    return float(round(numbers["pain"] - numbers["reference"], 2))


def _after_long_pause(diary: Diary, on: date, rules: SuggestionRules) -> bool:
    """Whether this is the first week after a pause of at least seven days."""
    long = rules.long_pause - 1  # from the first day to the last
    return any(
        pause.until_on is not None
        and (pause.until_on - pause.from_on).days >= long
        and pause.until_on < on <= pause.until_on + 7 * DAY
        for pause in diary.pauses
    )
