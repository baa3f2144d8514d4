"""How much, in the patient's words and units: minutes, kilometres or miles, steps."""

from decimal import Decimal
from typing import Protocol

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from programmes.clinical.amounts import DISTANCE, MINUTES, STEPS, Walked
from programmes.clinical.distances import KILOMETRES, MILES, in_units, shortest

EACH_WEEK = {
    (MINUTES, KILOMETRES): gettext_lazy("Minutes each week"),
    (DISTANCE, KILOMETRES): gettext_lazy("Kilometres each week"),
    (DISTANCE, MILES): gettext_lazy("Miles each week"),
    (STEPS, KILOMETRES): gettext_lazy("Steps each week, in thousands"),
}
TO_WRITE = {
    (MINUTES, KILOMETRES): gettext_lazy("Minutes"),
    (DISTANCE, KILOMETRES): gettext_lazy("Kilometres"),
    (DISTANCE, MILES): gettext_lazy("Miles"),
    (STEPS, KILOMETRES): gettext_lazy("Steps"),
}


class Asked(Protocol):
    """A dose: a week of the plan, or what is asked on a day."""

    @property
    def counts(self) -> str:
        """Minutes, distance or steps."""

    @property
    def amount(self) -> int:
        """A day's dose."""


def minutes(count: int) -> str:
    return ngettext("%(count)d minute", "%(count)d minutes", count) % {"count": count}


def days(count: int) -> str:
    return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}


def walks(count: int) -> str:
    return ngettext("%(count)d walk", "%(count)d walks", count) % {"count": count}


def steps(count: int) -> str:
    return ngettext("%(count)s step", "%(count)s steps", count) % {"count": _grouped(count)}


def distance(metres: int, units: str) -> str:
    """0.85 km, 1 mile, 1.25 miles."""
    number = _local(metres, units)
    if units != MILES:
        return _("%(km)s km") % {"km": number}
    return (_("%(miles)s mile") if in_units(metres, units) == 1 else _("%(miles)s miles")) % {"miles": number}


def much(value: int, counts: str, units: str) -> str:
    """So much of what a plan counts."""
    if counts == DISTANCE:
        return distance(value, units)
    return steps(value) if counts == STEPS else minutes(value)


def bare(value: int, counts: str, units: str) -> str:
    """The number alone, where its unit follows: "20 of 45 minutes"."""
    if counts == DISTANCE:
        return _local(value, units)
    return _grouped(value) if counts == STEPS else str(value)


def amount(dose: Asked, units: str, *, now: int | None = None) -> str:
    """How much one walking day asks for, or less of it `now`."""
    return much(dose.amount if now is None else now, dose.counts, units)


def walked(walk: Walked, counts: str, units: str) -> str:
    """A walk in what the plan counts; where that was not told, in what was."""
    pairs = ((each, walk.told(each)) for each in (counts, MINUTES, STEPS, DISTANCE))
    return next(much(value, each, units) for each, value in pairs if value is not None)


def each_week(counts: str, units: str) -> str:
    """The heading of the weekly chart."""
    return str(EACH_WEEK[_key(counts, units)])


def to_write(counts: str, units: str) -> str:
    """The heading of the paper diary's column."""
    return str(TO_WRITE[_key(counts, units)])


def _key(counts: str, units: str) -> tuple[str, str]:
    return counts, units if counts == DISTANCE else KILOMETRES


def _local(metres: int, units: str) -> str:
    return formats.number_format(Decimal(shortest(metres, units)))


def _grouped(count: int) -> str:
    return formats.number_format(count, force_grouping=True)
