"""What staff type about limited records, and managers about people."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, StaffMember
from clinic.permissions import roles_that_may
from patients.models import REASON_LENGTH


class ReasonForm(forms.Form):
    """Why; the verb says how long a reason is at least."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH,
        help_text=_("A manager reads this. Say what happened, so that a colleague can follow it."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write a reason.")},
    )


class EmergencyByNumberForm(ReasonForm):
    """For a patient who calls and stands in no queue."""

    number = forms.CharField(
        label=_("Clinic's own number"),
        max_length=40,
        error_messages={"required": _("Write the number of the record.")},
    )
    field_order = ("number", "reason")


class ReviewNoteForm(forms.Form):
    """What a manager found behind an emergency access."""

    note = forms.CharField(
        label=_("What you found"),
        max_length=REASON_LENGTH,
        help_text=_("At least 15 letters, for example “Spoke to Jo: the lead was on leave.”"),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write what you found.")},
    )


class LeadForm(forms.Form):
    """Another lead for a record that the manager does not see."""

    lead = forms.ModelChoiceField(
        label=_("New lead clinician"),
        queryset=StaffMember.objects.none(),
        error_messages={"required": _("Choose a clinician."), "invalid_choice": _("Choose a clinician.")},
    )

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead"].queryset = leads_of(clinic)  # type: ignore[attr-defined]


class LeavingForm(forms.Form):
    """Who takes over what a leaver holds."""

    successor = forms.ModelChoiceField(
        label=_("Everything goes to"),
        queryset=StaffMember.objects.none(),
        required=False,
        empty_label=_("Nobody yet"),
        help_text=_("Nobody yet: items wait in the queue again, patients have no lead clinician."),
        error_messages={"invalid_choice": _("Choose a clinician who works here.")},
    )

    def __init__(self, *args: Any, member: StaffMember, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = leads_of(member.clinic).exclude(pk=member.pk)
        self.fields["successor"].queryset = others  # type: ignore[attr-defined]


def leads_of(clinic: Clinic) -> Any:
    """Who may lead patients in this clinic."""
    return StaffMember.objects.for_clinic(clinic).filter(
        is_active=True, role__in=roles_that_may("lead_patients")
    )
