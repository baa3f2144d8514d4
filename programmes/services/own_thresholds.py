"""Choosing the numbers patients are judged by: a manager for the clinic, a clinician for one patient."""

from dataclasses import asdict
from datetime import datetime

from django.db import IntegrityError, transaction

from clinic.models import StaffMember
from clinic.permissions import require
from clinic.tenancy import past_limits
from patients.models import Patient
from programmes.clinical.thresholds import Setting, thresholds_for
from programmes.models import ThresholdSetting
from programmes.services.nights import mark_all_changed, mark_changed


class ReasonMissing(Exception):
    """Whoever reads a flag later must be able to read why it was judged like this."""


class OutOfBounds(Exception):
    """A number is outside the bounds within which it may be changed."""


class ChangedMeanwhile(Exception):
    """Somebody changed this setting after it was opened."""


@transaction.atomic
def set_clinic_thresholds(
    *, setting: Setting, reason: str, seen: int, by: StaffMember, now: datetime
) -> ThresholdSetting:
    """Chooses what the whole clinic is judged by; everybody with a running programme is judged again.

    `seen` is the version that was open on the page, 0 for none. Raises NotAllowed, ReasonMissing,
    OutOfBounds or ChangedMeanwhile.
    """
    require(by, "set_thresholds")
    saved = _save(setting, reason, seen, by, now)
    with past_limits():  # a limited record is judged by the same numbers
        mark_all_changed(clinic=by.clinic, now=now)
    return saved


@transaction.atomic
def set_patient_thresholds(
    *, patient: Patient, setting: Setting, reason: str, seen: int, by: StaffMember, now: datetime
) -> ThresholdSetting:
    """Chooses what one patient is judged by; what is not chosen stays the clinic's.

    `seen` is the version that was open on the page, 0 for none. Raises NotAllowed (also for another clinic's
    record), ReasonMissing, OutOfBounds or ChangedMeanwhile.
    """
    require(by, "set_patient_thresholds", clinic_id=patient.clinic_id)
    saved = _save(setting, reason, seen, by, now, patient)
    mark_changed(patient=patient, earliest_on=patient.local_date(now), now=now)
    return saved


def _save(
    setting: Setting,
    reason: str,
    seen: int,
    by: StaffMember,
    now: datetime,
    patient: Patient | None = None,
) -> ThresholdSetting:
    """Of two who save the same version at once the database lets one."""
    if not reason.strip():
        raise ReasonMissing
    _require_bounds(setting)
    chosen = asdict(setting) | {
        "sensitivity": setting.sensitivity or "",
        "reason": reason.strip(),
        "changed_at": now,
        "changed_by": by.user,
    }
    rows = ThresholdSetting.objects.for_clinic(by.clinic).filter(patient=patient)
    if seen == 0:
        _insert(ThresholdSetting(clinic=by.clinic, patient=patient, **chosen))
    elif rows.filter(version=seen).update(version=seen + 1, **chosen) != 1:
        raise ChangedMeanwhile
    saved: ThresholdSetting = rows.get()
    return saved


def _require_bounds(setting: Setting) -> None:
    try:
        thresholds_for(setting)
    except ValueError as error:
        raise OutOfBounds from error


def _insert(row: ThresholdSetting) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "programmes_thresholds_one_each" not in str(error):
            raise
        raise ChangedMeanwhile from error
