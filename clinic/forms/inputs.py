"""Inputs that forms and the admin share."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

DATE_INPUT = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def a_day(label: Any, *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        widget=DATE_INPUT,
        error_messages={
            "required": _("Choose a day."),
            "invalid": _("Enter a date, for example 2026-11-24."),
        },
    )


def a_choice(label: Any, choices: Any, missing: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=[("", _("Choose …")), *choices],
        error_messages={"required": missing, "invalid_choice": missing},
    )
