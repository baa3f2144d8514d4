"""Which silence it is."""

import pytest

from programmes.clinical.diary import Diary, Pause
from programmes.clinical.silence import Refused, kind_of_silence
from tests.clinical.diaries import START, day, diary, plan, reports

STEADY: dict[int, int | None] = dict.fromkeys(range(0, 28, 2), 3)


@pytest.mark.parametrize(("signed_in", "kind"), [(False, "unopened"), (True, "no_log")])
def test_without_any_walk(signed_in: bool, kind: str) -> None:
    assert kind_of_silence(diary([]), day(10), has_signed_in=signed_in) == kind


def test_a_pause_goes_before_everything() -> None:
    paused = diary([], pauses=(Pause(day(5), day(20)),))

    assert kind_of_silence(paused, day(10), has_signed_in=False) == "paused"


@pytest.mark.parametrize(("last", "kind"), [(3, "stopped"), (4, "stopped"), (5, "after_pain")])
def test_the_last_score_decides_whether_pain_came_first(last: int, kind: str) -> None:
    assert kind_of_silence(diary(STEADY | {28: last}), day(40), has_signed_in=True) == kind


@pytest.mark.parametrize(
    ("walked", "kind"), [([], "came_back"), (STEADY | {28: 4}, "came_back"), (STEADY | {28: 5}, "after_pain")]
)
def test_mail_that_came_back_goes_before_all_but_pain(walked: dict[int, int | None], kind: str) -> None:
    said = kind_of_silence(diary(walked), day(40), has_signed_in=False, mail_came_back=True)
    assert said == kind


def test_a_flare_up_plan_counts_as_pain() -> None:
    flaring = Diary(START, (plan(),), reports(STEADY), flare_from=day(26))

    assert kind_of_silence(flaring, day(40), has_signed_in=True) == "after_pain"


@pytest.mark.parametrize(("n", "kind"), [(30, None), (31, "stopped")])
def test_four_days_are_no_silence(n: int, kind: str | None) -> None:
    assert kind_of_silence(diary(STEADY), day(n), has_signed_in=True) == kind


# --- Forms that were refused
TRIED = Refused(days=2, times=3, last_on=day(38))
FLARING = Diary(START, (plan(),), reports(STEADY), flare_from=day(26))


@pytest.mark.parametrize(
    ("walked", "signed_in", "came_back", "kind"),
    [
        (diary([]), True, False, "refused"),
        (diary([]), False, False, "refused"),
        (diary([]), True, True, "came_back"),
        (diary(STEADY), True, False, "refused"),
        (diary(STEADY), True, True, "came_back"),
        (diary(STEADY | {28: 4}), True, False, "refused"),
        (diary(STEADY | {28: 5}), True, False, "after_pain"),
        (FLARING, True, False, "after_pain"),
        (diary(STEADY, pauses=(Pause(day(35), day(50)),)), True, False, "paused"),
        (diary(STEADY | {36: 3}), True, False, None),
    ],
)
def test_who_tried_and_was_refused_is_not_who_stopped(
    walked: Diary, signed_in: bool, came_back: bool, kind: str | None
) -> None:
    said = kind_of_silence(walked, day(40), has_signed_in=signed_in, mail_came_back=came_back, refused=TRIED)
    assert said == kind
