"""The clinic's own template library: name, who it is for, and the same week table as the builder's."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Q
from django.db.models.functions import JSONObject
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinic.admin import ClinicForm
from programmes.admin.baselines import LIMITS, WITHIN
from programmes.admin.pages import PagesAdmin
from programmes.admin.week_rows import wants_other_rows, with_other_rows
from programmes.admin.weeks import week_table
from programmes.admin.words import plan_in_words
from programmes.models import ProgrammeTemplate
from programmes.models.programme import RUNNING
from programmes.services import library
from programmes.services.prescribing import OtherUnit, template_weeks
from programmes.wording import whole

LIST = "admin:programmes_programmetemplate_changelist"
CHANGE = "admin:programmes_programmetemplate_change"
SAVED_MEANWHILE = gettext_lazy(
    "Somebody else saved this template after you opened it. What you typed stands below and is not saved. "
    "Compare it with the saved template; saving again puts yours in its place."
)


class TemplateForm(ClinicForm):
    example_baseline = forms.IntegerField(
        label=gettext_lazy("Baseline of the example"),
        widget=forms.NumberInput(attrs={"min": 1}),
        help_text=gettext_lazy("The weeks below are for a patient who walks this comfortably."),
        error_messages=dict.fromkeys(("required", "invalid"), gettext_lazy("Enter a whole number.")),
    )

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = ProgrammeTemplate
        fields = ["code", "name", "who_for", "counts", "example_baseline", "is_active"]
        widgets = {"who_for": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["counts"].required = False
        if not self.instance._state.adding:
            self.initial["seen"] = library.fingerprint(self.instance)
            self.fields["code"].disabled = True
            self.fields["code"].help_text = _("The code stays: it holds the versions together.")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        counts, baseline = data.get("counts"), data.get("example_baseline")
        if counts and baseline is not None and not LIMITS[counts][0] <= baseline <= LIMITS[counts][1]:
            self.add_error("example_baseline", WITHIN[counts])
        return data

    def clean_counts(self) -> Any:
        """Left out, it stays."""
        return self.cleaned_data["counts"] or self.instance.counts

    def clean_code(self) -> Any:
        code = self.cleaned_data["code"]
        if not self.instance._state.adding:
            return code
        same = ProgrammeTemplate.objects.for_clinic(self.instance.clinic).filter(code=code)
        if code in library.SHIPPED or same.exists():
            raise forms.ValidationError(_("Another template has this code."))
        return code


class ShippedForm(forms.Form):
    """Which of the shipped templates to bring back."""

    codes = forms.MultipleChoiceField(
        label=gettext_lazy("Bring back"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Choose at least one template."),
            "invalid_choice": gettext_lazy("This template is as it was shipped: look again."),
        },
    )

    def __init__(self, *args: Any, newest: dict[str, ProgrammeTemplate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["codes"].choices = [  # type: ignore[attr-defined]
            (code, _changed_in_words(code, newest.get(code)))
            for code in library.SHIPPED
            if code not in newest or not library.is_as_shipped(newest[code])
        ]


def _changed_in_words(code: str, newest: ProgrammeTemplate | None) -> str:
    shown = {"code": code, "name": library.SHIPPED[code][0]}
    if newest is None:
        return _("%(code)s %(name)s: not in your library") % shown
    said = _("%(code)s %(name)s: yours is version %(version)s; comes back as version %(next)s")
    return said % {**shown, "version": newest.version, "next": newest.version + 1}


class VersionFilter(admin.SimpleListFilter):
    """The list shows what is worked with; earlier versions on request."""

    title = gettext_lazy("version")
    parameter_name = "versions"

    def lookups(self, request: Any, model_admin: Any) -> Any:
        return [("all", _("Earlier ones too"))]

    def choices(self, changelist: Any) -> Any:
        newest, *others = super().choices(changelist)
        return [{**newest, "display": _("The newest")}, *others]

    def queryset(self, request: Any, rows: Any) -> Any:
        return rows if self.value() == "all" else rows.newest()


def in_use() -> ArraySubquery:
    """Which versions of a row's code patients run, and how many: the newest version first."""
    same = ProgrammeTemplate.objects.filter(clinic=OuterRef("clinic"), code=OuterRef("code"))
    run = same.annotate(patients=Count("programmes", filter=Q(programmes__status__in=RUNNING)))
    rows = run.filter(patients__gt=0).order_by("-version")
    return ArraySubquery(rows.values(data=JSONObject(version="version", patients="patients")))


def in_use_in_words(versions: list[dict[str, int]]) -> str:
    """Such as "3 patients run v2", and so on for each version that somebody runs."""
    return "; ".join(
        ngettext("%(n)s patient runs v%(v)s", "%(n)s patients run v%(v)s", each["patients"])
        % {"n": each["patients"], "v": each["version"]}
        for each in versions
    )


