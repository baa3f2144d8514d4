"""What opens the pages: an address, a code from the mail, a code from a letter."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.forms.fields import SafeText, WholeNumber
from patients.tokens import letter_code_is_whole, tidy_letter_code


class EmailForm(forms.Form):
    email = forms.EmailField(
        label=_("Your e-mail address"),
        error_messages={
            "required": _("Enter your e-mail address."),
            "invalid": _("Enter an e-mail address like name@example.com."),
        },
    )


class CodeForm(forms.Form):
    WRONG = _("That code did not work. Check the newest e-mail, or ask for a new code.")

    code = SafeText(
        label=_("Code from the e-mail"), max_length=40, error_messages={"required": _("Enter the code.")}
    )

    def clean_code(self) -> str:
        """Spaces and dashes come along when a code is pasted."""
        return "".join(sign for sign in self.cleaned_data["code"] if sign.isalnum())


class LetterForm(forms.Form):
    """The code of a printed letter, and the date of birth in three boxes."""

    WRONG = _("The code and the date of birth do not go together. Check both, or call your clinic.")
    TOO_MANY = _("Too many tries. Wait an hour, or call your clinic.")
    NOT_WHOLE = _("Check the code again. One letter or number is not right.")
    NO_DATE = _("Enter your date of birth. For example: 31 3 1956.")

    code = SafeText(
        label=_("Code from your letter"),
        max_length=60,
        error_messages={"required": _("Enter the code."), "max_length": NOT_WHOLE},
    )
    day = WholeNumber(1, 31, NO_DATE, label=_("Day"))
    month = WholeNumber(1, 12, NO_DATE, label=_("Month"))
    year = WholeNumber(1900, 2100, NO_DATE, label=_("Year"))

    def clean_code(self) -> str:
        code = tidy_letter_code(self.cleaned_data["code"])
        if not letter_code_is_whole(code):
            raise forms.ValidationError(self.NOT_WHOLE)
        return code

    def clean(self) -> dict[str, Any]:
        """Adds `born_on`. One message for the three boxes, beside the first."""
        data = super().clean() or {}
        parts = [data.pop(name, None) for name in ("year", "month", "day")]
        for name in ("year", "month", "day"):
            self.errors.pop(name, None)
        try:
            data["born_on"] = date(*parts)
        except (TypeError, ValueError):
            self.add_error("day", self.NO_DATE)
        return data
