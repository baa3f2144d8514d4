"""Who read the safety texts of a language, and says that they are right."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.forms.inputs import DATE_INPUT
from clinic.services.languages import Approver


class ApproverForm(forms.Form):
    """The person is not always the one who records it."""

    name = forms.CharField(
        label=_("Name of the person who read them"),
        max_length=120,
        error_messages={"required": _("Enter the name.")},
    )
    registration = forms.CharField(
        label=_("Registration"),
        max_length=80,
        help_text=_("With which professional body, and the number. For example: HCPC PH012345."),
        error_messages={"required": _("Enter the registration.")},
    )
    on = forms.DateField(
        label=_("Day"),
        widget=DATE_INPUT,
        error_messages={"required": _("Enter the day."), "invalid": _("Enter the day as a date.")},
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > self.today:
            raise forms.ValidationError(_("This date lies in the future."))
        return on

    def approver(self) -> Approver:
        said = self.cleaned_data
        return Approver(said["name"], said["registration"], said["on"])