@admin.register(ProgrammeTemplate)
class ProgrammeTemplateAdmin(PagesAdmin):
    view_verb = "see_programme"
    add_verb = change_verb = "edit_templates"
    template_folder = "admin/programmes/programmetemplate"
    change_list_template = "admin/programmes/programmetemplate/list.html"
    list_display = ["code", "name", "version", "who_for", "week_count", "runs", "is_active"]
    list_display_links = ["code", "name"]
    list_filter = [VersionFilter, "is_active"]
    search_fields = ["code", "name"]
    show_facets = admin.ShowFacets.NEVER

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).annotate(week_count=Count("weeks"), in_use=in_use())

    def changelist_view(self, request: Any, extra_context: Any = None) -> Any:
        may_restore = {"may_restore": self.has_add_permission(request)}
        return super().changelist_view(request, {**may_restore, **(extra_context or {})})

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.shipped_view)
        return [path("shipped/", view, name="programmes_programmetemplate_shipped"), *super().get_urls()]

    @admin.display(description=gettext_lazy("weeks"))
    def week_count(self, template: Any) -> Any:
        return template.week_count

    @admin.display(description=gettext_lazy("in use"), empty_value="–")
    def runs(self, template: Any) -> Any:
        return in_use_in_words(template.in_use) or None

    def add_view(self, request: Any, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._edit(request, ProgrammeTemplate(clinic=request.clinic), ())

    def change_view(self, request: Any, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        if not self.has_view_permission(request):
            raise PermissionDenied
        template = self.found(request, object_id)
        versions = self._versions(template)
        weeks = template_weeks(template)
        may_edit = self.has_change_permission(request)
        if request.method == "POST" and not may_edit:
            raise PermissionDenied
        if may_edit and (versions[0].pk == template.pk or request.method == "POST"):
            newest = versions[0]  # what was typed over an earlier version is shown beside the newest
            return self._edit(request, newest, template_weeks(newest), versions)
        context = {
            "title": template.name,
            "template": template,
            "newest": versions[0],
            "versions": versions,
            "rows": dated_weeks(weeks),
            "sentences": plan_in_words(weeks),
        }
        return self.page(request, "look", context)

    def _versions(self, template: ProgrammeTemplate) -> list[Any]:
        """All versions of the template's code, the newest first, each with its patients."""
        same = ProgrammeTemplate.objects.for_clinic(template.clinic).filter(code=template.code)
        running = Count("programmes", filter=Q(programmes__status__in=RUNNING))
        return list(same.annotate(patients=running).order_by("-version"))

    def _edit(self, request: Any, template: Any, weeks: Any, versions: Any = ()) -> HttpResponse:
        adding = template._state.adding
        posted = request.POST if request.method == "POST" else None
        form = TemplateForm(posted, instance=template)
        counts = form["counts"].value()
        table = week_table(with_other_rows(posted), weeks, fast_parts=True, counts=counts)
        saving = posted is not None and not wants_other_rows(posted)
        if (
            saving
            and all([form.is_valid(), table.is_valid()])
            and (saved := self._save(request, form, table))
        ):
            (self.log_addition if adding else self.log_change)(request, saved, "template saved")
            messages.success(request, _saved_in_words(template, saved))
            return redirect(CHANGE, saved.pk)
        context = {
            "title": _("New template") if adding else _("Change template"),
            "form": form,
            "table": table,
            "template": None if adding else template,
            "versions": versions,
            "saved_meanwhile": self._saved_meanwhile(form),
        }
        return self.page(request, "edit", context, refused=saving)

    def _saved_meanwhile(self, form: TemplateForm) -> dict[str, Any] | None:
        """What is saved now, beside what was typed: the next save is a decision, not an accident."""
        if not form.has_error("__all__", code="meanwhile"):
            return None
        stored = ProgrammeTemplate.objects.for_clinic(form.instance.clinic).get(pk=form.instance.pk)
        typed: Any = form.data.copy()  # type: ignore[attr-defined]  # a QueryDict: it was posted
        typed["seen"] = library.fingerprint(stored)
        form.data = typed
        return {"template": stored, "rows": dated_weeks(template_weeks(stored))}

    def _save(self, request: Any, form: TemplateForm, table: Any) -> ProgrammeTemplate | None:
        seen = None if form.instance._state.adding else form.cleaned_data["seen"]
        try:
            return library.save_template(
                template=form.instance, weeks=table.weeks(), by=request.staff, seen=seen
            )
        except library.ReplacedMeanwhile:
            form.add_error(None, _("Somebody has made a newer version meanwhile. Nothing was saved."))
        except OtherUnit:
            form.add_error("counts", _("Not every week below counts this."))
        except library.SavedMeanwhile:
            form.add_error(None, forms.ValidationError(SAVED_MEANWHILE, code="meanwhile"))
        return None

    def shipped_view(self, request: Any) -> HttpResponse:
        """Shipped templates that the clinic changed or lacks, to be brought back."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        rows = ProgrammeTemplate.objects.for_clinic(request.clinic).newest()
        newest = {each.code: each for each in rows.filter(code__in=library.SHIPPED)}
        form = ShippedForm(request.POST if request.method == "POST" else None, newest=newest)
        if form.is_bound and form.is_valid() and self._restore(request, form):
            messages.success(request, _("Brought back. Plans that run stay as they are."))
            return redirect(LIST)
        as_shipped = [each for each in newest.values() if library.is_as_shipped(each)]
        context = {"title": _("Shipped templates"), "form": form, "as_shipped": as_shipped}
        return self.page(request, "shipped", context, refused=form.is_bound)

    def _restore(self, request: Any, form: ShippedForm) -> bool:
        try:
            library.restore_shipped(codes=form.cleaned_data["codes"], by=request.staff)
        except (library.ReplacedMeanwhile, library.AsShipped):
            form.add_error(None, _("Somebody has changed the library meanwhile. Nothing was brought back."))
        return not form.errors


def _saved_in_words(before: ProgrammeTemplate, saved: ProgrammeTemplate) -> str:
    if saved.pk == before.pk:
        return _("The template is saved. Earlier programmes stay as they are.")
    said = _("Saved as version %(version)s. Plans made from version %(before)s stay as they are.")
    return said % {"version": saved.version, "before": before.version}


def dated_weeks(weeks: Any) -> list[dict[str, Any]]:
    """The rows of a week table without dates: a template starts on no day."""
    return [{"week": week, "amount": whole(week.amount), "total": whole(week.volume)} for week in weeks]
