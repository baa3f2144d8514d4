"""Random days of a phone: signal or none, cables torn, sessions ended, somebody else, reloads, kills.

Whatever came in between, each walk that a page called saved or kept stands once, in the record of who walked.
Walks are told apart by their minutes. A kill is SIGKILL for the browser, with its profile on the disk. All
days share one browser and one server; each has a cable, and so a site with its own database and service
worker. WAYMARK_SEQUENCES says how many days; `make figures ONLY=patient` takes 20, with FULL=1 200.
"""

import os
import random
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Error, Page

from clinic.models import UserSession
from patients.models import Patient
from programmes.models import Walk
from tests.factories import a_clinic, a_patient, a_programme, a_staff_member
from tests.figures import Figure, record
from tests.journeys.mortal import MortalBrowser, mortal
from tests.journeys.phones import Cable, a_cable, kept, prepared, sign_in_on, until

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SEQUENCES = int(os.environ.get("WAYMARK_SEQUENCES", "2"))
FIRST = int(os.environ.get("WAYMARK_FIRST_SEQUENCE", "0"))  # to repeat a single one
STEPS = 7
SEED = 20261122
HAPPENS = ["signal", "no signal", "tear request", "tear answer", "expiry", "other person", "reload", "kill"]
FILL = """(minutes) => {
  const form = document.querySelector("form.walk");
  const tick = (name, value) => {
    const box = form.querySelector(`[name="${name}"][value="${value}"]`);
    if (box) box.checked = true;
  };
  tick("minutes", "other");
  form.elements.other_minutes.value = String(minutes);
  tick("pain_before", 3);
  tick("pain_after", 2);
  tick("symptoms", "none");
  if (form.elements.confirmed) form.elements.confirmed.checked = true;
  form.dispatchEvent(new Event("focusin"));
}"""
SEND = "document.querySelector('form.walk').requestSubmit()"
ALL_SENT = """outbox.flush(outbox.page.person, true).then(() => outbox.all())
  .then((walks) => walks.every((walk) => walk.person !== outbox.page.person))"""
TOLD = ("/saved/", "/safety/", "#kept-")


