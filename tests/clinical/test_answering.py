"""The flags that read single walks: when they speak, and when they are over."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from programmes.clinical import answering
from programmes.clinical.detection import findings
from programmes.clinical.diary import Answer, Diary, Finding
from tests.clinical.diaries import START, day, plan, reports


def told(answers: Mapping[int, Mapping[str, Any]], pains: Mapping[int, int | None] | None = None) -> Diary:
    """A diary in which each of these days brought such an answer."""
    rows = tuple(Answer(day(n), day(n), **said) for n, said in sorted(answers.items()))
    walked = {n: 3 for n in answers} if pains is None else dict(pains)
    return replace(Diary(START, (plan(),), reports(walked)), answers=rows)


def found(diary: Diary, n: int, code: str) -> Finding | None:
    return next((each for each in findings(diary, day(n)) if each.code == code), None)


def test_severe_pain_on_two_logs_running() -> None:
    seen = told({30: {"before": 8}, 33: {"before": 9}})

    flag = found(seen, 33, "PAIN_SEVERE")

    assert flag is not None
    assert (flag.severity, flag.evidence["recent"]) == (
        "amber-high",
        [[day(30).isoformat(), 8], [day(33).isoformat(), 9]],
    )


@pytest.mark.parametrize("scores", [{30: 8, 33: 7}, {30: 7, 33: 8}, {30: 8, 31: None, 33: 7}, {33: 10}])
def test_one_severe_score_is_none(scores: dict[int, int | None]) -> None:
    assert found(told({n: {"before": score} for n, score in scores.items()}), 33, "PAIN_SEVERE") is None


def test_severe_pain_is_found_on_the_day_that_told_it_only() -> None:
    assert found(told({30: {"before": 8}, 33: {"before": 9}}), 34, "PAIN_SEVERE") is None


@pytest.mark.parametrize(("usual", "again"), [(7, False), (6, True)])
def test_where_pain_is_usually_high_severe_pain_counts_once_in_four_weeks(usual: int, again: bool) -> None:
    pains: dict[int, int | None] = {n: usual for n in range(0, 30, 2)}
    seen = told({30: {"before": 8}, 32: {"before": 8}, 40: {"before": 8}}, pains)

    assert found(seen, 32, "PAIN_SEVERE") is not None
    assert (found(seen, 40, "PAIN_SEVERE") is not None) is again


def test_two_logs_at_seven_clear_severe_pain() -> None:
    seen = told({30: {"before": 9}, 33: {"before": 7}, 34: {"before": 7}})

    assert [answering.severe_over(seen.until(day(n)), day(32)) for n in (33, 34)] == [False, True]


HARD: dict[str, Any] = {"before": 3, "after": 6}
FINE: dict[str, Any] = {"before": 3, "after": 5}


@pytest.mark.parametrize(
    ("walks", "hard"),
    [
        ([HARD, FINE, HARD], True),
        ([FINE, HARD, FINE], False),
        ([HARD, HARD, FINE], False),
        ([FINE, {"before": 5, "after": 6}, HARD], False),
        ([FINE, HARD, {"before": 2, "after": 4, "worst": 6}], True),
        ([FINE, FINE, HARD | {"settled": "no"}], True),
        ([FINE, HARD, {"before": None, "after": 9}], False),
    ],
)
def test_two_of_the_last_three_walks_that_hurt(walks: list[dict[str, Any]], hard: bool) -> None:
    seen = told({30 + n: said for n, said in enumerate(walks)})

    assert (found(seen, 32, "PAIN_RESPONSE") is not None) is hard


def test_three_fine_walks_clear_it() -> None:
    seen = told({30: HARD, 31: FINE, 32: FINE, 33: FINE})

    assert [answering.response_over(seen.until(day(n)), day(30)) for n in (32, 33)] == [False, True]


def test_a_flare_up_is_for_information_and_amber_after_a_week() -> None:
    seen = told({n: {"flare": True} for n in (20, 22, 24, 26)})

    severities = [(flag := found(seen, n, "FLARE")) and flag.severity for n in (20, 24, 26)]

    assert severities == ["info", "info", "amber"]


def test_ten_flare_up_days_in_four_weeks_are_amber() -> None:
    on_and_off = {n: {"flare": n % 3 != 2} for n in range(0, 15)}

    flag = found(told(on_and_off), 13, "FLARE")

    assert flag is not None
    assert (flag.severity, flag.evidence["on_end"], flag.evidence["days"]) == ("amber", 2, 10)


def test_a_flare_up_is_over_when_the_patient_says_so() -> None:
    seen = told({20: {"flare": True}, 22: {}, 24: {"flare": False}})

    assert [answering.flare_over(seen.until(day(n)), day(20)) for n in (22, 24)] == [False, True]


def test_a_leg_problem_on_two_of_three_logs() -> None:
    seen = told({20: {"limb": True}, 21: {"limb": False}, 22: {"limb": True}, 23: {"limb": False}})

    assert [found(seen, n, "LIMB_PROBLEM") is not None for n in (20, 21, 22, 23)] == [
        False,
        False,
        True,
        False,
    ]


def test_three_clean_logs_clear_a_leg_problem() -> None:
    seen = told({20: {"limb": True}, 21: {"limb": False}, 22: {}, 23: {"limb": False}, 24: {"limb": False}})

    assert [answering.limb_over(seen.until(day(n)), day(20)) for n in (23, 24)] == [False, True]


@pytest.mark.parametrize(("said", "flagged"), [("near", True), ("fall", True), ("none", False), ("", False)])
def test_a_fall_or_near_fall(said: str, flagged: bool) -> None:
    assert (found(told({20: {"fall": said}}), 20, "FALL") is not None) is flagged


def test_a_fall_with_injury_is_safety_and_not_this() -> None:
    assert found(told({20: {"fall": "injury"}}), 20, "FALL") is None


def test_answers_that_arrive_later_are_not_read_before() -> None:
    late = Answer(day(20), day(23), fall="fall")
    seen = replace(told({}), answers=(late,))

    assert [found(seen, n, "FALL") is not None for n in (20, 23)] == [False, True]


def test_answers_older_than_four_weeks_are_not_read() -> None:
    assert found(told({1: {"limb": True}, 2: {"limb": True}, 40: {}}), 40, "LIMB_PROBLEM") is None
