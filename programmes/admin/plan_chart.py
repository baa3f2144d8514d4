"""The chart of a plan: each week's volume in the plan's own unit, marked with what the week is for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programmes import charts
from programmes.clinical import grading

KINDS = {
    grading.BUILD: gettext_lazy("Build"),
    grading.CONSOLIDATION: gettext_lazy("Consolidation"),
    grading.HOLD: gettext_lazy("Hold"),
    grading.MAINTENANCE: gettext_lazy("Maintenance"),
}
# Never colour alone: full, striped or empty. The stylesheet gives them the page's own colours.
FILLS = {
    grading.BUILD: "#12436d",
    grading.CONSOLIDATION: "url(#stripes)",
    grading.HOLD: "url(#stripes)",
    grading.MAINTENANCE: "none",
}
TITLES = {
    grading.MINUTES: gettext_lazy("Minutes a week"),
    grading.DISTANCE: gettext_lazy("Kilometres a week"),
    grading.STEPS: gettext_lazy("Thousand steps a week"),
}


@dataclass(frozen=True)
class PlanChart:
    """What the template draws: geometry, each bar with the kind of its week, labels, and the legend."""

    title: str
    frame: charts.Frame
    bars: tuple[tuple[str, str, str], ...]  # its kind, its path, its fill
    x_ticks: tuple[charts.Tick, ...]
    y_ticks: tuple[tuple[float, str], ...]
    legend: tuple[tuple[str, str], ...]  # kind, and its weeks in words


def plan_chart(weeks: Sequence[grading.Week], starts: Sequence[date]) -> PlanChart | None:
    """The chart of a plan that counts one thing throughout; None for no weeks or a mixture of units."""
    units = {week.counts for week in weeks}
    if len(units) != 1:
        return None
    drawn = charts.volume_chart(
        [charts.WeekVolume(w.number, on, w.volume, None) for w, on in zip(weeks, starts, strict=True)]
    )
    unit = units.pop()
    return PlanChart(
        title=str(TITLES[unit]),
        frame=drawn.frame,
        bars=tuple(
            (week.kind, _path(bar, drawn.frame), FILLS[week.kind])
            for bar, week in zip(drawn.bars, weeks, strict=True)
        ),
        x_ticks=drawn.x_ticks,
        y_ticks=tuple((tick.at, _level(tick.value, unit)) for tick in drawn.y_ticks),
        legend=tuple(_legend(weeks)),
    )


def _path(bar: charts.Bar, frame: charts.Frame) -> str:
    return f"M{bar.x} {frame.bottom}V{bar.planned_y}h{bar.width}V{frame.bottom}Z"


def _level(value: Any, unit: str) -> str:
    """Metres and steps are told in thousands: 12000 does not fit beside the axis."""
    return str(value) if unit == grading.MINUTES else f"{value / 1000:g}"


def _legend(weeks: Sequence[grading.Week]) -> Any:
    """Each kind that occurs, with its weeks: "Build: weeks 1-3, 5"."""
    for kind, name in KINDS.items():
        numbers = [week.number for week in weeks if week.kind == kind]
        if numbers:
            said = _("%(kind)s: week %(weeks)s") if len(numbers) == 1 else _("%(kind)s: weeks %(weeks)s")
            yield kind, said % {"kind": name, "weeks": ", ".join(_runs(numbers))}


def _runs(numbers: Sequence[int]) -> list[str]:
    """1, 2, 3, 5 as "1–3" and "5"."""
    runs = [
        [number for _place, number in run]
        for _key, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])
    ]
    return [str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs]
