"""What a patient says on days without a walk, after some days, or to be called."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients import wording
from patients.day_wording import REASONS
from patients.forms.amounts import recalled_choices
from patients.forms.fields import KEY_ERROR, NOT_SURE, PAIN, PAIN_ERROR, SafeText, choice, score
from patients.forms.walks import FALLS, LAYOUT_VERSION, LONGEST_NOTE, Asked, RepeatForm, SafetyForm
from programmes.clinical.amounts import COLUMNS, Walked
from programmes.services.catching_up import DAYS
from programmes.services.not_walking import HowItIs
from programmes.services.own_pauses import LONGEST
from programmes.services.walk_logging import WalkEntry

CAN_IT_WAIT = [("yes", _("Yes, it can wait")), ("no", _("No, please call me soon"))]
NO_DAY = _("Fill in one day at least.")
NOT_ASKED = _("%(day)s is no longer on this page. Log that walk on its own.")
LOGGED_BEFORE = _("%(day)s: you logged a walk on this day before. This one is not saved a second time.")


class CallForm(forms.Form):
    """Please call me."""

    can_wait = choice(CAN_IT_WAIT, required=True)


class WhyNotForm(RepeatForm):
    """Not walking just now?"""

    reason = choice(REASONS, required=True)
    note = SafeText(
        required=False,
        max_length=LONGEST_NOTE,
        error_messages={"max_length": _("The note is too long. Use up to 500 letters.")},
    )


class HowItIsForm(SafetyForm):
    """Asked when the back is the reason."""

    pain_now = choice(PAIN, message=PAIN_ERROR, required=True)
    field_order = ("pain_now",)

    def answers(self) -> HowItIs:
        pain, symptoms = self.cleaned_data["pain_now"], self.cleaned_data["symptoms"]
        return HowItIs(score(pain), symptoms, wording.SAFETY_TEXT_VERSION)


class PauseForm(forms.Form):
    """Until when the plan rests."""

    until_on = forms.DateField(
        error_messages={"required": _("Choose a day."), "invalid": _("Choose a day from the list.")}
    )

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data)
        self.days = [today + timedelta(days=ahead) for ahead in range(1, LONGEST)]

    def day_choices(self) -> list[tuple[str, str]]:
        return [(on.isoformat(), wording.day(on)) for on in self.days]

    def clean_until_on(self) -> date:
        until: date = self.cleaned_data["until_on"]
        if until not in self.days:
            raise forms.ValidationError(_("Choose a day from the list."))
        return until


def _day_in(name: str) -> date | None:
    try:
        return date.fromisoformat(name.partition("_")[2])
    except ValueError:
        return None


@dataclass(frozen=True)
class CaughtDay:
    """One day of the form: what was logged already, or what is asked."""

    name: str
    logged: str
    amount: Any = None
    before: Any = None
    after: Any = None


class CatchUpForm(RepeatForm, SafetyForm):
    """The last seven days on one screen; a day that has a walk is shown, not asked."""

    must_answer = False

    def __init__(self, data: Any = None, *, asked: Asked, logged: dict[date, str]) -> None:
        super().__init__(data)
        self.asked, self.logged = asked, logged
        amounts = [("", "–"), *recalled_choices(asked)]
        for on in self.asked_days():
            self.fields[f"amount_{on}"] = choice(amounts)
            for name in ("before", "after"):
                self.fields[f"{name}_{on}"] = choice([("", "–"), *PAIN], message=PAIN_ERROR)
        self.fields["fall"] = choice(FALLS)

    def all_days(self) -> list[date]:
        return [self.asked.today - timedelta(days=back) for back in range(DAYS)]

    def asked_days(self) -> list[date]:
        return [on for on in self.all_days() if on not in self.logged]

    def days(self) -> Iterator[CaughtDay]:
        """Each day, newest first, as the page shows it."""
        for on in self.all_days():
            name = wording.day_from(self.asked.today, on)
            if on in self.logged:
                yield CaughtDay(name, self.logged[on])
            else:
                fields = (self[f"{part}_{on}"] for part in ("amount", "before", "after"))
                yield CaughtDay(name, "", *fields)

    def problems(self) -> dict[str, str]:
        """Each problem with its day, and the id that it leads to."""
        found: dict[str, str] = {}
        for field in self:
            part, _sign, on = field.name.partition("_")
            is_a_day = part in ("amount", "before", "after")
            about = f"{wording.day(date.fromisoformat(on))}: " if is_a_day else ""
            found |= {f"{about}{error}": field.id_for_label or field.auto_id for error in field.errors}
        return found

    def clean(self) -> None:
        if "client_uuid" in self.errors:
            self.add_error(None, KEY_ERROR)
        for on in self._no_longer_asked():
            said = LOGGED_BEFORE if on in self.logged else NOT_ASKED
            self.add_error(None, said % {"day": wording.day(on)})
        walked = [on for on in self.asked_days() if self.cleaned_data.get(f"amount_{on}")]
        for on in walked:
            for name in ("before", "after"):
                if self.asked.asks_pain_after and self.cleaned_data.get(f"{name}_{on}") == "":
                    self.add_error(f"{name}_{on}", PAIN_ERROR)
        if not walked and not self.errors:
            self.add_error(None, NO_DAY)

    def _no_longer_asked(self) -> list[date]:
        """Filled in on a page that was opened before midnight, or before another tab logged the day."""
        asked = {f"amount_{on}" for on in self.asked_days()}
        typed = (name for name, value in self.data.items() if name.startswith("amount_") and value)
        return sorted(filter(None, (_day_in(name) for name in typed if name not in asked)))

    def entries(self) -> list[WalkEntry]:
        """One for each day that was filled in; fall and symptoms stand with the newest."""
        return list(self._entries())

    def _entries(self) -> Iterator[WalkEntry]:
        answers = self.cleaned_data
        walked = [on for on in self.asked_days() if answers[f"amount_{on}"]]
        for place, on in enumerate(walked):
            is_newest = place == 0
            symptoms = answers["symptoms"] if is_newest else None
            much = Walked(**{COLUMNS[self.asked.counts]: int(answers[f"amount_{on}"])})
            before, after = answers[f"before_{on}"], answers[f"after_{on}"]
            yield WalkEntry(
                client_uuid=answers["client_uuid"],
                walked_on=on,
                minutes=much.minutes,
                steps=much.steps,
                distance_m=much.distance_m,
                pain_before=score(before),
                pain_before_not_sure=before == NOT_SURE,
                pain_after=score(after),
                pain_after_not_sure=after == NOT_SURE,
                fall=answers["fall"] if is_newest else "",
                new_symptoms=symptoms,
                safety_text_version="" if symptoms is None else wording.SAFETY_TEXT_VERSION,
                layout_version=LAYOUT_VERSION,
            )
