"""People: who has access, who opened limited records in an emergency, and which records are limited."""

import csv
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from clinic.forms import LeadForm, ReviewNoteForm
from clinic.models import AccessReview
from clinic.permissions import NotAllowed
from clinic.services.oversight import record_access_review
from clinic.spreadsheets import harmless
from clinic.views.access import ClinicRequest, confirmed_page, page_for
from clinic.views.people_reading import members_of
from patients.models import EmergencyAccess, LimitedRecord
from patients.services import limiting

REVIEWED_SHOWN = 50

REFUSED: dict[type[Exception], Any] = {
    limiting.AlreadyReviewed: gettext_lazy("Another manager was quicker. Nothing was saved."),
    limiting.NotLimited: gettext_lazy("The limit was lifted meanwhile. Nothing was saved."),
    limiting.NoLead: gettext_lazy("This clinician no longer works here. Nothing was saved."),
    NotAllowed: gettext_lazy("Somebody else reviews your own access."),
}


@page_for("see_people")
@require_safe
def people(request: ClinicRequest) -> HttpResponse:
    """Everybody with access, as a manager goes through it once a quarter. Prints as it stands."""
    now = timezone.now()
    reviews = AccessReview.objects.for_clinic(request.clinic).select_related("reviewed_by")
    members = members_of(request.clinic, now)
    context = {
        "members": [row for row in members if row.member.is_active],
        "former": [row for row in members if not row.member.is_active],
        "last_review": reviews.first(),
        "is_overdue": not reviews.still_good(now).exists(),
        "today": now.astimezone(request.clinic.zone).date(),
    }
    return render(request, "clinic/people.html", context)


@page_for("see_people")
@confirmed_page
@require_safe
def people_file(request: ClinicRequest) -> HttpResponse:
    """The active members as a table for the clinic's own files; the password is asked first."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="people.csv"'
    write = csv.writer(response).writerow
    write(
        [
            "name",
            "role",
            "login",
            "last sign-in",
            "second factor",
            "open sessions",
            "patients led",
            "emergency accesses",
        ]
    )
    for row in members_of(request.clinic, timezone.now()):
        if row.member.is_active:
            told = (row.member.name, row.member.role, row.member.user.email or "", row.last_seen)
            factor = "yes" if row.has_factor else "no"
            write([*map(harmless, told), factor, row.sessions, row.leads, row.emergencies])
    return response


@page_for("review_access")
@require_http_methods(["GET", "HEAD", "POST"])
def review_access(request: ClinicRequest) -> HttpResponse:
    if request.method == "POST":
        record_access_review(by=request.staff, now=timezone.now())
        messages.success(request, gettext("Kept: you went through this list today."))
    return redirect("clinic:people")


@page_for("review_emergencies")
@require_safe
def emergencies(request: ClinicRequest) -> HttpResponse:
    return _emergencies(request)


@page_for("review_emergencies")
@require_http_methods(["GET", "HEAD", "POST"])
def review_emergency(request: ClinicRequest, access_id: UUID) -> HttpResponse:
    access = get_object_or_404(EmergencyAccess.objects.for_clinic(request.clinic), pk=access_id)
    if request.method != "POST":
        return redirect("clinic:emergencies")
    form = _note_form(access, request.POST)
    if not form.is_valid():
        return _emergencies(request, form, access_id)
    try:
        limiting.review_emergency(
            access=access, note=form.cleaned_data["note"], by=request.staff, now=timezone.now()
        )
    except limiting.ReasonMissing:
        form.add_error("note", gettext("Write at least 15 letters."))
        return _emergencies(request, form, access_id)
    except tuple(REFUSED) as refusal:
        messages.error(request, REFUSED[type(refusal)])
    else:
        messages.success(request, gettext("Kept: you have looked at this access."))
    return redirect("clinic:emergencies")


def _note_form(access: EmergencyAccess, typed: Any = None) -> ReviewNoteForm:
    return ReviewNoteForm(typed, prefix=f"access-{access.pk}")


def _emergencies(
    request: ClinicRequest, bad_form: ReviewNoteForm | None = None, bad_id: UUID | None = None
) -> HttpResponse:
    rows = EmergencyAccess.objects.for_clinic(request.clinic).select_related("member", "reviewed_by")
    waiting = list(rows.unreviewed())
    context = {
        "waiting": [
            (access, bad_form if access.pk == bad_id and bad_form else _note_form(access))
            for access in waiting
        ],
        "reviewed": rows.exclude(reviewed_at=None)[:REVIEWED_SHOWN],
        "bad_form": bad_form,
    }
    return render(request, "clinic/emergencies.html", context, status=422 if bad_form else 200)


@page_for("name_lead")
@require_safe
def limited_records(request: ClinicRequest) -> HttpResponse:
    return _limited(request)


@page_for("name_lead")
@require_http_methods(["GET", "HEAD", "POST"])
def name_lead(request: ClinicRequest, limited_id: UUID) -> HttpResponse:
    limited = _one_limited(request, limited_id)
    if request.method != "POST":
        return redirect("clinic:limited")
    form = _lead_form(request, limited, request.POST)
    if not form.is_valid():
        return _limited(request, form, limited_id)
    try:
        limiting.name_lead(limited=limited, lead=form.cleaned_data["lead"], by=request.staff)
    except limiting.NoLead as refusal:
        messages.error(request, REFUSED[type(refusal)])
    else:
        messages.success(request, gettext("The record has a new lead clinician."))
    return redirect("clinic:limited")


@page_for("name_lead")
@require_http_methods(["GET", "HEAD", "POST"])
def lift_limit(request: ClinicRequest, limited_id: UUID) -> HttpResponse:
    limited = _one_limited(request, limited_id)
    if request.method == "POST":
        try:
            limiting.lift_limit(limited=limited, by=request.staff, now=timezone.now())
        except limiting.NotLimited as refusal:
            messages.error(request, REFUSED[type(refusal)])
        else:
            messages.success(request, gettext("The record is open to the clinic's staff again."))
    return redirect("clinic:limited")


def _one_limited(request: ClinicRequest, limited_id: UUID) -> LimitedRecord:
    limits = LimitedRecord.objects.for_clinic(request.clinic).current()
    found: LimitedRecord = get_object_or_404(limits, pk=limited_id)
    return found


def _lead_form(request: ClinicRequest, limited: LimitedRecord, typed: Any = None) -> LeadForm:
    return LeadForm(typed, clinic=request.clinic, prefix=f"record-{limited.pk}")


def _limited(
    request: ClinicRequest, bad_form: LeadForm | None = None, bad_id: UUID | None = None
) -> HttpResponse:
    limits = LimitedRecord.objects.for_clinic(request.clinic).current()
    rows = limits.select_related("lead", "limited_by").order_by("number", "limited_at")
    context = {
        "rows": [
            (row, bad_form if row.pk == bad_id and bad_form else _lead_form(request, row)) for row in rows
        ],
        "bad_form": bad_form,
    }
    return render(request, "clinic/limited_records.html", context, status=422 if bad_form else 200)
