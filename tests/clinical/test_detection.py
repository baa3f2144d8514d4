from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from programmes.clinical.detection import (
    Clear,
    ConditionMetAgain,
    ConditionNoLongerMet,
    KnownFlag,
    Raise,
    Worsen,
    findings,
    flag_changes,
    replay,
)
from programmes.clinical.diary import Diary, Finding, Pause
from programmes.clinical.safety import safety_finding
from tests.clinical.diaries import START, day, diary, on_weekdays, plan, report

STEADY: dict[int, int | None] = dict.fromkeys(range(0, 28, 2), 3)
RISEN = STEADY | {28: 6, 30: 6, 32: 6}


def rising_finding(mean_recent: float = 6.0, reference: float = 3.0) -> Finding:
    return Finding("PAIN_RISING", "amber", {"mean_recent": mean_recent, "reference": reference})


def flag(
    finding: Finding, raised: int = 30, closed: int | None = None, *, claimed: bool = False
) -> KnownFlag:
    closed_on = None if closed is None else day(closed)
    return KnownFlag(finding.code, day(30), finding.evidence, claimed, closed_on, finding.severity)


def dropped_finding(pattern: str = "slowing", reference: float | None = 1.0) -> Finding:
    return Finding("ADHERENCE_DROPPED", "amber", {"pattern": pattern, "reference": reference})


def codes(seen: Diary, on: date) -> list[str]:
    return [finding.code for finding in findings(seen, on)]


def test_a_rise_is_found_on_the_day_of_the_report() -> None:
    assert codes(diary(RISEN), day(32)) == ["PAIN_RISING"]


def test_a_rise_is_not_found_again_on_a_day_without_news() -> None:
    assert codes(diary(RISEN), day(33)) == []


def test_a_walk_entered_later_is_news_on_the_day_it_arrives() -> None:
    seen = Diary(START, (plan(),), (*diary(STEADY | {28: 6, 30: 6}).reports, report(32, 6, late=2)))

    assert [codes(seen, day(n)) for n in (32, 34)] == [[], ["PAIN_RISING"]]


def test_pain_is_judged_during_a_pause_and_walking_is_not() -> None:
    silent = diary(RISEN, pauses=(Pause(day(31), day(60)),))

    assert [codes(silent, day(n)) for n in (32, 60)] == [["PAIN_RISING"], []]


def test_a_finding_raises_a_flag() -> None:
    finding = rising_finding()

    assert flag_changes([finding], [], diary([]), day(30)) == (Raise("PAIN_RISING", day(30), finding),)


def test_an_unresolved_flag_is_not_raised_twice() -> None:
    finding = rising_finding()

    assert flag_changes([finding], [flag(finding)], diary([]), day(31)) == ()


def test_another_code_is_raised_beside_it() -> None:
    other = dropped_finding()

    changes = flag_changes([other], [flag(rising_finding())], diary([]), day(31))

    assert changes == (Raise("ADHERENCE_DROPPED", day(31), other),)


@pytest.mark.parametrize(("mean", "worse"), [(6.9, False), (7.0, True)])
def test_a_point_more_pain_is_worse_and_keeps_the_frozen_reference(mean: float, worse: bool) -> None:
    changes = flag_changes([rising_finding(mean, 4.0)], [flag(rising_finding())], diary([]), day(40))

    assert changes == ((Worsen("PAIN_RISING", day(40), rising_finding(mean, 3.0)),) if worse else ())


def test_silence_after_slowing_is_worse() -> None:
    silence = dropped_finding("silence")

    changes = flag_changes([silence], [flag(dropped_finding("slowing"))], diary([]), day(40))

    assert changes == (Worsen("ADHERENCE_DROPPED", day(40), silence),)


@pytest.mark.parametrize(("today", "mean", "raised"), [(46, 6.0, False), (46, 7.0, True), (47, 6.0, True)])
def test_quiet_for_seven_days_after_closing_unless_worse(today: int, mean: float, raised: bool) -> None:
    finding = rising_finding(mean)

    changes = flag_changes([finding], [flag(rising_finding(), closed=40)], diary([]), day(today))

    assert changes == ((Raise("PAIN_RISING", day(today), finding),) if raised else ())


CALM = diary({31: 3, 34: 3, 38: 3})


def test_an_unclaimed_flag_clears() -> None:
    assert flag_changes([], [flag(rising_finding())], CALM, day(38)) == (Clear("PAIN_RISING", day(38)),)


def test_a_flag_does_not_clear_before_its_rule_holds() -> None:
    assert flag_changes([], [flag(rising_finding())], CALM, day(37)) == ()


def test_a_claimed_flag_says_no_longer_met() -> None:
    claimed = flag(rising_finding(), claimed=True)

    assert flag_changes([], [claimed], CALM, day(38)) == (ConditionNoLongerMet("PAIN_RISING", day(38)),)


def test_no_longer_met_is_said_once() -> None:
    claimed = replace(flag(rising_finding(), claimed=True), condition_met=False)

    assert flag_changes([], [claimed], CALM, day(39)) == ()


