"""The programme builder: list, start, edit the weeks, assign; afterwards to look at."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from clinic.admin import local_today
from programmes.admin.as_it_went import as_it_went, by_the_course
from programmes.admin.assign_page import AssignPages
from programmes.admin.draft_page import DraftPage
from programmes.admin.flare_steps import FlareSteps
from programmes.admin.forms import StartForm
from programmes.admin.listing import ProgrammeList, lead_of
from programmes.admin.paper_steps import PaperSteps
from programmes.admin.steps import CHANGE
from programmes.admin.words import history_in_words, name_of, shown, standing_words
from programmes.models import Programme
from programmes.plan_wording import suggestion_words
from programmes.services import prescribing
from programmes.services.courses import course_from
from programmes.services.suggesting import sees_suggestions, suggestion_for
from programmes.wording import amount


@admin.register(Programme)
class ProgrammeAdmin(AssignPages, FlareSteps, PaperSteps, ProgrammeList):
    view_verb = "see_programme"
    add_verb = change_verb = "prescribe"
    template_folder = "admin/programmes/programme"

    def get_urls(self) -> list[Any]:
        return [self._address("preview", self.preview_view), *super().get_urls()]

    # --- start

    def add_view(self, request: Any, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        posted = request.POST if request.method == "POST" else None
        form = StartForm(
            posted,
            clinic=request.clinic,
            today=local_today(request),
            initial={"patient": request.GET.get("patient", "")},
        )
        if posted is not None and form.is_valid():
            programme = prescribing.draft_programme(
                patient=form.cleaned_data["patient"],
                baseline=form.baseline_given,
                starts_on=form.cleaned_data["starts_on"],
                weeks=form.weeks,
                template=form.from_template,
                rule=form.rule,
                by=request.staff,
                today=local_today(request),
            )
            self.log_addition(request, programme, "draft made")
            for warning in form.soft_warnings:
                messages.warning(request, warning)
            return redirect(CHANGE, programme.pk)
        context = {"title": _("New walking programme"), "form": form}
        return self.page(request, "start", context, refused=posted is not None)

    # --- the programme's own page: the builder while it is a draft, afterwards to look at

    def change_view(self, request: Any, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        if not self.has_view_permission(request):
            raise PermissionDenied
        programme = self.found(request, object_id)
        if programme.is_draft and self.has_change_permission(request):
            return self._edit(request, programme)
        if request.method == "POST":
            if not self.has_change_permission(request):
                raise PermissionDenied
            messages.error(request, _("Somebody has assigned this programme meanwhile. Nothing was saved."))
            return redirect(CHANGE, programme.pk)
        return self._look(request, programme)

    def _edit(self, request: Any, programme: Programme) -> HttpResponse:
        page = DraftPage(programme, request.POST if request.method == "POST" else None, local_today(request))
        refused = page.wants_preview and not page.is_valid()
        if page.wants_saving:
            if page.save(by=request.staff):
                self.log_change(request, programme, "draft saved")
                if page.wants_assigning:
                    return self.before_assigning(request, programme)
                messages.success(request, _("The draft is saved. The patient does not see it yet."))
                return redirect(CHANGE, programme.pk)
            refused = True
        context = {
            "title": _("Draft programme"),
            "subtitle": programme.patient.full_name,
            "lead": lead_of(programme),
            **page.context(),
        }
        return self.page(request, "draft", context, refused=refused)

    def preview_view(self, request: Any, pk: UUID) -> Any:
        """The weeks and the plan as typed, for the page's own script; stores nothing."""
        programme = self._for_step(request, pk, "prescribe")
        if request.method != "POST" or not programme.is_draft:
            return redirect(CHANGE, programme.pk)
        page = DraftPage(programme, request.POST, local_today(request))
        status = 200 if page.is_valid() else 422
        template = f"{self.template_folder}/_draft_parts.html"
        return TemplateResponse(request, template, page.context(), status=status)

    def _look(self, request: Any, programme: Programme) -> HttpResponse:
        revisions = list(
            programme.revisions.annotate(signer=name_of("signed_by"))
            .prefetch_related("weeks")
            .order_by("-number")
        )
        newest = revisions[0]
        today = local_today(request)
        course = course_from(programme, programme.ended_on or today)
        pauses = list(programme.pauses.annotate(maker=name_of("made_by")))
        plan = shown(prescribing.stored_weeks(newest.weeks.all()), newest.in_force_from)
        context = {
            "title": _("Walking programme"),
            "subtitle": programme.patient.full_name,
            "programme": programme,
            "lead": lead_of(programme),
            "baseline": amount(programme.baseline, programme.counts),
            "week_now": self.week(programme),
            "history": history_in_words(revisions),
            "is_paused": any(pause.from_on <= today <= pause.until_on for pause in pauses),
            **standing_words(programme, course),
            "pauses": pauses,
            "as_it_went": as_it_went(programme, course, revisions=revisions, pauses=pauses, today=today),
            "plan": plan,
            "rows": by_the_course(plan["rows"], course, newest),
            "suggestion": suggestion_words(suggestion_for(programme=programme, on=today, row=programme))
            if sees_suggestions(request.staff)
            else None,
            "is_running": programme.is_running,
        }
        return self.page(request, "programme", context)
