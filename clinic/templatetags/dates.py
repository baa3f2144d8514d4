"""Days in templates that patients read: `{{ on|day_and_short_month }}`."""

from django import template

from clinic.formats import dates

register = template.Library()
for written in (dates.shortest_day, dates.day_and_short_month, dates.full_day):
    register.filter(written.__name__, written)
