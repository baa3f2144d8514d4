"""`manage.py seed_demo`: two clinics full of stories, twenty real diaries, and nights left for the worker."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from unicodedata import normalize

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from clinic.models import CHECKLIST, Clinic, Role, StaffMember, User
from clinic.permissions import Operator
from clinic.services.absences import Leave, plan_absence
from clinic.services.going_live import Readiness, sign_going_live
from clinic.services.keeping import switch_suggestions
from clinic.tenancy import act_for
from patients.mails import duty_letter, invitation_letter
from patients.models import Patient
from patients.services.enrolment import invite_patient, set_address
from patients.wording.before import BEFORE_TEXT_VERSION
from programmes.clinical.thresholds import RULE_VERSION
from programmes.diary_files import read_diaries
from programmes.management.commands import _demo_handling as handling
from programmes.management.commands import _demo_stories as stories
from programmes.management.commands._demo_walks import arrivals
from programmes.management.commands.import_diaries import NO_LETTER, kept_diary
from programmes.models import Ending, PauseReason, Programme, ProgrammeTemplate, ReminderWish
from programmes.services.ending import end_programme
from programmes.services.importing import import_diary
from programmes.services.nights import plan_nights, review_night
from programmes.services.opening import open_clinic
from programmes.services.pausing import pause_programme
from programmes.services.prescribing import (
    Baseline,
    assign_programme,
    draft_programme,
    generated_weeks,
    stored_weeks,
)
from programmes.services.refused_walks import count_refused_form
from programmes.services.safety_checking import CheckAnswers, complete_checklist
from programmes.services.set_up import choose_days, choose_reminders, note_before_start
from programmes.services.walk_logging import log_walks

DIARIES = Path(__file__).parent.parent / "demo_diaries"
OPERATOR = "operator@waymark.example"
PATIENT_PAGE = "/sign-in/"
FIRST_NIGHT, LAST_NIGHT = 24, 4  # days ago; the newest three nights wait for the worker


@dataclass(frozen=True)
class Setting:
    """Where and when a clinic's stories happen."""

    clinic: Clinic
    clinician: StaffMember
    colleagues: dict[str, StaffMember]  # by name, the clinician too
    today: date
    templates: dict[str, ProgrammeTemplate]

    def lead_of(self, story: stories.Story) -> StaffMember:
        return self.colleagues.get(story.led_by, self.clinician)

    def at(self, ago: int, hour: int = 9) -> datetime:
        """That hour of the clinic's day, so many days ago."""
        return datetime.combine(self.today - timedelta(days=ago), time(hour), self.clinic.zone)


class Command(BaseCommand):
    """Fills an empty database once; with the demo there it only writes the list of sign-ins again."""

    help = "Load the demo: Elm Clinic and Ash Clinic, their staff and patients, and past reviews."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Demo accounts have a published password: only with WAYMARK_DEMO=1")
        if Clinic.objects.filter(slug=stories.ELM.slug).exists():
            self.stdout.write("The demo is there already.")
        else:
            _seed(timezone.now())
            self.stdout.write(f"{Clinic.objects.count()} clinics are ready.")
        path = settings.STATE_DIR / "sign-ins.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(sign_ins())


def sign_ins() -> str:
    """Who can sign in, with what, and where."""
    staff_page, patient_page = (
        f"{settings.BASE_URL}{settings.LOGIN_URL}",
        f"{settings.BASE_URL}{PATIENT_PAGE}",
    )
    code = f"code by mail, see {settings.BASE_URL}/demo/mailbox/"
    rows = [("Who", "E-mail", "Password", "Where")]
    for house in (stories.ELM, stories.ASH):
        rows += [
            (f"{each.name}, {each.role}, {house.name}", each.email, stories.PASSWORD, staff_page)
            for each in house.staff
        ]
    rows.append(("Operator (clinics and accounts, no patients)", OPERATOR, stories.PASSWORD, staff_page))
    rows.append(
        ("June Hart, patient, Elm Clinic: a walk is due", address_of("June Hart"), code, patient_page)
    )
    rows.append(
        ("Callum Fraser, patient, invited, not yet in", address_of("Callum Fraser"), code, patient_page)
    )
    rows += [_by_letter(story) for story in stories.ELM_STORIES if story.by_letter]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]) + "\n"
        for row in rows
    )


