"""A legal hold: a claim or an inquest asks for a record, so nothing of it may go."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from clinic.forms import HoldForm
from clinic.views.access import ClinicRequest, confirmed_page, page_for
from clinic.views.patient_data import find_patient
from patients.models import Patient
from patients.services import retention_decisions


@page_for("decide_retention")
@confirmed_page
@require_http_methods(["GET", "HEAD", "POST"])
def legal_hold(request: ClinicRequest, patient_id: UUID) -> HttpResponse:
    """Says whether a record is held and why; managers hold it or end that. The password is asked first."""
    patient = find_patient(request, patient_id)
    if request.method == "POST" and "end" in request.POST:
        return _end(request, patient)
    form = HoldForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _held(request, patient, form):
        messages.success(request, gettext("The record is held: nothing of it goes."))
        return redirect("clinic:patient-data", patient.pk)
    context = {"patient": patient, "form": form}
    return render(request, "clinic/legal_hold.html", context, status=422 if form.errors else 200)


def _held(request: ClinicRequest, patient: Patient, form: HoldForm) -> bool:
    """Holds the record, or says that somebody was quicker."""
    try:
        retention_decisions.hold_record(patient=patient, **form.cleaned_data, by=request.staff)
    except retention_decisions.AlreadyHeld:
        form.add_error(None, gettext("A hold stands on this record already. Nothing was saved."))
    return not form.errors


def _end(request: ClinicRequest, patient: Patient) -> HttpResponse:
    try:
        retention_decisions.end_hold(patient=patient, by=request.staff)
    except retention_decisions.NotHeld:
        messages.info(request, gettext("The hold was ended meanwhile."))
    else:
        messages.success(
            request, gettext("The hold is ended. Past its time the record waits for a decision.")
        )
    return redirect("clinic:patient-data", patient.pk)
