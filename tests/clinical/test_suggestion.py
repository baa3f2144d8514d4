"""What the rules would suggest: one branch each, from a patient for whom all is well."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from programmes.clinical.diary import Diary, Pause
from programmes.clinical.suggestion import Kind, Missing, Reason, Signs, Suggestion, suggest
from programmes.plan_wording import missing
from tests.clinical.courses import a_course, flare, full_weeks
from tests.clinical.diaries import day, diary, on_weekdays, plan, report

ON = 41  # a Sunday, six weeks in
WALKED = on_weekdays([0, 2, 4], 0, ON)
THREE_DAYS = (plan(3, 20),)
FINE = Signs(settled=(True,) * 6)


def a_diary(
    walked: list[int] | None = None, *, minutes: int = 20, pain: dict[int, int | None] | None = None
) -> Diary:
    """Three walks a week; `pain` replaces the score of 3 on some days."""
    scores = pain or {}
    days = WALKED if walked is None else walked
    reports = tuple(report(n, scores.get(n, 3), minutes) for n in days)
    return Diary(day(0), THREE_DAYS, reports)


def suggested(walks: Diary | None = None, signs: Signs = FINE, on: int = ON) -> Suggestion:
    return suggest(a_diary() if walks is None else walks, signs, day(on))


def short(suggestion: Suggestion) -> tuple[Kind, tuple[Reason, ...]]:
    return suggestion.kind, suggestion.reasons


def recent(score: int | None, count: int = 5) -> dict[int, int | None]:
    return dict.fromkeys(WALKED[-count:], score)


def test_all_well_is_progress_with_its_numbers() -> None:
    suggestion = suggested()

    assert short(suggestion) == (Kind.PROGRESS, (Reason.ALL_WELL,))
    assert suggestion.missing == ()
    assert suggestion.evidence() == {
        "kind": "progress",
        "reasons": ["all-well"],
        "missing": [],
        "days": 14,
        "paused": 0,
        "logs": 6,
        "silent_days": 2,
        "walks": 6,
        "planned_walks": 6.0,
        "counts": "minutes",
        "amount": 120,
        "planned_amount": 120,
        "untold": 0,
        "pain_reports": 5,
        "pain": 3.0,
        "reference": 3.0,
        "settled": 6,
        "settled_answers": 6,
        "flare_days": 0,
        "given_reasons": 0,
        "given_for_pain": 0,
    }


# --- Talk first


def test_an_open_safety_answer_comes_before_everything() -> None:
    signs = replace(FINE, open_flags=frozenset({"SAFETY", "PAIN_RISING"}))

    assert short(suggested(signs=signs)) == (Kind.TALK_FIRST, (Reason.SAFETY,))


def test_a_plan_that_waits_for_a_decision() -> None:
    waiting = a_course(full_weeks(2), on=45).today

    assert short(suggested(signs=replace(FINE, stretch=waiting))) == (Kind.TALK_FIRST, (Reason.DECISION,))


def test_silence() -> None:
    suggestion = suggested(a_diary([n for n in WALKED if n < 25]))

    assert suggestion.kind == Kind.TALK_FIRST
    assert Reason.SILENCE in suggestion.reasons
    assert suggestion.numbers["silent_days"] == 18


def test_below_half_of_the_walks() -> None:
    walked = [n for n in WALKED if n < 28] + [32, 39]

    assert short(suggested(a_diary(walked))) == (Kind.TALK_FIRST, (Reason.FEW_WALKS,))


def test_half_of_the_reasons_are_pain_or_fear() -> None:
    signs = replace(FINE, reasons=("pain", "weather", "fear", "time"))

    assert short(suggested(signs=signs)) == (Kind.TALK_FIRST, (Reason.MISSED_FOR_PAIN,))


def test_one_reason_is_not_half_of_the_reasons() -> None:
    assert suggested(signs=replace(FINE, reasons=("pain",))).kind == Kind.PROGRESS


# --- Step back


@pytest.mark.parametrize("code", ["PAIN_RISING", "PAIN_SEVERE"])
def test_an_open_pain_flag(code: str) -> None:
    signs = replace(FINE, open_flags=frozenset({code}))

    assert short(suggested(signs=signs)) == (Kind.STEP_BACK, (Reason.PAIN_FLAG,))


@pytest.mark.parametrize(("days", "kind"), [(2, Kind.PROGRESS), (3, Kind.STEP_BACK)])
def test_three_days_of_a_flare_up(days: int, kind: Kind) -> None:
    assert suggested(signs=replace(FINE, flare_days=days)).kind == kind


def test_a_running_flare_up_plan() -> None:
    easing = a_course(full_weeks(2), on=15, overlays=(flare(14),)).today

    assert short(suggested(signs=replace(FINE, stretch=easing))) == (Kind.STEP_BACK, (Reason.FLARE,))


def test_pain_more_than_a_point_and_a_half_up_without_a_flag() -> None:
    assert short(suggested(a_diary(pain=recent(5)))) == (Kind.STEP_BACK, (Reason.PAIN_UP,))


# --- Hold


def test_pain_up_to_a_point_and_a_half_up() -> None:
    scores = recent(4) | {WALKED[-1]: 5, WALKED[-2]: 5}

    assert short(suggested(a_diary(pain=scores))) == (Kind.HOLD, (Reason.PAIN_HIGHER,))


def test_one_point_up_is_still_well() -> None:
    assert suggested(a_diary(pain=recent(4))).kind == Kind.PROGRESS


def test_half_to_three_quarters_of_the_walks() -> None:
    walked = [n for n in WALKED if n < 28] + [28, 30, 35, 37]

    assert short(suggested(a_diary(walked))) == (Kind.HOLD, (Reason.SOME_WALKS,))


def test_all_walks_but_few_of_the_minutes() -> None:
    assert short(suggested(a_diary(minutes=15))) == (Kind.HOLD, (Reason.FEW_MINUTES,))


def test_a_long_walk_does_not_make_up_for_short_ones() -> None:
    reports = tuple(report(n, 3, 100 if n == 39 else 12) for n in WALKED)

    suggestion = suggested(Diary(day(0), THREE_DAYS, reports))

    assert (suggestion.kind, suggestion.numbers["amount"]) == (Kind.HOLD, 5 * 12 + 20)


def test_not_settled_by_the_next_morning() -> None:
    signs = Signs(settled=(True, True, True, False, None))

    assert short(suggested(signs=signs)) == (Kind.HOLD, (Reason.NOT_SETTLED,))


@pytest.mark.parametrize(("length", "kind"), [(6, Kind.PROGRESS), (7, Kind.HOLD)])
def test_the_first_week_after_a_long_pause(length: int, kind: Kind) -> None:
    pause = Pause(day(36 - length), day(35))
    walked = [n for n in WALKED if n <= 36 - length] + [36, 37, 38, 39, 40]

    assert suggested(replace(a_diary(walked), pauses=(pause,))).kind == kind


def test_just_back_after_a_gap() -> None:
    back = a_course(full_weeks(2) | {20: 14}, on=22).today

    assert short(suggested(signs=replace(FINE, stretch=back))) == (Kind.HOLD, (Reason.RETURNING,))


# --- Missing is said


def test_three_walks_are_not_enough_to_say_anything_good() -> None:
    suggestion = suggested(a_diary([0, 2, 4]), on=5)

    assert short(suggestion) == (Kind.NOT_ENOUGH, ())
    assert Missing.LOGS in suggestion.missing


def test_unanswered_scores_are_not_calm() -> None:
    suggestion = suggested(a_diary(pain=dict.fromkeys(WALKED, None)))

    assert short(suggestion) == (Kind.NOT_ENOUGH, ())
    assert suggestion.missing == (Missing.PAIN, Missing.REFERENCE)


def test_without_earlier_scores_there_is_nothing_to_compare_with() -> None:
    early = dict.fromkeys([n for n in WALKED if n < 30], None)

    assert suggested(a_diary(pain=early)).missing == (Missing.REFERENCE,)


def test_not_sure_is_not_settled() -> None:
    suggestion = suggested(signs=Signs(settled=(True, True, None, None)))

    assert short(suggestion) == (Kind.NOT_ENOUGH, ())
    assert suggestion.missing == (Missing.SETTLED,)


def test_what_is_missing_is_said_beside_a_reason_too() -> None:
    suggestion = suggested(signs=Signs(open_flags=frozenset({"PAIN_RISING"})))

    assert (suggestion.kind, suggestion.missing) == (Kind.STEP_BACK, (Missing.SETTLED,))


def test_steps_have_no_minutes_to_miss() -> None:
    steps = replace(a_diary(), weeks=(plan(3, 0),))

    assert suggested(steps).kind == Kind.PROGRESS


def test_amounts_told_in_another_unit_never_look_fine() -> None:
    told = a_diary()
    untold = replace(told, reports=tuple(each._replace(minutes=None, steps=2000) for each in told.reports))
    suggestion = suggested(untold)

    assert short(suggestion) == (Kind.NOT_ENOUGH, ())
    assert missing(suggestion) == [
        "Missing: how much was walked. On 6 of the days walked it was told in another unit."
    ]


def test_later_walks_are_not_read() -> None:
    later = diary({**dict.fromkeys(WALKED, 3), **dict.fromkeys(range(42, 60), 9)}, THREE_DAYS)

    assert suggested(later) == suggested()


@settings(deadline=None)
@given(
    st.dictionaries(st.integers(0, ON), st.none() | st.integers(0, 10), max_size=30),
    st.lists(st.none() | st.booleans(), max_size=10),
)
def test_progress_is_never_suggested_with_something_missing(
    walked: dict[int, int | None], settled: list[bool | None]
) -> None:
    suggestion = suggested(diary(walked, THREE_DAYS), Signs(settled=settled))

    assert suggestion.kind != Kind.PROGRESS or not suggestion.missing
