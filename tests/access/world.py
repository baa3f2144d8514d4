"""Two clinics with a row of every kind, and everybody who may knock: what the access tests ask with."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.test import Client

from clinic.middleware.second_factor import SECOND_FACTOR
from clinic.middleware.sessions import ENROLLING, STAFF_SESSION
from clinic.models import CHECKLIST, Closure, LeaverReport, OutboxMessage, Role, User, UserSession
from clinic.services.absences import Leave, end_absence, plan_absence
from clinic.services.going_live import Readiness, sign_going_live
from clinic.services.oversight import record_access_review
from clinic.services.post import Letter
from clinic.services.privacy import publish_notice
from patients.models import (
    EmergencyAccess,
    Erasure,
    PatientHandover,
    PrivacyAcceptance,
    RecordExport,
    RequestKind,
    Via,
)
from patients.services import limiting
from patients.services.data_requests import ask_about_data
from patients.services.enrolment import invite_patient
from patients.services.privacy import accept_text
from patients.services.retention_decisions import hold_record, take_back_decision
from programmes.clinical.diary import Finding
from programmes.clinical.thresholds import Setting
from programmes.models import (
    Channel,
    ContactResult,
    NotWalking,
    Programme,
    ProgrammeTemplate,
    Reminder,
    ReviewItem,
    SafetyChecklist,
    Shows,
    TextCode,
)
from programmes.services.flagging import raise_flag
from programmes.services.learning import Words, publish_text
from programmes.services.leaving import hand_over
from programmes.services.light_mode import set_light_mode
from programmes.services.nights import plan_nights
from programmes.services.own_thresholds import set_clinic_thresholds, set_patient_thresholds
from programmes.services.pausing import pause_programme
from programmes.services.refused_walks import count_refused_form
from programmes.services.restricting import restrict_processing
from programmes.services.reviewing import Contact, claim_item, record_contact
from tests.factories import (
    DUTY_LETTER,
    NOON,
    a_checklist,
    a_clinic,
    a_draft,
    a_flare_plan,
    a_patient,
    a_programme,
    a_set_up,
    a_staff_member,
    a_template,
    a_walk,
    end_flare,
)
from tests.patients.ended import decided, ended
from tests.programmes.test_wording import PAIN
from tests.signing_in import sign_in_operator, sign_in_patient, sign_in_staff

STAFF = tuple(Role)


@dataclass
class Side:
    """One clinic: its people, and a row for every kind of address. `word` stands in all its texts.

    `house` stands in those that the clinic tells everybody.
    """

    word: str
    clinic: Any
    staff: dict[str, Any]
    patient: Any
    second: Any
    now: datetime
    house: str
    rows: dict[str, Any] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def began(self) -> date:
        """The Monday on which running programmes started."""
        early = self.today - timedelta(days=75)
        return early - timedelta(days=early.weekday())


def a_side(word: str, *, now: datetime = NOON, house: str = "") -> Side:
    """A clinic in which every text, name and number holds the word."""
    clinic = a_clinic(f"{house or word} Clinic", phone=f"01632 960 {len(word):03}")
    staff = {role: a_staff_member(clinic, role, name=f"{word} {role}") for role in STAFF}
    patients = [_a_patient(clinic, staff[Role.CLINICIAN], word, number) for number in range(4)]
    side = Side(word, clinic, staff, patients[0], patients[1], now, house or word)
    _treatment(side)
    _review(side, patients[1:])
    _clinic_rows(side)
    _limited(side)
    _privacy(side)
    _past_their_time(side)
    return side


def _a_patient(clinic: Any, lead: Any, word: str, number: int) -> Any:
    return a_patient(
        clinic,
        given_name=f"{word}ina",
        family_name=f"{word}son{number}",
        reference=f"{word}-{number}",
        phone=f"{word} 0{number}",
        lead=lead,
    )


def _treatment(side: Side) -> None:
    clinician = side.staff[Role.CLINICIAN]
    template = a_template(side.clinic)
    ProgrammeTemplate.objects.filter(pk=template.pk).update(name=f"{side.house} steps")
    running = a_programme(side.patient, clinician, starts_on=side.began)
    logged = side.now - timedelta(hours=47)  # the patient may change it still, at whatever hour a test runs
    walk = a_walk(running, side.today - timedelta(days=2), note=f"{side.word} hurts", now=logged).walk
    pause_programme(
        programme=running,
        from_on=side.today - timedelta(days=9),
        until_on=side.today - timedelta(days=8),
        reason="ill",
        by=clinician,
        now=side.now,
    )
    a_set_up(side.patient, now=side.now)
    whose = {"clinic": side.clinic, "patient": side.patient}
    Reminder.objects.create(**whose, on=side.today, wish="weekly", decided_at=side.now, held_back="walked")
    PatientHandover.objects.create(
        **whose,
        giver=side.staff[Role.MANAGER],
        receiver=clinician,
        reason=f"{side.word} has more days",
        made_at=side.now,
        made_by=clinician,
    )
    gap = NotWalking.objects.create(
        **whose,
        from_on=side.today,
        until_on=side.today,
        reason="pain",
        note=f"{side.word} rests",
        received_at=side.now,
    )
    overlay = a_flare_plan(running, side.today - timedelta(days=1))
    end_flare(running, side.today)
    a_checklist(side.second, clinician)
    count_refused_form(patient=side.patient, now=side.now)
    _choices(side)
    side.rows |= {
        "overlay": overlay,
        "gap": gap,
        "patient": side.patient,
        "template": template,
        "running": running,
        "checklist": SafetyChecklist.objects.newest_of(side.patient).get(),
        "draft": a_draft(side.second, clinician, starts_on=side.today + timedelta(days=2)),
        "walk": walk,
    }


def _choices(side: Side) -> None:
    """Light mode, thresholds of the clinic and of the patient, a text in the clinic's own words."""
    clinician = side.staff[Role.CLINICIAN]
    light = {"is_on": True, "patient_may_choose": True, "reason": f"{side.word} worries"}
    set_light_mode(patient=side.patient, **light, by=clinician, now=side.now)
    why = {"reason": f"{side.word} calls less", "seen": 0, "now": side.now}
    set_clinic_thresholds(setting=Setting("quiet"), by=side.staff[Role.MANAGER], **why)
    set_patient_thresholds(patient=side.patient, setting=Setting("sensitive"), by=clinician, **why)
    due_on = side.today.replace(year=2999)
    own = Words(Shows.OWN, f"{side.house} shoes", f"{side.word} walks", "", side.today, due_on)
    publish_text(code=TextCode.SHOES, words=own, seen=0, by=clinician, now=side.now)


