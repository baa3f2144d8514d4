"""From signed revisions, walks, pauses and overlays to what is in force on each day.

A week is seven unpaused days. At its end the next week follows if at least half of it was done, else the same
week. Seven full days without a walk break a week off: what waits then is the dose to come back with, and the
first walk begins a week of it. What a day asks depends on earlier days alone, so a walk that is entered late
changes nothing before itself.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from programmes.clinical.amounts import Walked
from programmes.clinical.course.facts import FOREVER, Pauses, Walks
from programmes.clinical.course.values import (
    Course,
    Dose,
    Flare,
    Prescription,
    Repeat,
    Stretch,
    Why,
    governing,
)
from programmes.clinical.diary import Pause
from programmes.clinical.grading.flare import T5_FLARE, FlarePhase, fitting_bouts, shared
from programmes.clinical.grading.gaps import GAPS, Gap, gap_after
from programmes.clinical.thresholds import RETURN

WEEK = 7
GAP_WHY = dict(zip(GAPS, (Why.GAP_REPEAT, Why.GAP_REDUCED, Why.GAP_BASELINE), strict=True))
FLARE_WHY = (Why.FLARE_EASE, Why.FLARE_BUILD)


def course_of(
    prescriptions: Sequence[Prescription],
    *,
    walks: Iterable[tuple[date, Walked]] = (),
    pauses: Sequence[Pause] = (),
    overlays: Sequence[Repeat | Flare] = (),
    on: date,
    ahead: bool = True,
) -> Course:
    """The course of a plan as it is known on `on`: real up to that day, then as if every week gets done.

    `prescriptions` are the signed revisions in the order of signing (a later one wins from its day), `walks`
    pairs of day and amounts in any order, `pauses` in order of their days. Later walks are not read. Without
    `ahead` it ends on that day. It takes time in proportion to the weeks and walks.
    """
    plans = governing(prescriptions)
    started_on = plans[0].in_force_from if plans else on
    facts = Walks.of(walk for walk in walks if started_on <= walk[0] <= on)
    paused = Pauses.of(pauses)
    made: list[Stretch] = []
    ends = [each.in_force_from.toordinal() for each in plans[1:]] + [FOREVER]
    last = FOREVER if ahead else on.toordinal() + 1
    for plan, end in zip(plans, ends, strict=False):
        if plan.weeks:
            made += _Run(plan, min(end, last), facts, paused, overlays, on.toordinal()).stretches()
    return Course(on, tuple(made), tuple(overlays))


class _Ask(NamedTuple):
    """What is asked for the next stretch; `then` comes after it in place of the plan's next week."""

    at: int
    dose: Dose
    why: Why
    done: int = 0
    planned: int = 0
    gap_days: int = 0
    waits: bool = False
    holds: bool = False
    then: "_Ask | None" = None
    up_to: int | None = None
    bouts: tuple[int, int] | None = None


