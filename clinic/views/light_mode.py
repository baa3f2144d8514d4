"""Light mode of a patient: what it takes away, since when, and why."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from clinic.forms import LightModeForm
from clinic.permissions import NotAllowed, may
from clinic.views.access import ClinicRequest, staff_page
from clinic.views.patient_data import find_patient
from programmes.services.light_mode import light_mode_of, set_light_mode


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def light_mode(request: ClinicRequest, patient_id: UUID) -> HttpResponse:
    """Everybody on the staff reads it; a clinician sets it, with a reason."""
    patient = find_patient(request, patient_id)
    may_set = may(request.staff, "prescribe")
    if request.method == "POST" and not may_set:
        raise PermissionDenied
    stands = light_mode_of(patient=patient)
    first = {"is_on": _yes_no(stands is not None and stands.since is not None)}
    if stands:
        first |= {"patient_may_choose": _yes_no(stands.patient_may_choose), "reason": stands.reason}
    form = LightModeForm(request.POST if request.method == "POST" else None, initial=first)
    if form.is_valid():
        try:
            set_light_mode(patient=patient, **form.cleaned_data, by=request.staff, now=timezone.now())
        except NotAllowed as refusal:
            raise PermissionDenied from refusal
        messages.success(request, gettext("Saved."))
        return redirect("clinic:light-mode", patient.pk)
    context = {"patient": patient, "form": form, "stands": stands, "may_set": may_set}
    with timezone.override(request.clinic.zone):
        return render(request, "clinic/light_mode.html", context, status=422 if form.errors else 200)


def _yes_no(said: bool) -> str:
    return "yes" if said else "no"