def _review(side: Side, patients: list[Any]) -> None:
    """An item that waits, one that the clinician holds, one that the reviewer holds."""
    items = [_an_item(side, patient) for patient in patients]
    claim_item(item=items[1], by=side.staff[Role.CLINICIAN], now=side.now)
    claim_item(item=items[2], by=side.staff[Role.REVIEWER], now=side.now)
    for item in items:
        note = Contact(Channel.PHONE, ContactResult.REACHED, note=f"{side.word} called")
        record_contact(item=item, contact=note, by=side.staff[Role.CLINICIAN], now=side.now)
    flaring = Programme.objects.of_patient(patients[1]).get()
    a_flare_plan(flaring, side.today)
    side.rows |= {"flaring": flaring, "waiting": items[0], "clinicians": items[1], "reviewers": items[2]}


def _an_item(side: Side, patient: Any) -> ReviewItem:
    clinician = side.staff[Role.CLINICIAN]
    drafted = Programme.objects.of_patient(patient).exists()
    raise_flag(
        patient=patient,
        programme=None if drafted else a_programme(patient, clinician, starts_on=side.began),
        finding=Finding("PAIN_RISING", "amber", PAIN),
        on=side.today,
        now=side.now,
    )
    return ReviewItem.objects.get(patient=patient)


