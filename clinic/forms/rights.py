"""What staff type before going live, and about a patient's rights over the own data."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from clinic.forms.inputs import a_choice, a_day
from clinic.models import CHECKLIST, GoLiveRecord
from clinic.services.going_live import Readiness
from patients.models import REASON_LENGTH, Decision, RequestKind, RequestOutcome
from patients.services.retention import years_after
from patients.services.retention_decisions import LONGEST_KEEP
from programmes.clinical.amounts import COLUMNS, DISTANCE, MINUTES, MOST, STEPS

_CHOOSE = _("Choose one of the answers.")


class GoingLiveForm(forms.Form):
    """What a manager declares before the first real patient: everything on the list, or nothing is signed."""

    safety_lead = forms.CharField(
        label=_("Clinical safety lead"),
        max_length=120,
        help_text=_("Name and profession of the person who answers for clinical safety."),
        error_messages={"required": _("Name the person who answers for clinical safety.")},
    )
    hazard_log_version = forms.CharField(
        label=_("Version of the hazard log"),
        max_length=20,
        help_text=_("The one that this person has read. It stands in docs/clinical-safety/VERSION."),
        error_messages={"required": _("Enter the version of the hazard log.")},
    )
    done = forms.MultipleChoiceField(
        label=_("What is done"),
        choices=[(name, GoLiveRecord._meta.get_field(name).verbose_name) for name in CHECKLIST],  # type: ignore[union-attr]
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Each point must be done before you sign.")},
    )

    def clean_done(self) -> frozenset[str]:
        done = frozenset(self.cleaned_data["done"])
        if done != frozenset(CHECKLIST):
            raise ValidationError(_("Each point must be done before you sign."))
        return done

    def readiness(self) -> Readiness:
        return Readiness(**self.cleaned_data)


class CopyForm(forms.Form):
    """Why a copy of the record leaves the house, and whether the notes by staff go with it."""

    prefix = "copy"
    reason = forms.CharField(
        label=_("Why is the copy made?"),
        max_length=300,
        error_messages={"required": _("Write why the copy is made.")},
    )
    with_notes = forms.BooleanField(
        label=_("I have read all notes by staff: they speak of nobody else. Put them in."), required=False
    )


class NoteRequestForm(forms.Form):
    """What a patient asked on the phone, by letter or in person."""

    prefix = "ask"
    kind = a_choice(_("What is asked"), RequestKind.choices, _("Choose what is asked."))
    text = forms.CharField(
        label=_("In the patient's words"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write what the patient asked.")},
    )

    def clean_kind(self) -> RequestKind:
        return RequestKind(self.cleaned_data["kind"])


class AnswerForm(forms.Form):
    """What came of a request; the patient reads the answer."""

    outcome = a_choice(_("Outcome"), RequestOutcome.choices, _("Choose what came of it."))
    answer = forms.CharField(
        label=_("Answer to the patient"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("outcome") not in (None, RequestOutcome.DONE) and not data.get("answer", "").strip():
            self.add_error("answer", _("Write the reason: the patient has a right to it."))
        return data


def _score(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=10, required=False)


AMOUNTS = COLUMNS.values()


class WalkErrorForm(forms.Form):
    """Why a walk is in error and, if known, what is right; no amount: nothing replaces it."""

    reason = forms.CharField(
        label=_("What is wrong?"),
        max_length=300,
        error_messages={"required": _("Write what is wrong: others read it later.")},
    )
    minutes = forms.IntegerField(
        label=_("Corrected minutes (leave all three empty: no walk takes its place)"),
        min_value=1,
        max_value=MOST[MINUTES],
        required=False,
    )
    distance_m = forms.IntegerField(
        label=_("Corrected metres"), min_value=0, max_value=MOST[DISTANCE], required=False
    )
    steps = forms.IntegerField(label=_("Corrected steps"), min_value=0, max_value=MOST[STEPS], required=False)
    walked_on = a_day(_("Corrected day"), required=False)
    pain_before = _score(_("Pain before, 0 to 10"))
    pain_worst = _score(_("Worst pain, 0 to 10"))
    pain_after = _score(_("Pain after, 0 to 10"))
    effort = _score(_("Effort, 0 to 10"))
    note = forms.CharField(label=_("Note"), max_length=500, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.has_walk and not data.get("walked_on"):
            self.add_error("walked_on", _("Choose the day of the corrected walk."))
        scores = [data.get(name) for name in ("pain_before", "pain_worst", "pain_after", "effort")]
        typed = any(score is not None for score in scores) or data.get("note")
        if typed and not self.has_walk and not self.errors.keys() & set(AMOUNTS):
            self.add_error("minutes", _("Enter the minutes, or leave the corrected walk empty."))
        return data

    @property
    def has_walk(self) -> bool:
        """Whether a corrected walk was typed."""
        return any(self.cleaned_data.get(name) is not None for name in AMOUNTS)


class RestrictionForm(forms.Form):
    """Why a record is not used for now, and how long."""

    reason = forms.CharField(
        label=_("Why is it restricted?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write why: others read it later.")},
    )
    until = a_day(_("Last day (leave empty: until somebody lifts it)"), required=False)


class LightModeForm(forms.Form):
    """Whether a patient is asked less, whether the patient may choose that, and why."""

    is_on = a_choice(_("What is asked"), [("no", _("every question")), ("yes", _("light mode"))], _CHOOSE)
    patient_may_choose = a_choice(
        _("May the patient choose, in Settings?"), [("no", _("no")), ("yes", _("yes"))], _CHOOSE
    )
    reason = forms.CharField(
        label=_("Why?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write why: others read it later.")},
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        return {name: value == "yes" if name != "reason" else value for name, value in data.items()}


class HoldForm(forms.Form):
    """Why nothing of a record may go."""

    reason = forms.CharField(
        label=_("Why must nothing go?"),
        help_text=_("The claim, the inquest or the order, and who asked for it."),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write why: others read it later.")},
    )


class RetentionForm(forms.Form):
    """What becomes of a record past its time, and why."""

    what = a_choice(_("Your decision"), Decision.choices, _("Choose whether the record is kept or erased."))
    keep_until = a_day(_("Keep it until (leave empty if it is erased)"), required=False)
    reason = forms.CharField(
        label=_("Why?"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write why: it is kept with the decision.")},
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_what(self) -> Decision:
        return Decision(self.cleaned_data["what"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "what" in data and "keep_until" in data and (problem := self._day_problem(**data)):
            self.add_error("keep_until", problem)
        return data

    def _day_problem(self, *, what: Decision, keep_until: date | None, **_rest: Any) -> Any:
        if what == Decision.ERASE:
            return keep_until and _("Leave the day empty, or choose to keep the record.")
        if keep_until is None or keep_until <= self.today:
            return _("Choose a day after today.")
        if keep_until > years_after(self.today, LONGEST_KEEP):
            return _("Choose a day within 20 years.")
        return None
