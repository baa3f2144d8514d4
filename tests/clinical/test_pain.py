import random
from dataclasses import replace

import pytest

from programmes.clinical.diary import Report
from programmes.clinical.pain import enough_reports, rising, still_raised
from programmes.clinical.rarer import Rarer
from programmes.clinical.series import pain_series
from programmes.clinical.thresholds import DEFAULTS, Sensitivity, with_sensitivity
from tests.clinical.diaries import day, report, reports


def steady(until: int, pain: int = 3) -> dict[int, int | None]:
    return {n: pain for n in range(0, until, 2)}


def test_a_lasting_step_of_three_points_is_a_rise() -> None:
    rise = rising(reports(steady(28) | {28: 6, 30: 6, 32: 6}), day(34))

    assert rise is not None
    assert (rise.window, rise.mean_recent, rise.mean_earlier, rise.rise) == (7, 6.0, 3.0, 3.0)


def test_one_bad_walk_is_not_a_rise() -> None:
    assert rising(reports(steady(28) | {28: 7}), day(28)) is None


def test_one_very_bad_walk_among_others_is_not_a_rise() -> None:
    assert rising(reports(steady(28) | {28: 10, 30: 3}), day(34)) is None


def test_a_bump_that_is_over_is_not_a_rise() -> None:
    assert rising(reports(steady(28) | {28: 7, 29: 7, 30: 7, 32: 3, 33: 3}), day(33)) is None


def test_equal_pain_is_not_a_rise() -> None:
    assert rising(reports(steady(60)), day(60)) is None


def test_less_pain_is_not_a_rise() -> None:
    assert rising(reports(steady(28, pain=7) | {28: 2, 30: 2, 32: 2}), day(32)) is None


def test_the_evidence_holds_the_points_used_and_the_frozen_reference() -> None:
    rise = rising(reports(steady(28) | {28: 6, 30: 6, 32: 6}), day(34))

    assert rise is not None
    evidence = rise.evidence()
    assert evidence["recent"] == [[day(n).isoformat(), 6.0] for n in (28, 30, 32)]
    assert (evidence["n_recent"], evidence["n_earlier"], evidence["reference"]) == (3, 14, 3.0)
    assert evidence["limits"] == {"rise": 1.0, "z": 3.3}


def test_reports_after_the_day_are_not_read() -> None:
    assert rising(reports(steady(28) | {28: 6, 30: 6, 32: 6}), day(27)) is None


def test_pain_recalled_more_than_a_week_later_does_not_count() -> None:
    late = tuple(report(n, 9, late=8) for n in (28, 30, 32))

    assert rising(reports(steady(28)) + late, day(40)) is None


def test_unanswered_pain_is_left_out_and_never_zero() -> None:
    assert pain_series(reports({1: None, 2: 0, 3: 4})) == [(day(2), 0.0), (day(3), 4.0)]


def test_two_walks_on_a_day_give_one_value() -> None:
    assert pain_series((report(1, 2), report(1, 5), report(2, None))) == [(day(1), 3.5)]


@pytest.mark.parametrize(
    ("days", "enough"), [([0, 2, 7], False), ([0, 2, 4, 12], False), ([0, 2, 4, 11, 12], True), ([], False)]
)
def test_enough_reports_needs_three_earlier_and_two_recent(days: list[int], enough: bool) -> None:
    assert enough_reports(reports(dict.fromkeys(days, 3)), day(12)) is enough


def test_unanswered_reports_are_not_enough() -> None:
    assert enough_reports(reports(dict.fromkeys(range(30), None)), day(29)) is False


@pytest.mark.parametrize(("knob", "found"), [("quiet", False), ("balanced", False), ("sensitive", True)])
def test_the_knob_moves_the_limit(knob: Sensitivity, found: bool) -> None:
    series = reports(steady(28) | {29: 4, 31: 5, 33: 4, 34: 4})

    assert (rising(series, day(34), with_sensitivity(knob).pain) is not None) is found


def test_pain_back_at_the_reference_for_a_week_clears() -> None:
    calm = reports({30: 6, 32: 3, 35: 3, 39: 3})

    assert still_raised(3.0, calm, day(30), day(39)) is False


def test_three_calm_reports_within_a_week_do_not_clear() -> None:
    assert still_raised(3.0, reports({31: 3, 32: 3, 37: 3}), day(30), day(37)) is True


def test_two_calm_reports_do_not_clear() -> None:
    assert still_raised(3.0, reports({31: 3, 45: 3}), day(30), day(45)) is True


def test_one_raised_report_starts_the_count_again() -> None:
    assert still_raised(3.0, reports({31: 3, 33: 3, 36: 4, 39: 3}), day(30), day(39)) is True


def test_calm_reports_before_the_flag_do_not_clear() -> None:
    assert still_raised(3.0, reports({20: 3, 25: 3, 31: 3}), day(30), day(31)) is True


def noisy_step(seed: int) -> tuple[Report, ...]:
    """Three months, two points above a reference of 3 with everyday ups and downs."""
    noise = random.Random(seed)
    return reports({n: max(4, min(10, round(5 + noise.gauss(0, 1)))) for n in range(1, 91, 2)})


