"""What a phone keeps to work without signal is the same for everybody, and holds what must be there."""

import json
import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from patients.views import offline
from patients.wording import SAFETY_ITEMS
from tests.patients.walk_form import text_of

NAMES = re.compile(r'name="(\w+)"')


@pytest.fixture
def worker_is_off(settings):
    settings.OFFLINE_WORKER = False


def shell_facts(client):
    script = client.get("/service-worker.js").content.decode()
    return json.loads(re.match(r"const SHELL = (.*);\n", script).group(1))


def test_the_page_is_the_same_for_everybody(client, signed_in, programme, django_assert_num_queries):
    nobodys = Client().get("/offline/").content
    assert signed_in.get("/offline/").content == nobodys
    with django_assert_num_queries(3):  # the transaction around it, and who asks: no row, no session
        Client().get("/offline/")
    assert programme.patient.given_name not in nobodys.decode()
    assert programme.clinic.name not in nobodys.decode()


def test_it_asks_what_the_form_asks(signed_in, programme):
    form = set(NAMES.findall(text_of(signed_in.get("/walks/new/"))))
    shell = set(NAMES.findall(text_of(Client().get("/offline/"))))
    assert form - shell == {"viewport", "csrfmiddlewaretoken"} & (form - shell)


def test_it_says_what_to_do_now_for_every_symptom(db):
    page = Client().get("/offline/").content.decode()
    cards = dict.fromkeys(" ".join(re.findall(r'data-codes="([^"]+)"', page)).split())
    assert list(cards) == [
        *list(SAFETY_ITEMS)[:7],
        *list(SAFETY_ITEMS)[7:10],
        "injury",
        *list(SAFETY_ITEMS)[10:],
    ]
    assert "Your team has NOT been told yet." in page
    assert {"tel:999", "tel:111"} <= set(re.findall(r'href="(tel:\d+)"', page))


def test_it_has_a_form_for_every_kind_of_plan(db):
    page = Client().get("/offline/").content.decode()
    assert re.findall(r'data-variant="([^"]+)"', page) == [
        f"{counts}-{units}" for counts in ("minutes", "steps", "distance") for units in ("km", "mi")
    ]


def test_the_worker_names_files_that_there_are(client, db):
    facts = shell_facts(client)
    assert (facts["page"], facts["source"]) == ("/offline/", "/offline/?language=en-gb")
    assert [path for path in facts["files"] if not finders.find(path.removeprefix("/static/"))] == []


def test_another_page_is_another_version(client, db, monkeypatch):
    before = shell_facts(client)["version"]
    offline._shell.cache_clear()
    monkeypatch.setattr(offline, "_text", lambda name: "changed")
    after = offline._shell("en-gb").version
    offline._shell.cache_clear()
    assert before != after


def test_switched_off_the_worker_removes_itself_and_the_pages_say_so(signed_in, worker_is_off):
    script = signed_in.get("/service-worker.js")
    assert "registration.unregister()" in script.content.decode()
    assert "indexedDB" not in script.content.decode()
    assert " data-off" in text_of(signed_in.get("/today/"))


def test_switched_on_no_page_says_off(signed_in):
    assert " data-off" not in text_of(signed_in.get("/today/"))


def test_the_manifest_can_be_installed(client, db):
    answer = client.get("/manifest.webmanifest")
    facts = answer.json()
    assert answer["Content-Type"] == "application/manifest+json"
    assert (facts["start_url"], facts["scope"], facts["display"]) == ("/today/", "/", "standalone")
    icons = {(icon["sizes"], icon["purpose"]) for icon in facts["icons"]}
    assert icons == {(f"{n}x{n}", why) for n in (192, 512) for why in ("any", "maskable")}
    assert all(finders.find(icon["src"].removeprefix("/static/")) for icon in facts["icons"])
