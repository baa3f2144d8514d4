"""A setting stands for numbers within bounds; what must be seen at once reads none of them."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programmes.clinical import pain
from programmes.clinical.detection import findings
from programmes.clinical.thresholds import (
    ADJUSTABLE,
    DEFAULTS,
    KNOB,
    Setting,
    Thresholds,
    thresholds_for,
    with_sensitivity,
)
from tests.clinical.diaries import day, diary, reports

SETTINGS = st.builds(
    Setting,
    sensitivity=st.sampled_from([None, *KNOB]),
    pain_rise=st.none() | st.integers(5, 20).map(lambda tenths: tenths / 10),
    silence_days=st.none() | st.integers(4, 10),
    start_days=st.none() | st.integers(5, 14),
    low_percent=st.none() | st.integers(30, 60),
)


def test_nothing_chosen_is_what_was_shipped() -> None:
    assert thresholds_for(Setting()) == DEFAULTS


def test_a_number_changed_by_hand_goes_where_its_rule_reads_it() -> None:
    made = thresholds_for(Setting("quiet", 1.5, 7, 12, 40))
    assert (made.pain.min_rise, made.pain.z) == (1.5, 3.6)
    walking = made.adherence
    assert (walking.silence_days, walking.never_days, walking.low_share, walking.back_share) == (
        7,
        12,
        0.4,
        0.5,
    )


def test_a_patients_choice_goes_before_the_clinics_and_leaves_the_rest() -> None:
    clinic = Setting("quiet", 1.5, None, 12, None)
    patient = Setting(None, 0.8, 6, None, None)
    assert patient.over(clinic) == Setting("quiet", 0.8, 6, 12, None)


@pytest.mark.parametrize("name", ADJUSTABLE)
def test_a_number_out_of_its_bounds_is_refused_and_its_bounds_are_not(name) -> None:
    bounds = ADJUSTABLE[name]
    for within in (bounds.low, bounds.high):
        thresholds_for(Setting(**{name: within}))
    for outside in (bounds.low - 1, bounds.high + 1):
        with pytest.raises(ValueError, match=name):
            thresholds_for(Setting(**{name: outside}))


@given(SETTINGS)
def test_no_setting_makes_severe_pain_or_pain_then_silence_quieter(setting) -> None:
    made = thresholds_for(setting)
    assert made.answers == DEFAULTS.answers
    assert made.silent_pain == DEFAULTS.silent_pain
    assert (made.plan, made.flare, made.lifecycle) == (DEFAULTS.plan, DEFAULTS.flare, DEFAULTS.lifecycle)


@given(SETTINGS)
def test_what_raises_a_flag_does_not_clear_it_on_the_same_numbers(setting) -> None:
    made = thresholds_for(setting)
    assert made.pain.clear_below <= made.pain.min_rise
    assert made.adherence.back_share > made.adherence.low_share


def test_the_knob_turns_one_way_with_all_its_numbers() -> None:
    def numbers(made: Thresholds) -> tuple[float, ...]:
        pain, walking = made.pain, made.adherence
        return (pain.z, pain.z_rarer, pain.z_weekly, pain.z_relapse, walking.silence, walking.slowing_z)

    rows = [numbers(with_sensitivity(position)) for position in ("sensitive", "balanced", "quiet")]
    assert all(a < b < c for a, b, c in zip(*rows, strict=True))


def test_a_knob_position_changes_nothing_that_has_no_reason_beside_it() -> None:
    changed = {
        (part.name, field.name)
        for made in KNOB.values()
        for part in dataclasses.fields(made)
        for field in dataclasses.fields(getattr(made, part.name))
        if part.name != "setting"
        and getattr(getattr(made, part.name), field.name) != getattr(getattr(DEFAULTS, part.name), field.name)
    }
    assert changed == {
        ("pain", "z"),
        ("pain", "z_rarer"),
        ("pain", "z_weekly"),
        ("pain", "z_relapse"),
        ("adherence", "silence"),
        ("adherence", "slowing_z"),
    }


def first_silent_day(setting: Setting) -> int | None:
    """The day of a silence after daily walks on which it is found first."""
    walked = diary(range(42))
    made = thresholds_for(setting)
    found = (n for n in range(42, 60) if findings(walked, day(n), made))
    return next((n - 41 for n in found), None)


def test_a_silence_is_found_on_the_day_that_was_chosen() -> None:
    days = [first_silent_day(Setting(silence_days=chosen)) for chosen in (None, 4, 8, 10)]
    assert days == [5, 5, 8, 10]  # at 4 days less than 3 planned walks went by


def test_the_evidence_says_by_which_setting_it_was_judged() -> None:
    walked = diary(range(42))
    said = [
        findings(walked, day(60), thresholds_for(setting))[0].evidence["setting"]
        for setting in (Setting(), Setting("quiet", silence_days=8))
    ]
    assert said == [{"sensitivity": "balanced"}, {"sensitivity": "quiet", "silence_days": 8}]


def test_a_small_rise_that_was_asked_for_clears_below_itself_only() -> None:
    made = thresholds_for(Setting("sensitive", pain_rise=0.5))
    scores = reports(dict.fromkeys(range(1, 20), 4))
    assert [pain.still_raised(3.4, scores, day(0), day(19), t.pain) for t in (made, DEFAULTS)] == [
        True,
        False,
    ]
