"""From a draft to the patient: what stands in the way, what the patient will read, and the signature."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from clinic.admin import local_today
from clinic.services.going_live import NotLive
from patients.services.in_care import CareHasEnded
from patients.services.restricted import ProcessingRestricted
from programmes.admin.as_read import as_read
from programmes.admin.checklist import ChecklistPages
from programmes.admin.forms import AssignForm, start_problem
from programmes.admin.steps import CHANGE
from programmes.admin.words import warnings_in_words
from programmes.models import Programme
from programmes.plan_wording import workload_warning
from programmes.services import prescribing
from programmes.services.safety_checking import AdvisedAgainst, NotChecked, lacks_checklist
from programmes.services.workload import workload_of
from programmes.wording import day_and_year

CHECKLIST = "admin:programmes_programme_checklist"


class AssignPages(ChecklistPages):
    """The page before Assign shows exactly what the patient will read, and signs that."""

    def get_urls(self) -> list[Any]:
        return [self._address("assign", self.assign_view), *super().get_urls()]

    def before_assigning(self, request: Any, programme: Programme) -> HttpResponse:
        """Where a saved draft goes on: to the checklist once, else to what the patient will read."""
        if lacks_checklist(programme.patient):
            messages.info(request, _("The draft is saved. The safety checklist comes before the first plan."))
            return redirect(CHECKLIST, programme.pk)
        return redirect("admin:programmes_programme_assign", programme.pk)

    def assign_view(self, request: Any, pk: UUID) -> Any:
        programme: Programme = self._for_step(request, pk, "prescribe")
        if not programme.is_draft:
            return redirect(CHANGE, programme.pk)
        form = AssignForm(
            request.POST if request.method == "POST" else None, initial={"version": programme.version}
        )
        if request.method == "POST" and form.is_valid() and self._assign(request, programme, form):
            self.log_change(request, programme, "assigned to the patient")
            messages.success(request, _("Assigned. The patient sees this plan now."))
            return redirect(CHANGE, programme.pk)
        rows = list(programme.weeks.select_related("revision").order_by("number"))
        context = {
            "title": _("Assign this programme?"),
            "subtitle": programme.patient.full_name,
            "programme": programme,
            "warnings": warnings_in_words(prescribing.stored_weeks(rows)),
            "warning_reason": rows[0].revision.warning_reason,
            "reads": as_read(programme, rows),
            "workload": self._workload(programme),
            "waits": programme.starts_on > local_today(request),
            "began_before": programme.starts_on < local_today(request),
            "form": AssignForm(initial={"version": programme.version}),
            "problems": form.non_field_errors() if form.is_bound else (),
        }
        return self.page(request, "assign", context, refused=form.is_bound)

    def _workload(self, programme: Programme) -> str:
        """A plain warning where a patient without a plan is taken on; it never stands in the way."""
        runs = Programme.objects.of_patient(programme.patient).running().exists()
        return "" if runs else workload_warning(workload_of(clinic=programme.clinic, more=1))

    def _assign(self, request: Any, programme: Programme, form: AssignForm) -> bool:
        if problem := start_problem(programme.starts_on, local_today(request)):
            form.add_error(None, _("%(problem)s Change the start of the draft first.") % {"problem": problem})
            return False
        try:
            prescribing.assign_programme(
                programme=programme,
                by=request.staff,
                now=timezone.now(),
                seen_version=form.cleaned_data["version"],
            )
        except tuple(REFUSALS) as refusal:
            form.add_error(None, REFUSALS[type(refusal)](programme))
        return not form.errors


def _running_message(programme: Programme) -> str:
    running = Programme.objects.of_patient(programme.patient).running().first()
    if running is None:
        return _("This patient has a running programme. End that one first.")
    return format_html(
        _('This patient has <a href="{}">a running programme since {}</a>. End that one first.'),
        reverse(CHANGE, args=[running.pk]),
        day_and_year(running.starts_on),
    )


def _checklist_message(programme: Programme) -> str:
    return format_html(
        _('This is a first plan: complete <a href="{}">the safety checklist</a> before it.'),
        reverse(CHECKLIST, args=[programme.pk]),
    )


def _advised_against(programme: Programme) -> str:
    return format_html(
        _('The <a href="{}">safety checklist</a> says: no programme for now. Complete it anew first.'),
        reverse(CHECKLIST, args=[programme.pk]),
    )


REFUSALS: dict[type[Exception], Any] = {
    NotLive: lambda _programme: _("This clinic is not live: a manager signs first. Nothing was assigned."),
    CareHasEnded: lambda _programme: _("Care of this patient has ended. Nothing was assigned."),
    ProcessingRestricted: lambda _programme: _(
        "Processing of this record is restricted. Nothing was assigned."
    ),
    NotChecked: _checklist_message,
    AdvisedAgainst: _advised_against,
    prescribing.SteepWithoutReason: lambda _programme: _(
        "The plan rises steeply. Say why on the draft first."
    ),
    prescribing.NoWeeks: lambda _programme: _("The draft has no weeks."),
    prescribing.AlreadyRunning: _running_message,
    prescribing.ChangedMeanwhile: lambda _programme: _(
        "Somebody changed this programme meanwhile. Read it again first."
    ),
    prescribing.NotADraft: lambda _programme: _(
        "Somebody changed this programme meanwhile. Read it again first."
    ),
}
