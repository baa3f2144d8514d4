"""Geometry of the charts: rounded numbers that a template draws as SVG with presentation attributes.

Nothing here knows words, colours or HTML. Every chart carries its rows, one value each, for the table that
stands beside it. A missing value is None and leaves a gap; it is never zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

PAIN_TOP = 10
WIDTH, HEIGHT = 640.0, 240.0
LEFT, RIGHT, TOP, BOTTOM = 36.0, 8.0, 12.0, 28.0
BAR_SHARE = 0.7  # of a week's slot; the rest is the gap between bars
NICE_STEPS = (5, 10, 15, 20, 30, 60, 90, 120, 150, 300, 600, 1000, 2000, 5000, 10_000, 20_000, 50_000)
SPARK_WEEKS = 6
SPARK_WIDTH, SPARK_HEIGHT = 120.0, 28.0


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: its place in pixels and its value (a number or a day), to be put into words."""

    at: float
    value: int | date


@dataclass(frozen=True, slots=True)
class Frame:
    """The drawing area: outer size and the edges of the plot, in pixels."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class WeekVolume:
    """Input of the weekly chart, in what the plan counts.

    `walked` is None where nobody told how much, not zero; `walks` are those known, in whatever unit.
    """

    number: int
    starts_on: date
    planned: int
    walked: int | None
    walks: int = 0


@dataclass(frozen=True, slots=True)
class Bar:
    """One week: the bar walked (height 0 if nothing is known) and the level planned, in pixels."""

    x: float
    y: float
    width: float
    height: float
    planned_y: float
    week: WeekVolume


@dataclass(frozen=True, slots=True)
class VolumeChart:
    """Bars of what was walked against what was planned; the rows of the table are the bars' weeks."""

    frame: Frame
    bars: tuple[Bar, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]

    @property
    def rows(self) -> tuple[WeekVolume, ...]:
        """The table beside the chart."""
        return tuple(bar.week for bar in self.bars)

    @property
    def day_ticks(self) -> tuple[Tick, ...]:
        """The first days of at most five weeks: more touch each other on a phone.

        Where weeks were repeated, seven days have no number: the plan's week 4 may come three times.
        """
        every = max(1, ceil(len(self.bars) / 5))
        return tuple(Tick(_r(bar.x + bar.width / 2), bar.week.starts_on) for bar in self.bars[::every])


@dataclass(frozen=True, slots=True)
class PainPoint:
    """Input of the pain chart: one walk's pain before and after, 0-10, None for "not sure"."""

    on: date
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class PainMark:
    """One walk: place of before and after in pixels, None where not known; a line joins two known ends."""

    x: float
    before_y: float | None
    after_y: float | None
    point: PainPoint

    @property
    def joined(self) -> bool:
        """Whether both ends are known."""
        return self.before_y is not None and self.after_y is not None


@dataclass(frozen=True, slots=True)
class PainChart:
    """Pain before and after each walk on a fixed axis from 0 to 10, without a trend line."""

    frame: Frame
    marks: tuple[PainMark, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]

    @property
    def rows(self) -> tuple[PainPoint, ...]:
        """The table beside the chart."""
        return tuple(mark.point for mark in self.marks)


@dataclass(frozen=True, slots=True)
class Sparkline:
    """Six weeks of pain: `runs` of neighbouring known days as SVG points, `dots` for lone days.

    `rows` are the days and values drawn; `first`, `last`, `lowest` and `highest` are None without values.
    """

    width: float
    height: float
    runs: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    rows: tuple[tuple[date, float], ...]
    first: float | None
    last: float | None
    lowest: float | None
    highest: float | None


def volume_chart(weeks: Sequence[WeekVolume]) -> VolumeChart:
    """Lay out what was walked against what was planned, in the weeks' order; no weeks give no bars.

    Raises ValueError for negative volumes.
    """
    if any(week.planned < 0 or (week.walked or 0) < 0 for week in weeks):
        raise ValueError("volumes cannot be negative")
    frame = _frame()
    y_ticks = _volume_ticks(frame, max((max(w.planned, w.walked or 0) for w in weeks), default=0))
    top = int(_number(y_ticks[-1]))
    slot = (frame.right - frame.left) / max(1, len(weeks))
    bars = tuple(_bar(frame, week, n, slot, top) for n, week in enumerate(weeks))
    every = ceil(len(bars) / 13)  # at most 13 labels, so that they never touch
    x_ticks = tuple(Tick(_r(bar.x + bar.width / 2), bar.week.number) for bar in bars[:: max(1, every)])
    return VolumeChart(frame, bars, x_ticks, y_ticks)


