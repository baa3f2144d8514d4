"""Kilometres and miles: what is typed comes back as it was typed, and is stored in metres."""

import pytest

from programmes.clinical.distances import METRES, in_units, metres_from, shortest

EVERY_HUNDREDTH = [f"{n / 100:.2f}" for n in range(4001)]  # 0 to 40


@pytest.mark.parametrize("units", list(METRES))
def test_what_is_typed_comes_back(units):
    back = [f"{in_units(metres_from(typed, units), units):f}" for typed in EVERY_HUNDREDTH]
    assert back == EVERY_HUNDREDTH


@pytest.mark.parametrize("units", list(METRES))
def test_the_metres_of_a_plan_come_back_within_half_a_hundredth(units):
    off = [abs(metres_from(shortest(metres, units), units) - metres) for metres in range(50, 40_001, 50)]
    assert max(off) <= {"km": 0, "mi": 8}[units]


@pytest.mark.parametrize(
    ("typed", "units", "metres"),
    [
        ("1.2", "km", 1200),
        ("1,2", "km", 1200),
        (" 1 ", "mi", 1609),
        ("0.5", "mi", 805),
        ("26.2188", "mi", 42195),
    ],
)
def test_typed_with_point_or_comma(typed, units, metres):
    assert metres_from(typed, units) == metres


@pytest.mark.parametrize("typed", ["", "far", "nan", "infinity", "1e999999", "1.2.3"])
def test_what_is_no_number_is_none(typed):
    assert metres_from(typed, "km") is None


@pytest.mark.parametrize(
    ("metres", "units", "said"),
    [(850, "km", "0.85"), (2000, "km", "2"), (1609, "mi", "1"), (850, "mi", "0.53")],
)
def test_shown_without_trailing_zeros(metres, units, said):
    assert shortest(metres, units) == said
