"""Which silence this is: each kind has its own next step, and none of them is called a lack of will."""

from datetime import date

from programmes.clinical.diary import Diary
from programmes.clinical.series import pain_series, usual_before
from programmes.clinical.thresholds import DEFAULTS, Thresholds

PAUSED, UNOPENED, NO_LOG, AFTER_PAIN, STOPPED = "paused", "unopened", "no_log", "after_pain", "stopped"


def kind_of_silence(
    diary: Diary, on: date, *, has_signed_in: bool, thresholds: Thresholds = DEFAULTS
) -> str | None:
    """Why nothing is logged, as far as the record tells; None while walks come in.

    Paused; never signed in; signed in and no walk logged; stopped after pain (the last score 2 points above
    the four weeks before it, or a flare-up plan runs); stopped.
    """
    if diary.is_paused(on):
        return PAUSED
    last = diary.last_walk(on)
    if last is None:
        return NO_LOG if has_signed_in else UNOPENED
    if diary.active_days(last, on) <= thresholds.silent_pain.days:
        return None
    return AFTER_PAIN if diary.flare_from or _hurt_at_last(diary, last, thresholds) else STOPPED


def _hurt_at_last(diary: Diary, last: date, thresholds: Thresholds) -> bool:
    series = pain_series([report for report in diary.reports if report.on <= last], thresholds.pain)
    if not series:
        return False
    day, score = series[-1]
    usual = usual_before(series, day, thresholds.pain)
    return usual is not None and score - usual >= thresholds.silent_pain.above
