"""The week table: typed rows become weeks of the grading code, or say beside the field why not."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from programmes.clinical import grading
from programmes.models import Intensity, WeekKind

PREFIX = "weeks"
MOST_WEEKS = 104
FAST_PARTS = ("intervals", "interval_days")
COUNTED = ("distance_m", "steps")
DOSE_NEEDED = gettext_lazy("Enter 1 to 300 minutes.")


def _number(label: Any, low: int, high: int, message: Any, *, required: bool = True) -> forms.IntegerField:
    field = forms.IntegerField(label=label, min_value=low, max_value=high, required=required)
    field.error_messages.update(required=message, invalid=message)
    for validator in field.validators:
        validator.message = message  # type: ignore[attr-defined]
    return field


class WeekForm(forms.Form):
    """One row. Distance and steps are carried along unseen until plans are counted by them here."""

    number = _number(gettext_lazy("week"), 1, MOST_WEEKS, gettext_lazy("Enter 1 to 104."))
    days = _number(gettext_lazy("walking days"), 1, 7, gettext_lazy("Enter 1 to 7 days."))
    minutes = _number(gettext_lazy("minutes a day"), 0, 300, DOSE_NEEDED)
    bouts = _number(gettext_lazy("walks a day"), 1, 6, gettext_lazy("Enter 1 to 6 walks."))
    intensity = forms.ChoiceField(label=gettext_lazy("pace"), choices=Intensity.choices)
    kind = forms.ChoiceField(label=gettext_lazy("kind of week"), choices=WeekKind.choices)
    intervals = _number(gettext_lazy("fast parts"), 0, 30, gettext_lazy("Enter 0 to 30."), required=False)
    interval_days = _number(
        gettext_lazy("days with fast parts"), 0, 7, gettext_lazy("Enter 0 to 7 days."), required=False
    )
    distance_m = forms.IntegerField(min_value=1, max_value=40_000, required=False, widget=forms.HiddenInput)
    steps = forms.IntegerField(min_value=1, max_value=60_000, required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("minutes") == 0 and not any(data.get(name) for name in COUNTED):
            self.add_error("minutes", DOSE_NEEDED)
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
    def minutes_a_week(self) -> int | None:
        """Days times minutes as they stand in the row; None while they are no numbers."""
        try:
            return int(self["days"].value()) * int(self["minutes"].value())
        except (TypeError, ValueError):
            return None


class BaseWeekFormSet(forms.BaseFormSet):  # type: ignore[type-arg]
    """All rows of one plan. Rows ticked for removal close the gap that they leave."""

    deletion_widget = forms.CheckboxInput
    with_fast_parts = False
    first_week = 1

    def add_fields(self, form: WeekForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.empty_permitted = False
        form.fields["DELETE"].label = _("remove")
        for name, field in form.fields.items():
            if name in FAST_PARTS and not self.with_fast_parts:
                field.widget = forms.HiddenInput()
            field.widget.attrs["aria-label"] = _("week %(number)s %(column)s") % {
                "number": (index or 0) + 1,
                "column": field.label,
            }

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
    data: Any, weeks: Iterable[grading.Week], *, fast_parts: bool = False, first_week: int = 1
) -> Any:
    """The table over what was posted, else over the stored weeks; fast parts only where there are some."""
    rows = [{name: getattr(week, name) for name in WeekForm.base_fields} for week in weeks]
    posted = [data.get(key) for key in data if key.endswith("-intervals")] if data else []
    wanted = (
        fast_parts or any(row["intervals"] for row in rows) or any(each not in ("", "0") for each in posted)
    )
    kind = type("WeekFormSet", (_FormSet,), {"with_fast_parts": wanted, "first_week": first_week})
    return kind(data, initial=rows, prefix=PREFIX)


def with_one_more_week(data: Any) -> Any:
    """The posted rows and a copy of the last one, numbered next."""
    copy = data.copy()
    total = min(_whole(copy.get(f"{PREFIX}-TOTAL_FORMS")), MOST_WEEKS - 1)
    for name in WeekForm.base_fields:
        copy[f"{PREFIX}-{total}-{name}"] = copy.get(f"{PREFIX}-{total - 1}-{name}", _fresh(name))
    last = _whole(copy.get(f"{PREFIX}-{total - 1}-number")) or total
    copy[f"{PREFIX}-{total}-number"] = str(last + 1)
    copy[f"{PREFIX}-TOTAL_FORMS"] = str(total + 1)
    return copy


def _whole(typed: str | None) -> int:
    """0 for what is no number."""
    return int(typed) if typed and typed.isdecimal() and len(typed) < 5 else 0


def _fresh(name: str) -> str:
    return {"days": "3", "minutes": "10", "bouts": "1", "intensity": "easy", "kind": "build"}.get(name, "")
