"""Which privacy text a patient still has to be shown, and what they said to it."""

from datetime import datetime

from django.db import transaction

from clinic.models import PrivacyText, TextKind
from clinic.tenancy import with_rows_in
from patients.models import Patient, PrivacyAcceptance, Via


class NotGiven(Exception):
    """No such consent of this patient stands: never given, or taken back already."""


def notice_of(*, patient: Patient, now: datetime) -> PrivacyText | None:
    """The notice in force for the patient's clinic today, in the clinic's own time zone."""
    on = now.astimezone(patient.clinic.zone).date()
    return PrivacyText.objects.in_force(kind=TextKind.NOTICE, clinic_id=patient.clinic_id, on=on)


def unread_notice(*, patient: Patient, now: datetime) -> PrivacyText | None:
    """The notice in force, unless the patient has said that they read it. Used while signing in."""
    with with_rows_in(patient.clinic_id):
        text = notice_of(patient=patient, now=now)
        read = PrivacyAcceptance.objects.of_patient(patient).accepted()
        return None if text is None or read.filter(text=text).exists() else text


def note_shown(*, patient: Patient, text: PrivacyText, via: Via, now: datetime) -> None:
    """Writes down the first time; a second time, also at the same moment, changes nothing."""
    row = PrivacyAcceptance(
        clinic_id=patient.clinic_id,
        patient=patient,
        text=text,
        kind=text.kind,
        version=text.version,
        via=via,
        shown_at=now,
    )
    PrivacyAcceptance.objects.bulk_create([row], ignore_conflicts=True)


@transaction.atomic
def accept_text(*, patient: Patient, text: PrivacyText, via: Via, now: datetime) -> None:
    """The patient says "I have read this", or agrees to a consent. The first time counts."""
    note_shown(patient=patient, text=text, via=via, now=now)
    shown = PrivacyAcceptance.objects.of_patient(patient).filter(text=text, withdrawn_at=None)
    shown.filter(accepted_at=None).update(accepted_at=now)


@transaction.atomic
def withdraw_consent(*, patient: Patient, acceptance_id: object, now: datetime) -> None:
    """Takes a consent back; that it was given stays written down. Raises NotGiven."""
    standing = PrivacyAcceptance.objects.of_patient(patient).consents().filter(pk=acceptance_id)
    if standing.update(withdrawn_at=now) != 1:
        raise NotGiven
