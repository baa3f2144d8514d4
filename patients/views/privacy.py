"""The privacy notice: for everybody, once after signing in, and the versions of before."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.models import PrivacyText, TextKind
from patients.models import Patient, Via
from patients.services import privacy
from patients.views.access import PatientRequest, open_record, page, patient_page


@require_safe
def notice(request: Any) -> HttpResponse:
    """The notice in force: the own clinic's for who is signed in, else the one shipped with Waymark."""
    now, patient = timezone.now(), _reader(request)
    if patient:
        text = privacy.notice_of(patient=patient, now=now)
        is_unread = privacy.unread_notice(patient=patient, now=now) is not None
    else:
        is_unread = False
        text = PrivacyText.objects.in_force(kind=TextKind.NOTICE, clinic_id=None, on=now.date())
    return _text_page(request, text, is_unread=is_unread)


@require_safe
def one_text(request: Any, text_id: UUID) -> HttpResponse:
    """A version of before, or of later, of the own clinic or shipped: what was read stays readable."""
    patient = _reader(request)
    readable = PrivacyText.objects.readable_in(patient.clinic_id if patient else None)
    return _text_page(request, readable.filter(pk=text_id).first())


def _reader(request: Any) -> Patient | None:
    patient: Patient | None = open_record(request)
    if patient:
        request.patient = patient
    return patient


def _text_page(request: HttpRequest, text: PrivacyText | None, *, is_unread: bool = False) -> HttpResponse:
    if text is None:
        raise Http404
    return page(request, "privacy.html", {"text": text, "is_unread": is_unread})


@require_safe
@patient_page
def first(request: PatientRequest) -> HttpResponse:
    """After signing in: the notice that this patient has not read. Who waits for help is not kept here."""
    now, patient = timezone.now(), request.patient
    text = None if request.safety_route else privacy.unread_notice(patient=patient, now=now)
    if text is None:
        return redirect("patients:today")
    privacy.note_shown(patient=patient, text=text, via=Via.SIGN_IN, now=now)
    return page(request, "privacy_first.html", {"text": text})


@require_POST
@patient_page
def read(request: PatientRequest, text_id: UUID) -> HttpResponse:
    """The button "I have read this". Where a newer text has come into force meanwhile, that one is shown."""
    now, patient = timezone.now(), request.patient
    text = privacy.notice_of(patient=patient, now=now)
    if text is None or text.pk != text_id:
        return redirect("patients:privacy-first")
    via = Via.PAGE if request.POST.get("via") == Via.PAGE else Via.SIGN_IN
    privacy.accept_text(patient=patient, text=text, via=via, now=now)
    return redirect("patients:today" if via == Via.PAGE else "patients:set-up")


@require_POST
@patient_page
def withdraw(request: PatientRequest, acceptance_id: UUID) -> HttpResponse:
    """Takes a consent back, as easily as it was given."""
    try:
        privacy.withdraw_consent(patient=request.patient, acceptance_id=acceptance_id, now=timezone.now())
    except privacy.NotGiven as refusal:
        raise Http404 from refusal
    return redirect("patients:your-data")
