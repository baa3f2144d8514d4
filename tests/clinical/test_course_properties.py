"""What holds for every course: any template, any walks, pauses, presses and revisions."""

from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from programmes.clinical.amounts import DISTANCE, MINUTES, STEPS, Walked, reaches
from programmes.clinical.course import Course, Flare, Prescription, Repeat, Stretch, Why, course_of
from programmes.clinical.diary import DAY, Pause
from programmes.clinical.grading import TEMPLATES, ProgressionRules, generate, in_metres
from programmes.clinical.grading.generator import SCALES
from tests.clinical.courses import a_plan, doses
from tests.clinical.diaries import day

DAYS = 100
IN_METRES = replace(in_metres(TEMPLATES["T2"], 3000), code="T2 in metres")
RULES = (*TEMPLATES.values(), IN_METRES)
ABOUT_AN_HOUR = {MINUTES: 60, STEPS: 6000, DISTANCE: 4800}
GAPS = (Why.GAP_REPEAT, Why.GAP_REDUCED, Why.GAP_BASELINE)
EARNED = (Why.NEXT, Why.AFTER_RETURN, Why.AFTER_FLARE)
FLARES = (Why.FLARE_EASE, Why.FLARE_BUILD, Why.FLARE_BACK)

number_of_day = st.integers(0, DAYS)
walks_made = st.dictionaries(number_of_day, st.integers(1, 60), max_size=50)
flares_made = st.builds(
    lambda n, over: Flare(day(n), day(n + over) if over else None), number_of_day, st.integers(0, 14)
)
overlays_made = st.lists(st.builds(Repeat, number_of_day.map(day)) | flares_made, max_size=4)


def a_walk(minutes: int) -> Walked:
    return Walked(minutes, steps=100 * minutes, distance_m=80 * minutes)


@st.composite
def pauses_made(draw: st.DrawFn) -> tuple[Pause, ...]:
    bounds = sorted(draw(st.sets(number_of_day, max_size=4)))
    return tuple(Pause(day(a), day(b)) for a, b in zip(bounds[::2], bounds[1::2], strict=False))


def baselines_of(rules: ProgressionRules) -> st.SearchStrategy[int]:
    """Up to what an hour's walk is in the unit of the plan, as the walks here are."""
    least = max(rules.min_baseline, SCALES[rules.counts].unit)
    return st.integers(least, ABOUT_AN_HOUR[rules.counts])


@st.composite
def a_template_plan(draw: st.DrawFn, start: int = 0) -> Prescription:
    rules = draw(st.sampled_from(RULES))
    baseline = draw(baselines_of(rules))
    return a_plan(doses(generate(baseline, rules)), start)


@dataclass(frozen=True)
class Facts:
    plans: tuple[Prescription, ...]
    walks: dict[int, int]
    pauses: tuple[Pause, ...]
    overlays: tuple[Repeat | Flare, ...]

    def course(self, on: int = DAYS, *, walks: dict[int, int] | None = None, ahead: bool = True) -> Course:
        made = self.walks if walks is None else walks
        return course_of(
            self.plans,
            walks=[(day(n), a_walk(minutes)) for n, minutes in made.items()],
            pauses=self.pauses,
            overlays=self.overlays,
            on=day(on),
            ahead=ahead,
        )


@st.composite
def facts_made(draw: st.DrawFn) -> Facts:
    plans = [draw(a_template_plan())]
    if draw(st.booleans()):
        plans.append(draw(a_template_plan(start=draw(st.integers(0, DAYS)))))
    walks = draw(walks_made)
    return Facts(tuple(plans), walks, draw(pauses_made()), tuple(draw(overlays_made)))


def amount(stretch: Stretch) -> int:
    return stretch.dose.amount


def asked(stretch: Stretch, on: date) -> tuple[object, ...]:
    """What a page says on that day; the walk that begins a return week changes nothing of its own day."""
    came_back = stretch.why in GAPS and stretch.from_on == on
    gap = stretch.gap_on(on) if stretch.waits or came_back else 0
    return stretch.dose, stretch.why, stretch.done, stretch.planned, gap


@pytest.mark.parametrize("code", [each.code for each in RULES])
@settings(deadline=None)
@given(st.data())
def test_21_silent_days_never_raise_the_dose(code: str, data: st.DataObject) -> None:
    """From the last walk on: at most a week that was already earned, and gone again after seven days."""
    rules = {each.code: each for each in RULES}[code]
    baseline = data.draw(baselines_of(rules))
    walks = data.draw(st.dictionaries(st.integers(0, 60), st.integers(1, 60), min_size=1, max_size=40))
    facts = Facts((a_plan(doses(generate(baseline, rules))),), walks, (), ())
    last = max(walks)

    silent = [facts.course(last + n).today for n in range(22)]

    for before, after in pairwise(silent):
        assert amount(after) <= amount(before) or (after.why in EARNED and after.gap_on(after.from_on) < 7)
    assert all(amount(each) <= amount(silent[0]) for each in silent[8:])
    assert silent[8].waits


