"""PAIN_SEVERE: raised in the transaction that stores the walk, by the same rule as in the review."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import transaction

from programmes.clinical.detection import Raise
from programmes.clinical.thresholds import DEFAULTS
from programmes.models import Flag, FlagCode, Walk
from programmes.services.flagging import changes_of, raise_flag
from programmes.services.gathering import subjects_of

log = structlog.stdlib.get_logger(__name__)
SEVERE = DEFAULTS.answers.severe  # no setting of a clinic changes it


def raise_severe_pain(*, walks: Sequence[Walk], now: datetime) -> Flag | None:
    """Raises PAIN_SEVERE if these new walks of one patient make it true; None where they do not.

    Walks below 8 cost nothing. What the flag waits for is what the review waits for too: quiet days after
    closing, an unresolved flag, a clinic that is live. The walk is saved whatever happens here: it is marked,
    so the worker judges again what could not be judged now.
    """
    severe = [walk for walk in walks if (walk.pain_before or 0) >= SEVERE]
    if not severe or not severe[0].patient.clinic.is_live:
        return None
    walk = max(severe, key=lambda each: (each.walked_on, each.received_at))
    try:
        with transaction.atomic():
            return _raise(walk, now)
    except Exception:  # one bad record must not lose the walk; the review shows it once it is given up
        log.exception("review-of-patient-failed", patient_id=walk.patient_id)
        return None


def _raise(walk: Walk, now: datetime) -> Flag | None:
    patient, today = walk.patient, now.astimezone(walk.patient.clinic.zone).date()
    for subject in subjects_of(clinic=patient.clinic, on=today, patients=[patient.pk]):
        for change in changes_of(subject=subject, on=today, day_is_over=False):
            if isinstance(change, Raise) and change.code == FlagCode.PAIN_SEVERE:
                return raise_flag(
                    patient=patient,
                    programme=subject.programme,
                    finding=change.finding,
                    on=today,
                    now=now,
                    walk=walk,
                )
    return None
