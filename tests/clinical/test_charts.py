from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programmes.charts import PainPoint, WeekVolume, pain_chart, sparkline, volume_chart
from tests.clinical.diaries import day


def week(number: int, planned: int, walked: int | None) -> WeekVolume:
    return WeekVolume(number, day(7 * number), planned, walked)


def test_bars_grow_with_the_minutes_and_stand_on_the_axis() -> None:
    chart = volume_chart([week(1, 60, 30), week(2, 60, 60)])

    assert [bar.height * 2 for bar in chart.bars[:1]] == [chart.bars[1].height]
    assert {round(bar.y + bar.height, 1) for bar in chart.bars} == {chart.frame.bottom}


def test_the_planned_level_is_where_a_full_bar_ends() -> None:
    bar = volume_chart([week(1, 60, 60)]).bars[0]

    assert bar.planned_y == bar.y


def test_a_week_without_reports_has_no_bar_and_stays_unknown() -> None:
    chart = volume_chart([week(1, 60, None), week(2, 60, 0)])

    assert [(bar.height, row.walked) for bar, row in zip(chart.bars, chart.rows, strict=True)] == [
        (0, None),
        (0, 0),
    ]


def test_volume_ticks_are_round_and_reach_above_the_highest() -> None:
    chart = volume_chart([week(1, 60, 112)])

    assert [tick.value for tick in chart.y_ticks] == [0, 30, 60, 90, 120]


def test_no_weeks_make_an_empty_chart() -> None:
    chart = volume_chart([])

    assert (chart.bars, chart.x_ticks, chart.rows) == ((), (), ())


def test_a_long_programme_has_at_most_thirteen_labels() -> None:
    assert len(volume_chart([week(n, 60, 60) for n in range(1, 27)]).x_ticks) == 13


def test_negative_minutes_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        volume_chart([week(1, 60, -3)])


def test_the_pain_axis_is_always_0_to_10() -> None:
    chart = pain_chart([PainPoint(day(0), 2, 3)])

    assert [tick.value for tick in chart.y_ticks] == [0, 2, 4, 6, 8, 10]
    assert [tick.at for tick in (chart.y_ticks[0], chart.y_ticks[-1])] == [
        chart.frame.bottom,
        chart.frame.top,
    ]


def test_not_sure_is_a_gap_and_never_zero() -> None:
    mark = pain_chart([PainPoint(day(0), None, 0)]).marks[0]

    assert (mark.before_y, mark.after_y, mark.joined) == (None, 212.0, False)


def test_walks_stand_in_order_of_days() -> None:
    chart = pain_chart([PainPoint(day(9), 2, 3), PainPoint(day(0), 2, 3), PainPoint(day(4), 2, 3)])

    assert [mark.point.on for mark in chart.marks] == [day(0), day(4), day(9)]
    assert [tick.value for tick in chart.x_ticks] == [day(0), day(2), day(4), day(7), day(9)]


def test_no_walks_make_an_empty_chart_with_its_axis() -> None:
    chart = pain_chart([])

    assert (chart.marks, chart.x_ticks, len(chart.y_ticks)) == ((), (), 6)


def test_a_score_above_ten_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 10"):
        pain_chart([PainPoint(day(0), 11, None)])


def test_a_sparkline_covers_six_weeks() -> None:
    line = sparkline([(day(0), 3.0), (day(1), 4.0), (day(42), 5.0)], day(42))

    assert (line.rows, line.first, line.last) == (((day(1), 4.0), (day(42), 5.0)), 4.0, 5.0)


def test_a_silence_breaks_the_sparkline() -> None:
    line = sparkline([(day(0), 3.0), (day(3), 4.0), (day(20), 5.0), (day(22), None)], day(41))

    assert (line.runs, line.dots) == (("2,18.8 10.5,16.4",), ((58.6, 14.0),))


def test_a_sparkline_without_values_is_empty() -> None:
    line = sparkline([(day(1), None)], day(10))

    assert (line.runs, line.dots, line.rows, line.first, line.highest) == ((), (), (), None, None)


scores = st.none() | st.integers(0, 10)
points = st.builds(PainPoint, st.dates(date(2025, 1, 1), date(2026, 1, 1)), scores, scores)


@given(st.lists(points, max_size=40))
def test_every_mark_lies_inside_the_frame(walks: list[PainPoint]) -> None:
    chart = pain_chart(walks)

    heights = [y for mark in chart.marks for y in (mark.before_y, mark.after_y) if y is not None]
    assert all(chart.frame.top <= y <= chart.frame.bottom for y in heights)
    assert all(chart.frame.left <= mark.x <= chart.frame.right for mark in chart.marks)


@given(st.lists(st.tuples(st.integers(0, 5000), st.none() | st.integers(0, 5000)), max_size=60))
def test_every_bar_lies_inside_the_frame(minutes: list[tuple[int, int | None]]) -> None:
    chart = volume_chart([week(n, planned, walked) for n, (planned, walked) in enumerate(minutes)])

    assert all(chart.frame.top <= min(bar.y, bar.planned_y) for bar in chart.bars)
    assert all(bar.x + bar.width <= chart.frame.right + 0.1 for bar in chart.bars)
