"""Every cell of the saved page's table, against the rows of docs/clinical-rules.md told a second time."""

from itertools import product

import pytest

from programmes.clinical.saved import Saved, WalkAnswers, saved_sentence
from programmes.clinical.saved_table import CASES, LETTERS, SCORES, grid, printed
from programmes.management.commands.saved_page_table import parts

ANY = (False, True)


def told_again(before, after, week, symptoms):
    """The rows as the document has them, from the top."""
    red_flag, flare, limb, worse_again = symptoms
    rows = [
        (red_flag, Saved.ACT_RED_FLAG),
        (before in (8, 9, 10) or after in (8, 9, 10), Saved.ACT_SEVERE),
        (worse_again, Saved.ACT_WORSE_AGAIN),
        (flare, Saved.FLARE),
        (limb, Saved.LIMB),
        (after is None, Saved.THANKS),
        (_is_worse(before, after) and week in (1, 2, 3), Saved.COMMON_AT_START),
        (_is_worse(before, after), Saved.SORE),
        (after in (6, 7), Saved.HIGH),
        (True, Saved.WELL_DONE),
    ]
    return next(code for fits, code in rows if fits)


def _is_worse(before, after):
    return None not in (before, after) and after - before >= 2


@pytest.mark.parametrize("week", range(27))
@pytest.mark.parametrize("symptoms", list(product(ANY, repeat=4)), ids=str)
def test_every_cell(week, symptoms):
    red_flag, flare, limb, worse_again = symptoms
    said = {
        (before, after): saved_sentence(
            WalkAnswers(
                before=before,
                after=after,
                flare=flare,
                limb_problem=limb,
                red_flag=red_flag,
                programme_week=week,
                last_deltas=(2, 2, 2) if worse_again else (2, 1, 2),
            )
        )
        for before, after in product(SCORES, SCORES)
    }
    assert said == {(a, b): told_again(a, b, week, symptoms) for a, b in product(SCORES, SCORES)}


def test_the_printed_cases_are_all_that_differ():
    """Every sentence stands in one of the grids."""
    assert (
        {code for case in CASES.values() for row in grid(case) for code in row} == set(LETTERS) == set(Saved)
    )


def test_the_document_shows_the_table_of_today():
    assert parts()[1] == "\n".join(printed()), "run manage.py saved_page_table"
