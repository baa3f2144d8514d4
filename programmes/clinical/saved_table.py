"""The table of the saved page, cell by cell, made from the rule itself so that a clinician can read it."""

from collections.abc import Iterator
from dataclasses import replace

from programmes.clinical.saved import Saved, WalkAnswers, saved_sentence
from programmes.clinical.thresholds import SAVED_PAGE

SCORES: tuple[int | None, ...] = (*range(11), None)
LETTERS = {
    Saved.ACT_RED_FLAG: "R",
    Saved.ACT_SEVERE: "A",
    Saved.ACT_WORSE_AGAIN: "W",
    Saved.FLARE: "F",
    Saved.LIMB: "L",
    Saved.COMMON_AT_START: "c",
    Saved.SORE: "s",
    Saved.HIGH: "h",
    Saved.WELL_DONE: "+",
    Saved.THANKS: "t",
}
_EARLY, _LATER = SAVED_PAGE.early_weeks, SAVED_PAGE.early_weeks + 1
_WORSE = (SAVED_PAGE.worse,) * SAVED_PAGE.worse_walks
CASES = {
    f"Weeks 1-{_EARLY}, no symptom": WalkAnswers(None, None, programme_week=_EARLY),
    f"Week {_LATER} and later, no symptom": WalkAnswers(None, None, programme_week=_LATER),
    "Any week, flare-up": WalkAnswers(None, None, flare=True),
    "Any week, leg or foot problem": WalkAnswers(None, None, limb_problem=True),
    f"Any week, the last {SAVED_PAGE.worse_walks} walks all much worse": WalkAnswers(
        None, None, last_deltas=_WORSE
    ),
    "Any week, a red-flag item or a fall with injury": WalkAnswers(None, None, red_flag=True),
}


def grid(case: WalkAnswers) -> list[list[Saved]]:
    """One sentence for every pain before (rows) and after (columns): 0-10, then not known."""
    return [
        [saved_sentence(replace(case, before=before, after=after)) for after in SCORES] for before in SCORES
    ]


def printed() -> Iterator[str]:
    """All grids in Markdown; the letters are explained above the first."""
    yield ", ".join(f"{letter} `{code}`" for code, letter in LETTERS.items()) + "."
    for title, case in CASES.items():
        yield ""
        yield f"**{title}** (rows: pain before, columns: pain after; ? is not known)"
        yield ""
        yield f"| before | {' | '.join(_shown(score) for score in SCORES)} |"
        yield "|---" * (len(SCORES) + 1) + "|"
        for before, row in zip(SCORES, grid(case), strict=True):
            yield f"| {_shown(before)} | {' | '.join(LETTERS[code] for code in row)} |"


def _shown(score: int | None) -> str:
    return "?" if score is None else str(score)
