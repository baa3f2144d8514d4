"""What the clinic sees about a patient, in the patient's words: headings, sentences, and the data."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.formats.dates import full_day
from patients import day_wording, wording
from patients.models import Patient
from programmes.models import Fall, Flag, FlagCode, Intensity, NotWalking, Settled, Walk

HARD = {
    Intensity.EASY.value: gettext_lazy("easy"),
    Intensity.MODERATE.value: gettext_lazy("medium"),
    Intensity.BRISK.value: gettext_lazy("hard"),
}
FALLS = {
    Fall.NEAR.value: gettext_lazy("You nearly fell."),
    Fall.FALL.value: gettext_lazy("You fell and were not hurt."),
    Fall.INJURY.value: gettext_lazy("You fell and got hurt."),
}
SETTLED = {
    Settled.YES.value: gettext_lazy("The time before had settled by the next morning."),
    Settled.NO.value: gettext_lazy("The time before had not settled by the next morning."),
}
WHY_THEY_LOOK = {
    FlagCode.SAFETY.value: gettext_lazy("You told us about something new or worrying."),
    FlagCode.CALL_ME.value: gettext_lazy("You asked us to call you."),
    FlagCode.PAIN_RISING.value: gettext_lazy("Your pain numbers went up."),
    FlagCode.FLARE_OVERDUE.value: gettext_lazy("Your flare-up plan goes on for longer than planned."),
}


@dataclass(frozen=True)
class Part:
    """One part of the page: lines of (what, which)."""

    title: str
    intro: str
    rows: list[tuple[str, str]]


def about_you(patient: Patient) -> Part:
    born = patient.date_of_birth
    mail = patient.user.email if patient.user else None
    rows = [
        (_("Name"), patient.full_name),
        (_("Date of birth"), full_day(born) if born else ""),
        (_("Phone"), patient.phone),
        (_("E-mail"), mail or ""),
        (_("Number at the clinic"), patient.reference),
    ]
    intro = _("Is one of these wrong? Tell us on “Your data”.")
    return Part(_("Who you are"), intro, [row for row in rows if row[1]])


def walks(newest: Sequence[Walk], count: int, units: str) -> Part:
    if not newest:
        return Part(_("Your walks"), _("You have not logged a walk yet."), [])
    intro = _("All that you tell us about a walk. These are the last ones.")
    if count <= len(newest):
        intro = _("All that you tell us about a walk.")
    return Part(
        _("Your walks"),
        intro,
        [(wording.day(walk.walked_on), " ".join(_said(walk, units))) for walk in newest],
    )


def _said(walk: Walk, units: str) -> Iterator[str]:
    yield f"{wording.walked(walk.walked, walk.target.counts, units)}."
    yield from filter(None, [wording.pain_change(walk.pain_before, walk.pain_after)])
    if walk.pain_worst is not None:
        yield _("Worst pain %(value)d.") % {"value": walk.pain_worst}
    if walk.intensity in HARD:
        yield _("It was %(how)s.") % {"how": HARD[walk.intensity]}
    yield from _health(walk)
    yield from _noted(walk.note)


def _health(walk: Walk) -> Iterator[str]:
    if walk.settled in SETTLED:
        yield str(SETTLED[walk.settled])
    if walk.flare:
        yield _("You had a flare-up.")
    if walk.limb_problem:
        yield _("A new problem in your leg or foot.")
    if walk.fall in FALLS:
        yield str(FALLS[walk.fall])
    yield from _symptoms(walk.new_symptoms or ())


def _noted(words: str) -> list[str]:
    """In the patient's own words, as a quotation."""
    return [f"“{words}”"] if words else []


def _symptoms(codes: Iterable[str]) -> Iterator[str]:
    if items := [str(wording.SAFETY_ITEMS[code]) for code in codes if code in wording.SAFETY_ITEMS]:
        yield _("New: %(items)s.") % {"items": "; ".join(items)}


def days_without(gaps: Iterable[NotWalking]) -> Part:
    why = dict(day_wording.REASONS)
    rows = [
        (
            wording.day(gap.from_on),
            " ".join([f"{why[gap.reason]}.", *_symptoms(gap.new_symptoms or ()), *_noted(gap.note)]),
        )
        for gap in gaps
        if gap.reason in why
    ]
    intro = _("What you told us when you did not walk.") if rows else _("You have told us of none.")
    return Part(_("Days without a walk"), intro, [(day, text.strip()) for day, text in rows])


def asked_to_look(flags: Iterable[Flag]) -> Part:
    """A code without words of its own says no more than that: this page judges nothing."""
    rows = []
    for flag in flags:
        why = WHY_THEY_LOOK.get(flag.code, gettext_lazy("Your walks changed."))
        state = _("They have looked.") if flag.resolved_on else _("They have not closed it yet.")
        rows.append((wording.day(flag.raised_on), f"{why} {state}"))
    intro = _("Sometimes a computer asks your physio team to look at your pages. A person always decides.")
    return Part(_("When your team is asked to look"), intro, rows)
