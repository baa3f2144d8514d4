"""What staff type on a review item, and about a patient's rights over the own data."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from clinic.forms.inputs import a_choice, a_day
from clinic.models import StaffMember
from clinic.permissions import may_close_with
from programmes.models import Channel, ContactResult, Outcome
from programmes.services.reviewing import MAX_SNOOZE_DAYS, Contact

NOTE_LENGTH = 500
LATEST_NEXT_TRY = timedelta(days=180)  # further ahead is a typing error in the year


def _note(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ContactForm(forms.Form):
    """One try to reach the patient."""

    prefix = "contact"
    channel = a_choice(_("How"), Channel.choices, _("Choose how you tried to reach the patient."))
    result = a_choice(_("Result"), ContactResult.choices, _("Choose what came of it."))
    note = _note(_("Note (optional)"))
    next_on = a_day(_("Next try on (optional)"), required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_next_on(self) -> date | None:
        day: date | None = self.cleaned_data["next_on"]
        if day and not self.today <= day <= self.today + LATEST_NEXT_TRY:
            raise ValidationError(_("Choose a day from today on, at most half a year ahead."))
        return day

    def contact(self) -> Contact:
        data = self.cleaned_data
        return Contact(
            channel=Channel(data["channel"]),
            result=ContactResult(data["result"]),
            note=data["note"],
            next_on=data["next_on"],
        )


class SnoozeForm(forms.Form):
    """How long the item rests; the verb holds the limit."""

    prefix = "snooze"
    until = a_day(_("Until"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first, last = today + timedelta(days=1), today + timedelta(days=MAX_SNOOZE_DAYS)
        self.fields["until"].widget.attrs |= {"min": first.isoformat(), "max": last.isoformat()}


class TakeOverForm(forms.Form):
    """From whom: the colleague whose name stood on the page."""

    holder = forms.UUIDField()


class CloseForm(forms.Form):
    """How it ended, and which flags this person has read."""

    prefix = "close"
    outcome = a_choice(_("Outcome"), (), _("Choose an outcome."))
    note = _note(_("Note (optional)"))

    def __init__(self, *args: Any, by: StaffMember, needs_note: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if needs_note:
            self.fields["note"].label = _("Note: what was done about the safety answer")
        offered = [(code, label) for code, label in Outcome.choices if _offered(by, code)]
        self.fields["outcome"].choices = [("", _("Choose …")), *offered]  # type: ignore[attr-defined]

    def seen(self) -> list[str]:
        """The flags that stood on the page, as they read there; anything else matches none."""
        return self.data.getlist("seen") if isinstance(self.data, QueryDict) else []


def _offered(by: StaffMember, outcome: str) -> bool:
    """Only what this role may use; "the condition ended" is the review's own word."""
    return outcome != Outcome.CONDITION_ENDED and may_close_with(by, outcome)
