"""The pain series that the rules compare: one value a day, windows of it, and how far apart they lie."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from math import sqrt
from operator import itemgetter

from programmes.clinical.diary import Report
from programmes.clinical.thresholds import DEFAULTS, PainThresholds

DEFAULT = DEFAULTS.pain
Point = tuple[date, float]


def pain_series(reports: Sequence[Report], thresholds: PainThresholds = DEFAULT) -> list[Point]:
    """Return one value a day: the mean of its timely pain scores; unanswered is left out, never zero."""
    timely = (r for r in reports if r.drives_trends(thresholds.late_days))
    scored = groupby(((r.on, r.pain) for r in timely if r.pain is not None), key=itemgetter(0))
    days = [(on, [score for _, score in group]) for on, group in scored]
    return [(on, sum(scores) / len(scores)) for on, scores in days]


def between(series: Sequence[Point], first: date, last: date) -> tuple[Point, ...]:
    """The points from `first` to `last`, ends included."""
    return tuple(series[bisect_left(series, (first, -1.0)) : bisect_right(series, (last, 99.0))])


def mean(points: Sequence[Point]) -> float:
    """The mean score of at least one point."""
    return sum(value for _, value in points) / len(points)


def usual_before(series: Sequence[Point], first: date, thresholds: PainThresholds = DEFAULT) -> float | None:
    """The mean of the four weeks before a day; None with fewer than three reports there."""
    earlier = between(series, first - timedelta(thresholds.base_days[0]), first - timedelta(1))
    return mean(earlier) if len(earlier) >= thresholds.min_base[0] else None


def spread(bases: Sequence[Sequence[Point]], thresholds: PainThresholds = DEFAULT) -> float:
    """The patient's own spread around the mean of each base, in points.

    Steadied by `usual_weight` reports at the usual spread: three equal reports do not prove that a patient
    never varies.
    """
    own = sum(map(_squares, bases))
    prior = thresholds.usual_weight * thresholds.usual_sd**2
    count = sum(map(len, bases)) - len(bases)
    return sqrt((prior + own) / (thresholds.usual_weight + count))


def _squares(points: Sequence[Point]) -> float:
    middle = mean(points)
    return sum((value - middle) ** 2 for _, value in points)


def standard_errors(one: Sequence[Point], other: Sequence[Point], spread: float) -> float:
    """How many standard errors the mean of `one` lies above that of `other`."""
    return (mean(one) - mean(other)) / (spread * sqrt(1 / len(one) + 1 / len(other)))


def lasts(recent: Sequence[Point], before: float, thresholds: PainThresholds = DEFAULT) -> bool:
    """Whether half of the reports, two at least, are raised and the latest still are: no single bad walk."""
    raised = sum(value - before >= thresholds.min_rise for _, value in recent)
    still = mean(recent[-thresholds.last_reports :]) - before >= thresholds.min_rise
    return raised >= max(thresholds.min_raised, thresholds.raised_share * len(recent)) and still
