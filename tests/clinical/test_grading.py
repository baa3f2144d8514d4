import pytest
from hypothesis import given
from hypothesis import strategies as st

from programmes.clinical.grading import (
    T1_GENTLE,
    T2_STEADY,
    T3_PREVENTION,
    T4_INTERVALS,
    T7_MAINTENANCE,
    TEMPLATES,
    BaselineOutOfRange,
    ProgressionRules,
    Week,
    blank_rules,
    bouts,
    by_distance,
    generate,
    generate_steps,
    round_half_up,
    start_of,
    step_of,
    weekly_warnings,
)


def table(weeks: tuple[Week, ...]) -> str:
    marks = {"consolidation": "c"}
    return " ".join(f"{w.days}x{w.minutes}{marks.get(w.kind, '')}" for w in weeks)


def test_t1_at_a_baseline_of_8() -> None:
    assert table(generate(8, T1_GENTLE)) == "5x6 5x7 5x8 5x8c 5x9 5x10 5x11 5x11c"


def test_t2_at_a_baseline_of_15() -> None:
    assert table(generate(15, T2_STEADY)) == (
        "3x12 3x14 3x16 3x16c 3x18 4x18 4x20 4x20c 4x22 5x22 5x24 5x24c"
    )


def test_t2_is_moderate_from_week_12() -> None:
    assert [w.intensity for w in generate(15, T2_STEADY)] == ["easy"] * 11 + ["moderate"]


def test_t3_at_a_baseline_of_20() -> None:
    doses = [(w.days, w.minutes) for w in generate(20, T3_PREVENTION)]

    first_nine = [(3, 16), (3, 18), (3, 20), (3, 20), (3, 22), (4, 22), (4, 24), (4, 24), (4, 26)]
    assert doses == first_nine + [(5, 26)] * 4 + [(5, 28)] * 6 + [(5, 30)] * 7


def test_t4_counts_intervals() -> None:
    weeks = generate(25, T4_INTERVALS)

    assert [(w.intervals, w.minutes, w.interval_days, w.days) for w in weeks] == [
        (n, 10 + n, 3, 5) for n in (4, 6, 6, 8, 10, 10)
    ]


def test_t4_needs_a_baseline_of_25() -> None:
    with pytest.raises(BaselineOutOfRange):
        generate(24, T4_INTERVALS)


def test_t6_rises_by_a_tenth_of_the_baseline_to_at_most_3000_more() -> None:
    steps = [w.steps for w in generate_steps(6000)]

    assert steps == [6000, 6600, 7200, 7200, 7800, 8400, 9000, 9000, 9000, 9000, 9000, 9000]


def test_t6_with_500_steps_a_week() -> None:
    assert [w.steps for w in generate_steps(2000, 4, weekly_steps=500)] == [2000, 2500, 3000, 3000]


@pytest.mark.parametrize(("baseline", "dose"), [(30, (3, 30)), (20, (5, 20)), (25, (4, 25)), (5, (5, 5))])
def test_t7_reaches_ninety_minutes_on_three_to_five_days(baseline: int, dose: tuple[int, int]) -> None:
    assert {(w.days, w.minutes) for w in generate(baseline, T7_MAINTENANCE)} == {dose}


def test_a_blank_programme_adds_a_day_by_the_rule() -> None:
    rules = blank_rules(target_minutes=30, weeks=12, start_days=3, max_days=5)

    assert table(generate(15, rules)) == "3x12 3x14 3x16 3x16c 3x18 4x18 4x20 4x20c 5x20 5x22 5x24 5x24c"


@pytest.mark.parametrize(
    "wrong", [{"target_minutes": 0}, {"weeks": 0}, {"start_days": 6}, {"step_share": 0.0}]
)
def test_a_blank_programme_outside_the_limits_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="1-52 weeks"):
        blank_rules(**{"target_minutes": 30, "weeks": 8, "start_days": 3, "max_days": 5} | wrong)


@pytest.mark.parametrize("baseline", [-1, 0, 301])
def test_a_baseline_out_of_range_is_refused(baseline: int) -> None:
    with pytest.raises(BaselineOutOfRange):
        generate(baseline, T2_STEADY)


@pytest.mark.parametrize("steps", [0, 60_001])
def test_baseline_steps_out_of_range_are_refused(steps: int) -> None:
    with pytest.raises(BaselineOutOfRange):
        generate_steps(steps)


@pytest.mark.parametrize(("value", "rounded"), [(0.5, 1), (2.25, 2), (2.5, 3), (6.4, 6), (1.4999, 1)])
def test_halves_round_up(value: float, rounded: int) -> None:
    assert round_half_up(value) == rounded


