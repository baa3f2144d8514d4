"""What a patient says about a walk, and before a week is repeated or a flare-up plan begins."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from patients import wording
from patients.forms.amounts import (
    AMOUNTS,
    METRES_ERROR,
    MINUTES_ERROR,
    NEEDED,
    NO_NUMBER,
    STEPS_ERROR,
    Amounts,
)
from patients.forms.fields import (
    KEY_ERROR,
    NONE,
    NOT_SURE,
    OTHER,
    PAIN,
    PAIN_ERROR,
    YES_NO,
    SafeText,
    WholeNumber,
    choice,
    score,
)
from programmes.clinical.amounts import DISTANCE, MINUTES, MOST, STEPS, Walked
from programmes.clinical.distances import metres_from
from programmes.models import Fall, Intensity, Painkillers, Reason, Settled
from programmes.services.overlays import FlareAnswers
from programmes.services.plan_reading import COMPLETE_SHARE, Dose
from programmes.services.walk_logging import OLDEST_ENTRY, WalkEntry

LAYOUT_VERSION = 2  # of the pain scale: 6 and 5 radios, "Not sure" closes the second row (1: below both)
MUCH_MORE = 3  # times the plan: asks whether the number is right (clinical rules, "Walk log")
LONGEST_NOTE = 500

PAGE_ORDER = "client_uuid walked_on minutes other_minutes metres distance stepped steps confirmed pain_before"

TALK_TEST = [
    (Intensity.EASY, _("Easy: could sing")),
    (Intensity.MODERATE, _("Medium: could talk")),
    (Intensity.BRISK, _("Hard: few words")),
]
FALLS = [
    (Fall.NONE, _("No")),
    (Fall.NEAR, _("Nearly fell")),
    (Fall.FALL, _("Fell, not hurt")),
    (Fall.INJURY, _("Fell and got hurt")),
]
ADDED = ("pain_worst", "bouts", "effort", "limb_problem", "reason_short", "confidence", "painkillers", "note")
DAY_ERROR = _("Choose the day of your walk.")
# Named in the summary of errors, where the message alone would not say what it is about.
QUESTIONS = {
    "pain_before": _("Pain before the walk"),
    "pain_after": _("Pain after the walk"),
    "pain_worst": _("Worst pain on the walk"),
    "settled": _("The next morning"),
    "intensity": _("How hard it was"),
    "flare": _("Flare-up"),
    "fall": _("Falls"),
    "bouts": _("How many walks"),
    "effort": _("Effort"),
    "limb_problem": _("Leg or foot problem"),
    "reason_short": _("Why it was shorter"),
    "confidence": _("Your next walk"),
    "painkillers": _("Painkillers"),
}


class SafetyForm(forms.Form):
    """The list of what is NEW since last time, with an explicit "none of these"."""

    symptoms = forms.MultipleChoiceField(
        required=False,
        choices=[*wording.SAFETY_ITEMS.items(), (NONE, _("None of these"))],
        error_messages={"invalid_choice": _("Choose from the list.")},
    )
    must_answer = True

    def clean_symptoms(self) -> tuple[str, ...] | None:
        """Codes of the ticked items; () for none of these; None where the list was left out."""
        ticked = set(self.cleaned_data["symptoms"])
        if not ticked and not self.must_answer:
            return None
        if not ticked:
            raise forms.ValidationError(_("Tick what is new, or “None of these”."))
        if NONE in ticked and len(ticked) > 1:
            raise forms.ValidationError(_("Tick what is new, or “None of these”, not both."))
        return tuple(code for code in wording.SAFETY_ITEMS if code in ticked)


class PainAsked(Enum):
    """Which questions about pain a form holds; the clinic may let a patient have the light mode."""

    EACH_WALK = "before and after each walk"
    THIS_WEEK = "before this walk, once a week"
    NOT_NOW = "answered this week"


@dataclass(frozen=True)
class Asked:
    """What this patient's form asks today."""

    today: date
    units: str
    dose: Dose | None  # None: no plan, or a plan that rests
    last_walk_on: date | None
    safety_is_due: bool
    pain: PainAsked = PainAsked.EACH_WALK
    own_day: date | None = None  # a walk that is changed may keep it, however old
    counted: str = ""  # what a form counted that was shown before, or a walk that is changed

    @property
    def asks_pain_before(self) -> bool:
        return self.pain is not PainAsked.NOT_NOW

    @property
    def asks_pain_after(self) -> bool:
        return self.pain is PainAsked.EACH_WALK

    @property
    def settled_is_asked(self) -> bool:
        """A morning must have passed since the walk."""
        return self.last_walk_on is not None and self.last_walk_on < self.today

    @property
    def counts(self) -> str:
        """What the first question asks for: what the plan counts, else minutes."""
        return self.counted or (self.dose.counts if self.dose else MINUTES)

    @property
    def planned(self) -> int:
        """A day's dose; 0 without a plan that counts the same."""
        return self.dose.amount if self.dose and self.dose.counts == self.counts else 0


