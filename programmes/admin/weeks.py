"""The week table: typed rows become weeks of the grading code, or say beside the field why not."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from programmes.clinical import grading
from programmes.clinical.amounts import COLUMNS, DISTANCE, MINUTES, MOST, STEPS
from programmes.models import Intensity, WeekKind

PREFIX = "weeks"
MOST_WEEKS = 104
FAST_PARTS = ("intervals", "interval_days")
DOSES = tuple(COLUMNS.values())
DOSE_NEEDED = {
    "minutes": gettext_lazy("Enter 1 to 300 minutes."),
    "distance_m": gettext_lazy("Enter 1 to 40,000 metres."),
    "steps": gettext_lazy("Enter 1 to 60,000 steps."),
}
A_WEEK = {
    "minutes": gettext_lazy("Minutes a week"),
    "distance_m": gettext_lazy("Metres a week"),
    "steps": gettext_lazy("Steps a week"),
}


def _number(label: Any, low: int, high: int, message: Any, *, required: bool = True) -> forms.IntegerField:
    field = forms.IntegerField(label=label, min_value=low, max_value=high, required=required)
    field.error_messages.update(required=message, invalid=message)
    for validator in field.validators:
        validator.message = message  # type: ignore[attr-defined]
    return field


class WeekForm(forms.Form):
    """One row. Doses that the plan does not count are carried along unseen."""

    number = _number(gettext_lazy("week"), 1, MOST_WEEKS, gettext_lazy("Enter 1 to 104."))
    days = _number(gettext_lazy("walking days"), 1, 7, gettext_lazy("Enter 1 to 7 days."))
    minutes = _number(gettext_lazy("minutes a day"), 0, MOST[MINUTES], DOSE_NEEDED["minutes"])
    distance_m = _number(
        gettext_lazy("metres a day"), 1, MOST[DISTANCE], DOSE_NEEDED["distance_m"], required=False
    )
    steps = _number(gettext_lazy("steps a day"), 1, MOST[STEPS], DOSE_NEEDED["steps"], required=False)
    bouts = _number(gettext_lazy("walks a day"), 1, 6, gettext_lazy("Enter 1 to 6 walks."))
    intensity = forms.ChoiceField(label=gettext_lazy("pace"), choices=Intensity.choices)
    kind = forms.ChoiceField(label=gettext_lazy("kind of week"), choices=WeekKind.choices)
    intervals = _number(gettext_lazy("fast parts"), 0, 30, gettext_lazy("Enter 0 to 30."), required=False)
    interval_days = _number(
        gettext_lazy("days with fast parts"), 0, 7, gettext_lazy("Enter 0 to 7 days."), required=False
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        is_read = data.get("minutes") is not None and not self.errors.keys() & set(DOSES)
        if is_read and not any(data[name] for name in DOSES):
            self.add_error(self.counted, DOSE_NEEDED[self.counted])
        return data

    def clean_intervals(self) -> int:
        return self.cleaned_data["intervals"] or 0

    def clean_interval_days(self) -> int:
        return self.cleaned_data["interval_days"] or 0

    def week(self) -> grading.Week:
        return grading.Week(**{name: self.cleaned_data[name] for name in self.base_fields})

    @property
    def cells(self) -> list[forms.BoundField]:
        """The columns people see."""
        return [field for field in self.visible_fields() if field.name != "DELETE"]

    @property
    def counted(self) -> str:
        """The dose that this plan counts: the first one people see."""
        return next((name for name in DOSES if not self.fields[name].widget.is_hidden), "minutes")

    @property
    def a_week(self) -> int | None:
        """Days times the day's dose as they stand in the row; None while they are no numbers."""
        try:
            return int(self["days"].value()) * int(self[self.counted].value())
        except (TypeError, ValueError):
            return None


