"""More than planned, six weeks without change, odd entries; pain and then silence."""

from dataclasses import replace

import pytest

from programmes.clinical.clearing import RULES, is_over
from programmes.clinical.detection import findings
from programmes.clinical.diary import Answer, Diary, Finding, Pause, Report
from tests.clinical.diaries import START, day, diary, plan, report, reports


def found(seen: Diary, n: int, code: str) -> Finding | None:
    return next((each for each in findings(seen, day(n)) if each.code == code), None)


def walked(minutes: dict[int, int], dose: int = 20) -> Diary:
    walks = tuple(report(n, 3, minutes=m) for n, m in sorted(minutes.items()))
    return Diary(START, (plan(5, dose),), walks)


def test_a_week_at_half_again_the_plan_is_overdoing() -> None:
    much = walked(dict.fromkeys(range(20, 27), 22))

    flag = found(much, 26, "OVERDOING")

    assert flag is not None
    assert (flag.severity, flag.evidence["done"], flag.evidence["planned"]) == ("info", 154, 100)


@pytest.mark.parametrize(("longest", "flagged"), [(39, False), (40, True)])
def test_a_day_at_twice_its_dose_is_overdoing(longest: int, flagged: bool) -> None:
    assert (found(walked({24: longest}), 24, "OVERDOING") is not None) is flagged


def test_little_over_a_little_plan_is_not() -> None:
    assert found(walked({24: 14}, dose=5), 24, "OVERDOING") is None


def test_overdoing_is_amber_where_the_walks_hurt() -> None:
    hard = tuple(Answer(day(n), day(n), before=3, after=7) for n in (22, 24))
    seen = replace(walked({22: 45, 24: 45}), answers=hard)

    assert [f.severity for f in findings(seen, day(24)) if f.code == "OVERDOING"] == ["amber"]


def test_six_weeks_without_change() -> None:
    flat = diary({n: 5 for n in range(0, 60, 2)})

    assert [found(flat, n, "NOT_IMPROVING") is not None for n in (41, 42, 55, 56)] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(("start", "now", "flagged"), [(6, 6, True), (6, 5, False), (3, 3, False)])
def test_a_point_is_a_change(start: int, now: int, flagged: bool) -> None:
    seen = diary({n: start if n < 28 else now for n in range(0, 50, 2)})

    assert (found(seen, 44, "NOT_IMPROVING") is not None) is flagged


def test_too_few_reports_say_nothing_about_improvement() -> None:
    assert found(diary({0: 6, 4: 6, 8: 6, 30: 6, 32: 6, 36: 6, 40: 6}), 42, "NOT_IMPROVING") is None


def entered(*minutes: float, recalled: bool = False, by_patient: bool = True) -> Diary:
    rows = tuple(
        Answer(day(20), day(24), received_at=at, recalled=recalled, by_patient=by_patient) for at in minutes
    )
    late = tuple(report(20, 3, late=4) for _ in minutes)
    return replace(Diary(START, (plan(),), late), answers=rows)


def test_four_walks_within_ten_minutes_are_odd() -> None:
    flag = found(entered(1, 4, 7, 10), 24, "DATA_QUALITY")

    assert flag is not None
    assert (flag.severity, flag.evidence["at_once"]) == ("info", 4)


@pytest.mark.parametrize(
    "diary",
    [
        entered(1, 4, 7, 12),
        entered(1, 2, 3, 4, recalled=True),
        entered(1, 2, 3, 4, by_patient=False),
    ],
)
def test_slower_ones_catching_up_and_paper_are_not(diary: Diary) -> None:
    assert found(diary, 24, "DATA_QUALITY") is None


@pytest.mark.parametrize(("metres", "odd"), [(3000, False), (3100, True)])
def test_a_walk_faster_than_nine_kilometres_an_hour_is_odd(metres: int, odd: bool) -> None:
    seen = Diary(START, (plan(),), (Report(day(20), 20, 3, day(20), distance_m=metres),))

    assert (found(seen, 20, "DATA_QUALITY") is not None) is odd


RAISED = {n: 3 for n in range(0, 28, 2)} | {28: 5, 30: 5}


def test_pain_and_then_five_silent_days() -> None:
    flag = found(diary(RAISED), 35, "PAIN_THEN_SILENT")

    assert flag is not None
    assert (flag.severity, flag.evidence["silent_days"], flag.evidence["reference"]) == ("amber-high", 5, 3.0)
    assert found(diary(RAISED), 34, "PAIN_THEN_SILENT") is None


@pytest.mark.parametrize("last", [{28: 5, 30: 4}, {28: 4, 30: 5}, {30: 5}])
def test_both_of_the_last_scores_must_be_raised(last: dict[int, int | None]) -> None:
    calm = {n: 3 for n in range(0, 28, 2)}

    assert found(diary(calm | last), 35, "PAIN_THEN_SILENT") is None


def test_two_planned_walks_must_have_gone_by() -> None:
    seldom = diary(RAISED, plans=(plan(2),))

    assert [found(seldom, n, "PAIN_THEN_SILENT") is not None for n in (36, 37)] == [False, True]


def test_a_pause_is_no_silence() -> None:
    paused = diary(RAISED, pauses=(Pause(day(31), day(40)),))

    assert [n for n in range(31, 45) if found(paused, n, "PAIN_THEN_SILENT")] == []


def test_a_flare_up_plan_and_then_silence() -> None:
    flaring = Diary(START, (plan(),), reports({n: 3 for n in range(0, 30, 2)}), flare_from=day(26))

    assert found(flaring, 33, "PAIN_THEN_SILENT") is not None


def test_after_two_weeks_it_is_silence_alone() -> None:
    assert found(diary(RAISED), 45, "PAIN_THEN_SILENT") is None


def test_any_log_clears_it() -> None:
    back = diary(RAISED | {38: 5})

    over = [is_over("PAIN_THEN_SILENT", {}, back.until(day(n)), day(35), day(n)) for n in (37, 38)]

    assert over == [False, True]


def test_what_people_close_has_no_clearing_rule() -> None:
    assert {"SAFETY", "FALL", "CALL_ME", "NOT_IMPROVING"} & RULES.keys() == set()


@pytest.mark.parametrize(
    ("minutes", "metres", "odd"), [(10, 1500, False), (10, 1501, True), (None, 9000, False)]
)
def test_faster_than_nine_kilometres_an_hour_is_odd(minutes: int | None, metres: int, odd: bool) -> None:
    quick = Report(day(24), minutes, 3, day(24), distance_m=metres)
    seen = replace(diary({n: 3 for n in range(0, 24, 2)}), reports=(*diary(range(0, 24, 2)).reports, quick))

    assert (found(seen, 24, "DATA_QUALITY") is not None) is odd
