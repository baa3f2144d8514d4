"""When somebody is on duty, and what is written to them again."""

from datetime import date, datetime, timedelta

from clinic.models import Clinic, Closure, MessageKind
from clinic.services.post import Letter, post_message


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


def is_duty_day(*, clinic: Clinic, now: datetime) -> bool:
    """Whether the team still looks today."""
    return next_duty_day(clinic=clinic, now=now) == now.astimezone(clinic.zone).date()


def write_to_duty_again(
    *, clinic: Clinic, kind: MessageKind, about: str, letter: Letter, now: datetime
) -> bool:
    """To the clinic's duty address, one mail a local day at most about the same; whether it was written."""
    return post_message(
        kind=kind,
        key=f"{about}:{now.astimezone(clinic.zone).date()}",
        to_address=clinic.duty_email,
        letter=letter,
        now=now,
        clinic=clinic,
    )
