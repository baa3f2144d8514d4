"""After a change of the rules: what only they see in what is long known comes over some nights."""

from collections.abc import Iterable, Sequence
from datetime import date

from programmes.clinical.detection import findings
from programmes.clinical.diary import DAY, Diary, Finding
from programmes.clinical.thresholds import DEFAULTS, Thresholds

NIGHTS = 7
"""Nights over which they come: a week's worth of work spread over a week [P]."""
NEVER_LATER = ("amber-high", "urgent")
"""What is urgent comes at once, whichever rules saw it first."""
SEEN_DAILY = ("ADHERENCE_DROPPED", "ADHERENCE_LOW", "NOT_STARTED", "NOT_IMPROVING", "FLARE_OVERDUE")
"""What is found each day while it is true. The rest speaks on news: held back, it may never speak again."""


def due_now(
    found: Sequence[Finding],
    diary: Diary,
    on: date,
    *,
    nights: int | None,
    place: int,
    open_codes: Iterable[str],
    thresholds: Thresholds = DEFAULTS,
) -> tuple[Finding, ...]:
    """The findings that may count on `on`; the rest waits for this patient's night.

    `nights`: how many nights these rules have judged before; None: other rules never did, or long ago.
    `place`: any number that is this patient's own. Never waits what became true on this very day, what is
    urgent, what speaks on news alone, and what belongs to a flag that stands: only what these rules would
    have found the day before too, and will find again.
    """
    if nights is None or nights >= NIGHTS or place % NIGHTS <= nights:
        return tuple(found)
    stands = set(open_codes)
    known_daily = (f for f in found if f.code in SEEN_DAILY and f.severity not in NEVER_LATER)
    may_wait = {f.code for f in known_daily} - stands
    if not may_wait:
        return tuple(found)
    before = on - DAY
    old = may_wait & {f.code for f in findings(diary.until(before), before, thresholds)}
    return tuple(f for f in found if f.code not in old)
