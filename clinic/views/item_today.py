"""What the rules can say with today's data, beside what they said when each flag was raised."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext, ngettext

from clinic.views.item_reading import ItemRecord
from patients.models import PainSeries
from programmes import wording
from programmes.clinical import silence
from programmes.clinical.clearing import RULES, is_over
from programmes.clinical.diary import Answer, Diary, Report
from programmes.clinical.pain import enough_reports
from programmes.clinical.thresholds import DEFAULTS, Thresholds
from programmes.models import Flag, FlagCode, Walk
from programmes.services.gathering import ANSWERED, answer_of
from programmes.services.refused_walks import refused_since_the_last_walk
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
    patient = record.item.patient
    signed_in, returned = patient.first_signed_in_at is not None, mail_came_back(patient=patient)
    refused = refused_since_the_last_walk(patient=patient, since=diary.started_on)
    kind = silence.kind_of_silence(
        diary, today, has_signed_in=signed_in, mail_came_back=returned, refused=refused
    )
    if kind is None:
        return ""
    tried = _what_was_refused(refused) if refused and kind != silence.PAUSED else ""
    said = (tried, _next_step(kind)) if kind == silence.REFUSED else (_next_step(kind), tried)
    return " ".join(filter(None, said))


def _what_was_refused(refused: silence.Refused) -> str:
    """That somebody tried: said after pain and where our mail came back as well, not while paused."""
    days = ngettext(
        "The patient tried to log a walk on %(last)s.",
        "The patient tried to log a walk on %(days)s days, the last on %(last)s.",
        refused.days,
    )
    times = ngettext(
        "The form was refused, and no walk has come in since.",
        "The form was refused %(times)s times, and no walk has come in since.",
        refused.times,
    )
    when = days % {"days": refused.days, "last": wording.day(refused.last_on)}
    return f"{when} {times % {'times': refused.times}}"


def _next_step(kind: str) -> str:
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
        silence.REFUSED: gettext(
            "Next: call and go through the form together, or offer to take walks by phone or on paper."
        ),
    }
    return words[kind]


def _speak_of_silence(flags: Iterable[Flag]) -> bool:
    return any(flag.code in OF_SILENCE and flag.resolved_on is None for flag in flags)


def _report(walk: Walk, pain: int | None) -> Report:
    return Report(walk.walked_on, walk.minutes, pain, walk.received_on, walk.steps, walk.distance_m)


def _answer(walk: Walk) -> Answer:
    told = (getattr(walk, name) for name in ANSWERED)
    return answer_of(walk.walked_on, walk.received_on, walk.received_at.timestamp(), *told)