def test_a_flag_handed_back_after_no_longer_met_clears() -> None:
    returned = replace(flag(rising_finding()), condition_met=False)

    assert flag_changes([], [returned], CALM, day(39)) == (Clear("PAIN_RISING", day(39)),)


def test_a_condition_that_returns_is_said() -> None:
    finding = rising_finding()
    claimed = replace(flag(finding, claimed=True), condition_met=False)

    assert flag_changes([finding], [claimed], diary([]), day(45)) == (
        ConditionMetAgain("PAIN_RISING", day(45), finding),
    )


def test_safety_never_clears_itself() -> None:
    safety = safety_finding(["fever"])

    assert safety is not None
    assert flag_changes([], [flag(safety)], diary(range(31, 120)), day(119)) == ()


def test_safety_knows_no_cool_off() -> None:
    safety = safety_finding(["fever"])

    assert safety is not None
    assert flag_changes([safety], [flag(safety, closed=40)], diary([]), day(41)) == (
        Raise("SAFETY", day(41), safety),
    )


def test_any_log_clears_never_started() -> None:
    known = flag(dropped_finding("never_started", None))

    assert [len(flag_changes([], [known], diary([33]), day(n))) for n in (32, 33)] == [0, 1]


def test_a_drop_clears_when_walking_is_back() -> None:
    known = flag(dropped_finding())

    changes = flag_changes([], [known], diary(on_weekdays(range(5), 28, 50)), day(44))

    assert changes == (Clear("ADHERENCE_DROPPED", day(44)),)


def test_adherence_low_clears_at_sixty_per_cent() -> None:
    known = flag(Finding("ADHERENCE_LOW", "amber", {}))

    walked = diary([31, 33, 35, 38, 40, 42])

    assert flag_changes([], [known], walked, day(44)) == (Clear("ADHERENCE_LOW", day(44)),)


def test_a_permanent_step_stays_flagged_for_ninety_days() -> None:
    step: dict[int, int | None] = STEADY | dict.fromkeys(range(28, 120, 2), 6)

    changes = [c for result in replay(diary(step), START, day(119)) for c in result.changes]

    assert [type(c) for c in changes] == [Raise, Worsen]


def test_a_flare_that_settles_is_raised_once_and_cleared_once() -> None:
    flare: dict[int, int | None] = RISEN | dict.fromkeys(range(34, 70, 2), 3)

    changes = [type(c) for result in replay(diary(flare), START, day(69)) for c in result.changes]

    assert changes == [Raise, Clear]


@st.composite
def any_diary(draw: st.DrawFn) -> Diary:
    days = sorted(draw(st.lists(st.integers(0, 80), max_size=60)))
    pain = st.one_of(st.none(), st.integers(0, 10))
    logs = tuple(report(n, draw(pain), late=draw(st.sampled_from([0, 0, 0, 1, 9]))) for n in days)
    pauses = draw(st.sampled_from([(), (Pause(day(30), day(40)),), (Pause(day(50), None),)]))
    return Diary(START, (plan(5), plan(3, start=draw(st.integers(7, 70)))), logs, pauses)


@settings(max_examples=60, deadline=None)
@given(any_diary(), st.integers(0, 85))
def test_no_rule_reads_the_future(seen: Diary, n: int) -> None:
    assert findings(seen.until(day(n)), day(n)) == findings(seen, day(n))


@settings(max_examples=20, deadline=None)
@given(any_diary(), st.integers(1, 60))
def test_a_replay_does_not_depend_on_what_follows(seen: Diary, n: int) -> None:
    assert list(replay(seen.until(day(n)), START, day(n))) == list(replay(seen, START, day(n)))


@settings(max_examples=20, deadline=None)
@given(any_diary())
def test_raises_and_clears_alternate(seen: Diary) -> None:
    changes = [c for result in replay(seen, START, day(85)) for c in result.changes]

    for code in ("PAIN_RISING", "ADHERENCE_DROPPED"):
        states = [type(c) for c in changes if c.code == code and isinstance(c, Raise | Clear)]
        assert states == [Raise, Clear] * (len(states) // 2) + [Raise] * (len(states) % 2)


FOR_INFORMATION = Finding("DATA_QUALITY", "info", {"at_once": 4})


def test_what_is_only_for_information_raises_no_flag_alone() -> None:
    assert flag_changes([FOR_INFORMATION], [], diary([]), day(30)) == ()


def test_it_joins_what_is_raised_on_the_same_day_and_comes_after_it() -> None:
    prompt = rising_finding()

    changes = flag_changes([FOR_INFORMATION, prompt], [], diary([]), day(30))

    assert changes == (Raise("PAIN_RISING", day(30), prompt), Raise("DATA_QUALITY", day(30), FOR_INFORMATION))


def test_it_goes_with_the_last_prompt_it_stood_beside() -> None:
    beside = replace(flag(FOR_INFORMATION), raised_on=day(37))

    changes = flag_changes([], [flag(rising_finding()), beside], CALM, day(38))

    assert changes == (Clear("PAIN_RISING", day(38)), Clear("DATA_QUALITY", day(38)))
