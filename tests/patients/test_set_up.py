"""Setting up one question a page, Settings, and the link that stops reminders."""

import hashlib
import re
from datetime import time

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils.html import strip_tags

from clinic.models import PrivacyText
from patients import wording
from patients.tokens import stop_token
from patients.wording.before import BEFORE_TEXT_VERSION, before_parts
from programmes.models import SetUp
from tests.factories import NOON, a_set_up

pytestmark = pytest.mark.django_db
DAYS = {"days": ["1", "4"], "at": "10:30"}


def chosen(patient):
    return SetUp.objects.get(patient=patient)


def test_after_the_privacy_notice_setting_up_begins(signed_in, patient):
    text = PrivacyText.objects.get(clinic=None)
    done = signed_in.post(f"/privacy/{text.pk}/read/", follow=True)
    assert [step for step, _status in done.redirect_chain] == ["/set-up/", "/set-up/units/"]


def test_each_answer_leads_to_the_next_question(signed_in, patient, programme):
    steps = [
        signed_in.post("/set-up/units/", {"units": "mi"}),
        signed_in.post("/set-up/days/", DAYS),
        signed_in.post("/set-up/reminders/", {"wish": "walking-days"}),
        signed_in.post("/set-up/before-you-start/", {"read": "on"}),
    ]
    patient.refresh_from_db()
    row = chosen(patient)
    assert [step.url for step in steps] == [
        "/set-up/days/",
        "/set-up/reminders/",
        "/set-up/before-you-start/",
        "/settings/",
    ]
    assert (patient.units, row.walking_days, row.walks_at, row.wish, row.before_version) == (
        "mi",
        [1, 4],
        time(10, 30),
        "walking-days",
        BEFORE_TEXT_VERSION,
    )


def test_it_goes_on_where_it_was_left(signed_in, programme):
    signed_in.post("/set-up/days/", DAYS)
    assert signed_in.get("/set-up/").url == "/set-up/reminders/"


def test_when_all_is_answered_nothing_is_asked_again(signed_in, patient):
    a_set_up(patient)
    assert signed_in.get("/set-up/").url == "/today/"


@pytest.mark.parametrize("step", ["units", "days", "before-you-start"])
def test_every_question_can_wait(signed_in, step):
    page = signed_in.get(f"/set-up/{step}/").content.decode()
    assert re.search(r'href="/today/">\s*Later\s*</a>', page) is not None


def test_reminders_need_days_first(signed_in):
    assert signed_in.get("/set-up/reminders/").url == "/set-up/days/"


@pytest.mark.parametrize(
    ("step", "data", "error"),
    [
        ("units", {}, "Choose kilometres or miles."),
        ("units", {"units": "furlongs"}, "Choose kilometres or miles."),
        ("days", {"at": "10:30"}, "Tick one day or more."),
        ("days", {"days": ["8"], "at": "10:30"}, "Choose from the list."),
        ("days", {"days": ["1"], "at": "03:00"}, "Choose a time from the list."),
        ("days", {"days": ["1"]}, "Choose a time."),
        ("reminders", {"wish": "hourly"}, "Choose one of the answers."),
        ("before-you-start", {}, "Tick the box when you have read it."),
    ],
)
def test_a_wrong_answer_is_told_beside_its_field(signed_in, patient, step, data, error):
    if step == "reminders":
        signed_in.post("/set-up/days/", DAYS)
    answer = signed_in.post(f"/set-up/{step}/", data)
    assert (answer.status_code, answer.content.decode().count(error)) == (422, 2)


def test_what_was_ticked_stays_beside_an_error(signed_in):
    page = signed_in.post("/set-up/days/", {"days": ["2", "6"]}).content.decode()
    boxes = [part.split(">")[0] for part in page.split('name="days"')[1:]]
    assert ["checked" in box for box in boxes] == [False, True, False, False, False, True, False]


def test_settings_say_what_was_chosen(signed_in, patient):
    a_set_up(patient)
    page = " ".join(signed_in.get("/settings/").content.decode().split())
    said = ["kilometres", "Mon, Wed, Fri, 10am", "on walking days", "read on Saturday 21 November"]
    assert [words for words in said if words not in page] == []


def test_a_change_in_settings_comes_back_there(signed_in, patient):
    a_set_up(patient)
    answer = signed_in.post("/set-up/days/", DAYS, follow=True)
    assert (answer.redirect_chain[-1][0], "Saved." in answer.content.decode()) == ("/settings/", True)


def test_the_version_read_is_that_of_the_text():
    """Whoever changes these words gives them a new version, and everybody reads them once more."""
    text = render_to_string(
        "patients/_before_text.html",
        {"warnings": wording.warnings(), "own_parts": before_parts(None), "clinic": None},
    )
    digest = hashlib.sha256(" ".join(strip_tags(text.replace("<", " <")).split()).encode()).hexdigest()[:12]
    assert (BEFORE_TEXT_VERSION, digest) == ("before-1", "4c5470be738d")


def test_another_version_is_read_and_ticked_again(signed_in, patient):
    a_set_up(patient)
    SetUp.objects.filter(patient=patient).update(before_version="before-0")
    page = signed_in.get("/set-up/before-you-start/").content.decode()
    signed_in.post("/set-up/before-you-start/", {"read": "on"})
    assert ('name="read"' in page, chosen(patient).before_version) == (True, BEFORE_TEXT_VERSION)


def test_today_asks_to_read_it_until_it_was_read(signed_in, patient, programme):
    before = signed_in.get("/today/").content.decode()
    a_set_up(patient)
    after = signed_in.get("/today/").content.decode()
    assert ("/set-up/before-you-start/" in before, "/set-up/before-you-start/" in after) == (True, False)


# --- The link in a reminder
@pytest.fixture
def stop_link(patient):
    row = a_set_up(patient)
    return f"/reminders/stop/{stop_token(row.clinic_id, row.pk)}/"


def test_looking_at_the_stop_link_changes_nothing(patient, stop_link):
    page = Client().get(stop_link)
    assert (page.status_code, chosen(patient).wish) == (200, "walking-days")


def test_the_button_stops_reminders_without_signing_in(patient, stop_link):
    page = Client().post(stop_link)
    assert ("No more reminders" in page.content.decode(), chosen(patient).wish) == (True, "none")


def test_a_mail_program_needs_no_page_first(patient, stop_link):
    """RFC 8058: one POST, without a cookie or a token of a form."""
    Client(enforce_csrf_checks=True).post(stop_link, {"List-Unsubscribe": "One-Click"})
    assert (chosen(patient).wish, chosen(patient).next_due_at) == ("none", None)


def test_the_stop_page_shows_nobody(patient, stop_link):
    page = Client().get(stop_link).content.decode()
    assert [
        word for word in (patient.given_name, patient.user.email, patient.clinic.name) if word in page
    ] == []


@pytest.mark.parametrize("token", ["x", "0" * 64 + ".abc", "é", "a" * 5000])
def test_a_forged_link_is_nobodys(db, token):
    assert Client().post(f"/reminders/stop/{token}/").status_code == 404


def test_a_restricted_record_takes_no_answer(signed_in, patient, clinician):
    type(patient).objects.filter(pk=patient.pk).update(
        restricted_at=NOON, restricted_by=clinician, restricted_reason="asked"
    )
    answer = signed_in.post("/set-up/days/", DAYS)
    assert (answer.url, SetUp.objects.filter(patient=patient).count()) == ("/today/", 0)