def _privacy(side: Side) -> None:
    manager = side.staff[Role.MANAGER]
    body = f"{side.house} keeps what you say."
    text = publish_notice(title=side.house, body=body, in_force_from=side.today, by=manager, today=side.today)
    for patient in (side.patient, side.second):
        accept_text(patient=patient, text=text, via=Via.SIGN_IN, now=side.now)
    acceptance = PrivacyAcceptance.objects.for_clinic(side.clinic).get(patient=side.patient)
    side.rows |= {"text": text, "acceptance": acceptance}


def _past_their_time(side: Side) -> None:
    """One record that waits for a decision, because the first was taken back; and one that goes tonight."""
    manager = side.staff[Role.MANAGER]
    waiting, going = (
        _a_patient(side.clinic, side.staff[Role.CLINICIAN], side.word, number) for number in (6, 7)
    )
    for patient in (waiting, going):
        ended(patient, side.today - timedelta(days=366 * 9))
    why = {"reason": f"{side.word} is over", "now": side.now}
    take_back_decision(decision=decided(waiting, manager, **why), by=manager, now=side.now)
    decided(going, manager, **why)
    side.rows |= {"past": waiting, "going": going}


def _limited(side: Side) -> None:
    """Records that only their lead opens, opened in an emergency; one is over. A colleague who left."""
    clinician, manager = side.staff[Role.CLINICIAN], side.staff[Role.MANAGER]
    limited, access = _opened_in_emergency(side, 9)
    past, looked_at = _opened_in_emergency(side, 8)
    limiting.review_emergency(access=looked_at, note=f"{side.word} was right", by=manager, now=side.now)
    limiting.lift_limit(limited=past, by=manager, now=side.now)
    restrict_processing(
        patient=past.patient, reason=f"{side.word} asked for it", until=None, by=manager, now=side.now
    )
    hold_record(patient=past.patient, reason=f"{side.word} is claimed for", by=manager)
    side.rows["held"] = past.patient
    leaver = a_staff_member(side.clinic, name=f"{side.word} old")
    hand_over(member=leaver, successor=clinician, by=manager, now=side.now, today=side.today)
    record_access_review(by=manager, now=side.now)
    Erasure.objects.create(
        clinic=side.clinic,
        patient_key=side.patient.pk,
        what="account",
        erased_at=side.now,
        erased_by=manager.user,
    )
    side.rows |= {
        "limited": limited,
        "access": access,
        "member": side.staff[Role.REVIEWER],
        "report": LeaverReport.objects.for_clinic(side.clinic).get(),
        "lead": clinician,
    }
    _away(side)


def _away(side: Side) -> None:
    """The clinician is away today, covered by a colleague."""
    cover = a_staff_member(side.clinic, name=f"{side.word} cover")
    leave = Leave(side.today, side.today + timedelta(days=3), f"{side.word} walks in Wales")
    absence = plan_absence(
        member=side.staff[Role.CLINICIAN],
        cover=cover,
        leave=leave,
        by=side.staff[Role.MANAGER],
        now=side.now,
    )
    later = Leave(side.today + timedelta(days=200), side.today + timedelta(days=201), f"{side.word} stays")
    taken_back = plan_absence(
        member=side.staff[Role.CLINICIAN],
        cover=cover,
        leave=later,
        by=side.staff[Role.MANAGER],
        now=side.now,
    )
    end_absence(absence=taken_back, by=side.staff[Role.MANAGER], now=side.now)
    side.rows |= {"absence": absence, "cover": cover}


