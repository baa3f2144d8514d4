"""The admin as this house uses it: every page shows the signed-in person's clinic and nothing else."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.views import redirect_to_login
from django.db import models
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from clinic.middleware import STAFF_SESSION
from clinic.models import Clinic, Closure, OutboxMessage, StaffMember, User
from clinic.permissions import may

DATE_INPUT = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
TIME_INPUT = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


def is_operator(request: Any) -> bool:
    """The operator makes clinics and staff accounts; sees nothing clinical."""
    return bool(request.user.is_active and request.user.is_superuser and request.session.get(STAFF_SESSION))


def local_today(request: Any) -> date:
    """Today in the clinic's own time zone."""
    return timezone.now().astimezone(request.clinic.zone).date()


class WaymarkAdminSite(admin.AdminSite):
    site_header = site_title = "Waymark"
    index_title = _("Records")
    site_url = settings.LOGIN_REDIRECT_URL
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        has_clinic = getattr(request, "staff", None) is not None
        return request.user.is_active and (has_clinic or is_operator(request))

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only admins that know the clinic; Django's own groups have no meaning here."""
        if admin_class is not None and issubclass(admin_class, ClinicAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Staff sign in on the house's own page; the admin has none."""
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"), settings.LOGIN_URL)

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

    def _get_validation_exclusions(self) -> Any:
        return super()._get_validation_exclusions() - {"clinic"}  # type: ignore[misc]


class OwnClinicFilter(admin.RelatedFieldListFilter):
    """Offers this clinic's rows only."""

    def field_choices(self, field: Any, request: Any, model_admin: Any) -> Any:
        return field.get_choices(include_blank=False, limit_choices_to={"clinic": request.clinic})


class ClinicAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows of the active clinic; what a role may do is said by verbs of `clinic.permissions`.

    A row of another clinic is answered like a row that does not exist. Nothing is deleted here.
    """

    form = ClinicForm
    view_verb = ""
    add_verb = ""
    change_verb = ""
    for_operator = False

    actions = None
    list_per_page = 50
    show_full_result_count = False
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
        if self.for_operator and is_operator(request):
            pass
        else:
            rows = self.of_clinic(rows, request.clinic) if request.clinic else rows.none()
        return rows.order_by(*(self.get_ordering(request) or ()))

    def of_clinic(self, rows: Any, clinic: Clinic) -> Any:
        return rows.for_clinic(clinic)

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.clinic = request.clinic
        return form

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
        shown = {item[0] if isinstance(item, tuple) else item for item in self.get_list_filter(request)}
        return lookup.split("__")[0] in shown and super().lookup_allowed(lookup, value, request)

    def _get_obj_does_not_exist_redirect(self, request: Any, opts: Any, object_id: str) -> Any:
        """Django would send people to the index with a message; here a row that is not theirs is a 404."""
        raise Http404

    def _allowed(self, request: Any, *verbs: str) -> bool:
        if self.for_operator and is_operator(request):
            return True
        return any(may(request.staff, verb) for verb in verbs if verb)

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


class ClinicDetailsForm(ClinicForm):
    working_days = forms.TypedMultipleChoiceField(
        label=_("working days"),
        choices=list(WEEKDAYS.items()),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("On these days somebody looks at the review queue."),
    )

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        opens, closes = data.get("opens_at"), data.get("closes_at")
        if opens and closes and opens >= closes:
            self.add_error("closes_at", _("The clinic closes after it opens."))
        return data


@admin.register(Clinic)
class ClinicsAdmin(ClinicAdmin):
    form = ClinicDetailsForm
    change_verb = "manage_clinic"
    for_operator = True
    list_display = ["name", "slug", "time_zone", "phone", "review_hour"]
    fields = [
        "name",
        "slug",
        "time_zone",
        "phone",
        "duty_email",
        "working_days",
        "opens_at",
        "closes_at",
        "review_hour",
        "emergency_profile",
    ]

    def of_clinic(self, rows: Any, clinic: Clinic) -> Any:
        return rows.filter(pk=clinic.pk)

    def get_readonly_fields(self, request: Any, obj: Any = None) -> list[str]:
        return [] if is_operator(request) else ["slug"]


@admin.register(Closure)
class ClosureAdmin(ClinicAdmin):
    view_verb = "see_queue"
    add_verb = change_verb = "manage_clinic"
    list_display = ["on", "reason"]
    fields = ["on", "reason"]


class UserForm(ClinicForm):
    new_password = forms.CharField(
        label=_("new password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Empty: it stays as it is. At least 12 characters."),
    )

    class Meta:
        model = User
        fields = ["email", "is_active", "is_superuser"]

    def clean_email(self) -> Any:
        return self.cleaned_data["email"].strip().lower()

    def clean_new_password(self) -> Any:
        password = self.cleaned_data["new_password"]
        if password:
            validate_password(password, self.instance)
        return password


@admin.register(User)
class UserAdmin(ClinicAdmin):
    """Logins. The operator alone; no password hash is ever shown."""

    form = UserForm
    for_operator = True
    list_display = ["email", "is_active", "is_superuser", "created_at"]
    list_filter = ["is_active", "is_superuser"]
    search_fields = ["email"]
    fields = ["email", "new_password", "is_active", "is_superuser"]

    def of_clinic(self, rows: Any, clinic: Clinic) -> Any:
        return rows.none()

    def save_model(self, request: Any, obj: User, form: Any, change: bool) -> None:
        password = form.cleaned_data["new_password"]
        if password or not change:
            obj.set_password(password or None)
        obj.save()


class StaffAddForm(ClinicForm):
    email = forms.EmailField(label=_("e-mail address"), help_text=_("The login; made when it is new."))

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        email = data.get("email", "").strip().lower()
        clinic_id = self.instance.clinic_id
        if StaffMember.objects.filter(user__email=email, clinic_id=clinic_id).exists():
            self.add_error("email", _("This login belongs to a member of this clinic's staff already."))
        return data


class OperatorStaffAddForm(StaffAddForm):
    at_clinic = forms.ModelChoiceField(label=_("clinic"), queryset=Clinic.objects.all())

    def clean(self) -> dict[str, Any] | None:
        if clinic := self.cleaned_data.get("at_clinic"):
            self.instance.clinic = clinic
        return super().clean()


@admin.register(StaffMember)
class StaffMemberAdmin(ClinicAdmin):
    add_verb = change_verb = "manage_staff"
    for_operator = True
    list_display = ["name", "role", "login", "clinic", "is_active"]
    list_select_related = ("user", "clinic")
    list_filter = ["role", "is_active"]
    search_fields = ["name", "user__email"]

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = OperatorStaffAddForm if is_operator(request) else StaffAddForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fields(self, request: Any, obj: StaffMember | None = None) -> Any:
        own = ["name", "role", "is_active"]
        if obj is not None:
            return ["login", *own]
        return ["at_clinic", "email", *own] if is_operator(request) else ["email", *own]

    def get_readonly_fields(self, request: Any, obj: StaffMember | None = None) -> list[str]:
        return ["login"] if obj else []

    @admin.display(description=_("login"), ordering="user__email")
    def login(self, member: StaffMember) -> str:
        return member.user.email

    def save_model(self, request: Any, obj: StaffMember, form: Any, change: bool) -> None:
        if not change:
            email = form.cleaned_data["email"].strip().lower()
            obj.user = User.objects.filter(email=email).first() or User.objects.create_user(email)
        obj.save()


@admin.register(OutboxMessage)
class OutboxAdmin(RecordAdmin):
    view_verb = "manage_clinic"
    list_display = ["created_at", "kind", "to_address", "subject", "status", "sent_at", "attempts"]
    list_filter = ["kind", "status"]
    search_fields = ["to_address"]
    fields = [
        "kind",
        "to_address",
        "subject",
        "text",
        "status",
        "created_at",
        "send_after",
        "sent_at",
        "attempts",
        "last_error",
    ]
    readonly_fields = ["text"]

    @admin.display(description=_("text"))
    def text(self, message: OutboxMessage) -> Any:
        return _("(secret)") if message.is_secret else message.body
