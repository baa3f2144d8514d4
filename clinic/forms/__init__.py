"""What staff type: to sign in (signing_in), on a review item, about data (rights), people, absences."""

from clinic.forms.absences import AbsenceForm, CoverForm, HandOverForm
from clinic.forms.people import (
    EmergencyByNumberForm,
    LeadForm,
    LeavingForm,
    ReasonForm,
    ReviewNoteForm,
)
from clinic.forms.reviewing import CloseForm, ContactForm, SnoozeForm, TakeOverForm
from clinic.forms.rights import (
    AnswerForm,
    CopyForm,
    GoingLiveForm,
    HoldForm,
    LightModeForm,
    NoteRequestForm,
    RestrictionForm,
    RetentionForm,
    WalkErrorForm,
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
from clinic.forms.thresholds import ThresholdForm

__all__ = [
    "NOT_NOW",
    "AbsenceForm",
    "AnswerForm",
    "ClinicChoiceForm",
    "CloseForm",
    "CodeForm",
    "ConfirmForm",
    "ContactForm",
    "CoverForm",
    "CopyForm",
    "ForgottenForm",
    "GoingLiveForm",
    "HandOverForm",
    "HoldForm",
    "NewPasswordForm",
    "NoteRequestForm",
    "PasskeyForm",
    "SecondStepForm",
    "EmergencyByNumberForm",
    "LeadForm",
    "LightModeForm",
    "LeavingForm",
    "ReasonForm",
    "RestrictionForm",
    "RetentionForm",
    "ReviewNoteForm",
    "SnoozeForm",
    "StaffSignInForm",
    "TakeOverForm",
    "ThresholdForm",
    "WalkErrorForm",
]
