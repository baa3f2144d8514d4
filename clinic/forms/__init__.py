"""What staff type: to sign in (signing_in), on a review item and about a patient's data (reviewing)."""

from clinic.forms.reviewing import (
    AnswerForm,
    CloseForm,
    ContactForm,
    CopyForm,
    NoteRequestForm,
    SnoozeForm,
    TakeOverForm,
)
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
    "NewPasswordForm",
    "NoteRequestForm",
    "PasskeyForm",
    "SecondStepForm",
    "SnoozeForm",
    "StaffSignInForm",
    "TakeOverForm",
]
