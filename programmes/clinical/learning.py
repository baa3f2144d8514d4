"""Which card to read now: by where the patient stands, never by how well it goes.

The cards say in our own words what the two articles advise (docs/clinical-rules.md, "Cards").
One card at most is offered on Today; all can be read on the Learn page, except while a safety answer waits:
then nothing may invite to a walk.
"""

from dataclasses import dataclass
from enum import StrEnum

BEGINS = 14  # days: soreness is common in the first two weeks, and shoes are bought early [P]
QUIET = 7  # days without a walk: the plan's own return rule begins here too (thresholds.RETURN) [P]
A_WEEK = 7


class Card(StrEnum):
    """The cards, in the order of the Learn page."""

    START = "start"
    SHOES = "shoes"
    WARM_UP = "warm-up"
    CARRYING = "carrying"
    WATER = "water"
    EVERYDAY = "everyday"
    VARIETY = "variety"
    INTERVALS = "intervals"
    STRENGTH = "strength"
    MOOD = "mood"
    FLARE_UP = "flare-up"
    GAP = "gap"


# Who walks steadily reads one more each week. Fast parts, flare-ups and gaps have their own time.
STEADY = (
    Card.WARM_UP,
    Card.CARRYING,
    Card.EVERYDAY,
    Card.WATER,
    Card.VARIETY,
    Card.STRENGTH,
    Card.MOOD,
    Card.SHOES,
)


class State(StrEnum):
    """Where the patient stands, as Today shows it."""

    SAFETY = "safety"
    RESTRICTED = "restricted"
    NO_PLAN = "no-plan"
    WAITING = "waiting"
    RESTING = "resting"
    ENDED = "ended"
    WALKING = "walking"


@dataclass(frozen=True, slots=True)
class Reader:
    """The patient on one day. `days_in` since the plan's first day, `quiet` since the last walk."""

    state: State
    days_in: int = 0
    quiet: int = 0
    in_flare_up: bool = False
    has_fast_parts: bool = False


def may_read(reader: Reader) -> bool:
    """False while a safety answer waits, or the record is not in use: help comes first."""
    return reader.state not in (State.SAFETY, State.RESTRICTED)


def fitting(reader: Reader) -> tuple[Card, ...]:
    """The cards that fit, the best first; a clinic may have hidden some. Empty: none is offered."""
    of_state = {
        State.WAITING: (Card.SHOES,),  # what one can do before the first day without walking
        State.RESTING: (Card.MOOD,),  # the one card that asks for no walk: who rests is not nudged
        State.ENDED: (Card.VARIETY, Card.STRENGTH),  # nobody plans for them now: enjoyment keeps people going
        State.WALKING: _of_a_walker(reader),
    }
    return of_state.get(reader.state, ())


def _of_a_walker(reader: Reader) -> tuple[Card, ...]:
    if reader.in_flare_up:
        return (Card.FLARE_UP,)  # pain comes before everything: no card asks for more on such days
    if reader.quiet >= QUIET:
        return (Card.GAP,)  # coming back is the hard part, whatever week it is
    if reader.has_fast_parts:
        return (Card.INTERVALS, *_of_the_week(reader))  # the one part of a plan that needs explaining
    if reader.days_in < BEGINS:
        return (Card.START, Card.SHOES) if reader.days_in < A_WEEK else (Card.SHOES, Card.START)
    return _of_the_week(reader)


def _of_the_week(reader: Reader) -> tuple[Card, ...]:
    """Another one each week, the same all week: it is found again where it was."""
    at = max(0, (reader.days_in - BEGINS) // A_WEEK) % len(STEADY)
    return STEADY[at:] + STEADY[:at]
