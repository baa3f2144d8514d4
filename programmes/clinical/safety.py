"""Red flags: they route, they do not score (SAFETY)."""

from collections.abc import Iterable
from enum import StrEnum

from programmes.clinical.diary import Finding
from programmes.clinical.thresholds import RULE_VERSION


class Route(StrEnum):
    """Where an item sends the patient at once (UK emergency profile); most urgent first."""

    EMERGENCY = "999"
    URGENT_LINE = "111"
    FAMILY_DOCTOR = "gp"


UK_RED_FLAGS: dict[str, Route] = {
    "both_legs": Route.EMERGENCY,  # pain, tingling, weakness or numbness in both legs
    "saddle_numbness": Route.EMERGENCY,  # numb round genitals or buttocks; lost sexual or urinary feeling
    "bladder_bowel": Route.EMERGENCY,  # cannot pee, or loss of bladder or bowel control
    "sudden_severe_pain": Route.EMERGENCY,  # sudden severe back or tummy pain
    "chest_pain": Route.EMERGENCY,
    "collapse": Route.EMERGENCY,  # near-fainting, collapse or severe breathlessness on a walk
    "serious_accident": Route.EMERGENCY,
    "foot_drop": Route.URGENT_LINE,  # new: to be seen the same day
    "hot_swollen_calf": Route.URGENT_LINE,  # today
    "fever": Route.URGENT_LINE,
    "weight_loss": Route.FAMILY_DOCTOR,
    "lump": Route.FAMILY_DOCTOR,
    "night_or_rest_pain": Route.FAMILY_DOCTOR,  # not better with rest, or worse at night
}
"""Items asked as "NEW since last time": code -> route. Wording and its approval live with the pages."""

URGENT = "urgent"
FALLS = ("none", "near", "fall", "injury")
_ORDER = list(Route)


def route_of(codes: Iterable[str]) -> Route | None:
    """Return the most urgent route of the given item codes, or None for no item.

    Raises KeyError for a code that is not in `UK_RED_FLAGS`.
    """
    routes = {UK_RED_FLAGS[code] for code in codes}
    return min(routes, key=_ORDER.index) if routes else None


def safety_finding(new_symptoms: Iterable[str], fall: str = "none") -> Finding | None:
    """Return the urgent SAFETY finding for ticked items or a fall with injury, else None.

    `new_symptoms` are codes of `UK_RED_FLAGS` that are new since last time, `fall` one of `FALLS`. Called
    inside the transaction that stores the walk; never waits for a review. Raises KeyError for an unknown
    item and ValueError for an unknown fall answer.
    """
    ticked = set(new_symptoms)
    if unknown := ticked - UK_RED_FLAGS.keys():
        raise KeyError(min(unknown))
    items = [code for code in UK_RED_FLAGS if code in ticked]
    if fall not in FALLS:
        raise ValueError(f"unknown fall answer {fall!r}")
    if not items and fall != "injury":
        return None
    route = route_of(items) or Route.URGENT_LINE
    evidence = {"items": items, "fall": fall, "route": route.value, "rule_version": RULE_VERSION}
    return Finding("SAFETY", URGENT, evidence)
