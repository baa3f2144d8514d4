"""The clinic itself, its closures, logins, staff and outgoing mail."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.password_validation import validate_password
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from clinic.admin.base import ClinicAdmin, ClinicForm, RecordAdmin
from clinic.admin.sign_in_help import SignInHelp
from clinic.admin.suggestions import SuggestionSwitch
from clinic.middleware.confirming import confirmed_page
from clinic.models import Clinic, Closure, OutboxMessage, Role, StaffMember, User
from clinic.permissions import Actor, may
from clinic.reads import note_read
from clinic.services import keeping, people
from patients.models import LimitedRecord, Patient
from patients.services.logins import keep_login
from programmes.plan_wording import workload
from programmes.services.opening import open_clinic
from programmes.services.workload import workload_of


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
class ClinicsAdmin(SuggestionSwitch, ClinicAdmin):
    form = ClinicDetailsForm
    add_verb = "open_clinic"
    change_verb = "manage_clinic"
    list_display = ["name", "slug", "time_zone", "phone", "review_hour"]
    fields = [
        "name",
        "slug",
        "time_zone",
        "phone",
        "postal_address",
        "duty_email",
        "working_days",
        "opens_at",
        "closes_at",
        "review_hour",
        "review_minutes",
        "emergency_profile",
    ]

    def get_urls(self) -> list[Any]:
        return [self.suggestions_url(self.admin_site, "clinic_clinic_suggestions"), *super().get_urls()]

    def of_clinic(self, rows: Any, clinic: Clinic) -> Any:
        return rows.filter(pk=clinic.pk)

    def of_operator(self, rows: Any) -> Any:
        return rows

    def get_readonly_fields(self, request: Any, obj: Any = None) -> list[str]:
        return [] if may(request.actor, "open_clinic") else ["slug"]

    def render_change_form(self, request: Any, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        clinic = context.get("original")
        if clinic is not None and isinstance(request.actor, StaffMember):
            context["workload"] = workload(workload_of(clinic=clinic))
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: Any, obj: Clinic, form: Any, change: bool) -> None:
        verb = keeping.change_clinic if change else open_clinic
        verb(clinic=obj, by=request.actor)


@admin.register(Closure)
class ClosureAdmin(ClinicAdmin):
    view_verb = "see_queue"
    add_verb = change_verb = "close_days"
    list_display = ["on", "reason"]
    fields = ["on", "reason"]

    def save_model(self, request: Any, obj: Closure, form: Any, change: bool) -> None:
        keeping.close_day(closure=obj, by=request.actor)


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
class UserAdmin(SignInHelp, ClinicAdmin):
    """Logins. The operator alone; no password hash is ever shown."""

    form = UserForm
    add_verb = change_verb = "manage_logins"
    list_display = ["email", "is_active", "is_superuser", "created_at"]
    list_filter = ["is_active", "is_superuser"]
    search_fields = ["email"]
    fields = ["email", "new_password", "is_active", "is_superuser"]

    def get_queryset(self, request: Any) -> Any:
        """Staff and operators: who is a patient somewhere is no business of the operator's."""
        worked = StaffMember.objects.filter(user=OuterRef("pk"))
        rows = super().get_queryset(request).annotate(works=Exists(worked.filter(is_active=True)))
        return rows.filter(Q(is_superuser=True) | Exists(worked))

    def of_clinic(self, rows: Any, clinic: Clinic) -> Any:
        return rows.none()

    def of_operator(self, rows: Any) -> Any:
        return rows

    def get_urls(self) -> list[Any]:
        return [*self.help_urls(self.admin_site, "clinic_user_help"), *super().get_urls()]

    def changeform_view(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """An address and a password open a login: one's own password is asked first."""
        return confirmed_page(super().changeform_view)(request, *args, **kwargs)

    def save_model(self, request: Any, obj: User, form: Any, change: bool) -> None:
        password = form.cleaned_data["new_password"]
        keep_login(login=obj, password=password, by=request.actor, now=timezone.now())


KEEPS_A_MANAGER: dict[type[Exception], Any] = {
    people.OwnRole: _("You cannot take this away from yourself. Ask another manager."),
    people.LastManager: _("This is the clinic's last manager. Make somebody else a manager first."),
}
ONE_LOGIN: dict[type[Exception], Any] = {
    people.AlreadyMember: _("This login belongs to a member of this clinic's staff already."),
    people.OperatorsLogin: _("The operator is a member of no clinic. Use another address."),
}


class StaffAddForm(ClinicForm):
    email = forms.EmailField(label=_("e-mail address"), help_text=_("The login; made when it is new."))

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        email = data.get("email", "").strip().lower()
        clinic_id = self.instance.clinic_id
        if StaffMember.objects.filter(user__email=email, clinic_id=clinic_id).exists():
            self.add_error("email", ONE_LOGIN[people.AlreadyMember])
        elif User.objects.filter(email=email, is_superuser=True).exists():
            self.add_error("email", ONE_LOGIN[people.OperatorsLogin])
        return data


class StaffForm(ClinicForm):
    """A manager keeps the own role, and a clinic keeps a manager; the operator may do both for her."""

    by: Actor | None = None

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        if self.by is None or (data.get("is_active") and data.get("role") == Role.MANAGER):
            return data
        field = "role" if data.get("is_active") else "is_active"
        try:
            people.require_another_manager(member=self.instance, by=self.by)
        except tuple(KEEPS_A_MANAGER) as refusal:
            self.add_error(field, KEEPS_A_MANAGER[type(refusal)])
        else:
            self._require_handing_over(data)
        return data

    def _require_handing_over(self, data: dict[str, Any]) -> None:
        """Who leaves hands over what they hold; the operator, who sees none of it, shuts the door at once."""
        ends = "is_active" in self.changed_data and not data.get("is_active")
        if ends and not may(self.by, "manage_logins"):
            self.add_error("is_active", _("Use People, “leaves…”: what they hold is handed over there."))


class OperatorStaffAddForm(StaffAddForm):
    at_clinic = forms.ModelChoiceField(label=_("clinic"), queryset=Clinic.objects.all())

    def clean(self) -> dict[str, Any] | None:
        if clinic := self.cleaned_data.get("at_clinic"):
            self.instance.clinic = clinic
        return super().clean()


@admin.register(StaffMember)
class StaffMemberAdmin(SignInHelp, ClinicAdmin):
    form = StaffForm
    add_verb = change_verb = "manage_staff"
    refusals = KEEPS_A_MANAGER | ONE_LOGIN
    list_display = ["name", "role", "login", "clinic", "is_active"]
    list_select_related = ("user", "clinic")
    list_filter = ["role", "is_active"]
    search_fields = ["name", "user__email"]

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = OperatorStaffAddForm if may(request.actor, "open_clinic") else StaffAddForm
        made = super().get_form(request, obj, change=change, **kwargs)
        if obj is not None:
            made.by = request.actor
        return made

    def get_fields(self, request: Any, obj: StaffMember | None = None) -> Any:
        own = ["name", "role", "is_active"]
        if obj is not None:
            return ["login", *own]
        return ["at_clinic", "email", *own] if may(request.actor, "open_clinic") else ["email", *own]

    def of_operator(self, rows: Any) -> Any:
        return rows

    def get_readonly_fields(self, request: Any, obj: StaffMember | None = None) -> list[str]:
        return ["login"] if obj else []

    def get_urls(self) -> list[Any]:
        return [*self.help_urls(self.admin_site, "clinic_staffmember_help"), *super().get_urls()]

    @admin.display(description=_("login"), ordering="user__email")
    def login(self, member: StaffMember) -> str:
        return member.user.email or ""

    def save_model(self, request: Any, obj: StaffMember, form: Any, change: bool) -> None:
        to = people.Member(name=obj.name, role=Role(obj.role), is_active=obj.is_active)
        if change:
            people.change_staff_member(member=obj, to=to, by=request.actor, now=timezone.now())
            return
        email, now = form.cleaned_data["email"], timezone.now()
        made = people.add_staff_member(clinic=obj.clinic, email=email, member=to, by=request.actor, now=now)
        obj.pk, obj.user = made.pk, made.user
        if not made.user.has_usable_password():
            messages.info(request, _("Send a link for the first password: “Help with signing in”."))


@admin.register(OutboxMessage)
class OutboxAdmin(RecordAdmin):
    view_verb = "see_post"
    list_display = ["created_at", "kind", "address", "subject", "status", "sent_at", "attempts"]
    list_filter = ["kind", "status"]
    search_fields = ["to_address"]
    fields = [
        "kind",
        "address",
        "subject",
        "text",
        "status",
        "created_at",
        "send_after",
        "sent_at",
        "attempts",
        "last_error",
    ]
    readonly_fields = ["address", "text"]

    def of_clinic(self, rows: Any, clinic: Clinic) -> Any:
        """Without invitations to records that are limited to others: an address names a person."""
        seen = Patient.objects.for_clinic(clinic)
        hidden = LimitedRecord.objects.for_clinic(clinic).current().exclude(patient__in=seen)
        rows = super().of_clinic(rows, clinic)
        for key in hidden.values_list("patient_id", flat=True):
            rows = rows.exclude(key__startswith=f"invitation:{key}:")
        return rows

    @admin.display(description=_("to address"), ordering="to_address")
    def address(self, message: OutboxMessage) -> str:
        """Whoever reads a patient's address stands in the read log."""
        what, _colon, rest = message.key.partition(":")
        if what == "invitation":
            note_read(clinic_id=message.clinic_id, patients=[UUID(rest.partition(":")[0])])
        return message.to_address

    @admin.display(description=_("text"))
    def text(self, message: OutboxMessage) -> Any:
        return _("(secret)") if message.is_secret else message.body
