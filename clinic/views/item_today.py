"""What the rules can say with today's data, beside what they said when each flag was raised."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext

from clinic.views.item_reading import ItemRecord
from patients.models import PainSeries
from programmes.clinical import silence
from programmes.clinical.clearing import RULES, is_over
from programmes.clinical.diary import Answer, Diary, Report
from programmes.clinical.pain import enough_reports
from programmes.clinical.thresholds import DEFAULTS, Thresholds
from programmes.models import Flag, FlagCode, Walk
from programmes.services.gathering import ANSWERED, answer_of
from programmes.services.reminding import mail_came_back
from programmes.wording.enough import not_enough_reports

OF_SILENCE = (
    FlagCode.NOT_STARTED,
    FlagCode.ADHERENCE_DROPPED,
    FlagCode.ADHERENCE_LOW,
    FlagCode.PAIN_THEN_SILENT,
)


def diary_of(record: ItemRecord) -> Diary | None:
    """The rows that are here as the rules read them; None without a programme."""
    if record.plan is None:
        return None
    after = record.item.patient.pain_series == PainSeries.AFTER
    walks = sorted([*record.earlier_walks, *record.walks], key=lambda walk: walk.walked_on)
    plan = record.plan.diary
    reports = tuple(_report(walk, walk.pain_after if after else walk.pain_before) for walk in walks)
    flare = record.plan.course.open_flare
    flare_from = flare.from_on if flare else None
    return Diary(
        plan.started_on, plan.weeks, reports, plan.pauses, flare_from, tuple(_answer(w) for w in walks)
    )


def too_few_words(diary: Diary | None, today: date, thresholds: Thresholds = DEFAULTS) -> str:
    """That pain cannot be judged yet; "" where it can. Never that all is well."""
    if diary is None or enough_reports(diary.reports, today, thresholds.pain):
        return ""
    return not_enough_reports()


def today_words(flag: Flag, diary: Diary | None, today: date, thresholds: Thresholds = DEFAULTS) -> str:
    """Whether the flag would end by its own rule today; "" where people close it, or it is resolved."""
    if diary is None or flag.resolved_on is not None or flag.code not in RULES:
        return ""
    try:
        said = flag.latest or flag.evidence
        over = is_over(flag.code, said, diary, flag.raised_on, today, thresholds)
    except KeyError:  # evidence of an older version lacks what today's rule reads
        return ""
    if over:
        return gettext("With today's data this is over.")
    return gettext("With today's data this still holds.")


def silence_words(record: ItemRecord, diary: Diary | None, today: date) -> str:
    """Which silence it is and the next step, where a flag speaks of walks that are missing."""
    if diary is None or not _speak_of_silence(record.flags):
        return ""
    signed_in = record.item.patient.first_signed_in_at is not None
    returned = mail_came_back(patient=record.item.patient)
    kind = silence.kind_of_silence(diary, today, has_signed_in=signed_in, mail_came_back=returned)
    words = {
        silence.PAUSED: gettext("Paused today: nothing is expected. Next: see when the pause ends."),
        silence.UNOPENED: gettext(
            "The patient has never signed in. Next: send the invitation again, or hand over a letter."
        ),
        silence.NO_LOG: gettext(
            "The patient has signed in and logged nothing. Next: call, and log a first walk together."
        ),
        silence.AFTER_PAIN: gettext(
            "Logging stopped after pain had risen. Next: call today or tomorrow and ask about the pain first."
        ),
        silence.CAME_BACK: gettext(
            "Our last mail to the patient came back. Next: call, and correct the address in the record."
        ),
        silence.STOPPED: gettext(
            "Logging stopped without a rise in pain. Next: call or write, and ask what got in the way."
        ),
    }
    return words.get(kind or "", "")


def _speak_of_silence(flags: Iterable[Flag]) -> bool:
    return any(flag.code in OF_SILENCE and flag.resolved_on is None for flag in flags)


def _report(walk: Walk, pain: int | None) -> Report:
    return Report(walk.walked_on, walk.minutes, pain, walk.received_on, walk.steps, walk.distance_m)


def _answer(walk: Walk) -> Answer:
    told = (getattr(walk, name) for name in ANSWERED)
    return answer_of(walk.walked_on, walk.received_on, walk.received_at.timestamp(), *told)
