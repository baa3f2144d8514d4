"""What patients do with walks they entered: change one, or take one back, within 48 hours.

Nothing is deleted: the version before stays, marked, and staff see both. What an answer raised stays until a
person closes it.
"""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from clinic.models import User
from clinic.services.post import Letter
from patients.models import Patient
from programmes.clinical.diary import Finding
from programmes.models import Source, Walk
from programmes.models.walk import CHANGEABLE_FOR, WalkQuerySet
from programmes.services.nights import mark_changed
from programmes.services.refused_walks import raise_refused_change
from programmes.services.safety_raising import SafetyAnswers
from programmes.services.walk_logging import DifferentEntry, Saved, WalkEntry, log_walk

# Why a version does not count: staff and the patient's copy read it.
CHANGED = "changed by the patient"
TAKEN_BACK = "taken back by the patient"


class NotChangeable(Exception):
    """Not this patient's own valid entry, more than 48 hours old, or changed meanwhile."""


class RefusedButRaised(Exception):
    """The walk stays as it is, but the answers told of something urgent: that was raised (`finding`)."""

    def __init__(self, finding: Finding) -> None:
        super().__init__()
        self.finding = finding


def own_changeable(*, patient: Patient, now: datetime) -> WalkQuerySet:
    """The walks that this patient may change now, newest first."""
    own = Walk.objects.filter(clinic_id=patient.clinic_id, patient=patient).changeable(now)
    changeable: WalkQuerySet = own.order_by("-walked_on", "-received_at")
    return changeable


def is_changeable(walk: Any, now: datetime) -> bool:
    """The same of one valid walk that was read `with_first_at`."""
    return bool(walk.source == Source.PATIENT and walk.first_at > now - CHANGEABLE_FOR)


def change_own_walk(
    *, walk: Walk, patient: Patient, entry: WalkEntry, duty_letter: Letter, by: User | None, now: datetime
) -> Saved:
    """Saves the answers as the walk's new version, raises SAFETY for what is new in them, and has both days
    reviewed again.

    The same form again gives the same version. Raises NotChangeable, and what `log_walk` raises;
    RefusedButRaised in place of NotChangeable and DifferentEntry where the refused answers raised SAFETY.
    """
    try:
        return _change(walk, patient, entry, duty_letter, by, now)
    except (NotChangeable, DifferentEntry):
        if finding := _raise_refused(walk, patient, entry, duty_letter, now):
            raise RefusedButRaised(finding) from None
        raise


@transaction.atomic
def _change(
    walk: Walk, patient: Patient, entry: WalkEntry, duty_letter: Letter, by: User | None, now: datetime
) -> Saved:
    if same := _saved_before(patient, entry):
        return same
    try:
        _mark(walk, patient, CHANGED, now)
    except NotChangeable:
        if same := _saved_before(patient, entry):  # a double tap: the first one saved it a moment ago
            return same
        raise
    return log_walk(
        patient=patient,
        programme=walk.programme,
        entry=entry,
        duty_letter=duty_letter,
        by=by,
        now=now,
        instead_of=walk,
    )


def _saved_before(patient: Patient, entry: WalkEntry) -> Saved | None:
    stored = Walk.objects.filter(clinic_id=patient.clinic_id, patient=patient, client_uuid=entry.client_uuid)
    same = stored.first()
    if same and same.entry_digest != entry.digest():
        raise DifferentEntry
    return same and Saved(walk=same, created=False)


def _raise_refused(
    walk: Walk, patient: Patient, entry: WalkEntry, duty_letter: Letter, now: datetime
) -> Finding | None:
    """What reaches us is raised, also where the walk may not be changed: all that no version of it said."""
    symptoms, fall = tuple(entry.new_symptoms or ()), entry.fall or "none"
    answers = SafetyAnswers(patient, walk.programme, symptoms, fall, walk)
    return raise_refused_change(answers=answers, form=entry.client_uuid, duty_letter=duty_letter, now=now)


@transaction.atomic
def take_back_walk(*, walk: Walk, patient: Patient, now: datetime) -> None:
    """The patient never walked this walk: it stays in the record, marked, and counts no more.

    Raises NotChangeable.
    """
    _mark(walk, patient, TAKEN_BACK, now)


def _mark(walk: Walk, patient: Patient, reason: str, now: datetime) -> None:
    """Two tabs, or the patient and staff, meet in this update: one of them marks the walk."""
    changeable: Any = own_changeable(patient=patient, now=now).filter(pk=walk.pk).values("pk")
    still_valid = Walk.objects.filter(clinic_id=patient.clinic_id, pk__in=changeable, entered_in_error=False)
    if still_valid.update(entered_in_error=True, error_reason=reason) != 1:
        raise NotChangeable
    mark_changed(patient=patient, earliest_on=walk.walked_on, now=now)


def last_walk_before(*, walk: Walk) -> date | None:
    """The day of the walk before this one: what its next morning was asked about."""
    earlier = Walk.objects.filter(clinic_id=walk.clinic_id, patient_id=walk.patient_id).valid()
    found = earlier.filter(walked_on__lt=walk.walked_on).order_by("-walked_on")
    return found.values_list("walked_on", flat=True).first()
