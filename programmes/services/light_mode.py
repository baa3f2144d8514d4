"""Light mode: set by a clinician, or chosen by the patient. It asks less of pain, nothing less of safety."""

from datetime import datetime

from django.db import transaction
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from clinic.models import StaffMember
from clinic.permissions import require
from patients.models import Patient
from patients.services.restricted import require_unrestricted
from programmes.models import LightMode


class ReasonMissing(Exception):
    """Why somebody is asked less is read by whoever looks at the gaps."""


class NotOffered(Exception):
    """The clinic does not let this patient choose."""


def light_mode_of(*, patient: Patient) -> LightMode | None:
    """What holds; None where nobody ever set anything: every question is asked."""
    rows = LightMode.objects.for_clinic(patient.clinic).filter(patient=patient)
    return rows.select_related("changed_by").first()


@transaction.atomic
def set_light_mode(
    *, patient: Patient, is_on: bool, patient_may_choose: bool, reason: str, by: StaffMember, now: datetime
) -> None:
    """Switches it for a patient and says whether the patient may. On stays on since the day it began.

    Raises ReasonMissing or NotAllowed (also for another clinic's record).
    """
    require(by, "prescribe", clinic_id=patient.clinic_id)
    if not reason.strip():
        raise ReasonMissing
    said = {"patient_may_choose": patient_may_choose, "reason": reason.strip()}
    who = {"changed_at": now, "changed_by": by.user}
    first = LightMode(clinic=by.clinic, patient=patient, **said, **who)
    LightMode.objects.bulk_create([first], ignore_conflicts=True)  # of two at once the later one holds
    since = Coalesce("since", Value(patient.local_date(now))) if is_on else None
    LightMode.objects.for_clinic(by.clinic).filter(patient=patient).update(since=since, **said, **who)


@transaction.atomic
def choose_light_mode(*, patient: Patient, is_on: bool, now: datetime) -> None:
    """The patient's own choice, where the clinic allows it; choosing what holds changes nothing.

    Raises NotOffered or ProcessingRestricted.
    """
    today = patient.local_date(now)
    require_unrestricted(patient, today)
    own = LightMode.objects.filter(clinic_id=patient.clinic_id, patient=patient, patient_may_choose=True)
    if patient.user is None or not own.exists():
        raise NotOffered
    other = own.filter(since__isnull=is_on)
    other.update(since=today if is_on else None, changed_at=now, changed_by=patient.user)


def light_since(patient: str) -> Subquery:
    """For annotating rows whose column `patient` names a patient: since when, NULL where all is asked."""
    return Subquery(LightMode.objects.filter(patient=OuterRef(patient)).values("since")[:1])