def pain_chart(points: Sequence[PainPoint]) -> PainChart:
    """Lay out pain before and after each walk, sorted by day. Raises ValueError for a score outside 0-10."""
    scores = [score for p in points for score in (p.before, p.after) if score is not None]
    if any(not 0 <= score <= PAIN_TOP for score in scores):
        raise ValueError("pain scores lie between 0 and 10")
    frame = _frame()
    ordered = sorted(points, key=lambda p: p.on)
    first, last = (ordered[0].on, ordered[-1].on) if ordered else (None, None)
    marks = tuple(
        PainMark(_day_x(frame, p.on, first, last), _pain_y(frame, p.before), _pain_y(frame, p.after), p)
        for p in ordered
    )
    y_ticks = tuple(Tick(_r(_y(frame, value, PAIN_TOP)), value) for value in range(0, PAIN_TOP + 1, 2))
    return PainChart(frame, marks, _day_ticks(frame, first, last), y_ticks)


def sparkline(values: Sequence[tuple[date, float | None]], last_day: date) -> Sparkline:
    """Lay out the six weeks that end on `last_day` from (day, pain 0-10 or None) pairs sorted by day.

    Neighbouring reports join when at most seven days lie between them; a longer silence is a gap. The axis is
    always 0 to 10, so that two patients' lines compare.
    """
    start = last_day - timedelta(7 * SPARK_WEEKS - 1)
    rows = tuple((day, value) for day, value in values if value is not None and start <= day <= last_day)
    runs = _runs(rows)
    levels = [value for _, value in rows]
    return Sparkline(
        width=SPARK_WIDTH,
        height=SPARK_HEIGHT,
        runs=tuple(" ".join(f"{x:g},{y:g}" for x, y in _spark(run, start)) for run in runs if len(run) > 1),
        dots=tuple(_spark(run, start)[0] for run in runs if len(run) == 1),
        rows=rows,
        first=levels[0] if levels else None,
        last=levels[-1] if levels else None,
        lowest=min(levels, default=None),
        highest=max(levels, default=None),
    )


def _r(value: float) -> float:
    """One decimal is a tenth of a pixel: enough, and a small page."""
    return round(value, 1)


def _frame() -> Frame:
    return Frame(WIDTH, HEIGHT, LEFT, WIDTH - RIGHT, TOP, HEIGHT - BOTTOM)


def _y(frame: Frame, value: float, top: float) -> float:
    return frame.bottom - (frame.bottom - frame.top) * value / top


def _pain_y(frame: Frame, value: int | None) -> float | None:
    return None if value is None else _r(_y(frame, value, PAIN_TOP))


def _number(tick: Tick) -> int:
    return tick.value if isinstance(tick.value, int) else 0


def _volume_ticks(frame: Frame, highest: int) -> tuple[Tick, ...]:
    """Four to six round values from 0 to above the highest."""
    step = next((s for s in NICE_STEPS if highest <= 5 * s), 600 * ceil(max(1, highest) / 3000))
    count = max(1, ceil(highest / step))
    return tuple(Tick(_r(_y(frame, n, count)), n * step) for n in range(count + 1))


def _bar(frame: Frame, week: WeekVolume, n: int, slot: float, top: int) -> Bar:
    y = _y(frame, week.walked or 0, top)
    return Bar(
        x=_r(frame.left + slot * (n + (1 - BAR_SHARE) / 2)),
        y=_r(y),
        width=_r(slot * BAR_SHARE),
        height=_r(frame.bottom - y),
        planned_y=_r(_y(frame, week.planned, top)),
        week=week,
    )


def _day_x(frame: Frame, day: date, first: date | None, last: date | None) -> float:
    """Place of a day; a single day stands in the middle."""
    if first is None or last is None or first == last:
        return _r((frame.left + frame.right) / 2)
    share = (day - first).days / (last - first).days
    inset = 6.0  # a mark on the edge would be cut
    return _r(frame.left + inset + (frame.right - frame.left - 2 * inset) * share)


def _day_ticks(frame: Frame, first: date | None, last: date | None) -> tuple[Tick, ...]:
    """Up to five days from the first to the last, evenly spaced."""
    if first is None or last is None:
        return ()
    span = (last - first).days
    count = min(4, span)
    days = [first + timedelta(round(span * n / count)) for n in range(count + 1)] if count else [first]
    return tuple(Tick(_day_x(frame, day, first, last), day) for day in days)


def _runs(rows: Sequence[tuple[date, float]]) -> list[list[tuple[date, float]]]:
    """Split the rows where more than a week lies between two reports."""
    runs: list[list[tuple[date, float]]] = []
    for row in rows:
        if runs and (row[0] - runs[-1][-1][0]).days <= 7:
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs


def _spark(run: Sequence[tuple[date, float]], start: date) -> list[tuple[float, float]]:
    """Pixels of one run; two pixels of margin keep the dots whole."""
    width, height = SPARK_WIDTH - 4, SPARK_HEIGHT - 4
    last = 7 * SPARK_WEEKS - 1
    places = ((2 + width * (day - start).days / last, value) for day, value in run)
    return [(_r(x), _r(2 + height * (1 - value / PAIN_TOP))) for x, value in places]
