"""What staff type: to sign in (signing_in), on a review item (reviewing), about data (rights)."""

from clinic.forms.reviewing import CloseForm, ContactForm, SnoozeForm, TakeOverForm
from clinic.forms.rights import AnswerForm, CopyForm, GoingLiveForm, NoteRequestForm, WalkErrorForm
from clinic.forms.signing_in import (
    NOT_NOW,
    ClinicChoiceForm,
    CodeForm,
    ConfirmForm,
    ForgottenForm,
    NewPasswordForm,
    PasskeyForm,
    SecondStepForm,
    StaffSignInForm,
)

__all__ = [
    "NOT_NOW",
    "AnswerForm",
    "ClinicChoiceForm",
    "CloseForm",
    "CodeForm",
    "ConfirmForm",
    "ContactForm",
    "CopyForm",
    "ForgottenForm",
    "GoingLiveForm",
    "NewPasswordForm",
    "NoteRequestForm",
    "PasskeyForm",
    "SecondStepForm",
    "SnoozeForm",
    "StaffSignInForm",
    "TakeOverForm",
    "WalkErrorForm",
]
