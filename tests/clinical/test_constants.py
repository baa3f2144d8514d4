"""No clinical number, stored word or table changes unseen."""

from tests.clinical.constants import FILE, constants


def test_every_number_word_and_table_is_as_it_was_read() -> None:
    """Meant to change? Its source and RULE_VERSION first, then `python -m tests.clinical.constants`."""
    assert constants() == FILE.read_text()
