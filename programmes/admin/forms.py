"""The builder's forms: a start from a template or a blank, the draft's own fields, pause and end."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Count, Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinic.models import Clinic
from patients.models import Patient
from programmes.admin.baselines import (
    LIMITS,
    TARGETS,
    baseline_field,
    by_metres_field,
    check_baseline,
    generated_or_said,
    unit_of,
)
from programmes.admin.recorded_walks import baseline_from, problem_with, recorded_walks
from programmes.clinical import grading
from programmes.clinical.thresholds import GRADING
from programmes.models import Ending, PauseReason, Programme, ProgrammeTemplate
from programmes.services.prescribing import Baseline, rules_for
from programmes.wording import amount, day_and_year, whole

BLANK = "blank"
OLDEST_START = timedelta(days=14)  # older walks cannot be logged any more
LATEST_START = timedelta(days=366)
STARTS = gettext_lazy("Up to 14 days ago, for a patient who began already, and up to a year ahead.")
BLANK_FIELDS = ("target", "number_of_weeks", "first_days", "last_days", "step_percent")


def coming_monday(today: date) -> date:
    """Today, if it is one."""
    return today + timedelta(days=-today.weekday() % 7)


def start_problem(starts_on: date, today: date) -> str:
    """Why a programme cannot start on that day; "" when it can."""
    if starts_on < today - OLDEST_START:
        return _("This start is more than 14 days ago.")
    if starts_on > today + LATEST_START:
        return _("This start is more than a year ahead.")
    return ""


def date_field(label: Any, **kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **kwargs)


def reason_field() -> forms.CharField:
    """A few words that stand with what is done; never left out."""
    return forms.CharField(
        label=gettext_lazy("Why, in a few words"),
        max_length=300,
        error_messages={"required": gettext_lazy("Say in a few words why.")},
    )


def not_that_day(earliest: date) -> str:
    """What is said beside a day on which nothing can have ended."""
    said = _("Choose a day from %(earliest)s to today: not before the last walk or the plan's last change.")
    return said % {"earliest": day_and_year(earliest)}


class PatientChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, patient: Any) -> str:
        marks = [patient.full_name]
        if patient.date_of_birth:
            marks.append(day_and_year(patient.date_of_birth))
        if patient.reference:
            marks.append(patient.reference)
        shown = " · ".join(marks)
        return _("%(patient)s (has a programme)") % {"patient": shown} if patient.has_programme else shown


@dataclass(frozen=True)
class Card:
    """What a template's card says."""

    name: str
    who_for: str
    weeks: str

    def __str__(self) -> str:
        return self.name


def _card(template: Any) -> Card:
    weeks = ngettext("%(n)s week", "%(n)s weeks", template.week_count) % {"n": template.week_count}
    return Card(template.name, template.who_for, weeks)


def rule_of(template: ProgrammeTemplate, baseline: Baseline) -> dict[str, Any]:
    """What a revision keeps of the template that made it, in the unit that it was made in."""
    rules = asdict(rules_for(template, baseline)) if template.rules else {}
    return {**rules, "code": template.code, "version": template.version}


