"""Two plots on one time axis: what was walked each week against the plan, pain before and after each walk.

Geometry comes from programmes.charts; here the pain marks move onto the weeks' axis, and flags and changes of
the plan become marks on both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from clinic.views.item_reading import Plan
from programmes import charts
from programmes.clinical.amounts import MINUTES
from programmes.clinical.thresholds import DEFAULTS
from programmes.models import Flag, Walk

LATE_DAYS = DEFAULTS.pain.late_days  # entered later: drawn hollow, and not read by the trend rules


@dataclass(frozen=True, slots=True)
class FlagMark:
    """Where a flag stands on the axis, and its number on the page."""

    x: float
    number: int


@dataclass(frozen=True, slots=True)
class PainMark:
    """One walk on the pain plot; `is_late` marks an answer from memory."""

    place: charts.PainMark
    is_late: bool


@dataclass(frozen=True, slots=True)
class Plots:
    counts: str
    levels: tuple[tuple[float, str], ...]
    frame: charts.Frame
    bars: tuple[charts.Bar, ...]
    week_ticks: tuple[charts.Tick, ...]
    pain: tuple[PainMark, ...]
    pain_ticks: tuple[charts.Tick, ...]
    flags: tuple[FlagMark, ...]
    changes: tuple[float, ...]


def plots_of(plan: Plan, walks: Sequence[Walk], flags: Sequence[Flag], today: date, weeks: int) -> Plots:
    """The last `weeks` weeks of the programme up to the current one."""
    counts = plan.course.at(today).dose.counts
    blocks = _weeks(plan, walks, today, counts)[-weeks:]
    chart = charts.volume_chart(blocks)
    axis = Axis(chart.frame, blocks[0].starts_on, len(blocks))
    shown = [walk for walk in walks if axis.holds(walk.walked_on)]
    points = [charts.PainPoint(walk.walked_on, walk.pain_before, walk.pain_after) for walk in shown]
    pain = charts.pain_chart(points)
    marks = (replace(mark, x=axis.x(mark.point.on)) for mark in pain.marks)
    changes = [revision.in_force_from for revision in plan.revisions[1:]]
    return Plots(
        counts=counts,
        levels=tuple((tick.at, _level(tick.value, counts)) for tick in chart.y_ticks),
        frame=chart.frame,
        bars=chart.bars,
        week_ticks=chart.day_ticks,
        pain=tuple(PainMark(mark, is_late(walk)) for mark, walk in zip(marks, shown, strict=True)),
        pain_ticks=pain.y_ticks,
        flags=tuple(
            FlagMark(axis.x(flag.raised_on), number)
            for number, flag in enumerate(flags, start=1)
            if axis.holds(flag.raised_on)
        ),
        changes=tuple(axis.x(day) for day in changes if axis.holds(day)),
    )


def _level(value: object, counts: str) -> str:
    """Metres and steps are told in thousands: 12000 does not fit beside the axis."""
    return str(value) if counts == MINUTES else f"{int(str(value)) / 1000:g}"


def is_late(walk: Walk) -> bool:
    return (walk.received_on - walk.walked_on).days > LATE_DAYS


@dataclass(frozen=True, slots=True)
class Axis:
    """Days as pixels, so many whole weeks from `first`."""

    frame: charts.Frame
    first: date
    weeks: int

    def holds(self, day: date) -> bool:
        return self.first <= day < self.first + timedelta(days=7 * self.weeks)

    def x(self, day: date) -> float:
        """The middle of the day."""
        share = ((day - self.first).days + 0.5) / (7 * self.weeks)
        return round(self.frame.left + (self.frame.right - self.frame.left) * share, 1)


def _weeks(plan: Plan, walks: Sequence[Walk], today: date, counts: str) -> list[charts.WeekVolume]:
    """Weeks of the programme from its start to the current one; a week without a report is None, not zero."""
    start = plan.programme.starts_on
    end = min(today, plan.programme.ended_on or today)
    count = max(0, (end - start).days) // 7 + 1
    walked: dict[int, int] = {}
    for walk in walks:
        number = (walk.walked_on - start).days // 7
        if (told := walk.walked.told(counts)) is not None:
            walked[number] = walked.get(number, 0) + told
    starts = [start + timedelta(days=7 * number) for number in range(count)]
    return [
        charts.WeekVolume(
            number + 1, first, round(plan.diary.planned_volume(first, counts)), walked.get(number)
        )
        for number, first in enumerate(starts)
    ]