class RepeatForm(forms.Form):
    client_uuid = forms.UUIDField(
        widget=forms.HiddenInput, error_messages={"required": KEY_ERROR, "invalid": KEY_ERROR}
    )


class FlareForm(RepeatForm, SafetyForm):
    """Asked before a flare-up plan begins."""

    pain_now = choice(PAIN, message=PAIN_ERROR, required=True)
    field_order = ("client_uuid", "pain_now")

    def answers(self) -> FlareAnswers:
        answers = self.cleaned_data
        symptoms, version = answers["symptoms"], wording.SAFETY_TEXT_VERSION
        return FlareAnswers(answers["client_uuid"], score(answers["pain_now"]), symptoms, version)


class WalkForm(SafetyForm):
    must_answer = False  # left out, the list comes on the next page
    client_uuid = forms.UUIDField(
        widget=forms.HiddenInput, error_messages={"required": KEY_ERROR, "invalid": KEY_ERROR}
    )
    walked_on = forms.DateField(error_messages={"required": DAY_ERROR, "invalid": DAY_ERROR})
    minutes = SafeText(required=False)
    other_minutes = WholeNumber(1, MOST[MINUTES], MINUTES_ERROR)
    metres = SafeText(required=False)
    stepped = SafeText(required=False)
    confirmed = forms.BooleanField(required=False)
    pain_before = choice(PAIN, message=PAIN_ERROR, required=True)
    pain_after = choice(PAIN, message=PAIN_ERROR, required=True)
    settled = choice(Settled.choices)
    intensity = choice(TALK_TEST)
    flare = choice(YES_NO)
    fall = choice(FALLS)
    pain_worst = choice(PAIN)
    distance = SafeText(required=False)
    steps = WholeNumber(0, MOST[STEPS], STEPS_ERROR)
    bouts = WholeNumber(1, 10, _("Enter a number from 1 to 10."))
    effort = WholeNumber(0, 10, _("Choose a number from 0 to 10."))
    limb_problem = choice(YES_NO)
    reason_short = choice(Reason.choices)
    confidence = WholeNumber(0, 10, _("Choose a number from 0 to 10."))
    painkillers = choice(Painkillers.choices)
    note = SafeText(
        required=False,
        max_length=LONGEST_NOTE,
        error_messages={"max_length": _("The note is too long. Use up to 500 letters.")},
    )

    def __init__(self, data: Any = None, *, asked: Asked, **options: Any) -> None:
        super().__init__(data, **options)
        self.asked = asked
        self.fields["pain_before"].required = asked.pain is not PainAsked.NOT_NOW
        self.fields["pain_after"].required = asked.pain is PainAsked.EACH_WALK
        self.order_fields(PAGE_ORDER.split())

    def renew_key(self, key: UUID) -> None:
        """The same answers as a new form: what was saved under the old key stays as it is."""
        answers: Any = copy(self.data)
        answers["client_uuid"] = str(key)
        self.data = answers

    @property
    def asked_as(self) -> str:
        """Which words and which scale are read: a form may wait for days on a phone."""
        return f"{wording.SAFETY_TEXT_VERSION} {LAYOUT_VERSION}"

    def problems(self) -> dict[str, str]:
        """Each problem once, with the id it leads to: what the summary above the form lists."""
        found: dict[str, str] = {}
        for field in self:
            for error in field.errors:
                found.setdefault(_about(field.name, str(error)), field.id_for_label or field.auto_id)
        return found

    @property
    def added_more(self) -> bool:
        """Whether "Add more" holds an answer or an error, so that it opens by itself."""
        beside = {other for counts, (_radios, other) in AMOUNTS.items() if counts != self.asked.counts}
        return any(self[name].value() not in (None, "") for name in (*ADDED, *beside))

    def clean_walked_on(self) -> date:
        on: date = self.cleaned_data["walked_on"]
        earliest = self.asked.today - OLDEST_ENTRY
        if on != self.asked.own_day and not earliest <= on <= self.asked.today:
            raise forms.ValidationError(
                _("Choose a day from %(earliest)s to today."), params={"earliest": wording.day(earliest)}
            )
        return on

    def clean_minutes(self) -> int | None:
        return self._radio("minutes", MOST[MINUTES], MINUTES_ERROR)

    def clean_metres(self) -> int | None:
        return self._radio("metres", MOST[DISTANCE], METRES_ERROR)

    def clean_stepped(self) -> int | None:
        return self._radio("stepped", MOST[STEPS], STEPS_ERROR)

    def _radio(self, name: str, most: int, message: Any) -> int | None:
        """The radio's own number; None where none or "Other" was chosen: it stands in the next field."""
        text = self.cleaned_data[name]
        return int(WholeNumber(1, most, message).clean(text)) if text and text != OTHER else None

    def clean_distance(self) -> int | None:
        """Metres, from kilometres or miles as the patient reads them."""
        text = self.cleaned_data["distance"]
        if not text:
            return None
        metres = metres_from(text, self.asked.units)
        if metres is None or not 0 <= metres <= MOST[DISTANCE]:
            farthest = {"km": _("40 km"), "mi": _("24 miles")}[self.asked.units]
            raise forms.ValidationError(
                _("Enter a distance from 0 to %(farthest)s."), params={"farthest": farthest}
            )
        return metres

    def clean(self) -> None:
        """Settles how much was walked: in what the plan counts, or at least in minutes."""
        counts = self.asked.counts
        radios, other = AMOUNTS[counts]
        if self.errors.keys() & {radios, other}:
            return
        told = self.walked.told(counts)
        if told:
            self._ask_to_confirm(told)
        elif self.data.get(radios) == OTHER:
            self.add_error(other, NO_NUMBER[counts])
        elif counts == MINUTES or not any(self.walked):
            self.add_error(radios, NEEDED[counts])

    @property
    def walked(self) -> Walked:
        """How much, in every unit: the radio's number, else what was typed."""
        pairs = (AMOUNTS[counts] for counts in (MINUTES, STEPS, DISTANCE))
        answers = self.cleaned_data
        return Walked(*(answers.get(radios) or answers.get(other) for radios, other in pairs))

    def _ask_to_confirm(self, chosen: int) -> None:
        planned = self.asked.planned
        if planned and chosen > MUCH_MORE * planned and not self.cleaned_data["confirmed"]:
            counts, units = self.asked.counts, self.asked.units
            words = {
                "chosen": wording.much(chosen, counts, units),
                "planned": wording.much(planned, counts, units),
            }
            said = _("You entered %(chosen)s. Your plan says %(planned)s. Tick the box if that is right.")
            self.add_error("confirmed", said % words)

    def entry(self) -> WalkEntry:
        """The answers as the verb takes them. None and "" mean "not answered"."""
        answers = self.cleaned_data
        same = "client_uuid walked_on settled intensity effort fall reason_short confidence "
        return WalkEntry(
            **{name: answers[name] for name in (same + "painkillers note").split()},
            **self.walked._asdict(),
            bouts=answers["bouts"] or 1,
            outcome=self._outcome(),
            pain_before=score(answers["pain_before"]),
            pain_before_not_sure=answers["pain_before"] == NOT_SURE,
            pain_worst=score(answers["pain_worst"]),
            pain_after=score(answers["pain_after"]),
            pain_after_not_sure=answers["pain_after"] == NOT_SURE,
            flare=_yes(answers["flare"]),
            limb_problem=_yes(answers["limb_problem"]),
            new_symptoms=answers["symptoms"],
            safety_text_version="" if answers["symptoms"] is None else wording.SAFETY_TEXT_VERSION,
            layout_version=LAYOUT_VERSION,
        )

    def _outcome(self) -> str:
        """A walk that no plan asked for today is an extra one."""
        dose = self.asked.dose
        if dose is None:
            return "extra"
        told = self.walked.told(dose.counts)
        is_short = told is not None and told < COMPLETE_SHARE * dose.amount / dose.bouts
        return "shortened" if is_short else "done"

    @property
    def amounts(self) -> Amounts:
        """The first question, by what the plan counts."""
        radios, other = AMOUNTS[self.asked.counts]
        return Amounts(self, radios, other)

    def day_choices(self) -> list[tuple[str, str]]:
        days = [self.asked.today - timedelta(days=back) for back in range(OLDEST_ENTRY.days + 1)]
        if self.asked.own_day and self.asked.own_day < days[-1]:
            days.append(self.asked.own_day)
        return [(on.isoformat(), wording.day_from(self.asked.today, on)) for on in days]


def _about(name: str, error: str) -> str:
    question = QUESTIONS.get(name)
    return error if question is None else f"{question}: {error[:1].lower()}{error[1:]}"


_yes: Callable[[str], bool | None] = {"yes": True, "no": False}.get
