"""Which card fits the patient who looks: shared by Today, which links to one, and Learn."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from patients.views.access import TextDecision
from patients.wording.cards import CARDS, number_of
from programmes.clinical.learning import Reader, State, fitting
from programmes.models import Shows
from programmes.services.plan_reading import PastWalk, Plan

A_FLARE_LASTS = timedelta(days=3)  # after the last walk that was called one, where no flare-up plan runs


def reader_of(state: str, plan: Plan | None, walks: list[PastWalk], on: date) -> Reader:
    """Where the patient stands, as the rule asks; `state` is that of Today."""
    if plan is None or state != State.WALKING:
        return Reader(State(state))
    begun = plan.programme.starts_on
    last = max((walk.walked_on for walk in walks[:1]), default=begun)
    flares = any(walk.flare and on - walk.walked_on <= A_FLARE_LASTS for walk in walks)
    return Reader(
        State.WALKING,
        days_in=(on - begun).days,
        quiet=(on - max(last, begun)).days,
        in_flare_up=flares or plan.course.open_flare is not None,
        has_fast_parts=plan.dose.intervals > 0,
    )


@dataclass(frozen=True, slots=True)
class Offered:
    """What a link to a card needs."""

    number: int
    title: str
    is_own: bool


def offered(texts: Mapping[str, TextDecision], reader: Reader) -> Offered | None:
    """The first card that fits and that the clinic does not hide. Reads nothing."""
    for code in fitting(reader):
        own = texts.get(code)
        if own is None or own.shows != Shows.HIDDEN:
            title = own.title if own else ""
            return Offered(number_of(code), title or str(CARDS[code][0]), is_own=bool(title))
    return None
