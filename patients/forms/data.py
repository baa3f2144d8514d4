"""What a patient asks about the own data."""

from django import forms
from django.utils.translation import gettext_lazy as _

from patients import wording
from patients.forms.fields import CHOICE_ERROR
from patients.forms.signing_in import CodeForm
from patients.models import RequestKind

LONGEST_REQUEST = 1000
EVERYTHING, WALKS, JSON = "everything", "walks", "json"


class CopyForm(CodeForm):
    """The code from the mail, and which copy the patient wants."""

    what = forms.ChoiceField(
        label=_("What do you want?"),
        choices=[
            (EVERYTHING, _("Everything, to read")),
            (WALKS, _("My walks, for a spreadsheet")),
            (JSON, _("Everything, for another program")),
        ],
        required=False,
        initial=EVERYTHING,
        error_messages={"invalid_choice": CHOICE_ERROR},
    )

    def clean_what(self) -> str:
        return self.cleaned_data["what"] or EVERYTHING


class AskForm(forms.Form):
    """What a patient wants done about the own data."""

    kind = forms.ChoiceField(
        label=_("What do you want to ask?"),
        choices=[("", _("Choose …")), *wording.REQUESTS.items()],
        error_messages={"required": CHOICE_ERROR, "invalid_choice": CHOICE_ERROR},
    )
    text = forms.CharField(
        label=_("Tell us more"),
        max_length=LONGEST_REQUEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write in a few words what is wrong or what you want.")},
    )

    def clean_kind(self) -> RequestKind:
        return RequestKind(self.cleaned_data["kind"])
