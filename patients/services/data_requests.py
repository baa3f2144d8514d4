"""What people ask about their own data, and the answers: within one month (UK GDPR Art. 12(3))."""

from calendar import monthrange
from datetime import date, datetime

from django.db import transaction

from clinic.models import StaffMember, User
from clinic.permissions import require
from patients.models import DataRequest, Patient, RequestKind, RequestOutcome


class AlreadyAnswered(Exception):
    """Somebody else has answered this request."""


class AnswerMissing(Exception):
    """A request that is not done as asked needs the reason in words."""


def one_month_after(day: date) -> date:
    """The same day of the next month, else that month's last day: 31 January is due on 28 February."""
    year, month = divmod(day.year * 12 + day.month, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@transaction.atomic
def ask_about_data(*, patient: Patient, kind: RequestKind, text: str, by: User, now: datetime) -> DataRequest:
    """Writes down what was asked, by the patient or by staff for the patient."""
    received_on = now.astimezone(patient.clinic.zone).date()
    return DataRequest.objects.create(
        clinic_id=patient.clinic_id,
        patient=patient,
        kind=kind,
        text=text.strip(),
        received_at=now,
        due_on=one_month_after(received_on),
        made_by=by,
    )


@transaction.atomic
def answer_request(
    *, request: DataRequest, outcome: RequestOutcome, answer: str, by: StaffMember, now: datetime
) -> None:
    """Closes a request. Raises AlreadyAnswered, AnswerMissing or NotAllowed."""
    require(by, "answer_data_request")
    if outcome != RequestOutcome.DONE and not answer.strip():
        raise AnswerMissing
    answered = (
        DataRequest.objects.for_clinic(by.clinic)
        .open()
        .filter(pk=request.pk)
        .update(handled_at=now, handled_by=by.user, outcome=outcome, answer=answer.strip())
    )
    if answered != 1:
        raise AlreadyAnswered
