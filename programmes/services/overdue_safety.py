"""A safety answer open longer than its patient was told: duty staff are written to again, day by day."""

from collections.abc import Callable
from datetime import datetime, time

from clinic.models import Clinic, MessageKind
from clinic.services.duty import is_duty_day, write_to_duty_again
from clinic.services.post import Letter
from clinic.tenancy import acting_for
from programmes.models import Flag, FlagCode
from programmes.models.flag import FlagQuerySet


def remind_of_waiting_safety(*, now: datetime, write: Callable[[], Letter]) -> int:
    """Every open safety answer past the promised day, with no try to reach the patient written down since.

    Taking the item is no try; an answer that joins an open one asks for a new one. On working days alone, one
    mail at most for an item and day; returns how many were written. Nothing moves in the queue, where it is
    at the top already and cannot be snoozed.
    """
    return sum(_of_clinic(clinic, now, write) for clinic in Clinic.objects.all())


def _of_clinic(clinic: Clinic, now: datetime, write: Callable[[], Letter]) -> int:
    with acting_for(clinic):
        if not is_duty_day(clinic=clinic, now=now):
            return 0
        waiting = waiting_safety(clinic=clinic, now=now).order_by("patient_id")
        return sum(_mail(flag, clinic, write(), now) for flag in waiting)


def waiting_safety(*, clinic: Clinic, now: datetime) -> FlagQuerySet:
    """Those of an earlier day: what joins an item with an older promise had its own mail when it came."""
    today = now.astimezone(clinic.zone).date()
    open_ones = Flag.objects.for_clinic(clinic).filter(code=FlagCode.SAFETY).unanswered(today)
    return open_ones.filter(told_at__lt=datetime.combine(today, time(), clinic.zone))


def _mail(flag: Flag, clinic: Clinic, letter: Letter, now: datetime) -> bool:
    """Of the first mail's kind, so that one that fails or comes back is shown just as that is."""
    about = f"safety-overdue:{flag.item_id}"
    return write_to_duty_again(
        clinic=clinic, kind=MessageKind.SAFETY_ALERT, about=about, letter=letter, now=now
    )
