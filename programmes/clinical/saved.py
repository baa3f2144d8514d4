"""The sentence after a walk is saved: a fixed table, read from the top, first row that fits."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from programmes.clinical.thresholds import SAVED_PAGE, SavedPageThresholds


class Saved(StrEnum):
    """What the saved page says; wording in the reader's language lives with the pages."""

    ACT_RED_FLAG = "act_red_flag"  # what to do now, by the item's route
    ACT_SEVERE = "act_severe"  # any answer of 8 or more: what to do now, and the clinic's phone
    ACT_WORSE_AGAIN = "act_worse_again"  # much worse three walks running: what to do now, and the phone
    FLARE = "flare"  # a flare-up: the flare plan, smaller and more often
    LIMB = "limb"  # a leg or foot problem: shoes, ground, rest; phone if it stays
    COMMON_AT_START = "common_at_start"  # weeks 1-3 only: common when you start, should settle by tomorrow
    SORE = "sore"  # more pain after: keep the next walk as planned, phone if not settled by tomorrow
    HIGH = "high"  # pain above 5 that the walk did not raise: no praise
    WELL_DONE = "well_done"  # after is known, 5 or less, and not worse
    THANKS = "thanks"  # pain after is not known: saved, nothing concluded


@dataclass(frozen=True, slots=True)
class WalkAnswers:
    """One walk's answers as the table reads them.

    Pain scores 0-10, None for "not sure" or unanswered. `programme_week` counts from 1. `last_deltas` are
    after minus before of the latest walks, this one last; None where either is unknown.
    """

    before: int | None
    after: int | None
    worst: int | None = None
    flare: bool = False
    limb_problem: bool = False
    red_flag: bool = False
    programme_week: int = 1
    last_deltas: Sequence[int | None] = ()


def saved_sentence(walk: WalkAnswers, limits: SavedPageThresholds = SAVED_PAGE) -> Saved:
    """Return the code of the sentence for one walk; the first row of the table that fits.

    Praise needs a known pain after of 5 or less, no flare and no leg symptom. Never reassures beyond that.
    """
    urgent = _act_now(walk, limits)
    if urgent is not None:
        return urgent
    if walk.flare:
        return Saved.FLARE
    if walk.limb_problem:
        return Saved.LIMB
    return _by_pain(walk, limits)


def _act_now(walk: WalkAnswers, limits: SavedPageThresholds) -> Saved | None:
    """The three rows that say what to do now."""
    if walk.red_flag:
        return Saved.ACT_RED_FLAG
    if any(score is not None and score >= limits.act for score in (walk.before, walk.after, walk.worst)):
        return Saved.ACT_SEVERE
    recent = walk.last_deltas[-limits.worse_walks :]
    worse = [delta for delta in recent if delta is not None and delta >= limits.worse]
    return Saved.ACT_WORSE_AGAIN if len(worse) == limits.worse_walks else None


def _by_pain(walk: WalkAnswers, limits: SavedPageThresholds) -> Saved:
    """The rows that only look at pain; worst counts as after, because it is what the walk provoked."""
    if walk.after is None:
        return Saved.THANKS
    peak = max(walk.after, walk.worst or 0)
    if walk.before is not None and peak - walk.before >= limits.worse:
        early = 1 <= walk.programme_week <= limits.early_weeks
        return Saved.COMMON_AT_START if early else Saved.SORE
    return Saved.HIGH if walk.after > limits.calm else Saved.WELL_DONE
