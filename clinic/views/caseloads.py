"""Handing patients over while both clinicians stay: tick, read once more, done in one step."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from clinic.admin import local_today
from clinic.forms import HandOverForm
from clinic.models import StaffMember
from clinic.permissions import may
from clinic.views.access import ClinicRequest, Refusals, is_done, page_for
from patients.models import Patient
from programmes.services import caseloads

REFUSED: Refusals = {
    caseloads.NotASuccessor: ("to", gettext_lazy("This clinician no longer works here. Choose another.")),
    caseloads.NobodyChosen: ("patients", gettext_lazy("Tick at least one patient.")),
    caseloads.ReasonMissing: ("reason", gettext_lazy("Write why they are handed over.")),
    caseloads.NoLongerTheirs: (
        None,
        gettext_lazy("Somebody else changed one of these patients meanwhile. Nothing was saved. Look again."),
    ),
}


@page_for("hand_patients_over")
@require_http_methods(["GET", "HEAD", "POST"])
def hand_patients_over(request: ClinicRequest, member_id: UUID) -> HttpResponse:
    """The patients whom somebody leads, as far as the reader may open them; then what is about to happen."""
    staff = StaffMember.objects.for_clinic(request.clinic).select_related("clinic")
    holder = get_object_or_404(staff, pk=member_id)
    if holder.pk != request.staff.pk and not may(request.staff, "hand_over"):
        raise PermissionDenied
    posted = request.POST if request.method == "POST" else None
    form = HandOverForm(posted, holder=holder, patients=_led_by(holder, request))
    if form.is_valid() and "back" not in request.POST:
        if "confirmed" not in request.POST:
            return render(request, "clinic/hand_over_confirm.html", {"holder": holder, "form": form})
        if is_done(form, REFUSED, lambda: _hand_over(request, holder, form)):
            return redirect("clinic:away")
    context = {"holder": holder, "form": form, "is_own": holder.pk == request.staff.pk}
    return render(request, "clinic/hand_over.html", context, status=422 if form.errors else 200)


def _led_by(holder: StaffMember, request: ClinicRequest) -> Any:
    """In care, by name. The database leaves out limited records that the reader may not open."""
    led = Patient.objects.for_clinic(request.clinic).filter(lead=holder)
    return led.monitored_on(local_today(request)).order_by("family_name", "given_name", "pk")


def _hand_over(request: ClinicRequest, holder: StaffMember, form: HandOverForm) -> None:
    to = form.cleaned_data["to"]
    count = caseloads.hand_patients_over(
        holder=holder,
        to=to,
        patients=[patient.pk for patient in form.cleaned_data["patients"]],
        reason=form.cleaned_data["reason"],
        by=request.staff,
        now=timezone.now(),
    )
    said = ngettext(
        "%(name)s leads %(count)d more patient now, and is told by mail.",
        "%(name)s leads %(count)d more patients now, and is told by mail.",
        count,
    )
    messages.success(request, said % {"name": to.name, "count": count})