class BaseWeekFormSet(forms.BaseFormSet):  # type: ignore[type-arg]
    """All rows of one plan. Rows ticked for removal close the gap that they leave."""

    deletion_widget = forms.CheckboxInput
    unseen: frozenset[str] = frozenset()
    first_week = 1

    def add_fields(self, form: WeekForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.empty_permitted = False
        form.fields["DELETE"].label = _("remove")
        for name, field in form.fields.items():
            if name in self.unseen:
                field.widget = forms.HiddenInput()
            field.widget.attrs["aria-label"] = _("week %(number)s %(column)s") % {
                "number": (index or 0) + 1,
                "column": field.label,
            }

    @property
    def a_week(self) -> Any:
        """The heading of the last column."""
        return A_WEEK[self.empty_form.counted]

    @property
    def wrong_cells(self) -> list[dict[str, str]]:
        """What is wrong in which cell, with the cell's id to go there."""
        return [
            {
                "id": form[name].auto_id,
                "said": _("Week %(number)s, %(column)s: %(said)s")
                % {"number": form["number"].value(), "column": form.fields[name].label, "said": said},
            }
            for form in self.kept
            for name, errors in form.errors.items()
            if name in form.fields
            for said in errors
        ]

    @property
    def problems(self) -> list[str]:
        """The same as a list of sentences beside the preview."""
        return [cell["said"] for cell in self.wrong_cells]

    @property
    def kept(self) -> list[WeekForm]:
        return [form for form in self.forms if not self._should_delete_form(form)]  # type: ignore[attr-defined]

    def clean(self) -> None:
        if not self.kept:
            raise forms.ValidationError(_("A plan needs at least one week."))
        numbered = self._renumbered()
        numbers = Counter(form.cleaned_data["number"] for form in numbered)
        self._refuse_repeats(numbered, numbers)
        if len(numbered) == len(self.kept):
            self._refuse_gaps(numbers)

    def _renumbered(self) -> list[WeekForm]:
        """The rows with a number; weeks after a removed one move up, gaps that were typed stay."""
        numbered = [form for form in self.kept if "number" in form.cleaned_data]
        held = {form.cleaned_data["number"] for form in numbered}
        removed = [form for form in self.forms if form not in self.kept]
        gone = {form.cleaned_data.get("number") for form in removed} - held - {None}
        for form in numbered:
            number = form.cleaned_data["number"]
            form.cleaned_data["number"] = number - sum(1 for each in gone if each < number)
        return numbered

    def _refuse_repeats(self, numbered: list[WeekForm], numbers: "Counter[int]") -> None:
        repeated = sorted(number for number, times in numbers.items() if times > 1)
        for form in numbered:
            if form.cleaned_data["number"] in repeated:
                form.add_error("number", _("This week is there twice."))
        if repeated:
            said = _("Each week may stand in the table once: see week %(weeks)s.")
            raise forms.ValidationError(said % {"weeks": ", ".join(map(str, repeated))})

    def _refuse_gaps(self, numbers: "Counter[int]") -> None:
        if over := [number for number in numbers if number < self.first_week]:
            said = _("Week %(weeks)s is over: it stays as it was.")
            raise forms.ValidationError(said % {"weeks": ", ".join(map(str, sorted(over)))})
        missing = [number for number in range(self.first_week, max(numbers)) if number not in numbers]
        if not missing:
            return
        said = ngettext(
            "Weeks are numbered one after the other: week %(missing)s is missing.",
            "Weeks are numbered one after the other: weeks %(missing)s are missing.",
            len(missing),
        )
        raise forms.ValidationError(said % {"missing": ", ".join(map(str, missing))})

    def weeks(self) -> tuple[grading.Week, ...]:
        """The plan as typed, in week order. Only for a valid table."""
        return tuple(sorted((form.week() for form in self.kept), key=lambda week: week.number))


_FormSet = forms.formset_factory(
    WeekForm,
    formset=BaseWeekFormSet,
    extra=0,
    can_delete=True,
    max_num=MOST_WEEKS,
    validate_max=True,
    absolute_max=MOST_WEEKS + 1,
)


def week_table(
    data: Any,
    weeks: Iterable[grading.Week],
    *,
    fast_parts: bool = False,
    first_week: int = 1,
    counts: str = grading.MINUTES,
) -> Any:
    """The table over what was posted, else over the stored weeks; columns only where a plan uses them.

    An empty one has the column of what is counted.
    """
    rows = [{name: getattr(week, name) for name in WeekForm.base_fields} for week in weeks]
    used = {name for name in (*DOSES, *FAST_PARTS) if _is_used(name, rows, data)}
    counted = grading.COLUMNS.get(counts, "minutes")
    asked = {counted} if not used & set(DOSES) or counted != "minutes" else set()
    seen = used | asked | (set(FAST_PARTS) if fast_parts else set())
    unseen = frozenset({*DOSES, *FAST_PARTS} - seen)
    kind = type("WeekFormSet", (_FormSet,), {"unseen": unseen, "first_week": first_week})
    return kind(data, initial=rows, prefix=PREFIX)


def _is_used(name: str, rows: list[dict[str, Any]], data: Any) -> bool:
    """Whether a row, stored or typed, has something there. An emptied cell keeps a stored column in sight."""
    typed = [data.get(key) for key in data if key.endswith(f"-{name}")] if data else []
    return any(row[name] for row in rows) or any(each not in ("", "0") for each in typed)
