"""The way into a limited record: with a reason, for an hour, seen by a manager. And limiting one."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from clinic.admin import local_today
from clinic.forms import EmergencyByNumberForm, ReasonForm
from clinic.permissions import NotAllowed
from clinic.services.post import Letter
from clinic.views.access import ClinicRequest, staff_page
from clinic.views.item_reading import RecordIsLimited, find_item, find_limited_item
from clinic.views.rows import due_on, priority
from patients.models import EmergencyAccess, LimitedRecord, Patient
from patients.services import limiting
from programmes import wording

BESIDE: dict[type[Exception], Any] = {
    limiting.ReasonMissing: gettext_lazy("Write a reason that a colleague can follow, at least 15 letters."),
    limiting.NoLead: gettext_lazy("Give the patient a lead clinician who works here first."),
    limiting.AlreadyLimited: gettext_lazy("This record is limited already."),
}


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def emergency(request: ClinicRequest, item_id: UUID) -> HttpResponse:
    """What the queue knows of a limited record's item, and the door."""
    try:
        find_item(request.clinic, item_id, local_today(request))
    except RecordIsLimited:
        item = find_limited_item(request.clinic, item_id)
        return _emergency_page(request, item, ReasonForm(request.POST if request.method == "POST" else None))
    return redirect("clinic:review-item", item_id=item_id)


def _emergency_page(request: ClinicRequest, item: Any, form: ReasonForm) -> HttpResponse:
    if form.is_valid():
        _opened(request, form, limiting.open_in_emergency, patient_id=item.patient_id)
    if form.is_valid():  # or lifted meanwhile: the page is open to everybody again
        return redirect("clinic:review-item", item_id=item.pk)
    now, clinic = timezone.now(), request.clinic
    due = due_on(item, clinic, item.closed_days)
    context = {
        "form": form,
        "priority": priority(item.severity),
        "opened": wording.moment(item.opened_at, clinic.zone),
        "due": wording.day(due) if due else "",
        "is_overdue": bool(due and due < now.astimezone(clinic.zone).date()),
    }
    return render(request, "clinic/emergency.html", context, status=422 if form.errors else 200)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def emergency_by_number(request: ClinicRequest) -> HttpResponse:
    """For a patient who calls and stands in no queue: the clinic's own number opens the record."""
    form = EmergencyByNumberForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        opened = _opened(request, form, limiting.open_by_number, number=form.cleaned_data["number"])
        if opened is not None:
            return redirect("admin:patients_patient_change", opened.patient_id)
    status = 422 if form.errors else 200
    return render(request, "clinic/emergency.html", {"form": form}, status=status)


def _opened(
    request: ClinicRequest, form: ReasonForm, open_it: Callable[..., EmergencyAccess], **which: Any
) -> EmergencyAccess | None:
    """Opens the record, or says beside the field what is missing."""
    reason, now = form.cleaned_data["reason"], timezone.now()
    try:
        return open_it(**which, reason=reason, letter=_letter(), by=request.staff, now=now)
    except limiting.ReasonMissing as refusal:
        form.add_error("reason", BESIDE[type(refusal)])
    except NotAllowed:
        form.add_error(None, gettext("Your role may not open it. Ask a clinician or a reviewer."))
    except limiting.NotLimited:
        if "number" in which:
            form.add_error("number", gettext("No limited record of this clinic has this number."))
    return None


def _letter() -> Letter:
    """To managers and the duty address: that it happened, never who or whose."""
    body = gettext(
        "A limited record was opened in an emergency. Somebody gave a reason; a manager should read it.\n\n"
        "Read and acknowledge it here: %(url)s\n\n"
        "This message holds no names."
    )
    url = f"{settings.BASE_URL}{reverse('clinic:emergencies')}"
    return Letter(subject=gettext("A limited record was opened"), body=body % {"url": url})


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def limit_record(request: ClinicRequest, patient_id: UUID) -> HttpResponse:
    """Limits a record, or lifts the limit; for its lead, and for managers while they still see it."""
    patient = Patient.objects.for_clinic(request.clinic).filter(pk=patient_id).select_related("lead").first()
    if patient is None:
        raise Http404
    patient.clinic = request.clinic
    limits = LimitedRecord.objects.for_clinic(request.clinic).current().filter(patient=patient)
    limited = limits.select_related("limited_by").first()
    form = ReasonForm(request.POST if request.method == "POST" and limited is None else None)
    if request.method == "POST" and limited is not None:
        return _lift(request, limited)
    if form.is_valid() and _limited(request, patient, form):
        messages.success(request, gettext("The record is limited now."))
        sees = patient.lead_id == request.staff.pk
        return redirect("admin:patients_patient_change", patient.pk) if sees else redirect("clinic:limited")
    context = {"patient": patient, "limited": limited, "form": form}
    return render(request, "clinic/limit_record.html", context, status=422 if form.errors else 200)


def _limited(request: ClinicRequest, patient: Patient, form: ReasonForm) -> bool:
    reason = form.cleaned_data["reason"]
    try:
        limiting.limit_record(patient=patient, reason=reason, by=request.staff, now=timezone.now())
    except tuple(BESIDE) as refusal:
        form.add_error("reason", BESIDE[type(refusal)])
    except NotAllowed:
        form.add_error(None, gettext("Only the lead clinician or a manager limits a record."))
    return not form.errors


def _lift(request: ClinicRequest, limited: LimitedRecord) -> HttpResponse:
    try:
        limiting.lift_limit(limited=limited, by=request.staff, now=timezone.now())
    except NotAllowed:
        messages.error(request, gettext("Only the lead clinician or a manager lifts the limit."))
    except limiting.NotLimited:
        messages.info(request, gettext("The limit was lifted meanwhile."))
    else:
        messages.success(request, gettext("The record is open to the clinic's staff again."))
    return redirect("clinic:limit-record", patient_id=limited.patient_id)
