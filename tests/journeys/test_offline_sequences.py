"""Random days of a phone: signal or none, cables torn, sessions ended, somebody else, reloads, kills.

Whatever came in between, each walk that a person saved stands once, in their own record. Walks are told apart
by their minutes. WAYMARK_SEQUENCES says how many days; `make figures ONLY=patient` takes 20,
with FULL=1 200.
"""

import os
import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Error, Page

from clinic.models import UserSession
from programmes.models import Walk
from tests.factories import a_clinic, a_patient, a_programme, a_staff_member
from tests.figures import Figure, record
from tests.journeys.conftest import CHROMIUM, FLAGS
from tests.journeys.phones import SCREEN, Cable, a_cable, kept, prepared, sign_in_on, until

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SEQUENCES = int(os.environ.get("WAYMARK_SEQUENCES", "3"))
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
ALL_SENT = """outbox.flush(outbox.page.person, true).then(() => outbox.all())
  .then((walks) => walks.every((walk) => walk.person !== outbox.page.person))"""


class Day:
    """One phone that two people share, and what each of them saved on it."""

    def __init__(self, chromium, profile, cable: Cable, people) -> None:
        self.chromium, self.profile, self.cable = chromium, profile, cable
        self.people, self.who = people, 0
        self.site = f"http://127.0.0.1:{cable.port}"
        self.saved: list[tuple[int, int]] = []  # whose, and minutes
        self.context: BrowserContext = self.switched_on()
        self.signed_in()

    @property
    def page(self) -> Page:
        return self.context.pages[0]

    def switched_on(self) -> BrowserContext:
        return self.chromium.launch_persistent_context(
            str(self.profile), executable_path=CHROMIUM, args=FLAGS, locale="en-GB", viewport=SCREEN
        )

    def signed_in(self) -> None:
        self.cable.mend()
        sign_in_on(self.context, self.site, self.people[self.who])
        self.page.goto(f"{self.site}/today/")
        prepared(self.page)

    def walks(self, minutes: int, happens: str) -> None:
        """The form is opened with what signal there is; then something happens, and it is sent."""
        if not self.is_open():
            self.signed_in()
            assert self.is_open()
        self.page.evaluate(FILL, minutes)
        self.comes(happens)
        with suppress(Error):
            self.page.evaluate("document.querySelector('form.walk').requestSubmit()")
            self.saved.append((self.who, minutes))
            self.page.wait_for_url(
                lambda url: "/saved/" in url or "/safety/" in url or "#kept-" in url, timeout=15000
            )
        if self.is_told():
            return
        self.saved.pop()  # the page never said "saved" nor "kept"

    def is_open(self) -> bool:
        """The form, or the page to sign in where the session has ended."""
        with suppress(Error):
            self.page.goto(f"{self.site}/walks/new/")
        self.page.wait_for_selector("form.walk, [data-waits-for-somebody]", state="attached")
        return self.page.locator("form.walk").count() > 0

    def is_told(self) -> bool:
        address = self.page.url
        return any(sign in address for sign in ("/saved/", "/safety/", "#kept-"))

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
        if happens == "kill":
            self.killed()
        elif happens == "other person":
            self.who = 1 - self.who
            self.signed_in()
        elif happens == "reload":
            with suppress(Error):
                self.page.reload()

    def killed(self) -> None:
        """The browser dies; its profile is opened again."""
        self.context.close()
        self.context = self.switched_on()
        sign_in_on(self.context, self.site, self.people[self.who])
        with suppress(Error):
            self.page.goto(f"{self.site}/today/")

    def ends(self) -> None:
        """Each of them signs in once more with signal, and everything goes out."""
        for _person in self.people:
            self.who = 1 - self.who
            self.signed_in()
            try:
                until(self.page, ALL_SENT, seconds=60)
            except AssertionError as late:
                left = [(walk["state"], walk["problems"]) for walk in kept(self.page)]
                raise AssertionError(f"still on the phone: {left}") from late


def a_day(chromium, folder, cable, people, rng: random.Random, number: int) -> Day:
    day = Day(chromium, folder / f"phone-{number}", cable, people)
    try:
        for step in range(STEPS):
            happens = rng.choice(HAPPENS)
            day.walks(10 + step, happens)
            day.cable.mend() if rng.random() < 0.5 else None
            day.between(rng.choice([happens, *HAPPENS]))
        day.ends()
        assert kept(day.page) == []
    finally:
        day.context.close()
    return day


def two_people():
    clinic = a_clinic()
    start = datetime.now(UTC).date() - timedelta(days=8)
    clinician = a_staff_member(clinic)
    return [a_programme(a_patient(clinic), clinician, starts_on=start).patient for _each in range(2)]


def test_no_walk_is_lost_doubled_or_anothers(chromium, web, tmp_path):
    lost = doubled = anothers = saved = 0
    with a_cable(web) as cable:
        for number in range(SEQUENCES):
            people = two_people()
            day = a_day(chromium, tmp_path, cable, people, random.Random(SEED + number), number)
            stored = [
                (who, walk.minutes) for who in (0, 1) for walk in Walk.objects.filter(patient=people[who])
            ]
            saved += len(day.saved)
            lost += len(set(day.saved) - set(stored))
            doubled += len(stored) - len(set(stored))
            theirs = {minutes: who for who, minutes in day.saved}
            anothers += sum(theirs.get(minutes, who) != who for who, minutes in stored)
    record(Figure(f"offline, {SEQUENCES} random days, {saved} walks saved: lost", lost, "== 0"))
    record(Figure("offline: saved twice", doubled, "== 0"))
    record(Figure("offline: in another person's record", anothers, "== 0"))
    assert (lost, doubled, anothers, saved > SEQUENCES) == (0, 0, 0, True)
