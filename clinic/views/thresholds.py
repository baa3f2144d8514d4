"""When the rules ask staff to look: chosen for the clinic, or for one patient, with a reason."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from clinic.admin.history import change_lines, names_of_staff
from clinic.forms import ThresholdForm
from clinic.models import HistoryEntry, Operation, StaffMember
from clinic.permissions import NotAllowed, may
from clinic.views.access import ClinicRequest, staff_page
from clinic.views.patient_data import find_patient
from patients.models import Patient
from programmes.clinical.thresholds import Setting, thresholds_for
from programmes.models import ThresholdSetting
from programmes.services.own_thresholds import (
    ChangedMeanwhile,
    set_clinic_thresholds,
    set_patient_thresholds,
)
from programmes.wording.setting import what_holds

CHANGES_SHOWN = 20


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def thresholds(request: ClinicRequest) -> HttpResponse:
    """Everybody on the staff reads what the clinic is judged by; a manager chooses."""
    row = _rows(request).of_clinic().select_related("changed_by").first()
    form = ThresholdForm(_posted(request, "set_thresholds"), row=row)
    if form.is_valid() and _saved(request, form, row, set_clinic_thresholds):
        return redirect("clinic:thresholds")
    return _page(request, form, row, {"may_set": may(request.staff, "set_thresholds")})


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def patient_thresholds(request: ClinicRequest, patient_id: UUID) -> HttpResponse:
    """Everybody on the staff reads it; a clinician chooses."""
    patient = find_patient(request, patient_id)
    shared, row = _of_patient(request, patient)
    below = shared.as_setting if shared else None
    form = ThresholdForm(
        _posted(request, "set_patient_thresholds"), row=row, is_for_patient=True, below=below
    )
    if form.is_valid() and _saved(request, form, row, set_patient_thresholds, patient=patient):
        return redirect("clinic:patient-thresholds", patient.pk)
    may_set = may(request.staff, "set_patient_thresholds")
    return _page(request, form, row, {"patient": patient, "may_set": may_set}, below)


def _rows(request: ClinicRequest) -> Any:
    return ThresholdSetting.objects.for_clinic(request.clinic)


def _of_patient(request: ClinicRequest, patient: Patient) -> tuple[Any, Any]:
    """The clinic's row and the patient's; None where there is none."""
    rows = _rows(request).that_concern([patient.pk]).select_related("changed_by")
    by_patient = {found.patient_id: found for found in rows}
    return by_patient.get(None), by_patient.get(patient.pk)


def _posted(request: ClinicRequest, verb: str) -> Any:
    if request.method != "POST":
        return None
    if not may(request.staff, verb):
        raise PermissionDenied
    return request.POST


def _saved(
    request: ClinicRequest,
    form: ThresholdForm,
    row: ThresholdSetting | None,
    verb: Callable[..., Any],
    **whose: Any,
) -> bool:
    """Whether it was saved; what somebody else saved meanwhile is shown, and stands until it was read."""
    data = form.cleaned_data
    said = {"setting": form.chosen(), "reason": data["reason"], "seen": data["seen"]}
    try:
        verb(**whose, **said, by=request.staff, now=timezone.now())
    except NotAllowed as refusal:
        raise PermissionDenied from refusal
    except ChangedMeanwhile:
        words = gettext("Somebody changed this meanwhile: it stands above. Read it, then save again.")
        form.add_error(None, words)
        form.data = {**request.POST.dict(), "seen": row.version if row else 0}
        return False
    messages.success(request, gettext("Saved. Everybody whom it concerns is judged again within minutes."))
    return True


def _page(
    request: ClinicRequest, form: ThresholdForm, row: Any, more: dict[str, Any], below: Setting | None = None
) -> HttpResponse:
    below, own = below or Setting(), row.as_setting if row else Setting()
    names = names_of_staff(StaffMember.objects.for_clinic(request.clinic))
    context = {
        "form": form,
        "row": row,
        "holds": what_holds(thresholds_for(own.over(below))),
        "changed_by": names.get(row.changed_by_id, "") if row else "",
        "changes": _changes(row, names) if row else [],
        **more,
    }
    with timezone.override(request.clinic.zone):
        return render(request, "clinic/thresholds.html", context, status=422 if form.errors else 200)


def _changes(row: ThresholdSetting, names: dict[UUID, str]) -> list[dict[str, Any]]:
    """What held before, the newest first: values and reasons as the trigger kept them."""
    kept = HistoryEntry.objects.for_clinic(row.clinic).of_row(row._meta.db_table, row.pk)
    hidden = {"version", "changed_at", "changed_by_id"}
    found = []
    for entry in kept.filter(operation=Operation.UPDATE)[:CHANGES_SHOWN]:
        entry.changed = {name: each for name, each in (entry.changed or {}).items() if name not in hidden}
        lines = change_lines(entry, names)
        found.append({"at": entry.at, "who": names.get(entry.actor_id, ""), "lines": lines})
    return found