@pytest.mark.parametrize(("minutes", "walks"), [(3, 1), (5, 1), (6, 2), (9, 2), (10, 1), (30, 1)])
def test_short_days_from_six_minutes_are_split(minutes: int, walks: int) -> None:
    assert bouts(minutes) == walks


def test_distance_follows_the_patients_own_pace() -> None:
    weeks = by_distance(generate(15, T2_STEADY)[:3], 15, 1000)

    assert [w.distance_m for w in weeks] == [800, 900, 1050]


def test_distance_needs_positive_baselines() -> None:
    with pytest.raises(BaselineOutOfRange):
        by_distance(generate(15, T2_STEADY), 15, 0)


@pytest.mark.parametrize(("minutes", "metres", "asked"), [(1, 80, 1200), (15, 1, 50)])
def test_the_least_baselines_give_a_distance(minutes: int, metres: int, asked: int) -> None:
    (week,) = by_distance((Week(1, 3, 15, 1, "easy", "build"),), minutes, metres)

    assert week.distance_m == asked


def test_a_rise_of_more_than_35_per_cent_is_warned_of() -> None:
    weeks = (
        Week(1, 3, 20, 1, "easy", "build"),
        Week(2, 3, 27, 1, "easy", "build"),
        Week(3, 5, 27, 1, "easy", "build"),
    )

    assert [(w.number, w.before, w.after, w.rise) for w in weekly_warnings(weeks)] == [(3, 81, 135, 0.667)]


@pytest.mark.parametrize(("baseline", "rules"), [(8, T1_GENTLE), (15, T2_STEADY), (20, T3_PREVENTION)])
def test_the_templates_give_no_warning(baseline: int, rules: ProgressionRules) -> None:
    assert weekly_warnings(generate(baseline, rules)) == ()


building = st.sampled_from([T1_GENTLE, T2_STEADY, T3_PREVENTION]) | st.builds(
    lambda target, weeks, days, more, share: blank_rules(
        target_minutes=target, weeks=weeks, start_days=days, max_days=min(7, days + more), step_share=share
    ),
    st.integers(1, 300),
    st.integers(1, 52),
    st.integers(1, 7),
    st.integers(0, 6),
    st.sampled_from([0.1, 0.15, 0.2, 1.0]),
)
baselines = st.integers(1, 300)


@given(baselines, building)
def test_the_first_week_never_starts_above_the_baseline(baseline: int, rules: ProgressionRules) -> None:
    assert 1 <= generate(baseline, rules)[0].minutes == start_of(baseline, rules) <= baseline


@given(baselines, building)
def test_minutes_never_pass_the_target(baseline: int, rules: ProgressionRules) -> None:
    assert max(w.minutes for w in generate(baseline, rules)) <= rules.target_minutes


@given(baselines, building)
def test_minutes_never_compound(baseline: int, rules: ProgressionRules) -> None:
    minutes = [w.minutes for w in generate(baseline, rules)]
    rises = [b - a for a, b in zip(minutes, minutes[1:], strict=False) if b != a]

    assert set(rises[:-1]) <= {step_of(baseline, rules)}
    assert all(0 < rise <= step_of(baseline, rules) <= 5 for rise in rises)


@given(baselines, building)
def test_one_variable_changes_a_week(baseline: int, rules: ProgressionRules) -> None:
    weeks = generate(baseline, rules)

    for last, week in zip(weeks, weeks[1:], strict=False):
        changed = (week.minutes != last.minutes, week.days != last.days, week.intensity != last.intensity)
        assert sum(changed) <= 1


@given(baselines, building)
def test_days_rise_one_at_a_time_to_the_limit(baseline: int, rules: ProgressionRules) -> None:
    days = [w.days for w in generate(baseline, rules)]

    assert days[0] == rules.start_days
    assert days[-1] <= rules.max_days
    assert {b - a for a, b in zip(days, days[1:], strict=False)} <= {0, 1}


@given(baselines, st.sampled_from([T1_GENTLE, T2_STEADY]))
def test_every_fourth_week_consolidates(baseline: int, rules: ProgressionRules) -> None:
    assert {w.kind for w in generate(baseline, rules) if w.number % 4 == 0} == {"consolidation"}


@given(st.integers(25, 300), st.sampled_from(list(TEMPLATES.values())))
def test_every_template_numbers_its_weeks(baseline: int, rules: ProgressionRules) -> None:
    assert [w.number for w in generate(baseline, rules)] == list(range(1, rules.weeks + 1))
