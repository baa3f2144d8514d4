"""The safety checklist: completed by a clinician, asked for before a patient's first programme."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from clinic.models import StaffMember
from clinic.permissions import require
from patients.models import Patient
from patients.services.restricted import require_unrestricted
from programmes.clinical.enrolment import CHECKLIST_VERSION, ITEMS
from programmes.models import EnrolmentDecision, Programme, SafetyChecklist


class UnknownItem(ValueError):
    """The list has no such item."""


class DecisionNeeded(Exception):
    """What applies, or a decision against walking, needs a reason."""


class NotChecked(Exception):
    """Nobody has completed the safety checklist of this patient."""


class AdvisedAgainst(Exception):
    """The newest checklist says: no programme for now."""


@dataclass(frozen=True)
class CheckAnswers:
    """What applies (empty: none of it), what was decided, and the PAR-Q+ where one was done."""

    present: frozenset[str] = frozenset()
    decision: EnrolmentDecision = EnrolmentDecision.GO_AHEAD
    reason: str = ""
    parq_on: date | None = None
    parq_result: str = ""


@transaction.atomic
def complete_checklist(
    *, patient: Patient, answers: CheckAnswers, by: StaffMember, now: datetime
) -> SafetyChecklist:
    """Keeps what was asked and decided; earlier lists stay.

    Raises UnknownItem, DecisionNeeded, ProcessingRestricted or NotAllowed.
    """
    require(by, "prescribe", clinic_id=patient.clinic_id)
    require_unrestricted(patient, patient.local_date(now))
    if answers.present - set(ITEMS):
        raise UnknownItem(answers.present - set(ITEMS))
    if not answers.reason and (answers.present or answers.decision != EnrolmentDecision.GO_AHEAD):
        raise DecisionNeeded
    return SafetyChecklist.objects.create(
        clinic=by.clinic,
        patient=patient,
        version=CHECKLIST_VERSION,
        present=[item for item in ITEMS if item in answers.present],
        decision=answers.decision,
        reason=answers.reason,
        parq_on=answers.parq_on,
        parq_result=answers.parq_result,
        made_at=now,
        made_by=by.user,
    )


def lacks_checklist(patient: Patient) -> bool:
    """Whether a first programme waits for the list: nobody completed one, and nothing was assigned before."""
    if SafetyChecklist.objects.newest_of(patient).exists():
        return False
    return not Programme.objects.of_patient(patient).assigned().exists()


def require_checked(patient: Patient) -> None:
    """A first programme needs a checklist, and none starts against the newest one's advice.

    Raises NotChecked or AdvisedAgainst.
    """
    newest = SafetyChecklist.objects.newest_of(patient).first()
    if newest is not None and not newest.allows_walking:
        raise AdvisedAgainst
    if lacks_checklist(patient):
        raise NotChecked
