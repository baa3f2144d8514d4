"""What staff choose of the rules' numbers, and why."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinic.forms.inputs import a_choice
from programmes.clinical.thresholds import ADJUSTABLE, Setting
from programmes.models import Sensitivity, ThresholdSetting

NUMBERS = tuple(ADJUSTABLE)
CHOSEN = ("sensitivity", *NUMBERS)


def _whole(label: Any, name: str) -> forms.IntegerField:
    bounds = ADJUSTABLE[name]
    return forms.IntegerField(
        label=label, min_value=int(bounds.low), max_value=int(bounds.high), required=False
    )


class ThresholdForm(forms.Form):
    """The knob, four numbers and a reason; `seen` is the version that the page was made from."""

    sensitivity = a_choice(_("Sensitivity"), Sensitivity.choices, _("Choose a sensitivity."))
    pain_rise = forms.DecimalField(
        label=_("Rising pain: least rise, in points"),
        min_value=Decimal(str(ADJUSTABLE["pain_rise"].low)),
        max_value=Decimal(str(ADJUSTABLE["pain_rise"].high)),
        max_digits=2,
        decimal_places=1,
        required=False,
    )
    silence_days = _whole(_("Walks dropped: shortest silence, in days"), "silence_days")
    start_days = _whole(_("Not started: days without a first walk"), "start_days")
    low_percent = _whole(_("Few of the planned walks: below how many percent"), "low_percent")
    reason = forms.CharField(
        label=_("Why?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write why: others read it later.")},
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self,
        *args: Any,
        row: ThresholdSetting | None,
        below: Setting | None = None,
        is_for_patient: bool = False,
        **kwargs: Any,
    ) -> None:
        """`below` is what the clinic chose; for a patient everything may stay as it is there."""
        super().__init__(*args, **{"initial": _first(row), **kwargs})
        for name in NUMBERS:
            self.fields[name].help_text = _hint(name, below)
        if is_for_patient:
            self.fields["sensitivity"].required = False
            self.fields["sensitivity"].choices = [("", gettext("As in the clinic")), *Sensitivity.choices]  # type: ignore[attr-defined]

    def chosen(self) -> Setting:
        """As the verbs take it."""
        return ThresholdSetting(**{name: self.cleaned_data[name] for name in CHOSEN}).as_setting


def _first(row: ThresholdSetting | None) -> dict[str, Any]:
    if row is None:
        return {"seen": 0}
    return {name: getattr(row, name) for name in CHOSEN} | {"seen": row.version}


def _hint(name: str, below: Setting | None) -> str:
    """The bounds, and what an empty field means."""
    bounds, of_clinic = ADJUSTABLE[name], getattr(below, name, None)
    now = bounds.shipped if of_clinic is None else of_clinic
    numbers = {"low": f"{bounds.low:g}", "high": f"{bounds.high:g}", "now": f"{now:g}"}
    if of_clinic is None:
        return gettext("%(low)s to %(high)s. Empty: as shipped, %(now)s.") % numbers
    return gettext("%(low)s to %(high)s. Empty: as in the clinic, %(now)s.") % numbers
