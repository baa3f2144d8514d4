"""From the front door to Today, and what stands where a way in is closed."""

import re
from datetime import date, timedelta
from typing import Any

import time_machine
from django.test import Client
from uuid_utils.compat import uuid7

from clinic.models import OutboxMessage, PrivacyText
from patients.models import Patient
from patients.services.letters import print_letter
from patients.tokens import stop_token
from programmes.models import SetUp
from tests.factories import NOON
from tests.sheet import state
from tests.sheet.world import World, day
from tests.signing_in import sign_in_patient

BORN = {"day": "31", "month": "3", "year": "1956"}


def _asked(world: World) -> tuple[Client, str]:
    """A visitor whose code and link are in the mail."""
    client, patient = world.visitor(), world.patient()
    assert patient.user is not None
    client.post("/sign-in/", {"email": patient.user.email})
    return client, OutboxMessage.objects.filter(to_address=patient.user.email).latest("pk").body


def _link(mail: str) -> str:
    found = re.search(r"/sign-in/link/[\w-]{32}/", mail)
    assert found is not None
    return found[0]


@state("Way in: the front door")
def front_door(world: World) -> Any:
    return world.visitor().get("/")


@state("Way in: an address")
def address(world: World) -> Any:
    return world.visitor().get("/sign-in/")


@state("Way in: no address, error", 422)
def no_address(world: World) -> Any:
    return world.visitor().post("/sign-in/", {"email": "june.hart"})


@state("Way in: a code")
def code(world: World) -> Any:
    client, _mail = _asked(world)
    return client.get("/sign-in/code/")


@state("Way in: a wrong code, error", 422)
def wrong_code(world: World) -> Any:
    client, _mail = _asked(world)
    return client.post("/sign-in/code/", {"code": "000000"})


@state("Way in: guessed too often, error", 422)
def guessed_too_often(world: World) -> Any:
    client, _mail = _asked(world)
    for guess in range(6):
        client.post("/sign-in/code/", {"code": f"00000{guess}"})
    return client.post("/sign-in/code/", {"code": "000009"})


@state("Way in: the link")
def link(world: World) -> Any:
    client, mail = _asked(world)
    return client.get(_link(mail))


@state("Way in: the link in another browser")
def link_elsewhere(world: World) -> Any:
    return world.visitor().get(_link(_asked(world)[1]))


@state("Way in: a dead link", 404)
def dead_link(world: World) -> Any:
    client, mail = _asked(world)
    with time_machine.travel(NOON + timedelta(minutes=11), tick=False):
        return client.get(_link(mail))


@state("Way in: a letter")
def letter(world: World) -> Any:
    return world.visitor().get("/sign-in/letter/")


@state("Way in: a letter, nothing typed, error", 422)
def letter_empty(world: World) -> Any:
    return world.visitor().post("/sign-in/letter/", {})


@state("Way in: a letter, wrong birthday, error", 422)
def letter_wrong(world: World) -> Any:
    reader = world.newcomer(user=None, date_of_birth=date(1956, 3, 31))
    printed = print_letter(patient=reader, by=world.clinician, now=NOON).code
    return world.visitor().post("/sign-in/letter/", {"code": printed, **BORN, "day": "30"})


@state("Way in: a letter tried too often, error", 422)
def letter_too_often(world: World) -> Any:
    client = world.visitor(REMOTE_ADDR="10.9.8.7")
    for _each in range(60):
        answer = client.post("/sign-in/letter/", {"code": "AAAA-AAAA-AAAA-AAAA", **BORN})
    return answer


@state("Way in: whose pages?")
def choose(world: World) -> Any:
    patient = world.patient()
    world.newcomer(user=patient.user, given_name="Robin", family_name="Hart")
    return sign_in_patient(world.visitor(), patient).get("/choose/")


@state("Way in: signed out")
def signed_out(world: World) -> Any:
    return world.signed_in().post("/sign-out/", follow=True)


