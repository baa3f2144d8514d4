"""The first question of the walk form: how much, in what the plan counts and in the patient's units."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from patients import wording
from programmes.clinical.amounts import DISTANCE, MINUTES, STEPS
from programmes.clinical.distances import METRES

TOO_NEAR = 30  # metres: a choice so near the plan's own would only confuse
MINUTES_ERROR = _("Enter whole minutes, from 1 to 300. For example: 15.")
STEPS_ERROR = _("Enter whole steps, from 0 to 60000.")
METRES_ERROR = _("Choose how far you walked.")
# What a plan counts: the radios, and the field beside their "Other".
AMOUNTS = {
    MINUTES: ("minutes", "other_minutes"),
    DISTANCE: ("metres", "distance"),
    STEPS: ("stepped", "steps"),
}
NEEDED = {
    MINUTES: _("Choose how many minutes you walked."),
    DISTANCE: _("Choose how far you walked. If you do not know, enter your minutes under “Add more”."),
    STEPS: _("Choose how many steps you walked. If you do not know, enter your minutes under “Add more”."),
}
NO_NUMBER = {
    MINUTES: MINUTES_ERROR,
    DISTANCE: _("Enter how far you walked. For example: 1.2."),
    STEPS: _("Enter how many steps you walked. For example: 4000."),
}


@dataclass(frozen=True)
class Amounts:
    """The question how much: radios with the plan's own amount marked, and a field beside "Other"."""

    form: Any
    radios: str
    other_name: str

    @property
    def field(self) -> Any:
        return self.form[self.radios]

    @property
    def other(self) -> Any:
        return self.form[self.other_name]

    @property
    def has_errors(self) -> bool:
        return bool(self.form.errors.keys() & {self.radios, self.other_name, "confirmed"})

    @property
    def mode(self) -> str:
        """The keyboard of a phone."""
        return "decimal" if self.form.asked.counts == DISTANCE else "numeric"

    def choices(self) -> list[tuple[str, str, bool]]:
        """Value, words, and whether it is the plan's own amount."""
        asked = self.form.asked
        offered = OFFERED[asked.counts](asked)
        return [
            (str(each), wording.bare(each, asked.counts, asked.units), each == asked.planned)
            for each in offered
        ]


def _minutes_offered(asked: Any) -> list[int]:
    """5 to 30 in fives and the plan's own minutes; longer plans have their own neighbourhood."""
    first = 5 if asked.planned <= 30 else 5 * (asked.planned // 5) - 15
    return sorted({*range(first, first + 30, 5), *_plans_own(asked)})


def _metres_offered(asked: Any) -> list[int]:
    """The plan's own distance among quarters, or from 1.5 on halves, of a kilometre or mile."""
    unit = METRES[asked.units]
    step = unit / (4 if asked.planned <= unit * 3 / 2 else 2)
    first = max(1, int(asked.planned / step) - 2)
    near = {round(step * n) for n in range(first, first + 5)}
    return sorted({each for each in near if abs(each - asked.planned) > TOO_NEAR} | _plans_own(asked))


def _steps_offered(asked: Any) -> list[int]:
    """The plan's own steps among whole thousands."""
    first = max(1, asked.planned // 1000 - 2)
    return sorted({*range(1000 * first, 1000 * (first + 5), 1000), *_plans_own(asked)})


def _plans_own(asked: Any) -> set[int]:
    """Empty where no plan counts the same just now."""
    return {asked.planned} if asked.planned else set()


OFFERED: dict[str, Callable[[Any], list[int]]] = {
    MINUTES: _minutes_offered,
    DISTANCE: _metres_offered,
    STEPS: _steps_offered,
}
RECALLED_MINUTES = (5, 10, 15, 20, 25, 30, 35, 40, 45, 60, 75, 90, 120)


def recalled_choices(asked: Any) -> list[tuple[str, str]]:
    """Value and words of what a day may have been, as one remembers it, with the plan's own amount."""
    quarter = METRES[asked.units] / 4
    rough = {
        MINUTES: RECALLED_MINUTES,
        DISTANCE: [round(quarter * n) for n in range(1, 41)],
        STEPS: range(1000, 20_001, 1000),
    }[asked.counts]
    offered = sorted({*rough, *_plans_own(asked)})
    return [(str(each), wording.bare(each, asked.counts, asked.units)) for each in offered]
