"""What one sentence a past week gets on its summary: by what was walked and planned, and never a verdict.

The mail that a patient may ask for says only that the summary is ready; this stands in the app.
"""

from dataclasses import dataclass
from enum import StrEnum

AS_ASKED = 0.80  # of the planned walks: as a walk is complete from 80 % on (thresholds.RETURN) [P]
MORE_THAN = 1.50  # of the planned amount: the product's sign of over-doing (clinical-rules, OVERDOING) [P]


class Said(StrEnum):
    """The sentence; its words stand with the patient's pages."""

    RESTED = "rested"
    FLARE = "flare"
    NONE = "none"
    MORE = "more"
    AS_PLANNED = "as-planned"
    SOME = "some"


@dataclass(frozen=True, slots=True)
class Week:
    """Days that count as walked, planned walks, and amounts in the plan's unit (None: not told)."""

    walks: int
    planned_walks: int
    amount: int | None
    planned_amount: int
    had_flare: bool = False


def said_of(week: Week) -> Said:
    """The first that holds: a flare-up and a rest come before any counting."""
    holds = {
        Said.FLARE: week.had_flare,
        Said.RESTED: week.planned_walks == 0,
        Said.NONE: week.walks == 0 and not week.amount,
        Said.MORE: (week.amount or 0) >= MORE_THAN * week.planned_amount > 0,
        Said.AS_PLANNED: week.walks >= AS_ASKED * week.planned_walks,
    }
    return next((said for said, is_so in holds.items() if is_so), Said.SOME)
