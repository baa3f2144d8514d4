"""A patient's data rights as staff see them: copies, requests and what is kept."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.forms import AnswerForm, CopyForm, NoteRequestForm
from clinic.permissions import may
from clinic.views.access import ClinicRequest, confirmed_page, staff_page
from patients.data_file import data_file
from patients.models import DataRequest, Patient, PrivacyAcceptance, RecordExport, RequestOutcome
from patients.services.data_requests import AlreadyAnswered, answer_request, ask_about_data
from patients.services.record_export import export_record
from patients.services.restricted import ProcessingRestricted
from patients.services.retention import record_goes_on


def find_patient(request: ClinicRequest, patient_id: UUID) -> Patient:
    """Another clinic's patient is answered like one that does not exist."""
    found = Patient.objects.for_clinic(request.clinic).select_related("clinic", "user").filter(pk=patient_id)
    patient: Patient | None = found.first()
    if patient is None:
        raise Http404
    return patient


@staff_page
@require_safe
def patient_data(request: ClinicRequest, patient_id: UUID) -> HttpResponse:
    return _page(request, find_patient(request, patient_id))


def _page(request: ClinicRequest, patient: Patient, *, status: int = 200, **forms: Any) -> HttpResponse:
    clinic, staff = request.clinic, request.staff
    context = {
        "patient": patient,
        "exports": RecordExport.objects.for_clinic(clinic).filter(patient=patient).select_related("made_by"),
        "requests": DataRequest.objects.for_clinic(clinic).filter(patient=patient).order_by("-received_at"),
        "told": PrivacyAcceptance.objects.of_patient(patient).select_related("text"),
        "request_form": NoteRequestForm(),
        "may_copy": may(staff, "export_record"),
        "is_restricted": patient.is_restricted(patient.local_date(timezone.now())),
        "stays_until": record_goes_on(patient),
        "may_decide": may(staff, "decide_retention"),
        "may_answer": may(staff, "answer_data_request"),
        "today": timezone.now().astimezone(clinic.zone).date(),
        **forms,
        "bad_form": next((form for form in forms.values() if form.errors), None),
    }
    with timezone.override(clinic.zone):
        return render(request, "clinic/patient_data.html", context, status=status)


@staff_page
@confirmed_page
@require_http_methods(["GET", "HEAD", "POST"])
def copy_record(request: ClinicRequest, patient_id: UUID) -> Any:
    """Hands the file out, with who took it and why noted in the same transaction."""
    patient = find_patient(request, patient_id)
    if not may(request.staff, "export_record"):
        raise PermissionDenied
    form = CopyForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        context = {"patient": patient, "form": form}
        return render(request, "clinic/copy_record.html", context, status=422 if form.errors else 200)
    try:
        copy = export_record(patient=patient, **form.cleaned_data, by=request.staff, now=timezone.now())
    except ProcessingRestricted:
        form.add_error(None, gettext("Processing of this record is restricted. No copy was made."))
        return render(request, "clinic/copy_record.html", {"patient": patient, "form": form}, status=422)
    return data_file(copy)


@staff_page
@require_POST
def note_request(request: ClinicRequest, patient_id: UUID) -> HttpResponse:
    """Writes down what a patient asked on the phone or by letter."""
    patient = find_patient(request, patient_id)
    form = NoteRequestForm(request.POST)
    if not form.is_valid():
        return _page(request, patient, status=422, request_form=form)
    ask_about_data(
        patient=patient,
        kind=form.cleaned_data["kind"],
        text=form.cleaned_data["text"],
        by=request.staff.user,
        now=timezone.now(),
    )
    messages.success(request, gettext("The request is noted. It is due within a month."))
    return redirect("clinic:patient-data", patient.pk)


@staff_page
@require_safe
def data_requests(request: ClinicRequest) -> HttpResponse:
    """What patients asked about their data: open ones first, the overdue on top."""
    return _requests(request)


def _requests(request: ClinicRequest, *, status: int = 200, **context: Any) -> HttpResponse:
    if not may(request.staff, "answer_data_request"):
        raise PermissionDenied
    everything = DataRequest.objects.for_clinic(request.clinic).select_related("patient")
    shown = {
        "open_requests": everything.open(),
        "answered": everything.exclude(handled_at=None).order_by("-handled_at")[:50],
        "today": timezone.now().astimezone(request.clinic.zone).date(),
        "form": AnswerForm(),
        **context,
    }
    with timezone.override(request.clinic.zone):
        return render(request, "clinic/data_requests.html", shown, status=status)


@staff_page
@require_POST
def answer(request: ClinicRequest, request_id: UUID) -> HttpResponse:
    found = DataRequest.objects.for_clinic(request.clinic).filter(pk=request_id).first()
    if found is None:
        raise Http404
    if not may(request.staff, "answer_data_request"):
        raise PermissionDenied
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _requests(request, status=422, form=form, answering=found.pk)
    try:
        answer_request(
            request=found,
            outcome=RequestOutcome(form.cleaned_data["outcome"]),
            answer=form.cleaned_data["answer"],
            by=request.staff,
            now=timezone.now(),
        )
    except AlreadyAnswered:
        messages.error(request, gettext("Somebody has answered this meanwhile. Nothing was saved."))
        return redirect("clinic:data-requests")
    messages.success(request, gettext("Answered."))
    return redirect("clinic:data-requests")
