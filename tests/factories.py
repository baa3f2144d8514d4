"""Small makers of believable rows; every argument that matters to a test is passed by the test."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

from uuid_utils.compat import uuid7

from clinic.models import Clinic, Role, StaffMember, User
from clinic.services.post import Letter
from patients.models import LimitedRecord, Patient
from patients.services.limiting import limit_record
from programmes.clinical import grading
from programmes.clinical.thresholds import RULE_VERSION
from programmes.models import Overlay, Programme, ProgrammeRevision, ProgrammeTemplate, SafetyChecklist, SetUp
from programmes.services import library, overlays, prescribing, set_up
from programmes.services.safety_checking import CheckAnswers, complete_checklist
from programmes.services.walk_logging import Saved, WalkEntry, log_walk

_numbers = count(1)
START = date(2026, 9, 7)  # a Monday
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PASSWORD = "steady-walking-helps-backs"
DUTY_LETTER = Letter(subject="A safety answer is waiting", body="Open the review queue.")


def a_clinic(name: str = "Elm Clinic", **fields: Any) -> Clinic:
    number = next(_numbers)
    return Clinic.objects.create(
        **{
            "name": name,
            "slug": f"clinic-{number}",
            "phone": "01632 960 100",
            "duty_email": f"duty{number}@clinic.example",
            "live_rule_version": RULE_VERSION,
            **fields,
        }
    )


def a_staff_member(clinic: Clinic, role: Role = Role.CLINICIAN, **fields: Any) -> StaffMember:
    number = next(_numbers)
    if "user" not in fields:
        fields["user"] = User.objects.create_user(f"{role}{number}@clinic.example", PASSWORD)
    return StaffMember.objects.create(clinic=clinic, role=role, **{"name": f"Staff {number}", **fields})


def a_patient(clinic: Clinic, **fields: Any) -> Patient:
    number = next(_numbers)
    if "user" not in fields:
        fields["user"] = User.objects.create_user(f"patient{number}@mail.example")
    return Patient.objects.create(
        clinic=clinic, **{"given_name": "Pat", "family_name": f"Walker{number}", **fields}
    )


def a_template(clinic: Clinic, code: str = "T2") -> ProgrammeTemplate:
    library.restore_template_library(clinic=clinic)
    return ProgrammeTemplate.objects.for_clinic(clinic).get(code=code)


def a_draft(
    patient: Patient,
    by: StaffMember,
    *,
    starts_on: date = START,
    days: int = 3,
    minutes: int = 15,
    weeks: int = 12,
) -> Programme:
    rows = [
        grading.Week(number, days, minutes, 1, grading.EASY, grading.BUILD) for number in range(1, weeks + 1)
    ]
    return prescribing.draft_programme(
        patient=patient,
        baseline=prescribing.Baseline(minutes),
        starts_on=starts_on,
        weeks=rows,
        template=None,
        rule={},
        by=by,
        today=starts_on,
    )


def a_checklist(patient: Patient, by: StaffMember, **answers: Any) -> SafetyChecklist:
    """Nothing applies, unless the test says so."""
    now = answers.pop("now", NOON)
    return complete_checklist(patient=patient, answers=CheckAnswers(**answers), by=by, now=now)


def a_programme(patient: Patient, by: StaffMember, **dose: Any) -> Programme:
    """A running programme with the same dose every week, of a patient who was checked before it."""
    programme = a_draft(patient, by, **dose)
    a_checklist(patient, by)
    at = datetime.combine(programme.starts_on, datetime.min.time(), tzinfo=UTC) + timedelta(hours=9)
    prescribing.assign_programme(programme=programme, by=by, now=at)
    programme.refresh_from_db()
    return programme


def by_the_calendar(draft: Programme) -> Programme:
    """Before it is signed: weeks follow each other whatever is walked, and no dose to come back with."""
    revisions = ProgrammeRevision.objects.filter(programme=draft)
    revisions.update(repeats_until_half_done=False, returns_after_gap=False)
    return draft


def a_walk(
    programme: Programme, on: date, *, minutes: int = 15, pain: int | None = 3, **answers: Any
) -> Saved:
    """Logged on the evening of the day itself."""
    now = answers.pop("now", datetime.combine(on, datetime.min.time(), tzinfo=UTC) + timedelta(hours=18))
    entry = WalkEntry(
        **{
            "client_uuid": uuid7(),
            "walked_on": on,
            "minutes": minutes,
            "pain_before": pain,
            "pain_after": pain,
            **answers,
        }
    )
    return log_walk(
        patient=programme.patient,
        programme=programme,
        entry=entry,
        duty_letter=DUTY_LETTER,
        by=programme.patient.user,
        now=now,
    )


def a_set_up(patient: Patient, *, now: datetime = NOON, **answers: Any) -> SetUp:
    """Everything answered: walks at 10:00 on Mondays, Wednesdays and Fridays, with a reminder each."""
    set_up.note_before_start(patient=patient, version="before-1", now=now)
    set_up.choose_days(
        patient=patient, days=answers.get("days", (1, 3, 5)), at=answers.get("at", time(10)), now=now
    )
    return set_up.choose_reminders(patient=patient, wish=answers.get("wish", "walking-days"), now=now)


def a_repeat(programme: Programme, on: date) -> Overlay:
    """The patient asks for the week again, on the morning of the day."""
    return overlays.repeat_this_week(
        programme=programme, client_uuid=uuid7(), by=programme.patient.user, now=_morning(on)
    )


def a_flare_plan(
    programme: Programme, on: date, *, pain: int | None = 6, symptoms: tuple[str, ...] = ()
) -> Overlay:
    """The patient takes up the flare-up plan, on the morning of the day."""
    return overlays.start_flare_plan(
        programme=programme,
        answers=overlays.FlareAnswers(uuid7(), pain, symptoms, "uk-1"),
        duty_letter=DUTY_LETTER,
        by=programme.patient.user,
        now=_morning(on),
    )


def end_flare(programme: Programme, on: date) -> None:
    overlays.end_flare_plan(programme=programme, by=programme.patient.user, now=_morning(on))


def _morning(on: date) -> datetime:
    return datetime.combine(on, datetime.min.time(), tzinfo=UTC) + timedelta(hours=9)


def limit(patient: Patient, **who: Any) -> LimitedRecord:
    """The patient's record is limited by its lead, or by whom the test names."""
    return limit_record(
        patient=patient, reason="A neighbour of two colleagues.", **{"by": patient.lead, "now": NOON, **who}
    )
