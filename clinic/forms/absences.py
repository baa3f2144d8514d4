"""What staff type about being away, and about handing patients over."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.forms.inputs import a_day
from clinic.forms.people import leads_of
from clinic.models import StaffMember
from clinic.models.absence import REASON_LENGTH
from clinic.services.absences import LONGEST, Leave
from patients.models import REASON_LENGTH as WHY_LENGTH
from patients.models import Patient


class CoverForm(forms.Form):
    """Which colleague looks after the patients."""

    cover = forms.ModelChoiceField(
        label=_("Covered by"),
        queryset=StaffMember.objects.none(),
        empty_label=_("Choose …"),
        help_text=_("The patients stand under “Mine” for this colleague too, who is told by mail."),
        error_messages={
            "required": _("Choose the colleague who covers."),
            "invalid_choice": _("Choose a clinician who works here."),
        },
    )

    def __init__(self, *args: Any, member: StaffMember, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = leads_of(member.clinic).exclude(pk=member.pk)
        self.fields["cover"].queryset = others  # type: ignore[attr-defined]


class AbsenceForm(CoverForm):
    """Days away, both included."""

    from_on = a_day(_("First day away"))
    until_on = a_day(_("Last day away"))
    reason = forms.CharField(
        label=_("Reason (optional)"),
        max_length=REASON_LENGTH,
        required=False,
        help_text=_("Everybody who works here reads it. Write nothing about anybody’s health."),
    )
    field_order = ("from_on", "until_on", "cover", "reason")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("from_on"), data.get("until_on")
        if first and first < self.today:
            self.add_error("from_on", _("Choose today or a later day."))
        if first and last and last < first:
            self.add_error("until_on", _("The last day away comes before the first one."))
        if first and last and last - first > LONGEST:
            self.add_error("until_on", _("At most a year. For longer, hand the patients over."))
        return data

    @property
    def leave(self) -> Leave:
        given = self.cleaned_data
        return Leave(given["from_on"], given["until_on"], given["reason"])


class HandOverForm(forms.Form):
    """Which of a clinician's patients go to whom, and why."""

    patients = forms.ModelMultipleChoiceField(
        label=_("Patients"),
        queryset=Patient.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={
            "invalid_choice": _("One of these patients is no longer theirs. Look again, then choose."),
            "invalid_pk_value": _("One of these patients is no longer theirs. Look again, then choose."),
        },
    )
    everyone = forms.BooleanField(label=_("Everyone on this list"), required=False)
    to = forms.ModelChoiceField(
        label=_("New lead clinician"),
        queryset=StaffMember.objects.none(),
        empty_label=_("Choose …"),
        error_messages={
            "required": _("Choose who takes them over."),
            "invalid_choice": _("Choose a clinician who works here."),
        },
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=WHY_LENGTH,
        help_text=_("It stays with each patient’s record. For example “Now works Mondays only.”"),
        error_messages={"required": _("Write why they are handed over.")},
    )

    def __init__(self, *args: Any, holder: StaffMember, patients: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = leads_of(holder.clinic).exclude(pk=holder.pk).select_related("user", "clinic")
        self.fields["to"].queryset = others  # type: ignore[attr-defined]
        self.fields["patients"].queryset = patients  # type: ignore[attr-defined]
        self.fields["patients"].label_from_instance = lambda patient: patient.full_name  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("everyone"):
            data["patients"] = self.fields["patients"].queryset.all()  # type: ignore[attr-defined]
        if "patients" in data and not data["patients"]:
            self.add_error("patients", _("Tick at least one patient."))
        return data
