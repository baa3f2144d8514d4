"""The clinic's own template library: name, who it is for, and the same week table as the builder's."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.admin import ClinicForm
from programmes.admin.forms import minutes_field
from programmes.admin.pages import PagesAdmin
from programmes.admin.weeks import week_table, with_one_more_week
from programmes.admin.words import plan_in_words
from programmes.models import ProgrammeTemplate
from programmes.services.library import save_template
from programmes.services.prescribing import template_weeks


class TemplateForm(ClinicForm):
    example_baseline = minutes_field(
        gettext_lazy("Baseline of the example, minutes"),
        gettext_lazy("Enter 1 to 300 minutes."),
        help_text=gettext_lazy("The weeks below are for a patient who walks this long comfortably."),
    )

    class Meta:
        model = ProgrammeTemplate
        fields = ["code", "name", "who_for", "example_baseline", "is_active"]
        widgets = {"who_for": forms.Textarea(attrs={"rows": 2})}

    def clean_code(self) -> Any:
        code = self.cleaned_data["code"]
        same = ProgrammeTemplate.objects.for_clinic(self.instance.clinic).filter(
            code=code, version=self.instance.version
        )
        if same.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Another template has this code."))
        return code


@admin.register(ProgrammeTemplate)
class ProgrammeTemplateAdmin(PagesAdmin):
    view_verb = "see_programme"
    add_verb = change_verb = "edit_templates"
    template_folder = "admin/programmes/programmetemplate"
    list_display = ["code", "name", "version", "who_for", "week_count", "is_active"]
    list_display_links = ["code", "name"]
    list_filter = ["is_active"]
    search_fields = ["code", "name"]

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).annotate(week_count=Count("weeks"))

    @admin.display(description=gettext_lazy("weeks"))
    def week_count(self, template: Any) -> Any:
        return template.week_count

    def add_view(self, request: Any, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._edit(request, ProgrammeTemplate(clinic=request.clinic), ())

    def change_view(self, request: Any, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        if not self.has_view_permission(request):
            raise PermissionDenied
        template = self.found(request, object_id)
        weeks = template_weeks(template)
        if self.has_change_permission(request):
            return self._edit(request, template, weeks)
        if request.method == "POST":
            raise PermissionDenied
        context = {"template": template, "rows": dated_weeks(weeks), "sentences": plan_in_words(weeks)}
        return self.page(request, "look", {"title": template.name, **context})

    def _edit(self, request: Any, template: ProgrammeTemplate, weeks: Any) -> HttpResponse:
        adding = template._state.adding
        posted = request.POST if request.method == "POST" else None
        adds_week = posted is not None and "add_week" in posted
        form = TemplateForm(posted, instance=template)
        table = week_table(with_one_more_week(posted) if adds_week else posted, weeks, fast_parts=True)
        saving = posted is not None and not adds_week
        if saving and all([form.is_valid(), table.is_valid()]):
            saved = save_template(template=form.instance, weeks=table.weeks(), by=request.staff)
            (self.log_addition if adding else self.log_change)(request, saved, "template saved")
            messages.success(request, _("The template is saved. Earlier programmes stay as they are."))
            return redirect("admin:programmes_programmetemplate_change", saved.pk)
        context = {
            "title": _("New template") if adding else _("Change template"),
            "form": form,
            "table": table,
            "template": None if adding else template,
        }
        return self.page(request, "edit", context, refused=saving)


def dated_weeks(weeks: Any) -> list[dict[str, Any]]:
    """The rows of a week table without dates: a template starts on no day."""
    return [{"week": week, "total": week.days * week.minutes} for week in weeks]
