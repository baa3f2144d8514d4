"""Flags from what is told about single walks: severe pain, a hard response, flare-up, leg or foot, falls.

Each rule speaks on a day that brings a new answer, never again on the quiet days after it.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from programmes.clinical.diary import DAY, Answer, Diary, Finding
from programmes.clinical.series import pain_series, usual_before
from programmes.clinical.thresholds import DEFAULTS, RULE_VERSION, AnswerThresholds, Thresholds


def has_new_answer(diary: Diary, on: date) -> bool:
    """Whether something was told on this day."""
    return any(answer.known_on == on for answer in diary.answers)


def pain_severe(diary: Diary, on: date, thresholds: Thresholds = DEFAULTS) -> Finding | None:
    """Pain before walking of 8 or more on two logs running.

    Where the usual level lies above 6 the first such pair in 28 days counts, and no other.
    """
    limits = thresholds.answers
    scored = [(a.on, a.before) for a in diary.answers if a.before is not None]
    pairs = list(zip(scored, scored[1:], strict=False))
    severe = [pair for pair in pairs if min(pair[0][1], pair[1][1]) >= limits.severe]
    if not severe or severe[-1] != pairs[-1]:
        return None
    first, last = severe[-1][0][0], severe[-1][1][0]
    usual = usual_before(pain_series(diary.reports, thresholds.pain), first, thresholds.pain)
    again = [pair for pair in severe[:-1] if (last - pair[1][0]).days < limits.severe_again]
    if usual is not None and usual > limits.severe_usual and again:
        return None
    return Finding(
        "PAIN_SEVERE",
        "amber-high",
        {
            "rule_version": RULE_VERSION,
            "recent": [[day.isoformat(), value] for day, value in severe[-1]],
            "usual": None if usual is None else round(usual, 1),
            "limits": {"severe": limits.severe, "usual": limits.severe_usual, "days": limits.severe_again},
        },
    )


def pain_response(diary: Diary, on: date, thresholds: Thresholds = DEFAULTS) -> Finding | None:
    """Two of the last three walks hurt: above 5 and 2 points up, or not settled by the next morning."""
    limits = thresholds.answers
    hard = hard_walks(diary.answers, limits)[-limits.response_of :]
    walks = [(on_, why) for on_, why in hard if why]
    if len(walks) < limits.response_walks or not (hard[-1][1] or diary.answers[-1].settled == "no"):
        return None
    evidence = {
        "rule_version": RULE_VERSION,
        "hard": [[day.isoformat(), why] for day, why in walks],
        "walks": len(hard),
        "limits": {"above": limits.response_above, "rise": limits.response_rise, "of": limits.response_of},
    }
    return Finding("PAIN_RESPONSE", "amber", evidence)


def hard_walks(
    answers: Sequence[Answer], limits: AnswerThresholds = DEFAULTS.answers
) -> list[tuple[date, str]]:
    """Each walk with why it was hard: rise, unsettled, or "" for neither."""
    after = [*(answer.settled for answer in answers[1:]), ""]
    return [(a.on, _why_hard(a, settled, limits)) for a, settled in zip(answers, after, strict=True)]


def _why_hard(answer: Answer, settled: str, limits: AnswerThresholds) -> str:
    told = [score for score in (answer.after, answer.worst) if score is not None]
    if told and answer.before is not None:
        highest = max(told)
        if highest > limits.response_above and highest - answer.before >= limits.response_rise:
            return "rise"
    return "unsettled" if settled == "no" else ""


def flare(diary: Diary, on: date, thresholds: Thresholds = DEFAULTS) -> Finding | None:
    """The patient says that this is a flare-up: for information; amber after 7 days on end, or 10 of 28."""
    limits = thresholds.answers
    told = [(a.on, a.flare) for a in diary.answers if a.flare is not None]
    if not told or not told[-1][1]:
        return None
    days = {day for day, said in told if said and (on - day).days < limits.flare_window}
    run = _since(told)
    on_end = (told[-1][0] - run).days + 1
    amber = on_end >= limits.flare_on_end or len(days) >= limits.flare_days
    evidence = {
        "rule_version": RULE_VERSION,
        "since": run.isoformat(),
        "on_end": on_end,
        "days": len(days),
        "limits": {"on_end": limits.flare_on_end, "days": limits.flare_days},
    }
    return Finding("FLARE", "amber" if amber else "info", evidence)


def _since(told: Sequence[tuple[date, bool | None]]) -> date:
    """The first day of the answers "yes" that stand at the end."""
    first = told[-1][0]
    for day, said in reversed(told):
        if not said:
            break
        first = day
    return first


def limb_problem(diary: Diary, on: date, thresholds: Thresholds = DEFAULTS) -> Finding | None:
    """A leg or foot problem told on two of the last three logs, the newest among them."""
    limits = thresholds.answers
    told = [(a.on, a.limb) for a in diary.answers if a.limb is not None][-limits.limb_of :]
    days = [day for day, said in told if said]
    if len(days) < limits.limb_logs or not told[-1][1]:
        return None
    evidence = {
        "rule_version": RULE_VERSION,
        "days": [day.isoformat() for day in days],
        "logs": len(told),
        "limits": {"logs": limits.limb_logs, "of": limits.limb_of},
    }
    return Finding("LIMB_PROBLEM", "amber", evidence)


def fall(diary: Diary, on: date, thresholds: Thresholds = DEFAULTS) -> Finding | None:
    """A fall without injury, or a near-fall; with an injury it is SAFETY."""
    told = [a for a in diary.answers if a.known_on == on and a.fall in ("near", "fall")]
    if not told:
        return None
    worst = max(told, key=lambda a: (a.fall == "fall", a.on))
    evidence: dict[str, Any] = {
        "rule_version": RULE_VERSION,
        "fall": worst.fall,
        "fell_on": worst.on.isoformat(),
        "falls": sum(a.fall in ("near", "fall", "injury") for a in diary.answers),
        "days": thresholds.answers.window,
    }
    return Finding("FALL", "amber-high", evidence)


ON_NEWS: tuple[Callable[[Diary, date, Thresholds], Finding | None], ...] = (
    pain_severe,
    pain_response,
    flare,
    limb_problem,
    fall,
)


def from_answers(diary: Diary, on: date, thresholds: Thresholds = DEFAULTS) -> list[Finding]:
    """What the answers of this day show, with those of the weeks before."""
    if not has_new_answer(diary, on):
        return []
    lately = on - thresholds.answers.window * DAY
    recent = diary.with_answers(tuple(a for a in diary.answers if a.on > lately))
    return [found for rule in ON_NEWS if (found := rule(recent, on, thresholds))]


def severe_over(diary: Diary, since: date, limits: AnswerThresholds = DEFAULTS.answers) -> bool:
    """The last two scores before walking, both after the flag, are 7 or less."""
    scores = [a.before for a in diary.answers if a.on > since and a.before is not None]
    return len(scores) >= limits.severe_calm and max(scores[-limits.severe_calm :]) < limits.severe


def response_over(diary: Diary, since: date, limits: AnswerThresholds = DEFAULTS.answers) -> bool:
    """The last three walks, all after the flag, were fine."""
    later = [why for day, why in hard_walks(diary.answers, limits) if day > since]
    return len(later) >= limits.response_of and not any(later[-limits.response_of :])


def flare_over(diary: Diary, since: date) -> bool:
    """The patient says that it is over."""
    told = [a.flare for a in diary.answers if a.on > since and a.flare is not None]
    return bool(told) and not told[-1]


def limb_over(diary: Diary, since: date, limits: AnswerThresholds = DEFAULTS.answers) -> bool:
    """Three logs running, all after the flag, without a leg or foot problem."""
    told = [a.limb for a in diary.answers if a.on > since and a.limb is not None]
    return len(told) >= limits.limb_of and not any(told[-limits.limb_of :])
