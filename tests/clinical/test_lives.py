"""Made-up lives stay as they were judged: whoever changes a rule reads what that does to each of them."""

import pytest

from tests.clinical.lives.telling import LIVES, file_of, story


@pytest.mark.parametrize("number", range(LIVES))
def test_a_life_is_judged_as_before(number: int) -> None:
    """Meant to change? A new RULE_VERSION, then `python -m tests.clinical.lives` and read the difference."""
    assert story(number) == file_of(number).read_text()