def _by_letter(story: stories.Story) -> tuple[str, str, str, str]:
    """The letter is made as a clinician: Patients, the name, “Letter to sign in”."""
    who = f"{story.name}, patient, born {born_on(story):%-d %B %Y}"
    return (
        who,
        "none: staff make a letter",
        "code of the letter",
        f"{settings.BASE_URL}{PATIENT_PAGE}letter/",
    )


@transaction.atomic
def _seed(now: datetime) -> None:
    """Everything in one transaction: an interrupted seeding leaves nothing."""
    User.objects.create_superuser(OPERATOR)
    elm = _open_clinic(stories.ELM, now)
    _tell_all(elm, stories.ELM_STORIES, first_phone=101)
    _import_diaries(elm, now)
    _review_past_nights(elm, stories.ELM_STORIES)
    handling.ask_less(elm.clinic, elm.clinician, elm.at(20, 11))
    handling.ask_for_a_call(elm.clinic, stories.WAITS_FOR_A_CALL, elm.at(6, 15))
    ash = _open_clinic(stories.ASH, now)
    _tell_all(ash, stories.ASH_STORIES, first_phone=201)
    _review_past_nights(ash, stories.ASH_STORIES)
    User.objects.filter(email__in=_with_password()).update(password=make_password(stories.PASSWORD))


def _with_password() -> list[str]:
    return [OPERATOR, *(each.email for house in (stories.ELM, stories.ASH) for each in house.staff)]


def _open_clinic(house: stories.House, now: datetime) -> Setting:
    """Reviews run from midnight on, so that last night's is due whenever the demo starts."""
    clinic = Clinic(
        name=house.name, slug=house.slug, phone=house.phone, duty_email=house.duty_email, review_hour=0
    )
    open_clinic(clinic=clinic, by=Operator(User.objects.get(email=OPERATOR)))
    act_for(clinic_id=clinic.pk)
    for each in house.staff:
        user = User.objects.create_user(each.email)
        StaffMember.objects.create(clinic=clinic, user=user, name=each.name, role=each.role)
    _sign(clinic, now)
    members = StaffMember.objects.for_clinic(clinic).select_related("clinic", "user")
    colleagues = {member.name: member for member in members}
    clinician = colleagues[house.staff[0].name]
    handling.own_words(clinic, clinician, now)
    if house.away:
        _send_away(colleagues[house.away], clinician, now)
    templates = {template.code: template for template in ProgrammeTemplate.objects.for_clinic(clinic)}
    return Setting(clinic, clinician, colleagues, now.astimezone(clinic.zone).date(), templates)


def _sign(clinic: Clinic, now: datetime) -> None:
    """The demo's managers sign that it is a demo."""
    manager = StaffMember.objects.for_clinic(clinic).select_related("clinic").get(role=Role.MANAGER)
    readiness = Readiness("Nobody: a demonstration", "demo", frozenset(CHECKLIST))
    sign_going_live(readiness=readiness, rule_version=RULE_VERSION, by=manager, now=now, is_demo=True)
    clinic.live_rule_version = RULE_VERSION
    switch_suggestions(clinic=clinic, on=True, by=manager)


def _send_away(member: StaffMember, cover: StaffMember, now: datetime) -> None:
    """On leave from today on; the patients stand under Mine of the colleague."""
    today = now.astimezone(member.clinic.zone).date()
    leave = Leave(today, today + timedelta(days=11), "A family holiday")
    plan_absence(member=member, cover=cover, leave=leave, by=member, now=now)


def _tell_all(setting: Setting, told: Iterable[stories.Story], *, first_phone: int) -> None:
    for number, story in enumerate(told, first_phone):
        patient = _enrol(setting, story, f"01632 960 {number}")
        programme = _draft(setting, story, patient)
        if not story.draft:
            _live(setting, story, programme)


def address_of(name: str) -> str:
    """june.hart@mail.example for June Hart."""
    plain = normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return ".".join(plain.replace("'", "").split()) + "@mail.example"


def born_on(story: stories.Story) -> date:
    return date(story.born, len(story.name.split(" ")[0]) % 12 + 1, len(story.name))


