"""Steps of a programme, each with a page to confirm: discard, pause, resume, end, change, copy, keep."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.admin import local_today
from clinic.permissions import may
from patients.services.in_care import CareHasEnded
from patients.services.restricted import ProcessingRestricted
from programmes.admin.change_forms import CopyForm
from programmes.admin.change_page import STEPS, ChangePage
from programmes.admin.forms import EndForm, PauseForm, not_that_day
from programmes.admin.library import TemplateForm
from programmes.admin.pages import PagesAdmin
from programmes.models import Ending, PauseReason, Programme, ProgrammeTemplate
from programmes.services import changing, ending, pausing, prescribing

CHANGE = "admin:programmes_programme_change"


class ProgrammeSteps(PagesAdmin):
    """Doors over `prescribing` and `changing`."""

    def get_urls(self) -> list[Any]:
        views = {
            "discard": self.discard_view,
            "pause": self.pause_view,
            "resume": self.resume_view,
            "end": self.end_view,
            "copy": self.copy_view,
            "keep": self.keep_view,
        }
        own = [self._address(name, view) for name, view in views.items()]
        changes = [self._address(name, self.change_plan_view, {"name": name}) for name in STEPS]
        return [*own, *changes, *super().get_urls()]

    def _address(self, name: str, view: Any, given: dict[str, str] | None = None) -> Any:
        view = self.admin_site.admin_view(view)
        return path(f"<uuid:pk>/{name}/", view, given, name=f"programmes_programme_{name}")

    def _for_step(self, request: Any, pk: UUID, verb: str) -> Programme:
        if not may(request.staff, verb):
            raise PermissionDenied
        return self.found(request, pk)  # type: ignore[no-any-return]

    def discard_view(self, request: Any, pk: UUID) -> Any:
        programme = self._for_step(request, pk, "prescribe")
        if not programme.is_draft:
            return redirect(CHANGE, programme.pk)
        if request.method != "POST":
            return self._step(request, programme, "discard", _("Discard this draft?"), forms.Form())
        try:
            prescribing.discard_draft(programme=programme, by=request.staff)
        except prescribing.NotADraft:
            messages.error(request, _("Somebody has assigned this programme meanwhile. Nothing was saved."))
            return redirect(CHANGE, programme.pk)
        self.log_change(request, programme, "draft discarded")
        messages.success(request, _("The draft is discarded."))
        return redirect("admin:programmes_programme_changelist")

    def pause_view(self, request: Any, pk: UUID) -> Any:
        programme = self._for_step(request, pk, "pause_programme")
        posted = request.POST if request.method == "POST" else None
        today = local_today(request)
        form = PauseForm(posted, today=today, initial={"from_on": today})
        if posted is not None and form.is_valid() and self._pause(request, programme, form):
            self.log_change(request, programme, "paused")
            messages.success(request, _("Paused. Reminders and adherence rules rest on these days."))
            return redirect(CHANGE, programme.pk)
        return self._step(request, programme, "pause", _("Pause this programme?"), form)

    def _pause(self, request: Any, programme: Programme, form: PauseForm) -> bool:
        data = form.cleaned_data
        try:
            pausing.pause_programme(
                programme=programme,
                from_on=data["from_on"],
                until_on=data["until_on"],
                reason=PauseReason(data["reason"]),
                note=data["note"],
                by=request.staff,
                now=timezone.now(),
            )
        except pausing.OverlappingPause:
            form.add_error("from_on", _("The programme is paused on some of these days already."))
        except prescribing.NotRunning:
            form.add_error(None, _("This programme is not running."))
        return not form.errors

    def end_view(self, request: Any, pk: UUID) -> Any:
        programme = self._for_step(request, pk, "prescribe")
        if programme.is_running and programme.starts_on > local_today(request):
            return self._take_back(request, programme)
        posted = request.POST if request.method == "POST" else None
        form = EndForm(posted, initial={"on": local_today(request)})
        if posted is not None and form.is_valid() and self._end(request, programme, form):
            self.log_change(request, programme, "ended")
            messages.success(request, _("The programme has ended."))
            return redirect(CHANGE, programme.pk)
        return self._step(request, programme, "end", _("End this programme?"), form)

    def _take_back(self, request: Any, programme: Programme) -> HttpResponse:
        """Nothing ends before it begins: a programme whose first day is to come is taken back."""
        if request.method != "POST":
            return self._step(request, programme, "take_back", _("Take this programme back?"), forms.Form())
        try:
            ending.take_back_programme(
                programme=programme, today=local_today(request), by=request.staff, now=timezone.now()
            )
        except (ending.HasBegun, prescribing.NotRunning):
            messages.error(request, _("Somebody changed this programme meanwhile. Nothing was saved."))
            return redirect(CHANGE, programme.pk)
        self.log_change(request, programme, "taken back")
        messages.success(request, _("Taken back. The patient does not see this plan any more."))
        return redirect("admin:programmes_programme_changelist")

    def _end(self, request: Any, programme: Programme, form: EndForm) -> bool:
        try:
            ending.end_programme(
                programme=programme,
                ending=Ending(form.cleaned_data["ending"]),
                on=form.cleaned_data["on"],
                reason=form.cleaned_data["reason"],
                by=request.staff,
                now=timezone.now(),
            )
        except ending.NotThatDay as refusal:
            form.add_error("on", not_that_day(refusal.earliest))
        except ending.NotBegun:
            form.add_error(None, _("This programme has not begun: it can be taken back."))
        except prescribing.NotRunning:
            form.add_error(None, _("This programme is not running."))
        return not form.errors

    def resume_view(self, request: Any, pk: UUID) -> Any:
        programme = self._for_step(request, pk, "pause_programme")
        today = local_today(request)
        if request.method != "POST":
            return self._step(request, programme, "resume", _("Go on with this programme?"), forms.Form())
        try:
            pausing.resume_programme(programme=programme, on=today, by=request.staff, now=timezone.now())
        except pausing.NotPaused:
            messages.error(request, _("This programme is not paused today. Nothing was changed."))
            return redirect(CHANGE, programme.pk)
        self.log_change(request, programme, "resumed")
        messages.success(request, _("The pause has ended. The plan goes on from today."))
        return redirect(CHANGE, programme.pk)

    # --- changes of the plan

    def change_plan_view(self, request: Any, pk: UUID, name: str) -> Any:
        programme = self._for_step(request, pk, "prescribe")
        posted = request.POST if request.method == "POST" else None
        try:
            page = ChangePage(STEPS[name], programme, posted, local_today(request))
        except prescribing.NotRunning:
            messages.error(request, _("This programme is not running."))
            return redirect(CHANGE, programme.pk)
        if page.wants_doing and page.sign(by=request.staff, now=timezone.now()):
            self.log_change(request, programme, name)
            messages.success(request, page.step.done)
            return redirect(CHANGE, programme.pk)
        context = {"title": page.step.title, "subtitle": programme.patient.full_name, **page.context()}
        return self.page(request, "change_plan", context, refused=page.is_refused)

    # --- what grows out of a plan

    def copy_view(self, request: Any, pk: UUID) -> Any:
        programme = self._for_step(request, pk, "prescribe")
        posted = request.POST if request.method == "POST" else None
        form = CopyForm(posted, clinic=request.clinic, today=local_today(request))
        if posted is not None and form.is_valid() and (draft := self._copy(request, programme, form)):
            self.log_addition(request, draft, "draft copied")
            messages.success(
                request, _("A draft for this patient. Check the doses: its baseline is a guess.")
            )
            return redirect(CHANGE, draft.pk)
        return self._step(request, programme, "copy", _("Copy to another patient"), form)

    def _copy(self, request: Any, programme: Programme, form: CopyForm) -> Programme | None:
        try:
            return changing.copy_programme(
                programme=programme,
                patient=form.cleaned_data["patient"],
                starts_on=form.cleaned_data["starts_on"],
                by=request.staff,
                today=local_today(request),
            )
        except prescribing.NotRunning:
            form.add_error(None, _("This programme was never assigned: there is nothing to copy."))
        except CareHasEnded:
            form.add_error("patient", _("Care of this patient has ended."))
        except ProcessingRestricted:
            form.add_error("patient", _("Processing of this record is restricted."))
        return None

    def keep_view(self, request: Any, pk: UUID) -> Any:
        """The plan becomes a template of the clinic."""
        programme = self._for_step(request, pk, "edit_templates")
        posted = request.POST if request.method == "POST" else None
        template = ProgrammeTemplate(
            clinic=request.clinic, counts=programme.counts, example_baseline=programme.baseline
        )
        form = TemplateForm(posted, instance=template)
        if posted is not None and form.is_valid():
            try:
                saved = changing.save_as_template(
                    programme=programme, template=form.instance, by=request.staff, today=local_today(request)
                )
            except prescribing.NotRunning:
                form.add_error(None, _("This programme was never assigned: there is nothing to keep."))
            except prescribing.OtherUnit:
                form.add_error("counts", _("Not every week of this plan counts this."))
            else:
                self.log_addition(request, saved, "template made of a programme")
                messages.success(request, _("The library has a new template."))
                return redirect("admin:programmes_programmetemplate_change", saved.pk)
        return self._step(request, programme, "keep", _("Keep as a template"), form)

    def _step(self, request: Any, programme: Programme, name: str, title: str, form: Any) -> HttpResponse:
        context = {
            "title": title,
            "subtitle": programme.patient.full_name,
            "programme": programme,
            "form": form,
        }
        return self.page(request, name, context, refused=form.is_bound)
