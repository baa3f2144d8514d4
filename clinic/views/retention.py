"""Records past their time: which, why, and what a manager decides about each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.forms import RetentionForm
from clinic.models import Clinic
from clinic.reads import note_read
from clinic.views.access import ClinicRequest, confirmed_page, page_for
from clinic.views.patient_data import find_patient
from patients.models import DataRequest, Patient, RetentionDecision
from patients.services import retention_decisions
from patients.services.record_rows import rows_of_record
from patients.services.retention import RECORD_YEARS, is_kept, term_of, waits_since

SHOWN = 50  # of each kind; the longest past their time first


@dataclass(frozen=True)
class Row:
    """One record of the page: who, why it is there, and what was decided."""

    patient: Patient
    why: list[str]
    decision: RetentionDecision | None
    held: str


@page_for("decide_retention")
@require_safe
def retention(request: ClinicRequest) -> HttpResponse:
    """What waits for a decision, what goes tonight, and what is kept past its time."""
    clinic, today = request.clinic, _today(request)
    past = retention_decisions.past_their_time(clinic=clinic, today=today)
    groups = {"waiting": past.waiting, "to_erase": past.to_erase, "kept": past.kept}
    keys = {patient.pk for group in groups.values() for patient in group[:SHOWN]}
    patients = Patient.objects.for_clinic(clinic).in_bulk(keys)
    note_read(clinic_id=clinic.pk, kind="list")
    context: dict[str, Any] = {
        name: [_row(patients[each.pk], past.decisions, today) for each in group[:SHOWN]]
        for name, group in groups.items()
    }
    context |= {f"more_{name}": max(0, len(group) - SHOWN) for name, group in groups.items()}
    context["limited"] = retention_decisions.numbers_of_limited(clinic=clinic, today=today)
    return render(request, "clinic/retention.html", context)


@page_for("decide_retention")
@confirmed_page
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: ClinicRequest, patient_id: UUID) -> HttpResponse:
    """One record: its numbers, what an erasure takes, and the form. The password is asked first."""
    patient, today = find_patient(request, patient_id), _today(request)
    form = RetentionForm(request.POST if request.method == "POST" else None, today=today)
    if not _waits(patient, request.clinic, today):
        return _somebody_was_quicker(request)
    if not form.is_valid():
        return _decision_page(request, patient, form)
    try:
        retention_decisions.decide_retention(
            patient=patient, **form.cleaned_data, by=request.staff, now=timezone.now()
        )
    except retention_decisions.NotWaiting:
        return _somebody_was_quicker(request)
    messages.success(request, gettext("The decision is saved."))
    return redirect("clinic:retention")


@page_for("decide_retention")
@require_POST
def take_back(request: ClinicRequest, patient_id: UUID) -> HttpResponse:
    """The record waits for a decision again."""
    patient = find_patient(request, patient_id)
    decision = _decision_of(patient, request.clinic)
    try:
        if decision is None:
            raise retention_decisions.NotStanding
        retention_decisions.take_back_decision(decision=decision, by=request.staff, now=timezone.now())
    except retention_decisions.NotStanding:
        messages.error(request, gettext("No decision about this record stands. Nothing was changed."))
    else:
        messages.success(request, gettext("Taken back. The record waits for a decision again."))
    return redirect("clinic:retention")


def _today(request: ClinicRequest) -> date:
    return timezone.now().astimezone(request.clinic.zone).date()


def _decision_of(patient: Patient, clinic: Clinic) -> RetentionDecision | None:
    standing = RetentionDecision.objects.for_clinic(clinic).standing().filter(patient=patient)
    return next((each for each in standing if retention_decisions.has_effect(each, patient)), None)


def _waits(patient: Patient, clinic: Clinic, today: date) -> bool:
    """Whether a decision is wanted. A record whose time is not over is answered like none."""
    since = waits_since(patient)
    term = term_of(patient)
    if term is None or term.goes_on > today:
        raise Http404
    decision = _decision_of(patient, clinic)
    is_decided = decision is not None and decision.due_on == since
    return since is not None and since <= today and not is_kept(patient, today) and not is_decided


def _somebody_was_quicker(request: ClinicRequest) -> HttpResponse:
    messages.error(request, gettext("This record does not wait for a decision any more. Nothing was saved."))
    return redirect("clinic:retention")


def _decision_page(request: ClinicRequest, patient: Patient, form: RetentionForm) -> HttpResponse:
    requests = DataRequest.objects.for_clinic(request.clinic).open().filter(patient=patient)
    context = {
        "patient": patient,
        "form": form,
        "why": why(patient, _today(request)),
        "rows": _what_would_go(patient),
        "open_requests": requests.count(),
    }
    status = 422 if form.errors else 200
    return render(request, "clinic/retention_decision.html", context, status=status)


def _what_would_go(patient: Patient) -> list[tuple[int, str]]:
    """How many rows of which kind an erasure takes, the most first."""
    found = rows_of_record(patient)
    counted = [(rows.count(), model._meta) for model, rows in found.items() if model is not Patient]
    return [
        (count, str(meta.verbose_name if count == 1 else meta.verbose_name_plural))
        for count, meta in sorted(counted, key=lambda each: -each[0])
        if count
    ]


def _row(patient: Patient, decisions: dict[UUID, RetentionDecision], today: date) -> Row:
    return Row(patient, why(patient, today), decisions.get(patient.pk), _held(patient, today))


def _held(patient: Patient, today: date) -> str:
    if patient.is_restricted(today):
        return gettext("The use of this record is restricted: nothing is erased until that is lifted.")
    if patient.is_held:
        return gettext("Legal hold: %(reason)s") % {"reason": patient.kept_reason}
    return ""


def why(patient: Patient, today: date) -> list[str]:
    """Why a record is past its time, in sentences with their numbers."""
    return list(_why(patient, today))


def _why(patient: Patient, today: date) -> Iterable[str]:
    term = term_of(patient)
    if term is None:
        return
    ended = gettext("Died on %(day)s.") if patient.died_on else gettext("Care ended on %(day)s.")
    yield ended % {"day": _day(term.ended_on)}
    if term.birthday is None:
        stays = gettext("The record stays %(years)s years, until %(day)s.")
        yield stays % {"years": RECORD_YEARS, "day": _day(term.goes_on)}
    else:
        stays = gettext("A child then: the record stays until the %(age)sth birthday, %(day)s.")
        yield stays % {"age": term.birthday, "day": _day(term.goes_on)}
    yield over_for((today - term.goes_on).days)
    if patient.kept_until is not None and patient.kept_until <= today:
        kept = gettext("It was kept until %(day)s: %(reason)s")
        yield kept % {"day": _day(patient.kept_until), "reason": patient.kept_reason}


def over_for(days: int) -> str:
    """Since when its time is over; in years once it is more than one."""
    if days == 0:
        return gettext("Past its time since today.")
    if days < 366:
        words = ngettext("Past its time for %(count)d day.", "Past its time for %(count)d days.", days)
        return words % {"count": days}
    years = days // 365
    words = ngettext("Past its time for %(count)d year.", "Past its time for %(count)d years.", years)
    return words % {"count": years}


def _day(day: date) -> str:
    return date_format(day, "j F Y")
