"""The patient's forms: they clean what was typed and hand over one value, never touching the database."""

from patients.forms.data import AskForm, CopyForm
from patients.forms.set_up import BeforeForm, DaysForm, LanguageForm, QuestionsForm, RemindersForm, UnitsForm
from patients.forms.signing_in import CodeForm, EmailForm, LetterForm
from patients.forms.walks import Asked, FlareForm, PainAsked, RepeatForm, SafetyForm, WalkForm

__all__ = [
    "AskForm",
    "Asked",
    "BeforeForm",
    "CodeForm",
    "CopyForm",
    "DaysForm",
    "EmailForm",
    "FlareForm",
    "LanguageForm",
    "LetterForm",
    "PainAsked",
    "QuestionsForm",
    "RemindersForm",
    "RepeatForm",
    "SafetyForm",
    "UnitsForm",
    "WalkForm",
]