class _Run:
    """One revision's part of the course."""

    def __init__(
        self,
        plan: Prescription,
        end: int,
        walks: Walks,
        pauses: Pauses,
        overlays: Sequence[Repeat | Flare],
        today: int,
    ) -> None:
        self.plan, self.end, self.walks, self.pauses, self.today = plan, end, walks, pauses, today
        self.weeks = tuple(w for w in plan.weeks if w.number >= plan.first_week) or plan.weeks
        self.since = self.day = plan.in_force_from.toordinal()  # silence is counted from `since`
        self.walked = _Ask(0, self.weeks[0], Why.FIRST)  # what the latest walk under this revision followed
        self.counted = 0  # walks of the latest stretch
        self.repeats = [
            o.on.toordinal() for o in overlays if isinstance(o, Repeat) and plan.patient_may_repeat
        ]
        self.flares = sorted(
            (o.from_on.toordinal(), o.over_on.toordinal() if o.over_on else FOREVER)
            for o in overlays
            if isinstance(o, Flare) and plan.allows_flare_plan and o.over_on != o.from_on
        )
        self.made: list[Stretch] = []
        walks.read(self.day, Dose(0, 0, 0), pauses)  # walked under a revision without weeks

    def stretches(self) -> list[Stretch]:
        """All of them, from the revision's first day to the day before the next one's."""
        ask: _Ask | None = _Ask(0, self.weeks[0], Why.FIRST)
        while ask is not None and self.day < self.end:
            ask = self._week(ask)
        return self.made

    def _week(self, ask: _Ask) -> _Ask | None:
        """Lives through a week of `ask`, or the part of it until something breaks it off."""
        begin = self.day
        if begin > self.today and self._is_final(ask):
            self._live(ask, self.end)
            return None
        over = min(self.pauses.after(begin, WEEK), self.end)
        flare = self._next_flare(over)
        silent = self._silent_from(min(over, flare))
        self._live(ask, min(max(begin, silent), flare, over))
        if silent < FOREVER:
            return self._wait(ask)
        if flare < over:
            return self._flare(ask)
        return None if over == self.end else self._after(ask, begin)

    def _is_final(self, ask: _Ask) -> bool:
        """Whether nothing follows without the clinician: the last week, or one that waits for a decision."""
        return ask.holds or (ask.at == len(self.weeks) - 1 and ask.then is None)

    def _after(self, ask: _Ask, begin: int) -> _Ask:
        """What follows a week that was lived to its end; `counted` walks of it count."""
        done, planned = self.counted, ask.dose.days
        if self.day <= self.today and (why := self._holds_back(ask)):
            return ask._replace(dose=self._held(ask), why=why, done=done, planned=planned, gap_days=0)
        if self.repeats and any(begin <= day < self.day for day in self.repeats):
            return ask._replace(why=Why.PATIENT_REPEAT, done=done, planned=planned, gap_days=0)
        if ask.then is not None:
            return ask.then._replace(done=done, planned=planned)
        at = min(ask.at + 1, len(self.weeks) - 1)
        return _Ask(at, self.weeks[at], Why.NEXT if at > ask.at else Why.LAST, done, planned)

    def _holds_back(self, ask: _Ask) -> Why | None:
        """Why the week that is over comes again: the clinician is asked, or less than half of it was done."""
        if ask.holds:
            return ask.why
        if self.counted >= RETURN.half_done * ask.dose.days:
            return None
        if ask.why in (Why.FLARE_BACK, Why.FLARE_REVIEW):
            return Why.FLARE_REVIEW  # whatever the switches say: the flare-up plan ends by walking
        return Why.REPEAT if self.plan.repeats_until_half_done else None

    def _held(self, ask: _Ask) -> Dose:
        """The same dose again; one to come back with still stays within the last completed walk."""
        limit = self.walks.limit(ask.dose.counts)
        return ask.dose.at_most(ask.dose.of(limit)) if ask.holds and limit else ask.dose

    # --- Silence

    def _silent_from(self, until: int) -> int:
        """From when on silence counts as a gap; never after today."""
        if not self.plan.returns_after_gap:
            return FOREVER
        silent = self.walks.silent_from(self.since, until, RETURN.repeat_days)
        return silent if silent <= self.today else FOREVER

    def _wait(self, ask: _Ask) -> _Ask | None:
        """The dose to come back with, lower as the gap grows, until the first walk begins a week of it."""
        base = max(self.since, self.walks.last or 0)
        flare = self._next_flare(self.end)
        back = min(self.walks.next, flare, self.end, self.today + 1)
        bounds = [base + 1 + gap.from_days for gap in GAPS[1:]] + [FOREVER]
        for gap, until in zip(GAPS, bounds, strict=True):
            if self.day < min(until, back):
                ask = self._return(ask, gap, self.day - base - 1)
                self._live(ask._replace(waits=True), min(until, back))
        if back == self.end:
            return None
        if back == flare:
            return self._flare(ask)
        self.since, gap_days = self.day, self.day - base - 1
        return self._return(ask, gap_after(gap_days) or GAPS[0], gap_days)

    def _return(self, ask: _Ask, gap: Gap, gap_days: int) -> _Ask:
        """The last walked week after this gap: never above what was asked, nor the last completed walk.

        A share is taken of the plan's own week, so a second gap does not cut the cut dose again.
        """
        at = min(ask.at, self.walked.at)
        full = self.weeks[at]
        dose = full.after_gap(gap, self.walks.limit(full.counts)).at_most(self.walked.dose).at_most(ask.dose)
        then = _Ask(at, full, Why.AFTER_RETURN) if dose != full else None
        return _Ask(at, dose, GAP_WHY[gap], gap_days=gap_days, holds=gap.new_baseline, then=then)

    # --- The flare-up plan

    def _next_flare(self, until: int) -> int:
        return next((first for first, _over in self.flares if self.day <= first < until), FOREVER)

    def _flare(self, ask: _Ask) -> _Ask | None:
        """Days 1 to 7 of the overlay; the way back (days 8 to 14) is a week like others, at a lower dose."""
        first, over = next(flare for flare in self.flares if flare[0] == self.day)
        usual = ask._replace(why=Why.AFTER_FLARE, waits=False, gap_days=0, done=0, planned=0)
        dose, silent = ask.dose, False
        for phase, why in zip(T5_FLARE, FLARE_WHY, strict=False):
            stop = min(first + phase.until_day, over, self.end)
            if self.day >= stop:
                continue
            eased = _eased(usual, phase, why)
            last = dose if silent else eased.dose
            dose, began = last.at_most(eased.dose), self.walks.at
            self._live(eased._replace(dose=dose, up_to=dose.amount if silent else eased.up_to), stop)
            silent = self.walks.at == began and self.day <= self.today
        self.flares = [flare for flare in self.flares if flare[0] >= max(self.day, first + 1)]
        at = max(0, ask.at - 1)
        back = self.weeks[at].at_most(dose if silent else usual.dose)
        return _Ask(at, back, Why.FLARE_BACK, then=usual)

    # --- Days

    def _live(self, ask: _Ask, until: int) -> None:
        """Notes that `ask` is in force from here to the day before `until`; reads these days' walks."""
        self.counted = 0
        if until <= self.day:
            return
        read = self.walks.at
        self.counted = self.walks.read(until, ask.dose, self.pauses)
        if self.walks.at > read:
            self.walked = ask
        self.made.append(
            Stretch(
                date.fromordinal(self.day),
                date.fromordinal(min(until - 1, FOREVER)),
                self.plan,
                ask.dose,
                self.weeks[ask.at],
                ask.dose.amount if ask.up_to is None else ask.up_to,
                ask.bouts,
                ask.why,
                ask.done,
                ask.planned,
                ask.gap_days,
                ask.waits,
                ask.holds or ask.why == Why.FLARE_REVIEW,
            )
        )
        self.day = until


def _eased(usual: _Ask, phase: FlarePhase, why: Why) -> _Ask:
    """A phase of the flare-up plan on the usual dose."""
    counts = usual.dose.counts
    least, most = (shared(usual.dose.amount, share, counts) for share in phase.share)
    dose = usual.dose.shared(phase.share[0]).of(least)
    bouts = fitting_bouts(least, phase.bouts, counts)
    return usual._replace(dose=dose, why=why, up_to=most, bouts=bouts, then=None)