def _opened_in_emergency(side: Side, number: int) -> tuple[Any, EmergencyAccess]:
    patient = _a_patient(side.clinic, side.staff[Role.CLINICIAN], side.word, number)
    reason = f"{side.word} is a neighbour"
    limited = limiting.limit_record(
        patient=patient, reason=reason, by=side.staff[Role.CLINICIAN], now=side.now
    )
    limiting.open_in_emergency(
        patient_id=patient.pk, reason=reason, letter=DUTY_LETTER, by=side.staff[Role.REVIEWER], now=side.now
    )
    return limited, EmergencyAccess.objects.for_clinic(side.clinic).get(patient=patient)


def _clinic_rows(side: Side) -> None:
    plan_nights(clinic=side.clinic, first=side.today, last=side.today)
    Closure.objects.create(clinic=side.clinic, on=side.today + timedelta(days=30), reason=f"{side.word} fair")
    asked = ask_about_data(
        patient=side.patient,
        kind=RequestKind.CORRECTION,
        text=f"{side.word} asks",
        by=side.patient.user,
        now=side.now,
    )
    RecordExport.objects.create(
        clinic=side.clinic, patient=side.patient, made_at=side.now, made_by=side.patient.user, by_patient=True
    )
    side.rows["request"] = asked
    ready = Readiness(f"{side.word} Lead", "1", frozenset(CHECKLIST))
    sign_going_live(readiness=ready, rule_version="1", by=side.staff[Role.MANAGER], now=side.now)
    clinician = side.staff[Role.CLINICIAN].user
    side.rows["factor"] = Authenticator.objects.create(user=clinician, type="totp", data={"secret": "-"})
    side.rows["session"] = UserSession.objects.create(
        key_digest=f"{side.word:x<64}",
        session_data="",
        expire_date=side.now + timedelta(hours=8),
        user=clinician,
        kind="staff",
        started_at=side.now,
        last_seen_at=side.now,
    )
    letter = Letter(subject="An invitation", body=f"{side.house} Clinic asks you in.")
    invite_patient(patient=side.patient, letter=letter, by=side.staff[Role.MANAGER], now=side.now)


# --- Who knocks


def everybody(ours: Side, theirs: Side) -> dict[str, Client]:
    """A signed-in client for every column of the table, in its order."""
    operator = User.objects.create_superuser("operator@waymark.example")
    return {
        "anonymous": Client(),
        "patient": sign_in_patient(Client(), ours.patient),
        "other patient": sign_in_patient(Client(), ours.second),
        **{str(role): sign_in_staff(Client(), ours.staff[role]) for role in STAFF},
        "their patient": sign_in_patient(Client(), theirs.patient),
        **{f"their {role}": sign_in_staff(Client(), theirs.staff[role]) for role in STAFF},
        "operator": sign_in_operator(Client(), operator),
        "enrolling": _enrolling(ours),
        "login off": _switched_off(ours, "user"),
        "membership off": _switched_off(ours, "membership"),
    }


COLUMNS = (
    "anonymous",
    "patient",
    "other patient",
    *STAFF,
    "their patient",
    *(f"their {role}" for role in STAFF),
    "operator",
    "enrolling",
    "login off",
    "membership off",
)


def _enrolling(side: Side) -> Client:
    """A clinician whose password was right and who has no second factor yet."""
    client = sign_in_staff(Client(), a_staff_member(side.clinic, name=f"{side.word} joiner"))
    session = client.session
    session.update({ENROLLING: True})
    del session[STAFF_SESSION], session[SECOND_FACTOR]
    session.save()
    return client


def _switched_off(side: Side, what: str) -> Client:
    """A clinician whose session was open when the login or the membership was switched off."""
    member = a_staff_member(side.clinic, name=f"{side.word} leaver")
    client = sign_in_staff(Client(), member)
    row = member.user if what == "user" else member
    row.is_active = False
    row.save()
    return client


def outbox_of(side: Side) -> OutboxMessage:
    return OutboxMessage.objects.filter(clinic=side.clinic).first()
