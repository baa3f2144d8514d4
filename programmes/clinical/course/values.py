"""What goes into a course and what comes out of it."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, Protocol, TypeVar
from uuid import UUID

from programmes.clinical.amounts import COLUMNS, DISTANCE, STEPS, amount_of, counts_of
from programmes.clinical.diary import PlannedWeek
from programmes.clinical.grading.doses import whole
from programmes.clinical.grading.flare import FLARE_LENGTH
from programmes.clinical.grading.gaps import Gap, return_amount


class Dose(NamedTuple):
    """A week's dose: walking days, and minutes (0: steps or metres count instead) on each of them."""

    number: int
    days: int
    minutes: int
    steps: int | None = None
    distance_m: int | None = None

    @property
    def counts(self) -> str:
        """Minutes, steps or distance."""
        return counts_of(self)

    @property
    def amount(self) -> int:
        """A day's dose in the plan's unit."""
        return amount_of(self)

    def of(self, amount: int) -> "Dose":
        """The same dose with another amount of what it counts."""
        return self._replace(**{COLUMNS[self.counts]: amount})

    def shared(self, share: float) -> "Dose":
        """Steps and metres at this share, rounded down; what the plan counts is the caller's business."""
        return self._replace(
            steps=self.steps and whole(share * self.steps, STEPS),
            distance_m=self.distance_m and whole(share * self.distance_m, DISTANCE),
        )

    def at_most(self, other: "Dose") -> "Dose":
        """This dose, nowhere above another one."""
        return self._replace(
            days=min(self.days, other.days),
            minutes=min(self.minutes, other.minutes) if other.minutes else self.minutes,
            steps=self.steps and min(self.steps, other.steps or self.steps),
            distance_m=self.distance_m and min(self.distance_m, other.distance_m or self.distance_m),
        )

    def after_gap(self, gap: Gap, last_completed: int | None) -> "Dose":
        """What this week becomes on coming back after a gap: never above the last completed walk."""
        back = return_amount(self.amount, gap, last_completed, self.counts)
        return self.shared(gap.share).of(back)


class HasDay(Protocol):
    """Anything that is in force from a day."""

    @property
    def in_force_from(self) -> date:
        """Its first day."""


Revision = TypeVar("Revision", bound=HasDay)


def governing(revisions: Iterable[Revision]) -> list[Revision]:
    """Those of the revisions (in the order of signing) that ever govern: a later one wins from its day.

    One that a later one overtakes before its day never begins (ADR 0037).
    """
    kept: list[Revision] = []
    for revision in revisions:
        while kept and kept[-1].in_force_from >= revision.in_force_from:
            kept.pop()
        kept.append(revision)
    return kept


@dataclass(frozen=True, slots=True)
class Prescription:
    """A signed revision: its weeks from `first_week` on, and what the clinician allowed.

    In force from its day until the next one's; `key` is the caller's own mark (a primary key).
    """

    in_force_from: date
    weeks: tuple[Dose, ...]
    first_week: int = 1
    repeats_until_half_done: bool = True
    returns_after_gap: bool = True
    patient_may_repeat: bool = True
    allows_flare_plan: bool = True
    key: UUID | None = None


@dataclass(frozen=True, slots=True)
class Repeat:
    """The patient pressed "repeat this week" on this day."""

    on: date


@dataclass(frozen=True, slots=True)
class Flare:
    """The patient took up the flare-up plan; `over_on` is the first day on which it was over, if told.

    `by_safety`: nobody said so, a safety answer stopped it.
    """

    from_on: date
    over_on: date | None = None
    by_safety: bool = False


class Why(StrEnum):
    """Why this week is in force. The numbers of the sentence stand in the stretch."""

    FIRST = "first"  # the first week of a plan
    NEXT = "next"  # at least half of the week before was done (or the clinician lets time alone decide)
    REPEAT = "repeat"  # less than half of it was done: the week again
    PATIENT_REPEAT = "patient-repeat"  # the patient asked for the week again
    LAST = "last"  # the plan has no further week: its last one stays
    GAP_REPEAT = "gap-repeat"  # 7 to 13 days without a walk: the last walked week again
    GAP_REDUCED = "gap-reduced"  # 14 to 27 days: 70 % of it
    GAP_BASELINE = "gap-baseline"  # 28 days or more: 70 % of it until the clinician decides
    AFTER_RETURN = "after-return"  # the return week was done: the last walked week in full
    FLARE_EASE = "flare-ease"  # days 1 to 3 of the flare-up plan
    FLARE_BUILD = "flare-build"  # days 4 to 7
    FLARE_BACK = "flare-back"  # days 8 to 14: back to the previous week
    FLARE_REVIEW = "flare-review"  # not back by day 14: the same again, and the clinician looks
    AFTER_FLARE = "after-flare"  # the interrupted week from its beginning


FLARE_PLAN = frozenset({Why.FLARE_EASE, Why.FLARE_BUILD, Why.FLARE_BACK, Why.FLARE_REVIEW})
# After a flare-up plan began: neither it nor days without a walk nor a week not done are "back on the plan".
NOT_BACK = FLARE_PLAN | {Why.REPEAT, Why.GAP_REPEAT, Why.GAP_REDUCED, Why.GAP_BASELINE}