@settings(deadline=None)
@given(facts_made(), st.integers(0, DAYS))
def test_silence_never_raises_the_dose_whatever_was_pressed(facts: Facts, last: int) -> None:
    """Two silent days on end: the second asks for more only where a week was earned by walking, or signed."""
    walks = {n: minutes for n, minutes in facts.walks.items() if n <= last}
    course = facts.course(last + 21, walks=walks)
    signed = {plan.in_force_from for plan in facts.plans}

    for n in range(last + 1, last + 21):
        before, after = course.at(day(n)), course.at(day(n + 1))
        if amount(after) > amount(before) and day(n + 1) not in signed:
            assert after.why in EARNED or (after.why in FLARES and _walked_within(walks, n + 1, 7))


def _walked_within(walks: dict[int, int], until: int, days: int) -> bool:
    return any(until - days <= n < until for n in walks)


@settings(deadline=None)
@given(facts_made())
def test_a_return_dose_never_exceeds_the_last_completed_walk(facts: Facts) -> None:
    course = facts.course()

    for stretch in course.stretches:
        if stretch.why in GAPS and stretch.from_on <= course.on:
            completed = _last_completed(facts, course, stretch.from_on, stretch.dose.counts)
            assert completed is None or stretch.dose.amount <= completed


def _last_completed(facts: Facts, course: Course, before: date, counts: str) -> int | None:
    first = facts.plans[0].in_force_from
    found = [
        a_walk(minutes).told(counts)
        for n, minutes in sorted(facts.walks.items())
        if first <= day(n) < before and reaches(a_walk(minutes), course.at(day(n)).dose, 0.8)
    ]
    return found[-1] if found else None


@settings(deadline=None)
@given(facts_made())
def test_what_a_day_asked_is_never_rewritten_by_later_days(facts: Facts) -> None:
    course = facts.course()

    for n in range(0, DAYS, 5):
        known_then = {on: minutes for on, minutes in facts.walks.items() if on <= n}
        assert asked(facts.course(n, walks=known_then).today, day(n)) == asked(course.at(day(n)), day(n))


@settings(deadline=None)
@given(facts_made(), number_of_day, st.integers(1, 60))
def test_a_walk_that_arrives_late_changes_no_earlier_day(facts: Facts, late: int, minutes: int) -> None:
    course, corrected = facts.course(), facts.course(walks=facts.walks | {late: minutes})

    for n in range(late + 1):
        assert asked(course.at(day(n)), day(n)) == asked(corrected.at(day(n)), day(n))


@settings(deadline=None)
@given(facts_made(), st.randoms())
def test_the_same_facts_give_the_same_course(facts: Facts, chance: object) -> None:
    shuffled = list(facts.walks.items())
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    assert facts.course(walks=dict(shuffled)) == facts.course()


@settings(deadline=None)
@given(facts_made())
def test_the_stretches_follow_each_other_without_a_gap(facts: Facts) -> None:
    stretches = facts.course().stretches

    assert stretches[0].from_on == facts.plans[0].in_force_from or len(facts.plans) == 2
    assert all(a.until_on + DAY == b.from_on for a, b in pairwise(stretches))


@settings(deadline=None)
@given(facts_made())
def test_a_revision_begins_on_its_own_day_with_its_first_week(facts: Facts) -> None:
    for plan in facts.plans:
        first = [each for each in facts.course().stretches if each.prescription is plan][:1]
        assert [(each.from_on, each.full) for each in first] in ([], [(plan.in_force_from, plan.weeks[0])])


@settings(deadline=None)
@given(facts_made())
def test_no_day_asks_for_more_than_the_plan_says(facts: Facts) -> None:
    for stretch in facts.course().stretches:
        assert amount(stretch) <= stretch.up_to <= max(w.amount for w in stretch.prescription.weeks)
        assert stretch.dose.days <= stretch.full.days or stretch.why in FLARES


@settings(deadline=None)
@given(facts_made(), st.integers(0, DAYS))
def test_a_course_that_does_not_look_ahead_is_the_same_up_to_its_day(facts: Facts, on: int) -> None:
    course, known = facts.course(on), facts.course(on, ahead=False)
    days = [day(n) for n in range(on + 1)]
    assert [asked(known.at(each), each) for each in days] == [asked(course.at(each), each) for each in days]
    assert known.planned_weeks() == tuple(w for w in course.planned_weeks() if w.starts_on <= day(on))
    assert known.open_flare == course.open_flare