def _enrol(setting: Setting, story: stories.Story, phone: str) -> Patient:
    given_name, family_name = story.name.split(" ", 1)
    signed_in = setting.at(story.started, 10) if story.signed_in else None
    patient = Patient.objects.create(
        clinic=setting.clinic,
        given_name=given_name,
        family_name=family_name,
        date_of_birth=born_on(story),
        phone=phone,
        lead=setting.lead_of(story),
        units=story.units,
        # Invitations of long ago are not posted again: the mailbox holds what leaves now.
        invited_at=signed_in and signed_in - timedelta(days=1),
        first_signed_in_at=signed_in,
    )
    if story.by_letter:
        patient.user = User.objects.create_user(None)
        patient.save(update_fields=["user"])
    else:
        address, at = address_of(story.name), setting.at(story.started, 9)
        set_address(patient=patient, email=address, by=setting.clinician, now=at)
    if story.kind in ("invited", "due today"):
        invite_patient(
            patient=patient,
            letter=invitation_letter(
                setting.clinic,
                sign_in=f"{settings.BASE_URL}{PATIENT_PAGE}",
                notice=f"{settings.BASE_URL}/privacy/",
            ),
            by=setting.clinician,
            now=setting.at(story.started),
        )
    return patient


def _draft(setting: Setting, story: stories.Story, patient: Patient) -> Programme:
    template, baseline = setting.templates[story.template], Baseline(story.baseline, counts=story.counts)
    return draft_programme(
        patient=patient,
        baseline=baseline,
        starts_on=setting.today - timedelta(days=story.started),
        weeks=generated_weeks(template=template, baseline=baseline),
        template=template,
        rule=template.rules,
        by=setting.lead_of(story),
        today=setting.today,
    )


def _choose(setting: Setting, story: stories.Story, patient: Patient) -> None:
    """What the patient answered when setting up. Two get mails: the others' would fill the box."""
    days = {(setting.today + timedelta(days=ahead)).isoweekday() for ahead in (0, 2, 4)}
    wish = stories.WISHES.get(story.name, ReminderWish.NONE)
    midnight = setting.at(0, 0)
    note_before_start(patient=patient, version=BEFORE_TEXT_VERSION, now=setting.at(story.started, 11))
    choose_days(patient=patient, days=days, at=time(10), now=midnight)
    choose_reminders(patient=patient, wish=wish, now=midnight)


def _live(setting: Setting, story: stories.Story, programme: Programme) -> None:
    """Assigned on the first day, walked, paused and ended as the story tells."""
    clinician = setting.lead_of(story)
    answers = CheckAnswers(parq_on=programme.starts_on, parq_result="No to every question")
    complete_checklist(
        patient=programme.patient, answers=answers, by=clinician, now=setting.at(story.started)
    )
    assign_programme(programme=programme, by=clinician, now=setting.at(story.started))
    if story.signed_in:
        _choose(setting, story, programme.patient)
    weeks = stored_weeks(programme.weeks.order_by("number"))
    log_walks(
        programme=programme,
        arrivals=arrivals(story, weeks, setting.today, setting.clinic.zone),
        duty_letter=duty_letter(),
        by=programme.patient.user,
    )
    for ago in story.refused:
        count_refused_form(patient=programme.patient, now=setting.at(ago, 18))
    if story.paused:
        first, last = (setting.today - timedelta(days=ago) for ago in story.paused)
        pause_programme(
            programme=programme,
            from_on=first,
            until_on=last,
            reason=PauseReason.AWAY,
            by=clinician,
            now=setting.at(story.paused[0]),
        )
    if story.finished:
        on = setting.today - timedelta(days=story.finished)
        at = setting.at(story.finished, 17)
        end_programme(
            programme=programme,
            ending=Ending.COMPLETED,
            on=on,
            reason="goal reached",
            by=clinician,
            now=at,
        )


def _import_diaries(setting: Setting, now: datetime) -> None:
    """Each real diary ends yesterday, under an invented name."""
    yesterday = setting.today - timedelta(days=1)
    for patient in read_diaries(DIARIES):
        diary = kept_diary(
            patient,
            shift=yesterday - patient.last_on,
            name=stories.DIARY_NAMES[patient.patient_id],
            prefix="real diary ",
        )
        import_diary(diary=diary, duty_letter=NO_LETTER, by=setting.clinician, now=now)


def _review_past_nights(setting: Setting, told: Iterable[stories.Story]) -> None:
    """Reviews three weeks night by night; by day staff work on the items."""
    for ago in range(FIRST_NIGHT, LAST_NIGHT - 1, -1):
        night = setting.today - timedelta(days=ago)
        review_night(clinic=setting.clinic, local_date=night, now=setting.at(ago - 1, 5))
        for story in told:
            for handled in story.handled:
                if handled.ago == ago - 1:
                    handling.handle(setting.clinic, story.name, handled.how, setting.at(ago - 1, 10))
    newest = setting.today - timedelta(days=1)
    plan_nights(clinic=setting.clinic, first=newest - timedelta(days=LAST_NIGHT - 2), last=newest)
