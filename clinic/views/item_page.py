"""One item's page in words: evidence, plots, walks, history, and which actions this person may take."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.text import capfirst
from django.utils.translation import gettext

from clinic.forms import CloseForm, ContactForm, SnoozeForm
from clinic.languages import SOURCE, name_of
from clinic.models import Clinic, StaffMember, tel
from clinic.permissions import may
from clinic.services.covering import away_from
from clinic.views.call_sheet import call_sheet
from clinic.views.item_reading import WEEKS_SHOWN, ItemRecord
from clinic.views.item_today import diary_of, silence_words, today_words, too_few_words
from clinic.views.plots import is_late, plots_of
from clinic.views.rows import (
    Priority,
    care_words,
    contact_words,
    due_on,
    ended_words,
    priority,
    state_words,
    unresolved,
)
from programmes import wording
from programmes.clinical.diary import Diary
from programmes.clinical.suggestion import Suggestion
from programmes.models import Fall, Flag, FlagCode, ItemStatus, NotWalking, Resolution, Walk
from programmes.models.flag import FOR_CLINICIANS
from programmes.plan_wording import review_prompt, stopped_by_safety, suggestion_words, why_this_week
from programmes.services.suggesting import Seen, sees_suggestions, suggestion_from

WALKS_SHOWN = 14
CLOCKS_AGREE = timedelta(minutes=5)  # between a phone's clock and ours: the walk came at once


@dataclass(frozen=True, slots=True)
class Evidence:
    """One flag with everything that it stands on."""

    number: int
    flag: Flag
    title: str
    priority: Priority
    sentence: str
    later: str
    raised: str
    state: str
    lines: Sequence[wording.Line]
    later_lines: Sequence[wording.Line]
    points: Sequence[wording.Point]
    call_sheet: Sequence[str] = ()
    today: str = ""


@dataclass(frozen=True, slots=True)
class WalkRow:
    day: str
    amount: str
    pain: str
    remarks: Sequence[str]
    note: str
    walk_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Event:
    at: datetime
    when: str
    what: str
    note: str = ""
    next_try: str = ""


def item_context(record: ItemRecord, staff: StaffMember, now: datetime) -> dict[str, Any]:
    """Everything the template writes down; the forms come on top."""
    item, clinic = record.item, staff.clinic
    today = now.astimezone(clinic.zone).date()
    due = due_on(item, clinic, item.closed_days)
    is_open = item.status != ItemStatus.COMPLETED
    plan = record.plan
    lead = item.patient.lead
    course = plan.course if plan and plan.programme.is_running and plan.course.has_begun else None
    diary = diary_of(record) if course else None
    return {
        "item": item,
        "patient": item.patient,
        "language": "" if item.patient.language in ("", SOURCE) else name_of(item.patient.language),
        "tel": "" if item.patient.died_on else tel(item.patient.phone),
        "priority": priority(item.severity),
        "week": care_words(item.patient) or _week(record, today),
        "care_has_ended": bool(care_words(item.patient)),
        "lead": wording.lead_words(lead.name if lead else "", away_from(item.lead_away)),
        "why_this_week": why_this_week(course.today) if course else "",
        "suggestion": suggestion_words(_suggestion(record, today)) if sees_suggestions(staff) else None,
        "review_prompt": review_prompt(course, unresolved(record.flags)) if course else "",
        "flare_stopped": stopped_by_safety(course) if course and _has_safety(record) else "",
        "programme": plan and plan.programme,
        "is_restricted": item.patient.is_restricted(today),
        "light_since": wording.day(item.light_since) if item.light_since else "",
        "state": state_words(item, staff, clinic),
        "opened": wording.moment(item.opened_at, clinic.zone),
        "due": wording.day(due) if due and is_open else "",
        "is_overdue": bool(due and is_open and due < today),
        "evidence": evidence_of(record, clinic, diary, today),
        "too_few_reports": too_few_words(diary, today, record.thresholds),
        "silence": silence_words(record, diary, today),
        "plots": plan and plots_of(plan, record.walks, record.flags, today, WEEKS_SHOWN),
        "walks": walk_rows(record),
        "events": sorted(_events(record, clinic), key=lambda event: event.at, reverse=True),
        "earlier": [_earlier(old, record, clinic) for old in record.earlier_items],
        **actions_of(record, staff),
    }


def _suggestion(record: ItemRecord, today: date) -> Suggestion | None:
    """What the rules would say, from the rows that are here."""
    plan = record.plan
    if plan is None:
        return None
    flags = [*record.flags, *chain.from_iterable(record.earlier_flags.values())]
    seen = Seen(
        programme=plan.programme,
        patient=record.item.patient,
        course=plan.course,
        pauses=plan.diary.pauses,
        walks=[*record.earlier_walks, *record.walks],
        not_walking=record.not_walking,
        open_flags=frozenset(flag.code for flag in flags if flag.resolved_on is None),
    )
    return suggestion_from(seen, on=today)


def _for_clinician(record: ItemRecord) -> bool:
    """A safety answer or a fall, which a clinician closes."""
    return any(flag.code in FOR_CLINICIANS and flag.resolved_on is None for flag in record.flags)


def _has_safety(record: ItemRecord) -> bool:
    return any(flag.code == FlagCode.SAFETY and flag.resolved_on is None for flag in record.flags)


def actions_of(record: ItemRecord, staff: StaffMember) -> dict[str, bool]:
    """What the page offers. The verbs ask again."""
    item = record.item
    is_open = item.status != ItemStatus.COMPLETED
    is_mine = item.claimed_by_id == staff.pk
    is_held = item.claimed_by_id is not None and not is_mine
    has_safety, for_clinician = _has_safety(record), _for_clinician(record)
    closes = is_open and not is_held and may(staff, "close_item")
    return {
        "is_open": is_open,
        "is_mine": is_mine,
        "is_held": is_held,
        "has_safety": has_safety,
        "only_looks": is_open and not may(staff, "record_contact"),
        "may_claim": is_open and item.claimed_by_id is None and may(staff, "claim_item"),
        "may_take_over": is_open and is_held and may(staff, "take_over_item"),
        "may_contact": is_open and not item.patient.died_on and may(staff, "record_contact"),
        "may_snooze": is_open and not is_held and not has_safety and may(staff, "claim_item"),
        "may_close": closes and (not for_clinician or may(staff, "close_safety")),
        "needs_clinician": closes and for_clinician and not may(staff, "close_safety"),
    }


def forms_of(staff: StaffMember, today: date, *, needs_note: bool) -> dict[str, Any]:
    return {
        "contact_form": ContactForm(today=today),
        "snooze_form": SnoozeForm(today=today),
        "close_form": CloseForm(by=staff, needs_note=needs_note),
    }


def evidence_of(record: ItemRecord, clinic: Clinic, diary: Diary | None, today: date) -> list[Evidence]:
    return [
        _evidence(number, flag, clinic, today_words(flag, diary, today, record.thresholds))
        for number, flag in enumerate(record.flags, start=1)
    ]


def _evidence(number: int, flag: Flag, clinic: Clinic, today: str) -> Evidence:
    return Evidence(
        number=number,
        flag=flag,
        title=capfirst(wording.title(flag.code)),
        priority=priority(flag.severity),
        sentence=wording.raised_for(flag.raised_on, wording.sentence(flag.code, flag.evidence)),
        later=wording.sentence(flag.code, flag.latest) if flag.latest else "",
        raised=wording.day_and_year(flag.raised_on),
        state=_flag_state(flag),
        lines=wording.lines(flag.code, flag.evidence),
        later_lines=wording.lines(flag.code, flag.latest) if flag.latest else [],
        points=wording.points(flag.evidence),
        call_sheet=call_sheet(flag),
        today=today,
    )


def _flag_state(flag: Flag) -> str:
    if flag.resolved_on is None:
        return ended_words(flag)
    day = {"day": wording.day(flag.resolved_on)}
    if flag.resolution == Resolution.CLEARED:
        return gettext("Cleared by its own rule on %(day)s.") % day
    return gettext("Closed by staff on %(day)s.") % day


def _week(record: ItemRecord, today: date) -> str:
    """Where the patient stands in the programme."""
    plan = record.plan
    if plan is None or not plan.course:
        return gettext("No programme")
    if plan.programme.ended_on:
        return gettext("Programme ended on %(day)s") % {"day": wording.day_and_year(plan.programme.ended_on)}
    return gettext("Programme week %(number)d") % {"number": plan.course.at(today).week}


def walk_rows(record: ItemRecord) -> list[WalkRow]:
    """The latest walks, those that count no more beside them, and the reasons given for not walking."""
    rows = [(walk.walked_on, _walk_row(walk)) for walk in reversed(record.walks[-WALKS_SHOWN:])]
    first = rows[-1][0] if rows else date.min
    rows += [(walk.walked_on, _marked_row(walk)) for walk in record.marked_walks if walk.walked_on >= first]
    rows += [(gap.from_on, _gap_row(gap)) for gap in record.not_walking if gap.until_on >= first]
    return [row for _day, row in sorted(rows, key=lambda pair: pair[0], reverse=True)]


def _walk_row(walk: Walk) -> WalkRow:
    target = walk.target
    amount, done = wording.walked(walk.walked), walk.walked.told(target.counts)
    if target.amount and done is not None:
        planned = wording.amount(target.amount, target.counts)
        amount = gettext("%(done)s of %(planned)s") % {"done": wording.whole(done), "planned": planned}
    before = pain_words(walk.pain_before, is_not_sure=walk.pain_before_not_sure)
    after = pain_words(walk.pain_after, is_not_sure=walk.pain_after_not_sure)
    return WalkRow(
        wording.day(walk.walked_on), amount, f"{before} → {after}", list(_remarks(walk)), walk.note, walk.pk
    )


def _marked_row(walk: Walk) -> WalkRow:
    why = gettext("does not count: %(reason)s") % {"reason": walk.error_reason}
    row = _walk_row(walk)
    return replace(row, remarks=[why, *row.remarks], walk_id=None)


def pain_words(score: int | None, *, is_not_sure: bool) -> str:
    """A number, "not sure", or a dash for "not answered": three different things."""
    if score is not None:
        return str(score)
    return gettext("not sure") if is_not_sure else "–"


def _remarks(walk: Walk) -> Iterator[str]:
    """What else the patient answered, as far as it asks for attention."""
    yield from _new_symptoms(walk)
    if walk.pain_worst is not None:
        yield gettext("worst %(score)d") % {"score": walk.pain_worst}
    if walk.flare:
        yield gettext("flare-up")
    if walk.limb_problem:
        yield gettext("leg or foot problem")
    if walk.fall not in ("", Fall.NONE):
        yield str(walk.get_fall_display())
    if walk.settled:
        yield gettext("last walk settled by morning: %(answer)s") % {"answer": walk.get_settled_display()}
    yield from _provenance(walk)


def _new_symptoms(told: Walk | NotWalking) -> Iterator[str]:
    if told.new_symptoms:
        known = wording.RED_FLAG_ITEMS
        items = ", ".join(str(known.get(code, code)) for code in told.new_symptoms)
        yield gettext("new: %(items)s") % {"items": items}


def _provenance(walk: Walk) -> Iterator[str]:
    if walk.reason_short:
        yield gettext("short because: %(reason)s") % {"reason": walk.get_reason_short_display()}
    if walk.source != "patient":
        yield gettext("from %(source)s") % {"source": walk.get_source_display()}
    if is_late(walk):
        yield gettext("entered late")
    if walk.recorded_at and abs(walk.received_at - walk.recorded_at) > CLOCKS_AGREE:
        yield _two_clocks(walk)
    if walk.recalled:
        yield gettext("recalled later")
    if walk.corrects_id:
        yield gettext("changed by the patient")


def _two_clocks(walk: Walk) -> str:
    """A walk that waited on a phone, or a phone whose clock is wrong: both, in the patient's zone."""
    zone, recorded = ZoneInfo(walk.time_zone), cast("datetime", walk.recorded_at)
    there = recorded.astimezone(zone)
    told = {
        "phone": f"{wording.day_and_year(there.date())} {there:%H:%M}",
        "here": wording.moment(walk.received_at, zone),
    }
    return gettext("entered on the phone %(phone)s by its clock, received %(here)s") % told


