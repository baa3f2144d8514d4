"""A plan in the notation of docs/clinical-rules.md, and the tables that stand there."""

import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from programmes.clinical.grading import Week

RULES = Path(__file__).resolve().parents[2] / "docs" / "clinical-rules.md"
ROW = re.compile(r"^\| (T\d)[^|]*\| ([\d,]+) \| ([^|]+) \|$", re.MULTILINE)
LONG = 4  # as many equal weeks on end stand as one entry: "5x26 (10-13)"


def written_tables() -> dict[str, tuple[int, str]]:
    """Each template's baseline and weeks, as the document says them."""
    rows = ROW.findall(RULES.read_text(encoding="utf-8"))
    return {code: (int(baseline.replace(",", "")), weeks) for code, baseline, weeks in rows}


def plan_table(weeks: Sequence[Week]) -> str:
    """Days x dose; "+n" fast parts, "m" moderate, "c" consolidation (not told within long runs)."""
    entries: list[str] = []
    for dose, run in groupby(weeks, _dose):
        same = list(run)
        if len(same) >= LONG:
            entries.append(f"{dose} ({same[0].number}-{same[-1].number})")
        else:
            entries += [dose + "c" * (week.kind == "consolidation") for week in same]
    return " ".join(entries)


def _dose(week: Week) -> str:
    fast = f"+{week.intervals}" if week.intervals else ""
    return f"{week.days}x{week.amount}{fast}" + "m" * (week.intensity == "moderate")
