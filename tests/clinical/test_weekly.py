"""The one sentence a past week gets."""

import pytest

from programmes.clinical.weekly import Said, Week, said_of


@pytest.mark.parametrize(
    ("week", "said"),
    [
        (Week(3, 3, 45, 45), Said.AS_PLANNED),
        (Week(4, 5, 60, 75), Said.AS_PLANNED),
        (Week(3, 5, 60, 75), Said.SOME),
        (Week(1, 3, 3, 45), Said.SOME),
        (Week(0, 3, 3, 45), Said.SOME),
        (Week(0, 3, 0, 45), Said.NONE),
        (Week(0, 3, None, 45), Said.NONE),
        (Week(3, 3, None, 45), Said.AS_PLANNED),
        (Week(3, 3, 67, 45), Said.AS_PLANNED),
        (Week(3, 3, 68, 45), Said.MORE),
        (Week(0, 0, 0, 0), Said.RESTED),
        (Week(2, 0, 40, 0), Said.RESTED),
        (Week(0, 3, 0, 45, had_flare=True), Said.FLARE),
        (Week(9, 3, 200, 45, had_flare=True), Said.FLARE),
        (Week(0, 0, 0, 0, had_flare=True), Said.FLARE),
    ],
)
def test_the_sentence_of_a_week(week: Week, said: Said) -> None:
    assert said_of(week) == said