@dataclass
class Day:
    """One phone that two people share, and what each of them saved on it."""

    phone: MortalBrowser
    cable: Cable
    people: list[Patient]
    rng: random.Random
    who: int = 0
    typed: dict[int, int] = field(
        default_factory=dict
    )  # minutes of each form that was sent, and whose it was
    told: set[int] = field(default_factory=set)  # those of which a page said "saved" or "kept"
    diary: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)  # on the phone at the end: its page died before it asked

    @property
    def site(self) -> str:
        return f"http://127.0.0.1:{self.cable.port}"

    @property
    def page(self) -> Page:
        return self.phone.page

    def signed_in(self) -> None:
        """Twice, if need be: a late answer to the session before may end the new one."""
        self.cable.mend()
        with suppress(AssertionError):
            return self.signs_in()
        self.signs_in()

    def signs_in(self) -> None:
        sign_in_on(self.phone.context, self.site, self.people[self.who])
        self.page.goto(f"{self.site}/today/")
        prepared(self.page)

    def walks(self, minutes: int, happens: str) -> None:
        """The form is opened with what signal there is; then something happens, and it is sent."""
        if not self.is_open():
            self.signed_in()
            assert self.is_open()
        self.page.evaluate(FILL, minutes)
        self.comes(happens)
        self.typed[minutes] = self.who
        with suppress(Error):
            self.page.evaluate(SEND)
        if happens == "kill":
            self.page.wait_for_timeout(self.rng.choice([0, 5, 10, 20, 40, 80, 160]))
            self.killed()
        elif self.is_told():
            self.told.add(minutes)
        self.diary.append(f"{minutes} by {self.who}: {happens}, then {self.page.url.removeprefix(self.site)}")

    def is_open(self) -> bool:
        """The form, or the page to sign in where the session has ended."""
        with suppress(Error):
            self.page.goto(f"{self.site}/walks/new/")
        with suppress(Error):
            self.page.wait_for_selector(
                "form.walk, [data-waits-for-somebody]", state="attached", timeout=5000
            )
        return self.page.locator("form.walk").count() > 0

    def is_told(self) -> bool:
        """Whether a page says that the walk is saved, or kept."""
        with suppress(Error):
            self.page.wait_for_url(lambda url: any(sign in url for sign in TOLD), timeout=15000)
        return any(sign in self.page.url for sign in TOLD)

    def comes(self, happens: str) -> None:
        if happens == "no signal":
            self.cable.cut()
        elif happens == "signal":
            self.cable.mend()
        elif happens.startswith("tear"):
            self.cable.tears = happens.split()[1]
        elif happens == "expiry":
            UserSession.objects.all().delete()

    def between(self, happens: str) -> None:
        """What happens to the phone when no form is open."""
        self.diary.append(happens)
        if happens == "kill":
            self.killed()
        elif happens == "other person":
            self.who = 1 - self.who
            self.signed_in()
        elif happens == "reload":
            with suppress(Error):
                self.page.reload()

    def killed(self) -> None:
        self.phone.kill()
        self.phone.start()
        with suppress(Error):
            self.page.goto(f"{self.site}/today/")

    def ends(self) -> None:
        """Each of them signs in once more with signal, and everything goes out."""
        for _person in self.people:
            self.who = 1 - self.who
            self.signed_in()
            with suppress(AssertionError):
                until(self.page, ALL_SENT, seconds=20)
        self.left = [dict(walk["fields"])["other_minutes"] for walk in kept(self.page)]

    def stored(self) -> list[tuple[int, int]]:
        """Whose, and minutes."""
        return [
            (who, walk.minutes) for who in (0, 1) for walk in Walk.objects.filter(patient=self.people[who])
        ]

    def outcome(self) -> tuple[int, int, int]:
        """How many walks were lost, saved twice, in another person's record."""
        stored = self.stored()
        lost = self.told - {minutes for _who, minutes in stored}
        twice = len(stored) - len({minutes for _who, minutes in stored})
        return len(lost), twice, sum(self.typed.get(minutes) != who for who, minutes in stored)


def a_day(phone: MortalBrowser, cable: Cable, number: int) -> Day:
    day = Day(phone, cable, two_people(), random.Random(SEED + number))
    day.signed_in()
    for step in range(STEPS):
        happens = day.rng.choice(HAPPENS)
        day.walks(10 + step, happens)
        if day.rng.random() < 0.5:
            day.cable.mend()
        day.between(day.rng.choice([happens, *HAPPENS]))
    day.ends()
    day.page.goto("about:blank")
    return day


def two_people() -> list[Patient]:
    clinic = a_clinic()
    start = datetime.now(UTC).date() - timedelta(days=8)
    clinician = a_staff_member(clinic)
    return [a_programme(a_patient(clinic), clinician, starts_on=start).patient for _each in range(2)]


def test_no_walk_is_lost_doubled_or_anothers(chromium, web, tmp_path):
    outcomes, wrong, told, unsure, asked = [], [], 0, 0, 0
    with mortal(chromium, tmp_path / "profile") as phone:
        for number in range(FIRST, FIRST + SEQUENCES):
            with a_cable(web) as cable:
                day = a_day(phone, cable, number)
            told += len(day.told)
            unsure += len(day.typed) - len(day.told)
            outcomes.append(day.outcome())
            asked += len(day.left)
            if outcomes[-1] != (0, 0, 0):
                wrong.append((number, outcomes[-1], day.left, day.diary))
    lost, doubled, anothers = (sum(each) for each in zip(*outcomes, strict=True))
    kills = f"{SEQUENCES} random days with {phone.deaths} kills"
    record(Figure(f"offline, {kills}: lost of {told} walks", lost, "== 0"))
    record(Figure(f"offline: doubled, these and {unsure} of which no page told", doubled, "== 0"))
    record(Figure("offline: in another person's record", anothers, "== 0"))
    record(
        Figure("offline: on the phone with a question that no page had shown", asked, f"<= {SEQUENCES // 50}")
    )
    assert (wrong, told > SEQUENCES) == ([], True)
