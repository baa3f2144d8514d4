"""The lines of an evidence table, as every writer makes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from programmes.wording.numbers import number

Evidence = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of the evidence table."""

    label: str
    value: str


def limit_of(evidence: Evidence, name: str) -> float | None:
    """What a figure was held against; None where the evidence does not say."""
    found: float | None = evidence.get("limits", {}).get(name)
    return found


def limited(label: str, value: float, limit: float | None) -> Line:
    """A figure with its limit beside it."""
    shown = number(value, 2)
    if limit is None:
        return Line(label, shown)
    return Line(label, gettext("%(value)s (limit %(limit)s)") % {"value": shown, "limit": number(limit, 2)})
