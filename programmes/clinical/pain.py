"""PAIN_RISING: is this patient's pain above their own usual, by more than their usual ups and downs?"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from programmes.clinical.diary import Report
from programmes.clinical.rarer import Rarer
from programmes.clinical.series import (
    Point,
    between,
    lasts,
    mean,
    pain_series,
    spread,
    standard_errors,
    usual_before,
)
from programmes.clinical.thresholds import DEFAULTS, RULE_VERSION, PainThresholds

DEFAULT = DEFAULTS.pain
USUAL, RARER, RELAPSE = "usual", "rarer", "relapse"
WEEKLY_LOOK = 28  # days in which scores are counted, to tell whether they come about once a week


@dataclass(frozen=True, slots=True)
class PainRise:
    """A rise as seen on one day: windows in days, means and rise in NRS points, z in standard errors.

    `pattern` is usual (above the weeks before), rarer (the same while walks become rarer, so less is asked of
    z) or relapse (above the better weeks that an improvement had brought). `limit` is what z was held to.
    `weekly`: how many scores four weeks held, where they come about once a week: less is asked there too.
    """

    on: date
    window: int
    base_window: int
    recent: tuple[Point, ...]
    earlier: tuple[Point, ...]
    reference: float
    z: float
    limit: float
    pattern: str = USUAL
    rarer: Rarer | None = None
    weekly: int | None = None
    worse: tuple[Point, ...] = ()

    @property
    def mean_recent(self) -> float:
        """Mean of the recent scores."""
        return mean(self.recent)

    @property
    def mean_earlier(self) -> float:
        """Mean of the scores they are compared with."""
        return mean(self.earlier)

    @property
    def rise(self) -> float:
        """Recent mean minus earlier mean, in points."""
        return self.mean_recent - self.mean_earlier

    def evidence(self, thresholds: PainThresholds = DEFAULT) -> dict[str, Any]:
        """The numbers behind the finding, ready for JSON; `reference` is frozen here."""
        return {
            "rule_version": RULE_VERSION,
            "pattern": self.pattern,
            "window": self.window,
            "base_window": self.base_window,
            "n_recent": len(self.recent),
            "n_earlier": len(self.earlier),
            "mean_recent": round(self.mean_recent, 2),
            "mean_earlier": round(self.mean_earlier, 2),
            "rise": round(self.rise, 2),
            "reference": round(self.reference, 2),
            "z": round(self.z, 2),
            "limits": {"rise": thresholds.min_rise, "z": self.limit},
            "recent": [[d.isoformat(), round(v, 2)] for d, v in self.recent],
            "earlier": [[d.isoformat(), round(v, 2)] for d, v in self.earlier],
            **({"rarer": self.rarer.evidence()} if self.rarer else {}),
            **({} if self.weekly is None else {"weekly": {"scores": self.weekly, "days": WEEKLY_LOOK}}),
            **(self._improvement() if self.worse else {}),
        }

    def _improvement(self) -> dict[str, Any]:
        """What had become better before it was lost."""
        worse = mean(self.worse)
        return {"mean_worse": round(worse, 2), "improved": round(worse - self.mean_earlier, 2)}


def enough_reports(reports: Sequence[Report], on: date, thresholds: PainThresholds = DEFAULT) -> bool:
    """Tell whether the rule can judge on `on` at all; False reads "not enough reports yet", never "fine"."""
    series = _lately(reports, on, thresholds)
    windows = _windows(_weekly(series, on, thresholds), thresholds)
    return any(True for _ in _comparisons(series, on, windows, thresholds))


def rising(
    reports: Sequence[Report],
    on: date,
    thresholds: PainThresholds = DEFAULT,
    rarer: Rarer | None = None,
) -> PainRise | None:
    """Return the clearest rise on `on`, or None.

    Average pain over the last 7 (or 14) days is at least one point above this patient's own previous four
    (or eight) weeks, and by more than their usual ups and downs explain; while walks become `rarer`, and
    where scores come about once a week, somewhat less is enough. Or an improvement was lost: see `_relapse`.
    Reads eleven weeks, and nothing after `on`.
    """
    series = _lately(reports, on, thresholds)
    weekly = _weekly(series, on, thresholds)
    limit = thresholds.z_rarer if rarer else thresholds.z
    if weekly is not None:
        limit = min(limit, thresholds.z_weekly)
    found = None
    for window, base, recent, earlier in _comparisons(series, on, _windows(weekly, thresholds), thresholds):
        before = mean(earlier)
        if mean(recent) - before < thresholds.min_rise or not lasts(recent, before, thresholds):
            continue
        z = standard_errors(recent, earlier, spread([earlier], thresholds))
        if z >= limit and (found is None or z > found.z):
            reference = usual_before(series, on - timedelta(window - 1), thresholds)
            frozen = before if reference is None else reference
            found = PainRise(on, window, base, recent, earlier, frozen, z, limit)
    if found is None:
        return _relapse(series, on, thresholds)
    seldom = rarer if found.z < thresholds.z else None
    return replace(found, pattern=RARER if seldom else USUAL, rarer=seldom, weekly=weekly)


def latest_scores(
    reports: Sequence[Report], on: date, count: int, days: int, thresholds: PainThresholds = DEFAULT
) -> tuple[tuple[Point, ...], float | None]:
    """The latest `count` scores of the last `days` days, and the mean of the four weeks before them.

    The mean is None with fewer than three reports there, or without any score.
    """
    series = pain_series(reports, thresholds)
    latest = between(series, on - timedelta(days - 1), on)[-count:]
    if not latest:
        return (), None
    return latest, usual_before(series, latest[0][0], thresholds)


def still_raised(
    reference: float,
    reports: Sequence[Report],
    since: date,
    on: date,
    thresholds: PainThresholds = DEFAULT,
) -> bool:
    """Tell whether pain is still raised on `on` against the reference frozen when the flag rose on `since`.

    It no longer is once the latest reports, at least 3 of them over at least 7 days, all lie less than one
    point above that reference. A rolling base would absorb a permanent rise within three weeks.
    """
    calm: list[date] = []
    for day, value in reversed(between(pain_series(reports, thresholds), since + timedelta(1), on)):
        if value - reference >= thresholds.clear_below:
            break
        calm.append(day)
    enough = len(calm) >= thresholds.clear_reports
    return not (enough and (calm[0] - calm[-1]).days >= thresholds.clear_days)


def _relapse(series: Sequence[Point], on: date, thresholds: PainThresholds) -> PainRise | None:
    """An improvement of at least a point, lost again by at least a point, each by 2 standard errors.

    Compared are the last week, the three weeks that ended two weeks ago and the four weeks before those: the
    usual base still holds the bad time, and the fortnight between may already be on its way back.
    """
    last = on - timedelta(thresholds.relapse_gap)
    first = last - timedelta(thresholds.relapse_days - 1)
    better = between(series, first, last)
    worse = between(series, first - timedelta(thresholds.base_days[0]), first - timedelta(1))
    window = thresholds.recent_days[0]
    recent = between(series, on - timedelta(window - 1), on)
    if len(recent) < thresholds.min_recent or min(len(better), len(worse)) < thresholds.min_base[0]:
        return None
    low = mean(better)
    own = spread([better, worse], thresholds)
    moves = [standard_errors(one, better, own) for one in (worse, recent)]
    least = min(mean(worse), mean(recent)) - low
    if least < thresholds.min_rise or min(moves) < thresholds.z_relapse:
        return None
    if not lasts(recent, low, thresholds):
        return None
    return PainRise(
        on,
        window,
        thresholds.relapse_days,
        recent,
        better,
        low,
        moves[1],
        thresholds.z_relapse,
        RELAPSE,
        worse=worse,
    )


def _lately(reports: Sequence[Report], on: date, thresholds: PainThresholds) -> list[Point]:
    """The series of the eleven weeks that any comparison reads."""
    longest = max(*thresholds.recent_days, thresholds.weekly_days)
    first = on - timedelta(longest + max(thresholds.base_days))
    return pain_series(reports[bisect_left(reports, first, key=lambda report: report.on) :], thresholds)


def _weekly(series: Sequence[Point], on: date, thresholds: PainThresholds) -> int | None:
    """How many scores the last four weeks hold, if so few that they come about once a week.

    None for a beginner, whose first four weeks are not over yet.
    """
    first = on - timedelta(WEEKLY_LOOK - 1)
    scores = len(between(series, first, on))
    has_begun = bool(series) and series[0][0] <= first
    return scores if has_begun and scores <= thresholds.weekly_scores else None


def _windows(weekly: int | None, thresholds: PainThresholds) -> tuple[int, ...]:
    """The recent days that are compared: three weeks as well where scores come about once a week."""
    return thresholds.recent_days if weekly is None else (*thresholds.recent_days, thresholds.weekly_days)


def _comparisons(
    series: Sequence[Point], on: date, windows: Sequence[int], thresholds: PainThresholds
) -> Iterator[tuple[int, int, tuple[Point, ...], tuple[Point, ...]]]:
    """Yield window, base window and their points for each pair that holds enough reports."""
    for window in windows:
        start = on - timedelta(window - 1)
        recent = between(series, start, on)
        if len(recent) < thresholds.min_recent:
            continue
        for base, least in zip(thresholds.base_days, thresholds.min_base, strict=True):
            earlier = between(series, start - timedelta(base), start - timedelta(1))
            if len(earlier) >= least:
                yield window, base, recent, earlier
