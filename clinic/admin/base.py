"""The admin as this house uses it: every page shows the signed-in person's clinic and nothing else."""

from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from clinic.admin.history import change_lines, names_of_staff, operation_word
from clinic.admin.searching import SearchedList, is_search, remember_search
from clinic.forms.inputs import DATE_INPUT
from clinic.models import Clinic, HistoryEntry, StaffMember
from clinic.permissions import NotAllowed, may
from clinic.reads import note_read

HISTORY = 200  # entries a row's history page shows, the newest
TIME_INPUT = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


def local_today(request: Any) -> date:
    """Today in the clinic's own time zone."""
    return timezone.now().astimezone(request.clinic.zone).date()


class WaymarkAdminSite(admin.AdminSite):
    site_header = site_title = "Waymark"
    index_title = _("Records")
    site_url = settings.LOGIN_REDIRECT_URL
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and getattr(request, "actor", None) is not None

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only admins that know the clinic; Django's own groups have no meaning here."""
        if admin_class is not None and issubclass(admin_class, ClinicAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Staff sign in on the house's own page; the admin has none."""
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"), settings.LOGIN_URL)

    def get_urls(self) -> Any:
        """Without Django's "view on site", its search of choices, which puts names into addresses, and with
        the house's own page to change a password.
        """
        left_out = ("view_on_site", "autocomplete", "password_change", "password_change_done")
        return [pattern for pattern in super().get_urls() if getattr(pattern, "name", "") not in left_out]

    def admin_view(self, view: Callable[..., HttpResponseBase], cacheable: bool = False) -> Any:
        """Times are read and written in the clinic's zone, also while a TemplateResponse renders."""
        inner = super().admin_view(view, cacheable)

        def in_clinic_zone(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            with timezone.override(request.clinic.zone if request.clinic else None):
                response = inner(request, *args, **kwargs)
                return response.render() if hasattr(response, "render") else response

        return in_clinic_zone


class ClinicForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form whose new rows belong to `clinic` before they are checked.

    Only then do the constraints that name the clinic speak beside the field, not as a server error.
    """

    clinic: Clinic | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.clinic and hasattr(self.instance, "clinic_id") and self.instance.clinic_id is None:
            self.instance.clinic = self.clinic
        for field in self.fields.values():  # browsers would keep names, to offer them again
            field.widget.attrs.setdefault("autocomplete", "off")

    def _get_validation_exclusions(self) -> Any:
        return super()._get_validation_exclusions() - {"clinic"}  # type: ignore[misc]


class OwnClinicFilter(admin.RelatedFieldListFilter):
    """Offers this clinic's rows only."""

    def field_choices(self, field: Any, request: Any, model_admin: Any) -> Any:
        return field.get_choices(include_blank=False, limit_choices_to={"clinic": request.clinic})


class ClinicAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows of the active clinic; what a role may do is said by verbs of `clinic.permissions`.

    A row of another clinic is answered like a row that does not exist. Nothing is deleted here.
    What is saved goes through one verb (`save_model`); `refusals` says what to tell when it refuses.
    """

    form = ClinicForm
    view_verb = ""
    add_verb = ""
    change_verb = ""
    refusals: ClassVar[dict[type[Exception], Any]] = {}

    actions = None
    list_per_page = 50
    show_full_result_count = False
    view_on_site = False
    formfield_overrides = {
        models.DateField: {"widget": DATE_INPUT},
        models.TimeField: {"widget": TIME_INPUT},
    }

    @property
    def media(self) -> forms.Media:
        """No script: native inputs, and no pop-up windows."""
        return forms.Media()

    def get_queryset(self, request: Any) -> Any:
        rows = self.model._default_manager.all()
        rows = self.of_clinic(rows, request.clinic) if request.clinic else self.of_operator(rows)
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def get_object(self, request: Any, object_id: str, from_field: str | None = None) -> Any:
        """`?_to_field=` without a name means the key, as if it were not there."""
        return super().get_object(request, object_id, from_field or None)

    def of_clinic(self, rows: Any, clinic: Clinic) -> Any:
        return rows.for_clinic(clinic)

    def of_operator(self, rows: Any) -> Any:
        """What the operator, who is in no clinic, may reach: nothing, unless the table is made for them."""
        return rows.none()

    def changeform_view(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """What a verb refuses although the form let it pass (somebody was quicker) becomes a message."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except NotAllowed as refusal:
            raise PermissionDenied from refusal
        except tuple(self.refusals) as refusal:
            messages.error(request, self.refusals[type(refusal)])
            return redirect(request.get_full_path())

    def message_user(
        self, request: Any, message: Any, level: Any = messages.INFO, *args: Any, **kwargs: Any
    ) -> None:
        """Django says "The patient “Patient 0192…” was changed": a key, which tells people nothing."""
        said = _("Saved.") if level == messages.SUCCESS else message
        super().message_user(request, said, level, *args, **kwargs)

    def get_changelist(self, request: Any, **kwargs: Any) -> Any:
        return SearchedList

    def changelist_view(self, request: Any, extra_context: Any = None) -> Any:
        if self.has_view_permission(request) and is_search(request):
            return remember_search(request)
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.clinic = request.clinic
        return form

    def history_view(self, request: Any, object_id: str, extra_context: Any = None) -> Any:
        """The trigger's history of this row instead of what the admin's own forms remembered."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        entries = HistoryEntry.objects.of_row(self.opts.db_table, row.pk)[:HISTORY]
        note_read(
            clinic_id=request.clinic and request.clinic.pk,
            patients={entry.patient_id for entry in entries if entry.patient_id},
        )
        names = names_of_staff(StaffMember.objects.filter(clinic=request.clinic))
        context = {
            **self.admin_site.each_context(request),
            "object": row,
            "opts": self.opts,
            "title": _("History"),
            "entries": [
                {
                    "at": entry.at,
                    "who": names.get(entry.actor_id, ""),
                    "word": operation_word(entry),
                    "lines": change_lines(entry, names),
                }
                for entry in entries
            ],
        }
        return TemplateResponse(request, "admin/object_history.html", context)

    def log_addition(self, request: Any, obj: Any, message: Any) -> Any:
        """Nothing: the trigger knows more, also of rows that no form changed, and keeps clinics apart."""

    log_change = log_addition

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        related = db_field.remote_field.model._default_manager
        if hasattr(related, "for_clinic"):
            kwargs["queryset"] = related.for_clinic(request.clinic) if request.clinic else related.none()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """Only the filters on the page: `?password__startswith=` would let a column be guessed."""
        filters = [item[0] if isinstance(item, tuple) else item for item in self.get_list_filter(request)]
        shown = {getattr(item, "parameter_name", item) for item in filters}
        return lookup.split("__")[0] in shown and super().lookup_allowed(lookup, value, request)

    def _get_obj_does_not_exist_redirect(self, request: Any, opts: Any, object_id: str) -> Any:
        """Django would send people to the index with a message; here a row that is not theirs is a 404."""
        raise Http404

    def _allowed(self, request: Any, *verbs: str) -> bool:
        return any(may(request.actor, verb) for verb in verbs if verb)

    def has_module_permission(self, request: Any) -> bool:
        return self._allowed(request, self.view_verb, self.change_verb)

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return self._allowed(request, self.view_verb, self.change_verb)

    def has_add_permission(self, request: Any) -> bool:
        return self._allowed(request, self.add_verb)

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return self._allowed(request, self.change_verb)

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False


class RecordAdmin(ClinicAdmin):
    """Rows that verbs write: looked at here, never edited."""

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: Any) -> Any:
        related = self.list_select_related
        rows = super().get_queryset(request)
        return rows.select_related(*related) if isinstance(related, tuple) and related else rows