class StartForm(forms.Form):
    """From a patient, a template and a comfortable baseline to the weeks of a draft."""

    patient = PatientChoice(
        queryset=Patient.objects.none(),
        label=gettext_lazy("Patient"),
        empty_label=gettext_lazy("Choose a patient"),
        error_messages={"invalid_choice": gettext_lazy("Choose a patient of this clinic from the list.")},
    )
    template = forms.ChoiceField(
        label=gettext_lazy("Start from"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose a template, or the blank programme."),
            "invalid_choice": gettext_lazy("Choose a template of this clinic."),
        },
    )
    recorded = forms.MultipleChoiceField(
        label=gettext_lazy(
            "The patient's own walks: three comfortable ones for their mean, or seven days' steps"
        ),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose walks of this patient from the list.")},
    )
    baseline = baseline_field(
        required=False,
        help_text=gettext_lazy(
            "In minutes, or metres if ticked: the mean of three comfortable walks on different days within "
            "10 days. For a template in steps: the median of seven whole days, all steps counted."
        ),
    )
    by_metres = by_metres_field()
    is_estimate = forms.BooleanField(label=gettext_lazy("This is an estimate"), required=False)
    irritable = forms.BooleanField(label=gettext_lazy("Irritable or fearful: start at 70 %"), required=False)
    starts_on = date_field(gettext_lazy("Starts on"), help_text=STARTS)

    target = forms.IntegerField(
        label=gettext_lazy("Target a day, in minutes or metres"),
        required=False,
        initial=30,
        error_messages={"invalid": gettext_lazy("Enter a whole number.")},
    )
    number_of_weeks = forms.IntegerField(
        label=gettext_lazy("Number of weeks"), min_value=1, max_value=52, required=False, initial=12
    )
    first_days = forms.IntegerField(
        label=gettext_lazy("Walking days in the first week"),
        min_value=1,
        max_value=7,
        required=False,
        initial=3,
    )
    last_days = forms.IntegerField(
        label=gettext_lazy("Walking days at most"), min_value=1, max_value=7, required=False, initial=5
    )
    step_percent = forms.TypedChoiceField(
        label=gettext_lazy("Weekly step, share of the baseline"),
        choices=[(10, "10 %"), (15, "15 %"), (20, "20 %")],
        coerce=int,
        required=False,
        initial=15,
    )

    def __init__(self, *args: Any, clinic: Clinic, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.weeks: tuple[grading.Week, ...] = ()
        self.rule: dict[str, Any] = {}
        self.initial.setdefault("starts_on", coming_monday(today))
        self.recorded_walks = recorded_walks(clinic, self["patient"].value(), today)
        self.fields["recorded"].choices = [(key, str(walk)) for key, walk in self.recorded_walks.items()]  # type: ignore[attr-defined]
        running = Programme.objects.for_clinic(clinic).running().filter(patient=OuterRef("pk"))
        patients = Patient.objects.for_clinic(clinic).judged_on(today)
        self.fields["patient"].queryset = patients.annotate(has_programme=Exists(running))  # type: ignore[attr-defined]
        templates = ProgrammeTemplate.objects.for_clinic(clinic).filter(is_active=True)
        self.templates = {str(each.pk): each for each in templates.annotate(week_count=Count("weeks"))}
        cards: list[Any] = [(key, _card(each)) for key, each in self.templates.items()]
        blank = Card(_("Blank programme"), _("Your own target, weeks and days."), "")
        self.fields["template"].choices = [*cards, (BLANK, blank)]  # type: ignore[attr-defined]

    @property
    def from_template(self) -> ProgrammeTemplate | None:
        return self.templates.get(self.cleaned_data["template"])

    @property
    def soft_warnings(self) -> list[str]:
        """What a blank programme's numbers do not fit together in; the draft is made all the same."""
        if self.from_template is not None:
            return []
        target, reached = self.cleaned_data["target"], max(week.amount for week in self.weeks)
        said = []
        if target < self.cleaned_data["baseline"]:
            said.append(_("The target is below the comfortable walk of now."))
        elif reached < target:
            said.append(
                _("The target of %(target)s is not reached in these weeks: the most is %(reached)s.")
                % {"target": amount(target, self.unit), "reached": whole(reached)}
            )
        return said

    @property
    def baseline_given(self) -> Baseline:
        data = self.cleaned_data
        return Baseline(data["baseline"], data["is_estimate"], data["irritable"], self.unit)

    @property
    def unit(self) -> str:
        """What the plan counts, as far as is known."""
        template = self.templates.get(self.cleaned_data.get("template", ""))
        return unit_of(template, by_metres=self.cleaned_data.get("by_metres", False))

    def clean_starts_on(self) -> Any:
        if problem := start_problem(self.cleaned_data["starts_on"], self.today):
            raise forms.ValidationError(problem)
        return self.cleaned_data["starts_on"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self._settle_baseline(data)
        if data.get("template") == BLANK:
            self._check_blank(data)
        if not self.errors:
            self._generate()
        return data

    def _settle_baseline(self, data: dict[str, Any]) -> None:
        """A number, or what recorded walks give; never both, so that nobody wonders which counted."""
        ticked = [self.recorded_walks[key] for key in data.get("recorded") or ()]
        if not ticked:
            check_baseline(self, self.unit)
        elif data.get("baseline") is not None or data.get("is_estimate"):
            self.add_error("recorded", _("Recorded walks, or a number: not both."))
        elif problem := problem_with(ticked, self.unit):
            self.add_error("recorded", problem)
        else:
            data["baseline"] = baseline_from(ticked, self.unit, self.recorded_walks.values())
            check_baseline(self, self.unit)

    def _check_blank(self, data: dict[str, Any]) -> None:
        for name in BLANK_FIELDS:
            if data.get(name) in (None, "") and name not in self.errors:
                self.add_error(name, _("A blank programme needs this."))
        least, most = LIMITS[self.unit]
        if data.get("target") is not None and not least <= data["target"] <= most:
            self.add_error("target", TARGETS[self.unit])
        first, last = data.get("first_days"), data.get("last_days")
        if first and last and first > last:
            self.add_error("last_days", _("Not fewer than in the first week."))

    def _generate(self) -> None:
        template = self.from_template
        if template is None:
            self._from_blank()
        else:
            self.weeks = generated_or_said(self, template, self.baseline_given)
            self.rule = rule_of(template, self.baseline_given) if self.weeks else {}
        if self.weeks and (ticked := self.cleaned_data["recorded"]):
            self.rule["baseline_walks"] = sorted(ticked)

    def _from_blank(self) -> None:
        data = self.cleaned_data
        by_metres = data["by_metres"]
        rules = grading.blank_rules(
            target_minutes=GRADING.max_baseline if by_metres else data["target"],
            weeks=data["number_of_weeks"],
            start_days=data["first_days"],
            max_days=data["last_days"],
            step_share=data["step_percent"] / 100,
            factor=GRADING.gentle_factor if data["irritable"] else GRADING.factor,
        )
        if by_metres:
            rules = grading.in_metres(rules, data["target"])
        self.weeks = grading.generate(data["baseline"], rules)
        self.rule = asdict(rules)


class DraftForm(forms.Form):
    """What stands beside the week table of a draft."""

    starts_on = date_field(gettext_lazy("Starts on"), help_text=STARTS)
    goal = forms.CharField(
        label=gettext_lazy("The patient's goal, in their own words"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Shown to the patient on My plan, and to the team. At most 300 characters."),
    )
    note_to_patient = forms.CharField(
        label=gettext_lazy("Note to the patient"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Shown above the plan. At most 300 characters."),
    )
    warning_reason = forms.CharField(
        label=gettext_lazy("Why is this rise wanted?"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Needed before the plan is assigned. It is kept with the plan."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_starts_on(self) -> Any:
        if problem := start_problem(self.cleaned_data["starts_on"], self.today):
            raise forms.ValidationError(problem)
        return self.cleaned_data["starts_on"]


class AssignForm(forms.Form):
    """Signs the version that the page showed."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class PauseForm(forms.Form):
    from_on = date_field(gettext_lazy("From"))
    until_on = date_field(gettext_lazy("Until"), help_text=gettext_lazy("The last paused day."))
    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=PauseReason.choices)
    note = forms.CharField(
        label=gettext_lazy("In a few words"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("It stands with the plan. For a decision of yours and “other” it is needed."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_from_on(self) -> Any:
        if self.cleaned_data["from_on"] < self.today - OLDEST_START:
            raise forms.ValidationError(_("A pause starts at most 14 days ago."))
        return self.cleaned_data["from_on"]

    def clean_until_on(self) -> Any:
        until = self.cleaned_data["until_on"]
        if until > self.today + LATEST_START:
            raise forms.ValidationError(_("A pause ends within a year."))
        if self.cleaned_data.get("from_on") and until < self.cleaned_data["from_on"]:
            raise forms.ValidationError(_("The pause ends before it starts."))
        return until

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("reason") in (PauseReason.CLINICAL, PauseReason.OTHER) and not data.get("note"):
            self.add_error("note", _("Say in a few words why."))
        return data


class EndForm(forms.Form):
    """How and on which day a programme ended, and why."""

    on = date_field(gettext_lazy("Last day"), help_text=gettext_lazy("Today, or a day up to two weeks ago."))
    ending = forms.ChoiceField(
        label=gettext_lazy("How did it end?"),
        choices=Ending.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how it ended.")},
    )
    reason = reason_field()