@state("Way in: signed out everywhere")
def signed_out_everywhere(world: World) -> Any:
    return world.signed_in().post("/signed-in/sign-out/", follow=True)


@state("Way in: care has ended")
def discharged(world: World) -> Any:
    patient = world.patient()
    client = sign_in_patient(world.visitor(), patient)
    Patient.objects.filter(pk=patient.pk).update(discharged_on=day(1))
    return client.get("/today/", follow=True)


@state("Way in: cookies refused, error", 403)
def cookies_refused(world: World) -> Any:
    return world.visitor(enforce_csrf_checks=True).post("/sign-in/", {"email": "june@mail.example"})


@state("Privacy: before the first day")
def privacy_first(world: World) -> Any:
    return sign_in_patient(world.visitor(), world.newcomer()).get("/privacy/first/")


@state("Privacy: for everybody")
def privacy(world: World) -> Any:
    return world.visitor().get("/privacy/")


@state("Privacy: for a patient")
def privacy_of_patient(world: World) -> Any:
    return world.signed_in().get("/privacy/")


@state("Privacy: one text")
def privacy_text(world: World) -> Any:
    return world.signed_in().get(f"/privacy/{PrivacyText.objects.get(clinic=None).pk}/")


@state("Set-up: language")
def language(world: World) -> Any:
    world.offer("pl")
    newcomer = world.newcomer(language="")
    return sign_in_patient(world.visitor(), newcomer).get("/set-up/", follow=True)


@state("Set-up: no language chosen, error", 422)
def no_language(world: World) -> Any:
    world.offer("pl")
    return sign_in_patient(world.visitor(), world.newcomer(language="")).post("/language/")


@state("Set-up: units")
def units(world: World) -> Any:
    return sign_in_patient(world.visitor(), world.newcomer()).get("/set-up/", follow=True)


@state("Set-up: days, with a plan")
def days(world: World) -> Any:
    return world.walker(days_in=0).get("/set-up/days/")


@state("Set-up: no day chosen, error", 422)
def no_days(world: World) -> Any:
    return world.signed_in().post("/set-up/days/", {"at": "7"})


@state("Set-up: reminders")
def reminders(world: World) -> Any:
    return world.signed_in().get("/set-up/reminders/")


@state("Set-up: no reminder chosen, error", 422)
def no_reminders(world: World) -> Any:
    return world.signed_in().post("/set-up/reminders/", {"wish": "daily"})


@state("Set-up: before you start")
def before(world: World) -> Any:
    return sign_in_patient(world.visitor(), world.newcomer()).get("/set-up/before-you-start/")


@state("Set-up: before you start, not ticked, error", 422)
def before_not_ticked(world: World) -> Any:
    return sign_in_patient(world.visitor(), world.newcomer()).post("/set-up/before-you-start/", {})


@state("Set-up: before you start, read again")
def before_again(world: World) -> Any:
    return world.signed_in().get("/set-up/before-you-start/")


@state("Set-up: settings")
def settings(world: World) -> Any:
    return world.signed_in().get("/settings/")


@state("Set-up: settings, something saved")
def settings_saved(world: World) -> Any:
    return world.signed_in().post("/set-up/units/", {"units": "mi"}, follow=True)


def _stop_path(world: World) -> str:
    row = SetUp.objects.get(patient=world.patient())
    return f"/reminders/stop/{stop_token(row.clinic_id, row.pk)}/"


@state("Reminders: stop them?")
def stop_reminders(world: World) -> Any:
    return world.visitor().get(_stop_path(world))


@state("Reminders: stopped")
def stopped_reminders(world: World) -> Any:
    return world.visitor().post(_stop_path(world))


@state("Errors: no such page", 404)
def no_such_page(world: World) -> Any:
    return world.visitor().get("/nowhere/")


@state("Errors: somebody else's walk", 404)
def no_such_walk(world: World) -> Any:
    return world.signed_in().get(f"/walks/{uuid7()}/saved/")
