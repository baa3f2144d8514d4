"""The generator's promises, for any baseline and any template."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programmes.clinical.grading import (
    TEMPLATES,
    ProgressionRules,
    blank_rules,
    generate,
    generate_steps,
    in_metres,
)
from programmes.clinical.grading.generator import SCALES
from tests.clinical.grading_properties import broken, broken_by_flare

blanks = st.builds(
    lambda target, weeks, days, more, share, tail: blank_rules(
        target_minutes=target,
        weeks=weeks,
        start_days=days,
        max_days=min(7, days + more),
        step_share=share,
        tail_weeks=tail,
    ),
    st.integers(1, 300),
    st.integers(1, 52),
    st.integers(1, 7),
    st.integers(0, 6),
    st.sampled_from([0.1, 0.15, 0.2, 1.0]),
    st.sampled_from([0, 52]),
)


@pytest.mark.parametrize("code", list(TEMPLATES))
@given(st.data())
def test_a_template_breaks_no_property(code: str, data: st.DataObject) -> None:
    rules = TEMPLATES[code]
    baseline = data.draw(st.integers(max(1, rules.min_baseline), SCALES[rules.counts].most))

    assert broken(baseline, rules) == []


@given(st.integers(1, 300), blanks)
def test_a_blank_programme_breaks_no_property(baseline: int, rules: ProgressionRules) -> None:
    assert broken(baseline, rules) == []


@given(st.integers(50, 40_000), st.integers(50, 40_000), blanks)
def test_a_plan_in_metres_breaks_no_property(baseline: int, target: int, rules: ProgressionRules) -> None:
    assert broken(baseline, in_metres(rules, target)) == []


@given(st.integers(1, 60_000), st.integers(1, 3000))
def test_a_fixed_number_of_steps_a_week_breaks_no_property(baseline: int, weekly: int) -> None:
    assert broken(baseline, replace(TEMPLATES["T6"], weekly_steps=weekly)) == []


@given(st.integers(1, 300), st.integers(1, 300))
def test_the_flare_overlay_breaks_no_property(minutes: int, previous: int) -> None:
    assert broken_by_flare(minutes, previous) == []


def test_steps_never_pass_what_the_walk_form_takes() -> None:
    assert max(week.steps or 0 for week in generate_steps(59_000)) == 60_000


@pytest.mark.parametrize("code", ["T1", "T2", "T3"])
def test_a_tail_keeps_the_last_dose(code: str) -> None:
    plain = generate(15, TEMPLATES[code])
    with_tail = generate(15, replace(TEMPLATES[code], tail_weeks=26))

    assert with_tail[: len(plain)] == plain
    assert {(w.days, w.minutes, w.kind) for w in with_tail[len(plain) :]} == {
        (plain[-1].days, plain[-1].minutes, "maintenance")
    }
