"""Records past their time: a manager decides on each, with a reason; the night carries it out."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.models import Clinic, MessageKind, StaffMember
from clinic.permissions import require, roles_that_may
from clinic.services.post import Letter, post_message
from clinic.tenancy import past_limits
from patients.models import Decision, LimitedRecord, Patient, PatientQuerySet, RetentionDecision
from patients.services.retention import RECORD_YEARS, is_kept, record_goes_on, waits_since, years_after

LONGEST_KEEP = 20  # years at once: further ahead is a typing error, or a legal hold [P]
ASKED = ("id", "date_of_birth", "discharged_on", "died_on", "kept_reason", "kept_until")
RESTRICTED = ("restricted_at", "restricted_until")


class NotWaiting(Exception):
    """The record does not wait for a decision: too early, kept back, or somebody was quicker."""


class DayOutOfRange(Exception):
    """A record is kept until a day after today, at most LONGEST_KEEP years ahead; erasing names none."""


class ReasonMissing(Exception):
    """Who decides says why."""


class AlreadyHeld(Exception):
    """A legal hold stands on this record."""


class NotHeld(Exception):
    """No legal hold stands on this record."""


class NotStanding(Exception):
    """The decision was taken back or carried out before."""


@dataclass(frozen=True)
class PastTime:
    """The clinic's records past their time, longest first, sorted out. Keys and dates only, no names."""

    waiting: list[Patient]
    to_erase: list[Patient]
    kept: list[Patient]
    decisions: dict[UUID, RetentionDecision]  # by patient: what has an effect


def past_their_time(*, clinic: Clinic, today: date) -> PastTime:
    """Which records wait for a decision, go tonight, or are kept. Reads no names."""
    over = _over(Patient.objects.for_clinic(clinic), today)
    standing = RetentionDecision.objects.for_clinic(clinic).standing()
    with_decision = {each.patient_id: each for each in standing.select_related("decided_by")}
    decisions = {
        patient.pk: decision
        for patient in over
        if (decision := with_decision.get(patient.pk)) and has_effect(decision, patient)
    }
    groups: dict[str, list[Patient]] = {"waiting": [], "to_erase": [], "kept": []}
    for patient in over:
        groups[_group(patient, decisions.get(patient.pk), today)].append(patient)
    return PastTime(**groups, decisions=decisions)


def numbers_of_limited(*, clinic: Clinic, today: date) -> list[str]:
    """The clinic's own numbers of records past their time that only their lead opens."""
    limits = dict(LimitedRecord.objects.for_clinic(clinic).current().values_list("patient", "number"))
    if not limits:
        return []
    with past_limits():
        over = _over(Patient.objects.for_clinic(clinic).filter(pk__in=limits), today)
    return [limits[patient.pk] for patient in over]


def has_effect(decision: RetentionDecision, patient: Patient) -> bool:
    """Whether it speaks of the term that the record is in now."""
    if decision.what == Decision.KEEP:
        return decision.keep_until == patient.kept_until
    return decision.due_on == waits_since(patient)


def _group(patient: Patient, decision: RetentionDecision | None, today: date) -> str:
    if is_kept(patient, today):
        return "kept"
    return "to_erase" if decision is not None and decision.what == Decision.ERASE else "waiting"


def _over(patients: PatientQuerySet, today: date) -> list[Patient]:
    """Whose time by class is over, longest first; values, so that the read log names only who is shown."""
    rows = patients.ended_by(years_after(today, -RECORD_YEARS)).values(*ASKED, *RESTRICTED)
    found = {patient: day for row in rows if (day := record_goes_on(patient := Patient(**row)))}
    return sorted((each for each in found if found[each] <= today), key=lambda each: (found[each], each.pk))


@transaction.atomic
def decide_retention(
    *, patient: Patient, what: Decision, reason: str, keep_until: date | None, by: StaffMember, now: datetime
) -> RetentionDecision:
    """Keeps a record past its time until a day, or has it erased in the coming night.

    Of two at once one is told. Raises NotWaiting, DayOutOfRange, ReasonMissing or NotAllowed.
    """
    require(by, "decide_retention", clinic_id=patient.clinic_id)
    if what == Decision.ERASE:
        require(by, "erase_patient")
    if not reason.strip():
        raise ReasonMissing
    today = now.astimezone(by.clinic.zone).date()
    _require_day(what, keep_until, today)
    due_on = waits_since(patient)
    if due_on is None or due_on > today or is_kept(patient, today):
        raise NotWaiting
    decision = RetentionDecision(
        clinic=by.clinic,
        patient=patient,
        due_on=due_on,
        what=what,
        keep_until=keep_until,
        reason=reason.strip(),
        decided_at=now,
        decided_by=by,
    )
    _write_once(decision)
    if keep_until is not None:
        _keep(patient, decision)
    return decision