def _gap_row(gap: NotWalking) -> WalkRow:
    days = wording.day(gap.from_on)
    if gap.until_on != gap.from_on:
        days = f"{days} – {wording.day(gap.until_on)}"
    why = gettext("not walking: %(reason)s") % {"reason": gap.get_reason_display()}
    pain = pain_words(gap.pain_now, is_not_sure=gap.pain_not_sure)
    return WalkRow(days, "–", pain, [why, *_new_symptoms(gap)], gap.note)


def _events(record: ItemRecord, clinic: Clinic) -> Iterator[Event]:
    """What happened with this item, and every earlier contact with the patient."""
    item, zone = record.item, clinic.zone
    yield Event(item.opened_at, wording.moment(item.opened_at, zone), gettext("Item opened"))
    if item.claimed_by and item.claimed_at:
        taken = gettext("Taken by %(name)s") % {"name": item.claimed_by.name}
        yield Event(item.claimed_at, wording.moment(item.claimed_at, zone), taken)
    if item.closed_at:
        yield Event(item.closed_at, wording.moment(item.closed_at, zone), _closing(item), item.close_note)
    for contact in record.contacts:
        words, next_on = contact_words(contact, clinic), contact.next_on
        next_try = gettext("Next try on %(day)s") % {"day": wording.day(next_on)} if next_on else ""
        yield Event(contact.made_at, "", words, contact.note, next_try)


def _closing(item: Any) -> str:
    outcome = capfirst(item.get_outcome_display())
    return f"{outcome} – {item.closer}" if item.closer else outcome


def _earlier(old: Any, record: ItemRecord, clinic: Clinic) -> dict[str, Any]:
    flags = record.earlier_flags.get(old.pk, [])
    return {
        "id": old.pk,
        "when": wording.day_and_year(old.closed_at.astimezone(clinic.zone).date()),
        "flags": ", ".join(wording.title(flag.code) for flag in flags),
        "outcome": _closing(old),
        "note": old.close_note,
    }
