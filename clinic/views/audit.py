"""Who looked, and what was changed: the clinic's audit in plain words, for its managers.

Reading it is itself logged: the names on these pages come from rows.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from clinic.admin.audit_words import route_words
from clinic.admin.history import change_lines, names_of_staff, operation_word, table_word
from clinic.models import Clinic, HistoryEntry, ReadEntry, Role, StaffMember
from clinic.reads import note_read
from clinic.views.access import ClinicRequest, page_for
from patients.models import Patient

PER_PAGE = 50
NAMES_SHOWN = 5


@page_for("see_audit")
@require_safe
def read_log(request: ClinicRequest) -> HttpResponse:
    """Who looked at whom: the newest first, by person, patient and day."""
    entries = _filtered(request, ReadEntry.objects.for_clinic(request.clinic), person="user")
    if patient := _key(request.GET.get("patient")):
        entries = entries.of_patient(patient)
    page = _page(request, entries)
    names = _names(request.clinic, {key for entry in page for key in entry.patients[:NAMES_SHOWN]})
    people = _people(StaffMember.objects.for_clinic(request.clinic))
    rows = [
        {
            "at": entry.at,
            "who": people.get(entry.user_id, ""),
            "role": _role_word(entry.role),
            "page": route_words(entry.route),
            "patients": [names[key] for key in entry.patients[:NAMES_SHOWN] if key in names],
            "more": max(0, len(entry.patients) - NAMES_SHOWN),
        }
        for entry in page
    ]
    return _render(request, "clinic/read_log.html", page, rows, people)


@page_for("see_audit")
@require_safe
def changes(request: ClinicRequest) -> HttpResponse:
    """What was changed, with old and new values: the newest first, by person, patient and day."""
    entries = _filtered(request, HistoryEntry.objects.for_clinic(request.clinic), person="actor")
    if patient := _key(request.GET.get("patient")):
        entries = entries.filter(patient_id=patient)
    page = _page(request, entries)
    patients = {entry.patient_id for entry in page if entry.patient_id}
    note_read(clinic_id=request.clinic.pk, patients=patients)  # old values may be those of a row that is gone
    names, staff = _names(request.clinic, patients), StaffMember.objects.for_clinic(request.clinic)
    people = names_of_staff(staff)
    rows = [
        {
            "at": entry.at,
            "who": people.get(entry.actor_id, "") if entry.actor_id else gettext("Waymark itself"),
            "patient": names.get(entry.patient_id, ""),
            "what": table_word(entry.table_name),
            "operation": operation_word(entry),
            # A record that this person may not open (row-level security) tells nothing here either.
            "lines": change_lines(entry, people | names) if entry.patient_id in {None, *names} else [],
        }
        for entry in page
    ]
    return _render(request, "clinic/changes.html", page, rows, _people(staff))


def _filtered(request: ClinicRequest, entries: Any, *, person: str) -> Any:
    """By person and by local day; what is not understood filters nothing."""
    note_read(clinic_id=request.clinic.pk)
    if key := _key(request.GET.get("person")):
        entries = entries.filter(**{person: key})
    if day := _day(request.GET.get("day")):
        start = datetime.combine(day, time(), tzinfo=request.clinic.zone)
        entries = entries.filter(at__gte=start, at__lt=start + timedelta(days=1))
    return entries.order_by("-at", "-id")


def _key(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _page(request: ClinicRequest, entries: Any) -> Page[Any]:
    return Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))


def _names(clinic: Clinic, keys: Iterable[Any]) -> dict[Any, str]:
    rows = Patient.objects.for_clinic(clinic).filter(pk__in=list(keys))
    return {patient.pk: patient.full_name for patient in rows}


def _people(staff: Iterable[StaffMember]) -> dict[Any, str]:
    return {member.user_id: member.name for member in staff}


def _role_word(role: str) -> str:
    words = {"patient": gettext("Patient"), "visitor": gettext("Signing in"), "operator": gettext("Operator")}
    return words.get(role) or str(Role(role).label)


def _render(
    request: ClinicRequest, template: str, page: Page[Any], rows: list[dict[str, Any]], people: dict[Any, str]
) -> HttpResponse:
    chosen = {name: request.GET.get(name, "") for name in ("person", "patient", "day")}
    subject = _names(request.clinic, [key] if (key := _key(chosen["patient"])) else [])
    context = {
        "rows": rows,
        "page": page,
        "people": sorted(people.items(), key=lambda item: item[1]),
        "chosen": chosen,
        "subject": next(iter(subject.values()), ""),
        "query": "&".join(f"{name}={value}" for name, value in chosen.items() if _key(value) or _day(value)),
    }
    return render(request, template, context)
