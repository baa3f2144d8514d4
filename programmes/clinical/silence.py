"""Which silence this is: each kind has its own next step, and none of them is called a lack of will."""

from datetime import date

from programmes.clinical.diary import Diary
from programmes.clinical.series import pain_series, usual_before
from programmes.clinical.thresholds import DEFAULTS, Thresholds

PAUSED, UNOPENED, NO_LOG, AFTER_PAIN, STOPPED = "paused", "unopened", "no_log", "after_pain", "stopped"
CAME_BACK = "came_back"


def kind_of_silence(
    diary: Diary,
    on: date,
    *,
    has_signed_in: bool,
    mail_came_back: bool = False,
    thresholds: Thresholds = DEFAULTS,
) -> str | None:
    """Why nothing is logged, as far as the record tells; None while walks come in.

    Paused; stopped after pain (the last score 2 points above the four weeks before it, or a flare-up plan
    runs); our last mail came back; never signed in; signed in and no walk logged; stopped.
    """
    if diary.is_paused(on):
        return PAUSED
    last = diary.last_walk(on)
    if last is None:
        return _without_a_walk(has_signed_in=has_signed_in, mail_came_back=mail_came_back)
    if diary.active_days(last, on) <= thresholds.silent_pain.days:
        return None
    if diary.flare_from or _hurt_at_last(diary, last, thresholds):
        return AFTER_PAIN
    return CAME_BACK if mail_came_back else STOPPED


def _without_a_walk(*, has_signed_in: bool, mail_came_back: bool) -> str:
    if mail_came_back:
        return CAME_BACK
    return NO_LOG if has_signed_in else UNOPENED


def _hurt_at_last(diary: Diary, last: date, thresholds: Thresholds) -> bool:
    series = pain_series([report for report in diary.reports if report.on <= last], thresholds.pain)
    if not series:
        return False
    day, score = series[-1]
    usual = usual_before(series, day, thresholds.pain)
    return usual is not None and score - usual >= thresholds.silent_pain.above
