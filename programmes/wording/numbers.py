"""Numbers, days and instants in the reader's notation, and who is away."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import get_language, gettext, ngettext

from clinic.services.covering import Away
from programmes.clinical.amounts import DISTANCE, MINUTES, STEPS, Walked


def number(value: float, places: int = 1) -> str:
    """At most so many decimals, no trailing zeros, in the reader's notation."""
    shortest = f"{float(value):.{places}f}"
    return _notation(shortest.rstrip("0").rstrip(".") if places else shortest, get_language())


def whole(value: int) -> str:
    """12,500: metres and steps run into thousands."""
    return formats.number_format(value, force_grouping=True)


def amount(value: int, counts: str) -> str:
    """What was asked or walked, in the plan's unit, for staff: 15 minutes, 1,200 metres, 6,000 steps."""
    words = {
        MINUTES: ngettext("%(n)s minute", "%(n)s minutes", value),
        DISTANCE: ngettext("%(n)s metre", "%(n)s metres", value),
        STEPS: ngettext("%(n)s step", "%(n)s steps", value),
    }
    return words[counts] % {"n": whole(value)}


def walked(told: Walked) -> str:
    """All that was told of a walk: "20 minutes, 1,500 metres"."""
    pairs = ((told.told(counts), counts) for counts in (MINUTES, DISTANCE, STEPS))
    return ", ".join(amount(value, counts) for value, counts in pairs if value is not None)


def points_of_pain(value: float) -> str:
    """Always one decimal: "1.0 points" says how finely it was measured."""
    return _notation(f"{value:.1f}", get_language())


def percent(share: float) -> str:
    return gettext("%(percent)s %%") % {"percent": round(100 * share)}


def span(days: int) -> str:
    """7 -> "7 days", 28 -> "4 weeks": windows of whole weeks from a month on read better in weeks."""
    if days >= 28 and days % 7 == 0:
        return ngettext("%(count)d week", "%(count)d weeks", days // 7) % {"count": days // 7}
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


def day(value: date) -> str:
    """20 Nov"""
    return _formatted(value, "j M", get_language())


def day_and_year(value: date) -> str:
    """20 Nov 2026"""
    return _formatted(value, "j M Y", get_language())


def days_in_words(first: date, last: date) -> str:
    """One day, or the first and the last of several."""
    if first == last:
        return day_and_year(first)
    return gettext("%(first)s to %(last)s") % {"first": day_and_year(first), "last": day_and_year(last)}


def away_words(away: Away | None) -> str:
    """Until when somebody is away, and who covers; "" for somebody who is there."""
    if away is None:
        return ""
    words = {"day": day(away.until), "cover": away.covered_by}
    if not away.covered_by:
        return gettext("until %(day)s; nobody covers") % words
    return gettext("until %(day)s; covered by %(cover)s") % words


def lead_words(name: str, away: Away | None) -> str:
    """Who leads the patient and who stands in today; "" stands for nobody."""
    if not name:
        return gettext("No lead clinician")
    return gettext("Lead: %(name)s") % {"name": with_away(name, away)}


def with_away(name: str, away: Away | None) -> str:
    """The name alone, or with until when the person is away and who covers."""
    if away is None:
        return name
    return gettext("%(name)s (away %(words)s)") % {"name": name, "words": away_words(away)}


def moment(value: datetime, zone: ZoneInfo) -> str:
    """20 Nov 05:05, by the clinic's clock."""
    local = value.astimezone(zone)
    return f"{day(local.date())} {local:%H:%M}"


@lru_cache(maxsize=4096)
def _formatted(value: date, pattern: str, language: str | None) -> str:
    # A queue of 50 rows names the same days over and over; formatting them is a fifth of an ordinary page.
    return formats.date_format(value, pattern)


@lru_cache(maxsize=4096)
def _notation(digits: str, language: str | None) -> str:
    return formats.number_format(digits)
