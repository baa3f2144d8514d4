"""The tables of docs/clinical-rules.md are the generator's output."""

import pytest

from programmes.clinical.grading import TEMPLATES, flare_days, generate
from tests.clinical.plan_tables import RULES, plan_table, written_tables


def test_every_template_has_its_table() -> None:
    assert list(written_tables()) == list(TEMPLATES)


@pytest.mark.parametrize("code", list(TEMPLATES))
def test_the_table_is_what_the_generator_makes(code: str) -> None:
    baseline, weeks = written_tables()[code]

    assert weeks == plan_table(generate(baseline, TEMPLATES[code]))


def test_the_flare_overlay_is_as_written() -> None:
    """T5's row is a sentence: days, minutes and walks at 20 minutes, the previous week at 18."""
    days = flare_days(20, 18)
    said = "; ".join(
        f"days {part[0].day}-{part[-1].day}: {_range(part[0].minutes, part[0].up_to)} min"
        f" in {_range(*part[0].bouts)}"
        for part in (days[:3], days[3:7], days[7:])
    )

    assert f"| T5 flare overlay | 20 after 18 | {said} |" in RULES.read_text(encoding="utf-8")


def _range(least: int, most: int) -> str:
    return str(least) if least == most else f"{least}-{most}"
