"""Which silence this is: each kind has its own next step, and none of them is called a lack of will."""

from dataclasses import dataclass
from datetime import date

from programmes.clinical.diary import Diary
from programmes.clinical.series import pain_series, usual_before
from programmes.clinical.thresholds import DEFAULTS, Thresholds

PAUSED, UNOPENED, NO_LOG, AFTER_PAIN, STOPPED = "paused", "unopened", "no_log", "after_pain", "stopped"
CAME_BACK, REFUSED = "came_back", "refused"


@dataclass(frozen=True, slots=True)
class Refused:
    """Forms that were refused while nothing was saved: on how many days, how often, the last of the days."""

    days: int
    times: int
    last_on: date


def kind_of_silence(
    diary: Diary,
    on: date,
    *,
    has_signed_in: bool,
    mail_came_back: bool = False,
    refused: Refused | None = None,
    thresholds: Thresholds = DEFAULTS,
) -> str | None:
    """Why nothing is logged, as far as the record tells; None while walks come in.

    Paused; stopped after pain (the last score 2 points above the four weeks before it, or a flare-up plan
    runs); our last mail came back; tried to log since, and was refused; never signed in; signed in and no
    walk logged; stopped. What was refused goes below the first three: nothing was asked for, pain is asked
    about first, and no help by mail arrives before the address is right. It goes above the rest, which would
    take somebody who tried for somebody who did not.
    """
    if diary.is_paused(on):
        return PAUSED
    last = diary.last_walk(on)
    if last is None:
        return _hindered(mail_came_back, refused) or (NO_LOG if has_signed_in else UNOPENED)
    if diary.active_days(last, on) <= thresholds.silent_pain.days:
        return None
    if diary.flare_from or _hurt_at_last(diary, last, thresholds):
        return AFTER_PAIN
    return _hindered(mail_came_back, refused) or STOPPED


def _hindered(mail_came_back: bool, refused: Refused | None) -> str | None:
    """What of ours stands between the patient and the log, whether one began or not."""
    if mail_came_back:
        return CAME_BACK
    return REFUSED if refused else None


def _hurt_at_last(diary: Diary, last: date, thresholds: Thresholds) -> bool:
    series = pain_series([report for report in diary.reports if report.on <= last], thresholds.pain)
    if not series:
        return False
    day, score = series[-1]
    usual = usual_before(series, day, thresholds.pain)
    return usual is not None and score - usual >= thresholds.silent_pain.above
