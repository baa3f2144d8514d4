"""What only new rules see in what is long known comes over a week; what is new or urgent comes at once."""

import pytest

from programmes.clinical.detection import findings
from programmes.clinical.diary import Diary, Finding
from programmes.clinical.new_rules import NIGHTS, due_now
from tests.clinical.diaries import START, day, diary, plan

SILENT = diary(range(42))  # found on each day from the fifth silent one on
LONG, FIRST = day(60), day(46)


def codes_due(
    seen: Diary, on_day: int, *, nights: int | None, place: int, standing: tuple[str, ...] = ()
) -> list[str]:
    on = day(on_day)
    found = findings(seen, on)
    return [f.code for f in due_now(found, seen, on, nights=nights, place=place, open_codes=standing)]


@pytest.mark.parametrize("place", range(NIGHTS))
def test_what_was_true_before_comes_in_the_patients_own_night(place: int) -> None:
    due = [bool(codes_due(SILENT, 60, nights=nights, place=place)) for nights in range(NIGHTS)]
    assert due == [nights >= place for nights in range(NIGHTS)]


@pytest.mark.parametrize("nights", [None, NIGHTS, 400])
def test_without_a_change_or_a_week_after_it_nothing_waits(nights: int | None) -> None:
    assert codes_due(SILENT, 60, nights=nights, place=6) == ["ADHERENCE_DROPPED"]


def test_what_becomes_true_on_that_day_comes_at_once() -> None:
    first = next(n for n in range(42, 60) if findings(SILENT, day(n)))
    assert codes_due(SILENT, first, nights=0, place=6) == ["ADHERENCE_DROPPED"]
    assert codes_due(SILENT, first + 1, nights=0, place=6) == []


def test_what_belongs_to_a_flag_that_stands_is_never_left_out() -> None:
    assert codes_due(SILENT, 60, nights=0, place=6, standing=("ADHERENCE_DROPPED",)) == ["ADHERENCE_DROPPED"]


def test_what_is_urgent_comes_at_once() -> None:
    urgent = (Finding("PAIN_THEN_SILENT", "amber-high", {}),)
    flare = Diary(START, (plan(),), SILENT.reports, flare_from=day(30))
    found = due_now(urgent, flare, day(48), nights=0, place=6, open_codes=())
    assert found == urgent
    assert "PAIN_THEN_SILENT" in [f.code for f in findings(flare, day(47))]  # it was true the day before


def test_what_speaks_on_news_alone_comes_at_once() -> None:
    """Held back to a night without a walk, a rise would never be told."""
    rising = diary({n: 3 if n < 40 else 6 for n in range(50)})
    assert [f.code for f in findings(rising, day(48))] == ["PAIN_RISING"]
    assert codes_due(rising, 49, nights=0, place=6) == ["PAIN_RISING"]
