import pytest
from hypothesis import given
from hypothesis import strategies as st

from programmes.clinical.saved import Saved, WalkAnswers, saved_sentence

scores = st.none() | st.integers(0, 10)
walks = st.builds(
    WalkAnswers,
    before=scores,
    after=scores,
    worst=scores,
    flare=st.booleans(),
    limb_problem=st.booleans(),
    red_flag=st.booleans(),
    programme_week=st.integers(1, 30),
    last_deltas=st.lists(st.none() | st.integers(-10, 10), max_size=4),
)


@pytest.mark.parametrize(
    ("walk", "sentence"),
    [
        (WalkAnswers(3, 3), Saved.WELL_DONE),
        (WalkAnswers(3, 4), Saved.WELL_DONE),
        (WalkAnswers(None, 5), Saved.WELL_DONE),
        (WalkAnswers(5, 6), Saved.HIGH),
        (WalkAnswers(2, 4, programme_week=3), Saved.COMMON_AT_START),
        (WalkAnswers(2, 4, programme_week=4), Saved.SORE),
        (WalkAnswers(2, 2, worst=5, programme_week=9), Saved.SORE),
        (WalkAnswers(None, None), Saved.THANKS),
        (WalkAnswers(7, None), Saved.THANKS),
        (WalkAnswers(3, 3, limb_problem=True), Saved.LIMB),
        (WalkAnswers(3, 3, flare=True, limb_problem=True), Saved.FLARE),
        (WalkAnswers(3, 5, last_deltas=(2, 3, 2)), Saved.ACT_WORSE_AGAIN),
        (WalkAnswers(3, 5, programme_week=9, last_deltas=(2, None, 2)), Saved.SORE),
        (WalkAnswers(3, 5, programme_week=9, last_deltas=(2, 2)), Saved.SORE),
        (WalkAnswers(8, None, flare=True), Saved.ACT_SEVERE),
        (WalkAnswers(3, 3, worst=8), Saved.ACT_SEVERE),
        (WalkAnswers(0, 0, red_flag=True), Saved.ACT_RED_FLAG),
    ],
)
def test_the_table(walk: WalkAnswers, sentence: Saved) -> None:
    assert saved_sentence(walk) == sentence


@given(walks)
def test_praise_only_after_a_calm_walk(walk: WalkAnswers) -> None:
    if saved_sentence(walk) == Saved.WELL_DONE:
        assert walk.after is not None
        assert walk.after <= 5
        assert (walk.flare, walk.limb_problem, walk.red_flag) == (False, False, False)


@given(walks)
def test_common_at_the_start_is_said_in_the_first_three_weeks_only(walk: WalkAnswers) -> None:
    if saved_sentence(walk) == Saved.COMMON_AT_START:
        assert walk.programme_week <= 3


@given(walks)
def test_eight_or_more_always_says_what_to_do_now(walk: WalkAnswers) -> None:
    if max(walk.before or 0, walk.after or 0, walk.worst or 0) >= 8:
        assert saved_sentence(walk) in (Saved.ACT_SEVERE, Saved.ACT_RED_FLAG)
