"""When somebody is on duty."""

from datetime import date, datetime, timedelta

from clinic.models import Clinic, Closure


def next_duty_day(*, clinic: Clinic, now: datetime) -> date | None:
    """The working day by which the team looks: today while the clinic is still open, else the next one.

    None when nobody is on duty within 14 days: then no promise may be made.
    """
    local = now.astimezone(clinic.zone)
    today = local.date()
    closed = set(
        Closure.objects.for_clinic(clinic)
        .filter(on__range=(today, today + timedelta(days=15)))
        .values_list("on", flat=True)
    )
    open_today = today.weekday() in clinic.working_days and today not in closed
    if open_today and local.time() < clinic.closes_at:
        return today
    return clinic.next_working_day(today, closed=closed)
