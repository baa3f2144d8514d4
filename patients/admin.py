"""Patients as the clinic's staff enrol, edit and invite them."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.admin import ClinicAdmin, OwnClinicFilter, local_today
from clinic.forms.patients import REFUSALS, DischargeForm, PatientForm
from clinic.middleware.confirming import confirmed_page, may_send, note_opened, to_confirm
from clinic.models import MessageKind, MessageStatus
from clinic.permissions import NotAllowed, may, roles_that_may
from clinic.services.covering import away_from, away_row
from clinic.services.going_live import NotLive
from clinic.services.post import Letter
from patients import mails, wording
from patients.models import LetterCode, Patient, PatientHandover
from patients.services import enrolment, letters, signing_out
from patients.services.in_care import CareHasEnded
from patients.services.restricted import ProcessingRestricted
from patients.services.speaking import speaking_to
from programmes.admin.forms import not_that_day
from programmes.models import Ending, HeldBack, Programme, ReminderWish, ReviewItem
from programmes.plan_wording import workload_warning
from programmes.services import ending
from programmes.services.enough_reports import lacks_reports
from programmes.services.reminding import Posted, recent_post
from programmes.services.set_up import set_up_of
from programmes.services.workload import workload_of
from programmes.wording import lead_words, with_away
from programmes.wording.enough import not_enough_reports

SETTINGS = ("language", "time_zone", "units", "own_choices", "pain_series")
NOT_LIVE = gettext_lazy("This clinic is not live: a manager signs first. Nothing was sent.")
NO_LETTER: dict[type[Exception], Any] = {
    NotLive: NOT_LIVE,
    letters.NoBirthDate: gettext_lazy("Enter the date of birth first: the patient types it with the code."),
    letters.HasAddress: gettext_lazy("This patient has an e-mail address, and signs in by that."),
    enrolment.CareEnded: gettext_lazy("Care has ended: a letter would open nothing."),
}


def post_words(row: Posted, zone: ZoneInfo) -> str:
    """For example "20 Nov 2026, 10:00: Reminder, came back (5.1.1)"."""
    states = {**dict(MessageStatus.choices), **dict(HeldBack.choices), "came-back": _("came back")}
    words = {
        "at": date_format(row.at.astimezone(zone), "DATETIME_FORMAT"),
        "kind": MessageKind(row.kind).label,
        "state": states[row.state],
        "code": f" ({row.code})" if row.code else "",
    }
    held = row.state in HeldBack.values and not row.code
    line = _("%(at)s: %(kind)s not sent, %(state)s") if held else _("%(at)s: %(kind)s, %(state)s%(code)s")
    return line % words


@admin.register(Patient)
class PatientAdmin(ClinicAdmin):
    form = PatientForm
    view_verb = "see_patient"
    add_verb = "enrol_patient"
    change_verb = "change_patient"
    refusals = REFUSALS
    list_display = [
        "full_name",
        "reference",
        "who_leads",
        "invited_at",
        "first_signed_in_at",
        "discharged_on",
    ]
    list_select_related = ("lead",)
    list_filter = [("lead", OwnClinicFilter), "discharged_on"]
    search_fields = ["given_name", "family_name", "reference", "user__email"]
    search_help_text = gettext_lazy("Name, clinic's own number or e-mail address")
    change_form_template = "admin/patients/patient/change_form.html"
    readonly_fields = ["invited_at", "first_signed_in_at", "own_choices", "post", "discharge_reason"]
    fieldsets = [
        (None, {"fields": ["given_name", "family_name", "date_of_birth", "reference"]}),
        (gettext_lazy("Contact"), {"fields": ["email", "phone", "invited_at", "first_signed_in_at", "post"]}),
        (gettext_lazy("Care"), {"fields": ["lead", "discharged_on", "discharge_reason", "died_on"]}),
        (
            gettext_lazy("Settings"),
            {"fields": SETTINGS},
        ),
    ]

    def get_queryset(self, request: Any) -> Any:
        rows = super().get_queryset(request).select_related("user", "lead", "clinic")
        if request.clinic is None:
            return rows
        return rows.annotate(lead_away=away_row(request.clinic, "lead", local_today(request)))

    def get_readonly_fields(self, request: Any, obj: Patient | None = None) -> list[str]:
        # Another series would look like a change of the pain itself.
        return [*self.readonly_fields, "pain_series"] if obj else list(self.readonly_fields)

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "lead":
            field.queryset = field.queryset.filter(role__in=roles_that_may("lead_patients"))
        return field

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        made = super().get_form(request, obj, change=change, **kwargs)
        if obj is not None and may_send(request):
            note_opened(request)
        made.confirm_first = "" if obj is None or may_send(request) else to_confirm(request).url
        return made

    @admin.display(description=gettext_lazy("patient"), ordering="family_name")
    def full_name(self, patient: Patient) -> str:
        return patient.full_name

    @admin.display(description=gettext_lazy("lead clinician"), ordering="lead__name", empty_value="–")
    def who_leads(self, patient: Any) -> str | None:
        return with_away(patient.lead.name, away_from(patient.lead_away)) if patient.lead else None

    @admin.display(description=gettext_lazy("walking days and reminders"))
    def own_choices(self, patient: Patient) -> str:
        """What the patient set in Settings, or when setting up."""
        chosen = None if patient._state.adding else set_up_of(patient=patient)
        if chosen is None or not chosen.walking_days:
            return _("Not chosen yet.")
        wish = ReminderWish(chosen.wish).label if chosen.wish else _("not asked yet")
        return _("%(days)s. Reminders: %(wish)s.") % {"days": wording.walking_days(chosen), "wish": wish}

    @admin.display(description=gettext_lazy("mails"))
    def post(self, patient: Patient) -> str:
        """The last mails and whether they left or came back, and reminders held back."""
        rows = [] if patient._state.adding else recent_post(patient=patient)
        lines = [(post_words(row, patient.clinic.zone),) for row in rows]
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", lines)) if lines else "-"

    def save_model(self, request: Any, obj: Patient, form: Any, change: bool) -> None:
        today, email = local_today(request), form.cleaned_data["email"]
        is_new_address = not change or "email" in form.changed_data
        if change:
            new_email = email if is_new_address else None
            enrolment.change_patient(
                record=obj, email=new_email, by=request.staff, now=timezone.now(), today=today
            )
        else:
            enrolment.enrol_patient(record=obj, email=email, by=request.staff, today=today)
            if spent := workload_warning(workload_of(clinic=request.clinic, more=1)):
                messages.warning(request, spent)
        if is_new_address:
            self._warn_of_a_shared_address(request, obj)

    def _warn_of_a_shared_address(self, request: Any, patient: Patient) -> None:
        """Couples share an address, so it is no error; a slip of the pen looks the same."""
        others = Patient.objects.for_clinic(patient.clinic).filter(user=patient.user).exclude(pk=patient.pk)
        for other in others if patient.user else ():
            said = _("%(name)s uses this e-mail address too. Whoever reads that mail can open both records.")
            messages.warning(request, said % {"name": other.full_name})

    def get_urls(self) -> list[Any]:
        pages = {
            "invite": self.invite_view,
            # A printed code opens the record: not from a browser that was left open.
            "letter": confirmed_page(self.letter_view),
            "void-letter": self.void_letter_view,
            "sign-out": self.sign_out_view,
            "discharge": self.discharge_view,
        }
        own = [
            path(f"<uuid:pk>/{name}/", self.admin_site.admin_view(view), name=f"patients_patient_{name}")
            for name, view in pages.items()
        ]
        return [*own, *super().get_urls()]

    def render_change_form(self, request: Any, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        patient = context.get("original")
        leads = patient is not None and patient.lead_id == request.staff.pk
        if patient is not None:
            context["handover"] = PatientHandover.objects.newest_of(patient)
            lacks = lacks_reports(patient=patient, today=local_today(request))
            context["too_few_reports"] = not_enough_reports() if lacks else ""
        if patient is not None and patient.lead:
            context["lead"] = lead_words(patient.lead.name, away_from(patient.lead_away))
        context["may_limit"] = leads or may(request.actor, "name_lead")
        context["is_restricted"] = patient is not None and patient.is_restricted(local_today(request))
        if patient is None:
            context["workload"] = workload_warning(workload_of(clinic=request.clinic, more=1))
        context["is_in_care"] = patient is not None and patient.is_monitored(local_today(request))
        return super().render_change_form(request, context, *args, **kwargs)

    def invite_view(self, request: Any, pk: UUID) -> Any:
        """The letter as it will be read, and the button that posts it."""
        patient = self._patient_for(request, pk, "invite_patient")
        with speaking_to(patient):
            letter = mails.invitation_letter(
                patient.clinic,
                sign_in=f"{settings.BASE_URL}{reverse('patients:sign-in')}",
                notice=f"{settings.BASE_URL}{reverse('patients:privacy')}",
            )
        if request.method == "POST":
            return self._invite(request, patient, letter)
        context = {"title": _("Send the invitation?"), "patient": patient, "letter": letter}
        return self._own_page(request, "invite.html", context)

    def _patient_for(self, request: Any, pk: UUID, verb: str) -> Patient:
        """The record, of this clinic and for this verb; else 403 or 404."""
        if not may(request.actor, verb):
            raise PermissionDenied
        patient: Patient | None = self.get_object(request, str(pk))
        if patient is None:
            raise Http404
        return patient

    def _own_page(
        self, request: Any, template: str, context: dict[str, Any], status: int = 200
    ) -> TemplateResponse:
        around = {**self.admin_site.each_context(request), "opts": self.opts}
        name = f"admin/patients/patient/{template}"
        return TemplateResponse(request, name, {**around, **context}, status=status)

    def _invite(self, request: Any, patient: Patient, letter: Letter) -> HttpResponse:
        try:
            enrolment.invite_patient(patient=patient, letter=letter, by=request.staff, now=timezone.now())
        except NotLive:
            messages.error(request, NOT_LIVE)
        except ProcessingRestricted:
            messages.error(request, _("Processing of this record is restricted. Nothing was sent."))
        except enrolment.NoAddress:
            messages.error(request, _("Enter an e-mail address first: there is nowhere to send it."))
        except enrolment.CareEnded:
            messages.error(request, _("Care has ended: nobody is invited any more."))
        else:
            self.log_change(request, patient, "invitation sent")
            messages.success(request, _("The invitation is on its way."))
        return redirect("admin:patients_patient_change", patient.pk)

    def letter_view(self, request: Any, pk: UUID) -> HttpResponse:
        """What a letter is, and the button; pressed, the letter itself, once, to be printed."""
        patient = self._patient_for(request, pk, "print_letter_code")
        now = timezone.now()
        if request.method == "POST":
            try:
                letter = letters.print_letter(patient=patient, by=request.staff, now=now)
            except tuple(NO_LETTER) as refusal:
                messages.error(request, NO_LETTER[type(refusal)])
                return redirect("admin:patients_patient_letter", patient.pk)
            self.log_change(request, patient, "letter code printed")
            address = f"{settings.BASE_URL}{reverse('patients:letter')}"
            context = {"patient": patient, "letter": letter, "address": address, "today": now}
            with speaking_to(patient):
                return self._own_page(request, "letter_print.html", context).render()
        reason = letters.why_no_letter(patient, now)
        context = {
            "title": _("A letter to sign in with"),
            "patient": patient,
            "refusal": NO_LETTER[reason] if reason else "",
            "open_letter": LetterCode.objects.filter(user=patient.user_id).open(now).first(),
        }
        return self._own_page(request, "letter.html", context)

    def void_letter_view(self, request: Any, pk: UUID) -> HttpResponse:
        patient = self._patient_for(request, pk, "print_letter_code")
        if request.method == "POST" and letters.void_letter(
            patient=patient, by=request.staff, now=timezone.now()
        ):
            self.log_change(request, patient, "letter code voided")
            messages.success(request, _("The letter no longer works."))
        return redirect("admin:patients_patient_letter", patient.pk)

    def discharge_view(self, request: Any, pk: UUID) -> HttpResponse:
        """What ends with the discharge, what stays, and the button."""
        patient = self._patient_for(request, pk, "change_patient")
        running = Programme.objects.of_patient(patient).running().first()
        asks = running is not None and running.starts_on <= local_today(request)
        posted = request.POST if request.method == "POST" else None
        form = DischargeForm(posted, asks_outcome=asks, initial={"on": local_today(request)})
        if form.is_bound and form.is_valid() and self._discharge(request, patient, form):
            return redirect("admin:patients_patient_change", patient.pk)
        context = {
            "title": _("Discharge this patient?"),
            "patient": patient,
            "programme": running,
            "begins_later": running is not None and not asks,
            "item": ReviewItem.objects.for_clinic(patient.clinic).open().filter(patient=patient).first(),
            "form": form,
            "refused": form.is_bound,
            "has_ended": bool(patient.discharged_on or patient.died_on),
            "may_end": running is None or may(request.staff, "prescribe"),
        }
        return self._own_page(request, "discharge.html", context, status=422 if form.is_bound else 200)

    def _discharge(self, request: Any, patient: Patient, form: Any) -> bool:
        data = form.cleaned_data
        said = data.get("ending")
        try:
            ending.discharge_patient(
                patient=patient,
                ending=Ending(said) if said else None,
                on=data["on"],
                reason=data["reason"],
                by=request.staff,
                now=timezone.now(),
            )
        except ending.NotThatDay as refusal:
            form.add_error("on", not_that_day(refusal.earliest))
        except CareHasEnded:
            form.add_error(None, _("Care has ended already. Nothing was changed."))
        except ending.OutcomeMissing:
            form.add_error(None, _("A programme was assigned meanwhile. Look again."))
        except NotAllowed:
            form.add_error(None, _("A programme runs: a clinician ends it and discharges the patient."))
        else:
            self.log_change(request, patient, "discharged")
            messages.success(request, _("Discharged. Open review items stay in the queue."))
        return not form.errors

    def sign_out_view(self, request: Any, pk: UUID) -> HttpResponse:
        """For the patient who calls because the phone is lost."""
        patient = self._patient_for(request, pk, "sign_out_patient")
        if request.method == "POST":
            signing_out.sign_out_patient(patient=patient, by=request.staff, now=timezone.now())
            self.log_change(request, patient, "signed out everywhere")
            messages.success(request, _("The patient is signed out everywhere."))
            return redirect("admin:patients_patient_change", patient.pk)
        context = {"title": _("Sign the patient out everywhere?"), "patient": patient}
        return self._own_page(request, "sign_out.html", context)
