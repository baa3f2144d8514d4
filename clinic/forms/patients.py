"""What staff fill in about a patient: the record, and the end of care."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy

from clinic.admin import ClinicForm
from clinic.languages import name_of
from patients.models import Patient
from patients.services import enrolment
from patients.services.speaking import languages_of
from programmes.admin.forms import date_field, reason_field
from programmes.models import Ending, Programme

REFUSALS: dict[type[Exception], Any] = {
    enrolment.InTheFuture: gettext_lazy("This date lies in the future."),
    enrolment.NotALead: gettext_lazy("This lead clinician no longer works here. Choose another."),
    enrolment.NumberTaken: gettext_lazy("Another patient of this clinic has this number."),
}
CONFIRM = gettext_lazy("Confirm that it is you to change the address.")


class PatientForm(ClinicForm):
    confirm_first = ""  # where one confirms that it is oneself, when that was not done just now

    email = forms.EmailField(
        label=gettext_lazy("e-mail address"),
        required=False,
        help_text=gettext_lazy("A code to sign in goes here. Without one the patient signs in by a letter."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.user:
            self.initial["email"] = self.instance.user.email
        if self.confirm_first and not self.is_bound:
            self.fields["email"].disabled = True
            self.fields["email"].help_text = format_html(
                '<a href="{}">{}</a>',
                self.confirm_first,
                CONFIRM,
            )

        if "language" in self.fields:  # not where the page only shows the record
            self._offer_languages()

    def _offer_languages(self) -> None:
        """Those of the clinic, and the one that the record has, which may not be offered just now."""
        patient = self.instance
        offered = languages_of(patient) if patient.clinic_id else []
        known = [*offered, *([patient.language] if patient.language not in ("", *offered) else [])]
        choices = [("", gettext("Not asked yet")), *((code, name_of(code)) for code in known)]
        field = forms.ChoiceField(choices=choices, required=False, label=self.fields["language"].label)
        field.help_text = self.fields["language"].help_text
        self.fields["language"] = field

    def clean_email(self) -> Any:
        """Whoever changes the address decides who can sign in: not in a browser that was left open."""
        if self.confirm_first and "email" in self.changed_data:
            raise forms.ValidationError(gettext("Confirm that it is you, then change the address again."))
        return self.cleaned_data["email"]

    def clean_reference(self) -> Any:
        reference = self.cleaned_data["reference"]
        same = Patient.objects.for_clinic(self.instance.clinic).filter(reference=reference)
        if reference and same.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(REFUSALS[enrolment.NumberTaken])
        return reference

    def _has_running(self) -> bool:
        patient = self.instance
        return not patient._state.adding and Programme.objects.of_patient(patient).running().exists()

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        today = timezone.localdate()  # the admin runs in the clinic's zone
        for name in ("date_of_birth", "discharged_on", "died_on"):
            if data.get(name) and data[name] > today:
                self.add_error(name, REFUSALS[enrolment.InTheFuture])
        if data.get("discharged_on") and "discharged_on" in self.changed_data and self._has_running():
            said = gettext("A programme runs. Use Discharge… on this page: it ends the programme too.")
            self.add_error("discharged_on", said)
        return data


class DischargeForm(forms.Form):
    """The day and why; how the running programme ended is asked only where one runs."""

    on = date_field(
        gettext_lazy("Discharged on"), help_text=gettext_lazy("Today, or a day up to two weeks ago.")
    )
    ending = forms.ChoiceField(
        label=gettext_lazy("How did the programme end?"),
        choices=Ending.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how it ended.")},
    )
    reason = reason_field()

    def __init__(self, *args: Any, asks_outcome: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_outcome:
            del self.fields["ending"]