class Stretch(NamedTuple):
    """One dose in force from `from_on` to `until_on` (ends included), and why.

    `dose` is what is asked, `full` the plan's own week; `up_to` the most of a day (above `dose.amount` on
    days 4 to 7 of the flare-up plan only), `bouts` the least and most walks they may be taken in there.
    `done` of `planned` are the walks of the week before; `gap_days` the full days without a walk at its
    beginning, still growing while it `waits` for the first walk. `asks_clinician`: a person has to look.
    """

    from_on: date
    until_on: date
    prescription: Prescription
    dose: Dose
    full: Dose
    up_to: int
    bouts: tuple[int, int] | None
    why: Why
    done: int = 0
    planned: int = 0
    gap_days: int = 0
    waits: bool = False
    asks_clinician: bool = False

    @property
    def week(self) -> int:
        """The plan's number of the week."""
        return self.full.number

    @property
    def is_reduced(self) -> bool:
        """Whether less is asked than the plan's own week."""
        return self.dose != self.full

    def gap_on(self, day: date) -> int:
        """Full days without a walk before `day`."""
        return self.gap_days + ((day - self.from_on).days if self.waits else 0)


@dataclass(frozen=True)
class Course:
    """A plan day by day: real up to `on`, from there as if every week gets done."""

    on: date
    stretches: tuple[Stretch, ...]
    overlays: tuple[Repeat | Flare, ...] = ()

    @cached_property
    def _starts(self) -> list[date]:
        return [stretch.from_on for stretch in self.stretches]

    def __bool__(self) -> bool:
        return bool(self.stretches)

    def at(self, day: date) -> Stretch:
        """What is in force on `day`; before the start the first week. IndexError without any weeks."""
        return self.stretches[max(0, bisect_right(self._starts, day) - 1)]

    @property
    def today(self) -> Stretch:
        """What is in force on the day that the course was made for."""
        return self.at(self.on)

    @property
    def to_come(self) -> tuple[Stretch, ...]:
        """The stretches that begin after today, as far as the plan goes."""
        return self.stretches[bisect_right(self._starts, self.on) :]

    @property
    def has_begun(self) -> bool:
        """Whether a week is in force today."""
        return bool(self.stretches) and self.stretches[0].from_on <= self.on

    @property
    def is_asked_again(self) -> bool:
        """Whether the patient has asked for today's week once more."""
        week = self.today
        pressed = (o.on for o in self.overlays if isinstance(o, Repeat))
        return week.why not in FLARE_PLAN and any(week.from_on <= on <= week.until_on for on in pressed)

    @property
    def may_repeat(self) -> bool:
        """Whether the patient may ask for today's week once more: one that another week follows."""
        week = self.today
        follows = not (week.waits or week.asks_clinician or week.why in FLARE_PLAN)
        plan = week.prescription
        is_last = week.week >= plan.weeks[-1].number
        return self.has_begun and follows and not is_last and plan.patient_may_repeat

    @property
    def may_ease(self) -> bool:
        """Whether the patient may take up the flare-up plan today."""
        return self.has_begun and self.open_flare is None and self.today.prescription.allows_flare_plan

    def back_on(self, flare: Flare) -> date | None:
        """The first day on which the plan went on after this flare-up plan; None while it does not."""
        real = (each for each in self.stretches if each.from_on <= self.on)
        since = (each for each in real if each.until_on >= flare.from_on and each.why not in NOT_BACK)
        return next((max(each.from_on, flare.from_on) for each in since), None)

    @cached_property
    def open_flare(self) -> Flare | None:
        """The flare-up plan that runs: nobody said that it is over, and no week of the plan has followed."""
        return next((each for each in self._flares() if self.back_on(each) is None), None)

    def _flares(self) -> Iterable[Flare]:
        """Those that began and are not said to be over."""
        flares = (each for each in self.overlays if isinstance(each, Flare) and each.from_on <= self.on)
        return (each for each in flares if each.over_on is None or each.over_on > self.on)

    @property
    def flare_day(self) -> int:
        """Which day of the flare-up plan it is, from 1; 0 without one."""
        return (self.on - self.open_flare.from_on).days + 1 if self.open_flare else 0

    @property
    def is_flare_overdue(self) -> bool:
        """Not back by day 14, whether for pain or for silence: the clinician looks."""
        return self.flare_day > FLARE_LENGTH

    @property
    def asks_clinician(self) -> bool:
        """Whether the plan waits for a person to look."""
        return self.has_begun and (self.today.asks_clinician or self.is_flare_overdue)

    def planned_weeks(self) -> tuple[PlannedWeek, ...]:
        """The course as the diary's plan: adherence counts against what was really asked on each day."""
        return tuple(
            PlannedWeek(
                each.from_on,
                each.dose.days,
                each.dose.minutes,
                each.prescription.in_force_from,
                each.dose.steps,
                each.dose.distance_m,
            )
            for each in self.stretches
        )