def _require_day(what: Decision, keep_until: date | None, today: date) -> None:
    if what == Decision.ERASE:
        fits = keep_until is None
    else:
        fits = keep_until is not None and today < keep_until <= years_after(today, LONGEST_KEEP)
    if not fits:
        raise DayOutOfRange


def _write_once(decision: RetentionDecision) -> None:
    """The database lets one decision stand for a term."""
    try:
        with transaction.atomic():
            decision.save(force_insert=True)
    except IntegrityError as error:
        if "patients_retentiondecision_one_a_term" not in str(error):
            raise
        raise NotWaiting from error


def _keep(patient: Patient, decision: RetentionDecision) -> None:
    as_read = Patient.objects.for_clinic(decision.clinic).filter(
        pk=patient.pk, kept_reason=patient.kept_reason, kept_until=patient.kept_until
    )
    if as_read.update(kept_reason=decision.reason, kept_until=decision.keep_until) != 1:
        raise NotWaiting  # somebody has put a legal hold on it


@transaction.atomic
def take_back_decision(*, decision: RetentionDecision, by: StaffMember, now: datetime) -> None:
    """The record waits for a decision again. Raises NotStanding (taken back or carried out) or NotAllowed."""
    require(by, "decide_retention", clinic_id=decision.clinic_id)
    standing = RetentionDecision.objects.for_clinic(by.clinic).standing().filter(pk=decision.pk)
    if standing.update(withdrawn_at=now, withdrawn_by=by) != 1:
        raise NotStanding
    if decision.what == Decision.KEEP:
        kept = Patient.objects.for_clinic(by.clinic).filter(pk=decision.patient_id)
        kept.filter(kept_reason=decision.reason, kept_until=decision.keep_until).update(
            kept_reason="", kept_until=None
        )


@transaction.atomic
def hold_record(*, patient: Patient, reason: str, by: StaffMember) -> None:
    """A legal hold: nothing of the record goes while it stands. It takes the place of a decision to keep it.

    Raises AlreadyHeld, ReasonMissing or NotAllowed.
    """
    require(by, "decide_retention", clinic_id=patient.clinic_id)
    if not reason.strip():
        raise ReasonMissing
    record = Patient.objects.for_clinic(by.clinic).filter(pk=patient.pk)
    free = record.filter(Q(kept_reason="") | Q(kept_until__isnull=False))
    if free.update(kept_reason=reason.strip(), kept_until=None) != 1:
        raise AlreadyHeld


@transaction.atomic
def end_hold(*, patient: Patient, by: StaffMember) -> None:
    """The record goes its way again: past its time it waits for a decision. Raises NotHeld or NotAllowed."""
    require(by, "decide_retention", clinic_id=patient.clinic_id)
    record = Patient.objects.for_clinic(by.clinic).filter(pk=patient.pk, kept_until=None)
    if record.exclude(kept_reason="").update(kept_reason="") != 1:
        raise NotHeld


def tell_deciders(*, clinic: Clinic, waiting: int, now: datetime) -> None:
    """A mail to everybody who decides, once a month while records wait for a decision. It holds no names."""
    if waiting:
        deciding = roles_that_may("decide_retention")
        people = StaffMember.objects.for_clinic(clinic).filter(role__in=deciding, is_active=True)
        for member, address in people.values_list("pk", "user__email"):
            post_message(
                kind=MessageKind.RETENTION,
                key=f"retention:{member}:{now.astimezone(clinic.zone):%Y-%m}",
                to_address=address,
                letter=_waiting_letter(waiting),
                now=now,
                clinic=clinic,
            )


def _waiting_letter(waiting: int) -> Letter:
    body = ngettext(
        "%(count)d record of your clinic is past its time and waits for your decision.",
        "%(count)d records of your clinic are past their time and wait for your decision.",
        waiting,
    )
    way = _(
        "Sign in and open Data requests, Records past their time. Nothing is erased before a manager has said"
        " so.\n\nThis message holds no names. It comes once a month while something waits."
    )
    return Letter(subject=_("Records past their time"), body=f"{body % {'count': waiting}}\n\n{way}")
