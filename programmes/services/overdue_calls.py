"""A request to be called that waits longer than the patient was told moves up, and duty staff are told."""

from collections.abc import Callable
from datetime import datetime

from clinic.models import Clinic, MessageKind
from clinic.services.duty import is_duty_day, write_to_duty_again
from clinic.services.post import Letter
from clinic.tenancy import acting_for
from programmes.clinical.diary import Finding
from programmes.models import Flag, FlagCode, ItemStatus
from programmes.models.flag import FlagQuerySet
from programmes.services.calling import CANNOT_WAIT
from programmes.services.flagging import worsen_flag


def escalate_overdue_calls(*, now: datetime, write: Callable[[], Letter]) -> int:
    """Every request whose promised day is over and for which no try to reach the patient is written down.

    It moves up at once; the mail goes on working days alone, one at most for an item and day. Returns how
    many mails were written. The patient is told nothing by this: Today says what is recorded.
    """
    return sum(_of_clinic(clinic, now, write) for clinic in Clinic.objects.all())


def _of_clinic(clinic: Clinic, now: datetime, write: Callable[[], Letter]) -> int:
    with acting_for(clinic):
        is_open = is_duty_day(clinic=clinic, now=now)
        waiting = list(overdue_calls(clinic=clinic, now=now).select_related("item").order_by("patient_id"))
        for flag in waiting:
            _move_up(flag)
        return sum(_mail(flag, clinic, write(), now) for flag in waiting) if is_open else 0


def overdue_calls(*, clinic: Clinic, now: datetime) -> FlagQuerySet:
    """Open requests past the day that was promised, without a contact since they were made."""
    today = now.astimezone(clinic.zone).date()
    return Flag.objects.for_clinic(clinic).filter(code=FlagCode.CALL_ME).unanswered(today)


def _move_up(flag: Flag) -> None:
    """The first time, and out of a snooze."""
    told = (flag.latest or flag.evidence) | {"overdue_since": str(flag.item.promised_for)}
    if flag.latest != told or flag.item.status == ItemStatus.ON_HOLD:
        worsen_flag(flag, Finding(FlagCode.CALL_ME, CANNOT_WAIT, told))


def _mail(flag: Flag, clinic: Clinic, letter: Letter, now: datetime) -> bool:
    about = f"call-overdue:{flag.item_id}"
    return write_to_duty_again(
        clinic=clinic, kind=MessageKind.CALL_OVERDUE, about=about, letter=letter, now=now
    )
