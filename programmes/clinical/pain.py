"""PAIN_RISING: is this patient's pain above their own usual, by more than their usual ups and downs?"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from math import sqrt
from operator import itemgetter
from typing import Any

from programmes.clinical.diary import Report
from programmes.clinical.thresholds import DEFAULTS, RULE_VERSION, PainThresholds

DEFAULT = DEFAULTS.pain
Point = tuple[date, float]


@dataclass(frozen=True, slots=True)
class PainRise:
    """A rise as seen on one day: windows in days, means and rise in NRS points, z in standard errors."""

    on: date
    window: int
    base_window: int
    recent: tuple[Point, ...]
    earlier: tuple[Point, ...]
    mean_recent: float
    mean_earlier: float
    reference: float
    z: float

    @property
    def rise(self) -> float:
        """Recent mean minus earlier mean, in points."""
        return self.mean_recent - self.mean_earlier

    def evidence(self, thresholds: PainThresholds = DEFAULT) -> dict[str, Any]:
        """The numbers behind the finding, ready for JSON; `reference` is frozen here."""
        return {
            "rule_version": RULE_VERSION,
            "window": self.window,
            "base_window": self.base_window,
            "n_recent": len(self.recent),
            "n_earlier": len(self.earlier),
            "mean_recent": round(self.mean_recent, 2),
            "mean_earlier": round(self.mean_earlier, 2),
            "rise": round(self.rise, 2),
            "reference": round(self.reference, 2),
            "z": round(self.z, 2),
            "limits": {"rise": thresholds.min_rise, "z": thresholds.z},
            "recent": [[d.isoformat(), round(v, 2)] for d, v in self.recent],
            "earlier": [[d.isoformat(), round(v, 2)] for d, v in self.earlier],
        }


def pain_series(reports: Sequence[Report], thresholds: PainThresholds = DEFAULT) -> list[Point]:
    """Return one value a day: the mean of its timely pain scores; unanswered is left out, never zero."""
    timely = (r for r in reports if r.drives_trends(thresholds.late_days))
    scored = groupby(((r.on, r.pain) for r in timely if r.pain is not None), key=itemgetter(0))
    days = [(on, [score for _, score in group]) for on, group in scored]
    return [(on, sum(scores) / len(scores)) for on, scores in days]


def enough_reports(reports: Sequence[Report], on: date, thresholds: PainThresholds = DEFAULT) -> bool:
    """Tell whether the rule can judge on `on` at all; False reads "not enough reports yet", never "fine"."""
    return any(True for _ in _comparisons(pain_series(reports, thresholds), on, thresholds))


def rising(reports: Sequence[Report], on: date, thresholds: PainThresholds = DEFAULT) -> PainRise | None:
    """Return the clearest rise on `on`, or None.

    Average pain over the last 7 (or 14) days is at least one point above this patient's own previous four (or
    eight) weeks, and by more than their usual ups and downs explain. Reads no report after `on`.
    """
    found = None
    series = pain_series(reports, thresholds)
    for window, base, recent, earlier in _comparisons(series, on, thresholds):
        now, before, z = _compare(recent, earlier, thresholds)
        rises = now - before >= thresholds.min_rise and z >= thresholds.z
        if rises and _lasts(recent, before, thresholds) and (found is None or z > found.z):
            reference = _reference(series, on, window, thresholds)
            found = PainRise(
                on, window, base, recent, earlier, now, before, before if reference is None else reference, z
            )
    return found


def latest_scores(
    reports: Sequence[Report], on: date, count: int, days: int, thresholds: PainThresholds = DEFAULT
) -> tuple[tuple[Point, ...], float | None]:
    """The latest `count` scores of the last `days` days, and the mean of the four weeks before them.

    The mean is None with fewer than three reports there, or without any score.
    """
    series = pain_series(reports, thresholds)
    latest = _between(series, on - timedelta(days - 1), on)[-count:]
    if not latest:
        return (), None
    first = latest[0][0]
    earlier = _between(series, first - timedelta(thresholds.base_days[0]), first - timedelta(1))
    return latest, _mean(earlier) if len(earlier) >= thresholds.min_base[0] else None


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
    for day, value in reversed(_between(pain_series(reports, thresholds), since + timedelta(1), on)):
        if value - reference >= thresholds.clear_below:
            break
        calm.append(day)
    enough = len(calm) >= thresholds.clear_reports
    return not (enough and (calm[0] - calm[-1]).days >= thresholds.clear_days)


def _between(series: Sequence[Point], first: date, last: date) -> tuple[Point, ...]:
    """The points from `first` to `last`, ends included."""
    return tuple(series[bisect_left(series, (first, -1.0)) : bisect_right(series, (last, 99.0))])


def _comparisons(
    series: Sequence[Point], on: date, thresholds: PainThresholds
) -> Iterator[tuple[int, int, tuple[Point, ...], tuple[Point, ...]]]:
    """Yield window, base window and their points for each pair that holds enough reports."""
    for window in thresholds.recent_days:
        start = on - timedelta(window - 1)
        recent = _between(series, start, on)
        if len(recent) < thresholds.min_recent:
            continue
        for base, least in zip(thresholds.base_days, thresholds.min_base, strict=True):
            earlier = _between(series, start - timedelta(base), start - timedelta(1))
            if len(earlier) >= least:
                yield window, base, recent, earlier


def _compare(
    recent: Sequence[Point], earlier: Sequence[Point], thresholds: PainThresholds
) -> tuple[float, float, float]:
    """Recent mean, earlier mean, and their difference in standard errors.

    The spread is the patient's own, steadied by `usual_weight` reports at the usual spread: three equal
    reports do not prove that a patient never varies.
    """
    now, before = _mean(recent), _mean(earlier)
    own = sum((value - before) ** 2 for _, value in earlier)
    prior = thresholds.usual_weight * thresholds.usual_sd**2
    spread = sqrt((prior + own) / (thresholds.usual_weight + len(earlier) - 1))
    return now, before, (now - before) / (spread * sqrt(1 / len(recent) + 1 / len(earlier)))


def _lasts(recent: Sequence[Point], before: float, thresholds: PainThresholds) -> bool:
    """Whether several reports are raised and the latest still are: no single bad walk, no past bump."""
    raised = sum(value - before >= thresholds.min_rise for _, value in recent)
    still = _mean(recent[-thresholds.last_reports :]) - before >= thresholds.min_rise
    return raised >= thresholds.min_raised and still


def _reference(series: Sequence[Point], on: date, window: int, thresholds: PainThresholds) -> float | None:
    """Mean of the four weeks before the window, or None with fewer than three reports there."""
    start = on - timedelta(window - 1)
    earlier = _between(series, start - timedelta(thresholds.base_days[0]), start - timedelta(1))
    return _mean(earlier) if len(earlier) >= thresholds.min_base[0] else None


def _mean(points: Sequence[Point]) -> float:
    return sum(value for _, value in points) / len(points)
