"""The baseline as it is typed, in the unit of the plan: fields, limits, and what is said beside them."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programmes.clinical import grading
from programmes.clinical.thresholds import GRADING
from programmes.models import Counted, ProgrammeTemplate
from programmes.services.prescribing import Baseline, NoWeeks, OtherUnit, generated_weeks
from programmes.wording import amount

FEWEST_STEPS = 500  # a day; less is a number of minutes typed into the wrong place [P]
LIMITS = {
    grading.MINUTES: (1, GRADING.max_baseline),
    grading.DISTANCE: (GRADING.metres_unit, GRADING.max_metres),
    grading.STEPS: (FEWEST_STEPS, GRADING.max_steps),
}
NEEDED = {
    grading.MINUTES: gettext_lazy("Enter how long this patient walks comfortably now: 1 to 300 minutes."),
    grading.DISTANCE: gettext_lazy("Enter how far this patient walks comfortably now: 50 to 40,000 metres."),
    grading.STEPS: gettext_lazy("Enter this patient's usual steps of a day: 500 to 60,000."),
}
WITHIN = {
    grading.MINUTES: gettext_lazy("Enter 1 to 300 minutes."),
    grading.DISTANCE: gettext_lazy("Enter 50 to 40,000 metres."),
    grading.STEPS: gettext_lazy("Enter 500 to 60,000 steps."),
}
TARGETS = {
    grading.MINUTES: gettext_lazy("Enter a target of 1 to 300 minutes."),
    grading.DISTANCE: gettext_lazy("Enter a target of 50 to 40,000 metres."),
}
OTHER_UNIT = gettext_lazy("This template counts %(counted)s: its weeks cannot be told in metres.")


def baseline_field(**kwargs: Any) -> forms.IntegerField:
    """A whole number; whether it fits is asked once the unit is known (`check_baseline`)."""
    return forms.IntegerField(
        label=gettext_lazy("Comfortable walk now"),
        widget=forms.NumberInput(attrs={"min": 1}),
        error_messages={"invalid": gettext_lazy("Enter a whole number.")},
        **kwargs,
    )


def by_metres_field() -> forms.BooleanField:
    return forms.BooleanField(label=gettext_lazy("Count in metres instead of minutes"), required=False)


def unit_of(template: ProgrammeTemplate | None, *, by_metres: bool) -> str:
    """What the plan will count: metres where ticked, else what the template counts; a blank one minutes."""
    if by_metres:
        return grading.DISTANCE
    return template.counts if template else grading.MINUTES


def check_baseline(form: forms.Form, counts: str) -> None:
    """One message beside the baseline, in the plan's unit, for none and for one outside its limits."""
    least, most = LIMITS[counts]
    value = form.cleaned_data.get("baseline")
    if value is None or not least <= value <= most:
        form.errors.pop("baseline", None)
        form.add_error("baseline", NEEDED[counts])


def generated_or_said(
    form: forms.Form, template: ProgrammeTemplate, baseline: Baseline
) -> tuple[grading.Week, ...]:
    """The template's weeks; none, with the reason beside its field, where they cannot be made."""
    try:
        return generated_weeks(template=template, baseline=baseline)
    except NoWeeks:
        form.add_error("template", _("This template has no weeks: give it weeks, or choose another."))
    except OtherUnit:
        counted = Counted(template.counts).label
        form.add_error("by_metres", str(OTHER_UNIT) % {"counted": counted})
    except grading.BaselineOutOfRange:
        least = amount(template.rules.get("min_baseline", 1), template.counts)
        form.add_error(
            "baseline", _("This template needs a comfortable walk of at least %(least)s.") % {"least": least}
        )
    return ()
