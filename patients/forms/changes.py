"""The walk form with the answers that a walk already has."""

from typing import Any

from patients import wording
from patients.forms.amounts import AMOUNTS
from patients.forms.fields import NONE, NOT_SURE, OTHER
from patients.forms.walks import Asked, WalkForm
from programmes.clinical.amounts import DISTANCE, Walked
from programmes.models import Walk

SAME = "settled intensity effort fall reason_short confidence painkillers note"
YES_OR_NO = {True: "yes", False: "no", None: ""}


def answers_of(walk: Walk, asked: Asked) -> dict[str, Any]:
    """What the form of this walk shows as chosen; "" and None where nothing was answered."""
    return {
        **amounts_chosen(walk.walked, asked),
        **{name: getattr(walk, name) for name in SAME.split()},
        "walked_on": walk.walked_on.isoformat(),
        "bouts": walk.bouts if walk.bouts > 1 else None,
        "pain_before": _pain(walk.pain_before, is_not_sure=walk.pain_before_not_sure),
        "pain_after": _pain(walk.pain_after, is_not_sure=walk.pain_after_not_sure),
        "pain_worst": _pain(walk.pain_worst, is_not_sure=False),
        "flare": YES_OR_NO[walk.flare],
        "limb_problem": YES_OR_NO[walk.limb_problem],
        "symptoms": [] if walk.new_symptoms is None else walk.new_symptoms or [NONE],
    }


def amounts_chosen(walked: Walked, asked: Asked) -> dict[str, Any]:
    """The first question by its radio, or by "Other" and its number; the others as they were typed."""
    given = {
        other: _typed(walked.told(counts), counts, asked.units) for counts, (_, other) in AMOUNTS.items()
    }
    radios, other = AMOUNTS[asked.counts]
    told = walked.told(asked.counts)
    if told is None:
        return given
    if str(told) in (value for value, _words, _is_plan in WalkForm(asked=asked).amounts.choices()):
        return {**given, radios: str(told), other: None}
    return {**given, radios: OTHER}


def _typed(value: int | None, counts: str, units: str) -> str | None:
    if value is None:
        return None
    return wording.bare(value, counts, units) if counts == DISTANCE else str(value)


def _pain(score: int | None, *, is_not_sure: bool) -> str:
    if score is not None:
        return str(score)
    return NOT_SURE if is_not_sure else ""
