"""Days and times as people read them in their own language: the patterns are translated like words.

A pattern is Django's (https://docs.djangoproject.com/en/5.2/ref/templates/builtins/#date). Languages that
decline the month use E for it: 21 listopada, not 21 listopad.
"""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.utils.formats import date_format, time_format
from django.utils.translation import pgettext


def day(on: date) -> str:
    """Saturday 21 November."""
    return date_format(on, pgettext("date format", "l j F"))


def short_day(on: date) -> str:
    """Sat 21 November."""
    return date_format(on, pgettext("date format", "D j F"))


def shortest_day(on: date) -> str:
    """Sat 21 Nov."""
    return date_format(on, pgettext("date format", "D j M"))


def day_and_month(on: date) -> str:
    """21 November."""
    return date_format(on, pgettext("date format", "j F"))


def day_and_short_month(on: date) -> str:
    """21 Nov: for tables and charts."""
    return date_format(on, pgettext("date format", "j M"))


def full_day(on: date) -> str:
    """21 November 2026."""
    return date_format(on, pgettext("date format", "j F Y"))


def clock(at: time) -> str:
    """5:30pm or 10am; 17:30 where a day has 24 hours."""
    pattern = pgettext("time format", "g:iA") if at.minute else pgettext("time format", "gA")
    return time_format(at, pattern).lower()


def moment(at: datetime, zone: ZoneInfo) -> str:
    """21 November 2026, 5:30pm."""
    local = at.astimezone(zone)
    return f"{full_day(local.date())}, {clock(local.time())}"
