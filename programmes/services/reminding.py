"""Sends the reminders that are due: a row for each, and a mail or the reason why there is none."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q

from clinic.models import Clinic, MessageKind, OutboxMessage
from clinic.services.post import Letter, post_message
from clinic.tenancy import acting_for
from patients.models import Patient
from programmes.clinical.reminding import WITHIN, Situation, day_is_over_at, held_back, is_due
from programmes.models import Flag, NotWalking, Reminder, ReviewItem, SetUp, Walk
from programmes.services.plan_reading import plan_of
from programmes.services.set_up import due_after, times_of

POST_SHOWN = 8
A_DAY = timedelta(days=1)
log = structlog.stdlib.get_logger(__name__)
Writer = Callable[[SetUp], Letter]  # a door's: it knows words and addresses


def send_due_reminders(*, now: datetime, write: Writer) -> int:
    """Every reminder whose time has come, one transaction each. Returns how many mails were written.

    A patient whose reminder cannot be decided loses this one: the others go on.
    """
    return sum(_of_clinic(clinic, now, write) for clinic in Clinic.objects.all() if clinic.is_live)


def _of_clinic(clinic: Clinic, now: datetime, write: Writer) -> int:
    written = 0
    while (result := _next_of(clinic, now, write)) is not None:
        written += result
    return written


def _next_of(clinic: Clinic, now: datetime, write: Writer) -> bool | None:
    """Decides one reminder; None when nothing is due. Whatever happens, it is not due again at once."""
    with acting_for(clinic):
        due = SetUp.objects.for_clinic(clinic).due(now).select_related("patient__clinic", "patient__user")
        chosen = due.select_for_update(skip_locked=True, of=("self",)).first()
        if chosen is None:
            return None
        try:
            with transaction.atomic():
                _move_on(chosen, due_after(chosen, chosen.patient, now))
                return _decide(chosen, now, write)
        except Exception:
            log.exception("reminder-failed", patient_id=chosen.patient_id)
            _move_on(chosen, now + A_DAY)
            return False


def _move_on(chosen: SetUp, due: datetime | None) -> None:
    SetUp.objects.filter(pk=chosen.pk).update(next_due_at=due)


def _decide(chosen: SetUp, now: datetime, write: Writer) -> bool:
    patient, times = chosen.patient, times_of(chosen)
    local = now.astimezone(patient.zone)
    if not patient.is_monitored(local.date()):
        _move_on(chosen, None)  # care has ended: nothing is asked, and nothing written down, ever again
        return False
    if times is None or not is_due(times, local) or patient.is_restricted(local.date()):
        return False
    reason = held_back(situation_of(patient=patient, local=local))
    reminder = Reminder(
        clinic=patient.clinic,
        patient=patient,
        on=local.date(),
        wish=times.wish,
        decided_at=now,
        held_back=reason or "",
    )
    Reminder.objects.bulk_create([reminder], ignore_conflicts=True)
    stands = Reminder.objects.for_clinic(patient.clinic).filter(pk=reminder.pk).exists()
    return stands and reason is None and _post(reminder, write(chosen), local, now)


def _post(reminder: Reminder, letter: Letter, local: datetime, now: datetime) -> bool:
    return post_message(
        kind=MessageKind.REMINDER,
        key=reminder.post_key,
        to_address=address_of(reminder.patient),
        letter=letter,
        now=now,
        clinic=reminder.clinic,
        expires_at=day_is_over_at(local),
    )


def situation_of(*, patient: Patient, local: datetime) -> Situation:
    """The patient's day as the rule asks for it."""
    today, address = local.date(), address_of(patient)
    own = {"clinic": patient.clinic, "patient": patient}
    plan = plan_of(patient=patient, on=today)
    attempts = Reminder.objects.filter(**own).attempts().filter(on__gt=today - WITHIN)
    looked_at = ReviewItem.objects.filter(**own, claimed_by__isnull=False).open()
    return Situation(
        local=local,
        asks_for_a_walk=plan is not None and plan.asks_for_a_walk,
        has_walked=Walk.objects.filter(**own, walked_on=today).valid().exists(),
        has_told_why=NotWalking.objects.filter(**own, from_on__lte=today, until_on__gte=today).exists(),
        is_worked_on=looked_at.exists() or Flag.objects.open_safety(patient).exists(),
        has_address=bool(address),
        came_back=_came_back(patient, address),
        reminded_on=tuple(attempts.values_list("on", flat=True)),
    )


@dataclass(frozen=True, slots=True)
class Posted:
    """A mail to a patient and what became of it, or a reminder that was held back."""

    at: datetime
    kind: str  # a MessageKind
    state: str  # a MessageStatus, "came-back", or a HeldBack
    code: str = ""  # RFC 3463, of a mail that came back


def recent_post(*, patient: Patient) -> list[Posted]:
    """The last invitations and reminders, also those held back, newest first. For staff.

    By their keys, not by the address: a couple may share that, and one of the records be limited.
    """
    own = Reminder.objects.filter(clinic=patient.clinic, patient=patient)
    reminders = [row.post_key for row in own.attempts()[:POST_SHOWN]]
    mails = OutboxMessage.objects.for_clinic(patient.clinic).filter(
        Q(key__in=reminders) | Q(key__startswith=f"invitation:{patient.pk}:")
    )
    found = [
        Posted(mail.created_at, mail.kind, _state_of(mail), mail.came_back_with)
        for mail in mails.order_by("-created_at")[:POST_SHOWN]
    ]
    held = own.exclude(held_back="")[:POST_SHOWN]
    found += [Posted(row.decided_at, MessageKind.REMINDER, row.held_back) for row in held]
    return sorted(found, key=lambda each: each.at, reverse=True)[:POST_SHOWN]


def _state_of(mail: OutboxMessage) -> str:
    return "came-back" if mail.came_back_at else mail.status


def mail_came_back(*, patient: Patient) -> bool:
    """Whether the clinic's last mail to the patient's address came back for good."""
    address = address_of(patient)
    return bool(address) and _came_back(patient, address)


def address_of(patient: Patient) -> str:
    """Where mail to the patient goes; "" for who signs in by letter, or not at all."""
    return (patient.user and patient.user.email) or ""


def _came_back(patient: Patient, address: str) -> bool:
    """Whether the clinic's last mail to the address in use did; a new address or mail begins anew."""
    sent = OutboxMessage.objects.for_clinic(patient.clinic).filter(to_address=address)
    last = sent.order_by("-created_at", "-id").values_list("came_back_at", flat=True).first()
    return last is not None
