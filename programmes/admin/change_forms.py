"""The forms of a change: which week, from when, why; another template; a copy; a new template."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.models import Clinic
from patients.models import Patient
from programmes.admin.baselines import (
    baseline_field,
    by_metres_field,
    check_baseline,
    generated_or_said,
    unit_of,
)
from programmes.admin.forms import (
    LATEST_START,
    PatientChoice,
    coming_monday,
    date_field,
    rule_of,
    start_problem,
)
from programmes.admin.week_rows import with_other_rows
from programmes.admin.weeks import week_table
from programmes.admin.words import dose
from programmes.clinical import grading
from programmes.models import Programme, ProgrammeTemplate, RevisionChange
from programmes.services.changing import Change, Standing, going_to_week
from programmes.services.prescribing import Baseline

REASONS = [
    ("sore", gettext_lazy("Sore or in more pain")),
    ("ill", gettext_lazy("Ill or away")),
    ("too-much", gettext_lazy("Too much for now")),
    ("going-well", gettext_lazy("Going well")),
    ("asked", gettext_lazy("The patient asked for it")),
    ("other", gettext_lazy("Other")),
]


class ChangeForm(forms.Form):
    """Asked at every change: from which day, and why."""

    from_on = date_field(gettext_lazy("From"))
    why = forms.ChoiceField(
        label=gettext_lazy("Why?"),
        choices=REASONS,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose why.")},
    )
    note = forms.CharField(
        label=gettext_lazy("In a few words"),
        required=False,
        max_length=200,
        help_text=gettext_lazy('For example "after gardening". It stands in the plan\'s history.'),
    )
    warning_reason = forms.CharField(
        label=gettext_lazy("Why is this rise wanted?"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Needed for a rise over 35 %. It stands in the plan's history."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, standing: Standing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.standing = standing

    def clean_from_on(self) -> Any:
        on = self.cleaned_data["from_on"]
        if on < self.standing.on:
            raise forms.ValidationError(_("Past days stay as they were: choose today or a later day."))
        if on > self.standing.on + LATEST_START:
            raise forms.ValidationError(_("This is more than a year ahead."))
        return on

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("why") == "other" and not data.get("note"):
            self.add_error("note", _("Say in a few words why."))
        return data

    @property
    def reason(self) -> str:
        """One line: the choice in words, and what was added."""
        words = str(dict(REASONS)[self.cleaned_data["why"]])
        note = self.cleaned_data["note"]
        return note if self.cleaned_data["why"] == "other" else ": ".join(filter(None, [words, note]))

    def change(self) -> Change:
        """What would be signed. Only for a valid form."""
        raise NotImplementedError


class RepeatForm(ChangeForm):
    """This week once more."""

    def change(self) -> Change:
        return going_to_week(
            self.standing,
            number=self.standing.number,
            from_on=self.cleaned_data["from_on"],
            reason=self.reason,
        )


class GoToWeekForm(ChangeForm):
    """One of the plan's other weeks."""

    week = forms.TypedChoiceField(
        label=gettext_lazy("Go on with"), coerce=int, choices=(), empty_value=None, required=True
    )
    field_order = ["week", "from_on", "why", "note"]

    def __init__(self, *args: Any, weeks: tuple[grading.Week, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["week"].choices = [(week.number, _week_in_words(week)) for week in weeks]  # type: ignore[attr-defined]

    def change(self) -> Change:
        data = self.cleaned_data
        return going_to_week(self.standing, number=data["week"], from_on=data["from_on"], reason=self.reason)


def _week_in_words(week: grading.Week) -> str:
    return _("Week %(number)s: %(dose)s") % {"number": week.number, "dose": dose(week)}


class WeeksForm(ChangeForm):
    """The weeks to come, written anew; `table` holds them."""

    def __init__(self, data: Any = None, *args: Any, standing: Standing, **kwargs: Any) -> None:
        super().__init__(data, *args, standing=standing, **kwargs)
        coming = standing.from_week(standing.number + 1) or standing.from_week(standing.number)
        self.table = week_table(with_other_rows(data), coming, first_week=coming[0].number)

    def is_valid(self) -> bool:
        return all([super().is_valid(), self.table.is_valid()])

    def change(self) -> Change:
        on = self.cleaned_data["from_on"]
        return Change(RevisionChange.REWRITTEN, on, self.table.weeks(), self.reason)


class SwapForm(ChangeForm):
    """Another template, from its first week, at the baseline of now."""

    template = forms.ModelChoiceField(
        queryset=ProgrammeTemplate.objects.none(),
        label=gettext_lazy("Template"),
        empty_label=gettext_lazy("Choose a template"),
        error_messages={"invalid_choice": gettext_lazy("Choose a template of this clinic.")},
    )
    baseline = baseline_field(
        required=False, help_text=gettext_lazy("In minutes or metres; for a template in steps, steps a day.")
    )
    by_metres = by_metres_field()
    irritable = forms.BooleanField(label=gettext_lazy("Irritable or fearful: start at 70 %"), required=False)
    field_order = ["template", "baseline", "by_metres", "irritable", "from_on", "why", "note"]

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = ProgrammeTemplate.objects.for_clinic(clinic).filter(is_active=True)
        self.fields["template"].queryset = offered  # type: ignore[attr-defined]
        self.weeks: tuple[grading.Week, ...] = ()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        template = data.get("template")
        unit = unit_of(template, by_metres=data["by_metres"])
        check_baseline(self, unit)
        if template and "baseline" not in self.errors:
            self.given = Baseline(data["baseline"], irritable=data["irritable"], counts=unit)
            self.weeks = generated_or_said(self, template, self.given)
        return data

    def change(self) -> Change:
        data = self.cleaned_data
        template = data["template"]
        rule = rule_of(template, self.given)
        return Change(RevisionChange.NEW_TEMPLATE, data["from_on"], self.weeks, self.reason, rule, template)


class CopyForm(forms.Form):
    """For whom, and from when."""

    patient = PatientChoice(
        queryset=Patient.objects.none(),
        label=gettext_lazy("Patient"),
        empty_label=gettext_lazy("Choose a patient"),
        error_messages={"invalid_choice": gettext_lazy("Choose a patient of this clinic from the list.")},
    )
    starts_on = date_field(gettext_lazy("Starts on"))

    def __init__(self, *args: Any, clinic: Clinic, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.initial.setdefault("starts_on", coming_monday(today))
        running = Programme.objects.for_clinic(clinic).running().filter(patient=OuterRef("pk"))
        patients = Patient.objects.for_clinic(clinic).judged_on(today)
        self.fields["patient"].queryset = patients.annotate(has_programme=Exists(running))  # type: ignore[attr-defined]

    def clean_starts_on(self) -> Any:
        if problem := start_problem(self.cleaned_data["starts_on"], self.today):
            raise forms.ValidationError(problem)
        return self.cleaned_data["starts_on"]
