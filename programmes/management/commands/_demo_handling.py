"""What the demo's staff did about past review items, each step a verb that the queue uses."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from clinic.models import Clinic, Role, StaffMember
from patients.models import Patient
from programmes.models import (
    Channel,
    ContactResult,
    Flag,
    Outcome,
    Programme,
    ReviewItem,
    Shows,
    TextCode,
)
from programmes.services import calling, light_mode
from programmes.services.learning import Words, publish_text
from programmes.services.reviewing import Contact, claim_item, close_item, record_contact, snooze_item

OUR_SHOES = """Wear shoes with soles that grip: the river path is often wet.

- Trainers or walking shoes are fine.
- Do not walk in slippers or sandals.
- Bring them with you, and we look at them together.

Start on the path around the park. It is flat."""


@dataclass(frozen=True)
class Desk:
    """An item, the two people who may work on it, and the hour at which they do."""

    item: ReviewItem
    clinician: StaffMember
    reviewer: StaffMember
    at: datetime

    @property
    def today(self) -> date:
        return self.at.astimezone(self.item.clinic.zone).date()

    def call(self, result: ContactResult, note: str, by: StaffMember, *, minutes: int = 0) -> None:
        contact = Contact(Channel.PHONE, result, note)
        record_contact(item=self.item, contact=contact, by=by, now=self.at + timedelta(minutes=minutes))

    def close(self, outcome: Outcome, note: str, by: StaffMember, *, minutes: int = 10) -> None:
        """So many minutes after the work began, and after the last call."""
        seen = [flag.as_read for flag in Flag.objects.filter(item=self.item)]
        now = self.at + timedelta(minutes=minutes)
        close_item(item=self.item, outcome=outcome, note=note, seen=seen, by=by, today=self.today, now=now)


def own_words(clinic: Clinic, by: StaffMember, now: datetime) -> None:
    """A card in the clinic's own words, one that it hides, one that is due to be checked again."""
    today = now.astimezone(clinic.zone).date()
    long_ago, in_a_year = now - timedelta(days=400), today + timedelta(days=365)
    source = f"Physiotherapists of {clinic.name}"
    ours = Words(Shows.OWN, "Shoes for our paths", OUR_SHOES, source, today, in_a_year)
    due = Words(Shows.SHIPPED, checked_on=long_ago.date(), due_on=today - timedelta(days=35))
    publish_text(code=TextCode.SHOES, words=ours, seen=0, by=by, now=now)
    publish_text(code=TextCode.CARRYING, words=Words(Shows.HIDDEN), seen=0, by=by, now=now)
    publish_text(code=TextCode.WATER, words=due, seen=0, by=by, now=long_ago)


LIGHT = {"Graham Whitlock": (True, True), "June Hart": (False, True)}  # on, and may choose


def ask_less(clinic: Clinic, by: StaffMember, now: datetime) -> None:
    """One patient is asked less about pain, another may choose."""
    for name, (is_on, may_choose) in LIGHT.items():
        given_name, family_name = name.split(" ", 1)
        patient = Patient.objects.for_clinic(clinic).get(given_name=given_name, family_name=family_name)
        reason = "Worries a lot about the numbers; agreed together."
        light_mode.set_light_mode(
            patient=patient, is_on=is_on, patient_may_choose=may_choose, reason=reason, by=by, now=now
        )


def ask_for_a_call(clinic: Clinic, name: str, at: datetime) -> None:
    """The patient called `name` asks to be called, and may wait."""
    given_name, family_name = name.split(" ", 1)
    patient = Patient.objects.for_clinic(clinic).get(given_name=given_name, family_name=family_name)
    programme = Programme.objects.of_patient(patient).running().first()
    calling.ask_for_call(patient=patient, programme=programme, can_wait=True, now=at)


def handle(clinic: Clinic, name: str, how: str, at: datetime) -> None:
    """Does one of HANDLERS on the open item of the patient called `name`."""
    given_name, family_name = name.split(" ", 1)
    item = (
        ReviewItem.objects.for_clinic(clinic)
        .open()
        .select_related("clinic")
        .get(patient__given_name=given_name, patient__family_name=family_name)
    )
    members = StaffMember.objects.for_clinic(clinic).select_related("user").order_by("-pk")
    staff = {each.role: each for each in members}  # of each role the first that joined
    HANDLERS[how](Desk(item, staff[Role.CLINICIAN], staff[Role.REVIEWER], at))


def _claim(desk: Desk) -> None:
    claim_item(item=desk.item, by=desk.clinician, now=desk.at)


def _snooze(desk: Desk) -> None:
    until = desk.today + timedelta(days=9)
    snooze_item(item=desk.item, until=until, by=desk.clinician, today=desk.today)


def _change_the_plan(desk: Desk) -> None:
    claim_item(item=desk.item, by=desk.clinician, now=desk.at)
    desk.call(
        ContactResult.REACHED,
        "Sore since gardening. Shorter walks for a week, then as before.",
        desk.clinician,
    )
    desk.close(Outcome.CONTACTED_PLAN_CHANGED, "Shorter walks agreed.", desk.clinician)


def _expect_the_flare(desk: Desk) -> None:
    desk.close(Outcome.EXPECTED_FLARE, "Long drive last week; knows what to do.", desk.clinician)


def _call_without_an_answer(desk: Desk) -> None:
    claim_item(item=desk.item, by=desk.reviewer, now=desk.at)
    desk.call(ContactResult.MESSAGE_LEFT, "Asked to ring back.", desk.reviewer)


def _give_up_calling(desk: Desk) -> None:
    for minutes in (0, 90, 240):
        desk.call(ContactResult.NO_ANSWER, "", desk.reviewer, minutes=minutes)
    desk.close(Outcome.NO_ANSWER, "Letter sent.", desk.reviewer, minutes=250)


def _reach_by_phone(desk: Desk) -> None:
    desk.call(ContactResult.REACHED, "Was away, starts this week.", desk.reviewer)
    desk.close(Outcome.ALREADY_KNOWN, "Starts this week.", desk.reviewer)


HANDLERS: dict[str, Callable[[Desk], None]] = {
    "claim": _claim,
    "snooze": _snooze,
    "change the plan": _change_the_plan,
    "expect the flare": _expect_the_flare,
    "call without an answer": _call_without_an_answer,
    "give up calling": _give_up_calling,
    "reach by phone": _reach_by_phone,
}
