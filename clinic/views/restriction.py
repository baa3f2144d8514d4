"""Restricting the use of a record, and lifting that."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from clinic.forms import RestrictionForm
from clinic.permissions import NotAllowed, may
from clinic.views.access import ClinicRequest, staff_page
from clinic.views.patient_data import find_patient
from patients.models import Patient
from programmes.services import restricting


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def restriction(request: ClinicRequest, patient_id: UUID) -> HttpResponse:
    """Says whether a record is restricted and why; managers restrict it or lift that."""
    patient, now = find_patient(request, patient_id), timezone.now()
    is_restricted = patient.is_restricted(patient.local_date(now))
    posted = request.POST if request.method == "POST" else None
    if posted is not None and is_restricted:
        return _lift(request, patient)
    form = RestrictionForm(posted)
    if form.is_valid() and _restricted(request, patient, form):
        messages.success(request, gettext("The record is restricted now."))
        return redirect("clinic:patient-data", patient.pk)
    context = {
        "patient": patient,
        "form": form,
        "is_restricted": is_restricted,
        "may_restrict": may(request.staff, "restrict_processing"),
        "may_lift": may(request.staff, "lift_restriction"),
    }
    with timezone.override(request.clinic.zone):
        return render(request, "clinic/restriction.html", context, status=422 if form.errors else 200)


def _restricted(request: ClinicRequest, patient: Patient, form: RestrictionForm) -> bool:
    """Restricts, or says beside the field what is wrong."""
    try:
        restricting.restrict_processing(
            patient=patient, **form.cleaned_data, by=request.staff, now=timezone.now()
        )
    except NotAllowed as refusal:
        raise PermissionDenied from refusal
    except restricting.InThePast:
        form.add_error("until", gettext("Choose today or a later day."))
    except restricting.AlreadyRestricted:
        form.add_error(None, gettext("Somebody restricted this record meanwhile. Nothing was saved."))
    return not form.errors


def _lift(request: ClinicRequest, patient: Patient) -> HttpResponse:
    try:
        restricting.lift_restriction(patient=patient, by=request.staff, now=timezone.now())
    except NotAllowed as refusal:
        raise PermissionDenied from refusal
    except restricting.NotRestricted:
        messages.info(request, gettext("The restriction was lifted meanwhile."))
    else:
        messages.success(request, gettext("Lifted. The record is used again, and reviewed at once."))
    return redirect("clinic:patient-data", patient.pk)
