"""What a patient is asked when setting up, one question a page; Settings asks the same again."""

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.languages import name_of
from patients import wording
from patients.forms.fields import choice
from patients.models import Units
from programmes.clinical.reminding import FROM, UNTIL
from programmes.models import ReminderWish

WEEKDAYS = [
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (7, _("Sunday")),
]
HALF_HOURS = [time(hour, minute) for hour in range(FROM.hour, UNTIL.hour) for minute in (0, 30)]


def _times() -> list[tuple[str, Any]]:
    return [("", _("Choose …")), *((f"{at:%H:%M}", wording.clock(at)) for at in HALF_HOURS)]


class LanguageForm(forms.Form):
    language = choice((), message=_("Choose a language from the list."), required=True)

    def __init__(self, *args: Any, languages: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["language"]
        field.choices = [(code, name_of(code)) for code in languages]


class UnitsForm(forms.Form):
    units = choice(Units.choices, message=_("Choose kilometres or miles."), required=True)


class DaysForm(forms.Form):
    days = forms.TypedMultipleChoiceField(
        coerce=int,
        choices=WEEKDAYS,
        error_messages={"required": _("Tick one day or more."), "invalid_choice": _("Choose from the list.")},
    )
    at = forms.TypedChoiceField(
        label=_("About what time?"),
        coerce=time.fromisoformat,
        choices=_times,
        error_messages={"required": _("Choose a time."), "invalid_choice": _("Choose a time from the list.")},
    )


class RemindersForm(forms.Form):
    wish = choice(
        [
            (ReminderWish.WALKING_DAYS, _("On my walking days")),
            (ReminderWish.WEEKLY, _("Once a week")),
            (ReminderWish.NONE, _("No reminders")),
        ],
        required=True,
    )


class QuestionsForm(forms.Form):
    questions = choice(
        [("all", _("On each walk")), ("fewer", _("Once a week"))],
        message=_("Choose how often we ask."),
        required=True,
    )


class BeforeForm(forms.Form):
    read = forms.BooleanField(
        label=_("I have read this page"),
        error_messages={"required": _("Tick the box when you have read it.")},
    )
    version = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)

    def __init__(self, data: Any, *, version: str) -> None:
        super().__init__(data, initial={"version": version})
        self.current = version

    def clean(self) -> dict[str, Any]:
        """Nobody agrees to words that they were not shown: the clinic may have published others meanwhile."""
        data = super().clean() or {}
        if data.get("version", "") not in ("", self.current):
            self.add_error("read", _("This page has changed just now. Please read it again."))
            self.data = {"version": self.current}
        return data
