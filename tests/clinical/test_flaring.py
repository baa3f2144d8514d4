"""A flare-up plan that is not over by day 14 is a review prompt."""

from dataclasses import replace

from programmes.clinical.detection import Clear, KnownFlag, Raise, findings, flag_changes
from programmes.clinical.diary import Diary
from programmes.clinical.flaring import overdue
from tests.clinical.diaries import day, diary


def eased(walked: list[int], since: int = 10) -> Diary:
    return replace(diary(walked), flare_from=day(since))


def codes(seen: Diary, n: int) -> list[str]:
    return [each.code for each in findings(seen, day(n)) if each.code == "FLARE_OVERDUE"]


def a_flag(since: int, claimed: bool = False) -> KnownFlag:
    late = overdue(eased([], since), day(since + 14))
    assert late is not None
    return KnownFlag("FLARE_OVERDUE", day(since + 14), late.evidence(), claimed, None, "amber")


def test_fourteen_days_are_the_plan_and_the_fifteenth_is_too_many() -> None:
    assert [codes(eased([12]), n) for n in (23, 24, 40)] == [[], ["FLARE_OVERDUE"], ["FLARE_OVERDUE"]]


def test_without_a_flare_up_plan_nothing_is_overdue() -> None:
    assert codes(diary([12]), 60) == []


def test_the_evidence_names_the_first_day_and_what_was_walked_since() -> None:
    late = overdue(eased([3, 9, 10, 12, 20]), day(24))
    assert late is not None
    assert (late.began_on, late.day, late.walked, late.limit) == (day(10), 15, 3, 14)


def test_a_day_before_the_flare_up_plan_knows_nothing_of_it() -> None:
    assert eased([], since=10).until(day(9)).flare_from is None


def test_it_is_raised_once_and_cleared_when_the_flare_up_plan_is_over() -> None:
    seen, over = eased([11, 13, 15]), diary([11, 13, 15])
    found = [each for each in findings(seen, day(24)) if each.code == "FLARE_OVERDUE"]
    assert flag_changes(found, [], seen, day(24)) == (Raise("FLARE_OVERDUE", day(24), found[0]),)
    assert flag_changes(found, [a_flag(10)], seen, day(25)) == ()
    assert flag_changes([], [a_flag(10)], over, day(26)) == (Clear("FLARE_OVERDUE", day(26)),)


def test_another_flare_up_plan_later_ends_the_flag_of_the_first() -> None:
    assert flag_changes([], [a_flag(10)], eased([], since=30), day(31)) == (Clear("FLARE_OVERDUE", day(31)),)