@pytest.mark.parametrize("seed", range(5))
def test_a_permanent_step_never_clears_itself_in_ninety_days(seed: int) -> None:
    assert all(still_raised(3.0, noisy_step(seed), day(0), day(n)) for n in range(1, 91))


def improved_then(lately: dict[int, int | None]) -> tuple[Report, ...]:
    """Four weeks at 6, then three at 3, then what the test says from day 49 on."""
    course = {n: (6 if n < 28 else 3) + (-1, 0, 1)[n % 3] for n in range(0, 49, 2)}
    return reports(course | lately)


def test_an_improvement_that_is_lost_is_a_rise_above_the_better_weeks() -> None:
    back = improved_then({50: 4, 52: 4, 54: 5, 57: 5, 59: 5, 61: 5})

    rise = rising(back, day(61))

    assert rise is not None
    assert (rise.pattern, rise.base_window, rise.limit) == ("relapse", 21, 2.0)
    assert rise.evidence()["improved"] == round(rise.evidence()["mean_worse"] - rise.mean_earlier, 2)
    assert rise.reference == rise.mean_earlier


def test_an_improvement_that_stays_is_none() -> None:
    assert rising(improved_then({50: 3, 53: 4, 56: 3, 58: 3, 61: 4}), day(61)) is None


def test_better_weeks_that_were_no_improvement_are_no_reference_for_a_relapse() -> None:
    course = {n: 3 + (-1, 0, 1)[n % 3] for n in range(0, 49, 2)}

    assert rising(reports(course | {50: 4, 52: 3, 57: 4, 59: 4, 61: 5}), day(61)) is None


def few_raised_among_many() -> tuple[Report, ...]:
    return reports({n: 3 for n in range(35)} | {35: 8, 36: 3, 37: 3, 38: 3, 39: 8, 40: 3, 41: 8})


def test_fewer_than_half_of_the_reports_raised_is_not_a_rise() -> None:
    assert rising(few_raised_among_many(), day(41)) is None
    assert rising(few_raised_among_many(), day(41), replace(DEFAULTS.pain, raised_share=0.0)) is not None


SOMEWHAT_RAISED = reports(steady(28) | {29: 4, 31: 5, 33: 4, 34: 4})


def test_less_is_enough_while_walks_become_rarer() -> None:
    seldom = Rarer(walked=4, days=14, expected=7.0)

    rise = rising(SOMEWHAT_RAISED, day(34), rarer=seldom)

    assert rising(SOMEWHAT_RAISED, day(34)) is None
    assert rise is not None
    assert (rise.pattern, rise.limit) == ("rarer", 2.5)
    assert rise.evidence()["rarer"] == {"walked": 4, "days": 14, "expected": 7.0}


ONCE_A_WEEK: dict[int, int | None] = {n: 3 for n in range(0, 49, 7)}


def test_less_is_enough_where_scores_come_once_a_week() -> None:
    rise = rising(reports(ONCE_A_WEEK | {49: 5, 56: 5, 63: 5}), day(63))

    assert rise is not None
    assert (rise.window, len(rise.recent), rise.limit, rise.weekly) == (21, 3, 2.5, 4)
    assert rise.evidence()["weekly"] == {"scores": 4, "days": 28}


def test_six_scores_in_four_weeks_are_judged_as_ever() -> None:
    more = ONCE_A_WEEK | {49: 5, 52: 5, 56: 5, 63: 5, 36: 3}

    assert rising(reports(more), day(63)) is None


def test_one_bad_score_a_week_ago_is_no_rise_where_scores_come_once_a_week() -> None:
    assert rising(reports(ONCE_A_WEEK | {49: 3, 56: 8, 63: 3}), day(63)) is None


def test_a_beginner_is_judged_as_ever() -> None:
    assert rising(reports({0: 3, 3: 3, 6: 3, 10: 5, 12: 6}), day(12)) is None


def test_few_scores_while_walks_become_rarer_say_both() -> None:
    rise = rising(
        reports(ONCE_A_WEEK | {49: 5, 56: 5, 63: 4}), day(63), rarer=Rarer(walked=2, days=14, expected=10.0)
    )

    assert rise is not None
    assert (rise.pattern, rise.limit) == ("rarer", 2.5)
    assert {"rarer", "weekly"} <= rise.evidence().keys()


def test_three_weeks_are_too_short_to_judge_scores_once_a_week() -> None:
    assert enough_reports(reports({0: 3, 7: 3, 14: 3}), day(14)) is False


def test_five_weekly_scores_are_enough() -> None:
    assert enough_reports(reports({n: 3 for n in range(0, 35, 7)}), day(28)) is True


def test_a_clear_rise_while_walks_become_rarer_is_an_ordinary_one() -> None:
    risen = reports(steady(28) | {28: 6, 30: 6, 32: 6})

    rise = rising(risen, day(34), rarer=Rarer(walked=3, days=14, expected=7.0))

    assert rise is not None
    assert (rise.pattern, rise.rarer) == ("usual", None)
