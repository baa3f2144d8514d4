"""The walk form with the answers that a walk already has."""

from decimal import Decimal
from typing import Any

from patients.forms.fields import NONE, NOT_SURE, OTHER
from patients.forms.walks import METRES, Asked, WalkForm
from patients.models import Units
from programmes.models import Walk

SAME = "steps settled intensity effort fall reason_short confidence painkillers note"
YES_OR_NO = {True: "yes", False: "no", None: ""}


def answers_of(walk: Walk, asked: Asked) -> dict[str, Any]:
    """What the form of this walk shows as chosen; "" and None where nothing was answered."""
    return {
        **minutes_chosen(walk.minutes, asked),
        **{name: getattr(walk, name) for name in SAME.split()},
        "walked_on": walk.walked_on.isoformat(),
        "bouts": walk.bouts if walk.bouts > 1 else None,
        "distance": _distance(walk.distance_m, asked.units),
        "pain_before": _pain(walk.pain_before, is_not_sure=walk.pain_before_not_sure),
        "pain_after": _pain(walk.pain_after, is_not_sure=walk.pain_after_not_sure),
        "pain_worst": _pain(walk.pain_worst, is_not_sure=False),
        "flare": YES_OR_NO[walk.flare],
        "limb_problem": YES_OR_NO[walk.limb_problem],
        "symptoms": [] if walk.new_symptoms is None else walk.new_symptoms or [NONE],
    }


def minutes_chosen(minutes: int, asked: Asked) -> dict[str, Any]:
    """The radio of these minutes, or "Other" and the number."""
    offered = [value for value, _is_plan in WalkForm(asked=asked).minute_choices()]
    is_offered = str(minutes) in offered
    return {
        "minutes": str(minutes) if is_offered else OTHER,
        "other_minutes": None if is_offered else str(minutes),
    }


def _pain(score: int | None, *, is_not_sure: bool) -> str:
    if score is not None:
        return str(score)
    return NOT_SURE if is_not_sure else ""


def _distance(metres: int | None, units: str) -> str:
    if metres is None:
        return ""
    return f"{round(Decimal(metres) / METRES[Units(units)], 2):f}".rstrip("0").rstrip(".") or "0"
