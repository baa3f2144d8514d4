"""Fields and answers that several of the patient's forms share."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

NOT_SURE = "not-sure"
OTHER = "other"
NONE = "none"
YES_NO = [("yes", _("Yes")), ("no", _("No"))]
PAIN = [*((str(score), str(score)) for score in range(11)), (NOT_SURE, _("Not sure"))]
PAIN_ERROR = _("Choose a number from 0 to 10, or “Not sure”.")
CHOICE_ERROR = _("Choose one of the answers.")
KEY_ERROR = _("Something went wrong with this page. Please save again.")


class SafeText(forms.CharField):
    """Text without NUL bytes, which PostgreSQL cannot store and nobody types on purpose."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python((value or "").replace("\x00", "")))


class WholeNumber(SafeText):
    """A whole number in a range, or None; one message says what is expected."""

    def __init__(self, low: int, high: int, message: Any, **options: Any) -> None:
        super().__init__(required=False, max_length=12, **options)
        self.low, self.high, self.message = low, high, message
        self.error_messages["max_length"] = message

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        number = int(text) if text.isascii() and text.isdigit() else -1
        if not self.low <= number <= self.high:
            raise forms.ValidationError(self.message, code="range")
        return number


def choice(choices: Any, *, message: Any = CHOICE_ERROR, required: bool = False) -> Any:
    errors = {"required": message, "invalid_choice": message}
    return forms.ChoiceField(choices=choices, required=required, error_messages=errors)


def score(answer: str) -> int | None:
    return int(answer) if answer.isdigit() else None
