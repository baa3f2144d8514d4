"""What a patient reads without signal: what to do now, for the answers that do not wait for it."""

from typing import Any

from django.utils.translation import gettext as _

from patients.wording import saved, what_to_do
from programmes.clinical.safety import UK_RED_FLAGS, Route
from programmes.clinical.saved import Saved
from programmes.clinical.thresholds import SAVED_PAGE

INJURY = "injury"  # a fall with injury goes the way of Route.URGENT_LINE, as in `safety_finding`


def kept_cards() -> list[dict[str, Any]]:
    """What to do now, the most urgent first: by the codes of the answers, or from what pain on."""
    cards: list[dict[str, Any]] = []
    for route in Route:
        codes = [code for code, to in UK_RED_FLAGS.items() if to == route]
        codes += [INJURY] if route == Route.URGENT_LINE else []
        cards.append({"codes": " ".join(codes), "advice": what_to_do(route)})
    return [*cards, {"pain": SAVED_PAGE.act, "advice": saved(Saved.ACT_SEVERE)}]


def day_words() -> tuple[str, str]:
    """How the form names today and yesterday: the phone writes the day."""
    return _("Today, %(day)s"), _("Yesterday, %(day)s")
