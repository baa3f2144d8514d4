"""The flare-up plan on staff's pages: started and ended for a patient, and seen when it does not end."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from uuid_utils.compat import uuid7

from clinic.models import HistoryEntry, Role
from programmes.clinical.diary import Finding
from programmes.models import Flag, Overlay, ReviewItem
from programmes.services.flagging import raise_flag
from tests.factories import (
    NOON,
    a_clinic,
    a_flare_plan,
    a_patient,
    a_programme,
    a_staff_member,
    a_walk,
    limit,
)
from tests.patients.walk_form import text_of
from tests.programmes.test_wording import PAIN
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
START = TODAY - timedelta(days=8)
OVERDUE = {"began_on": "2026-11-07", "day": 15, "walked": 3, "limits": {"days": 14}}
PROMPT = "Review prompt: not back 15 days into the flare-up plan that began on 7 Nov 2026."


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def clinician():
    return a_staff_member(a_clinic(), name="Cleo Clark")


@pytest.fixture
def programme(clinician):
    """The second day of week 2; week 1 was walked: three times 20 minutes."""
    return a_walked_programme(clinician, START)


def a_walked_programme(clinician, start):
    patient = a_patient(clinician.clinic, lead=clinician)
    programme = a_programme(patient, clinician, starts_on=start, minutes=20)
    for days in (0, 2, 4):
        a_walk(programme, start + timedelta(days=days), minutes=20)
    return programme


@pytest.fixture
def not_back(clinician):
    """In the flare-up plan since 7 November, and walking too little to be back."""
    programme = a_walked_programme(clinician, TODAY - timedelta(days=21))
    a_flare_plan(programme, TODAY - timedelta(days=14))
    for days in (14, 10, 5):
        a_walk(programme, TODAY - timedelta(days=days), minutes=20)
    return programme


def page_of(programme, step=""):
    return f"/admin/programmes/programme/{programme.pk}/{step or 'change'}/"


def shown(member, path):
    return text_of(sign_in_staff(Client(), member).get(path))


def start(member, programme, **answers):
    full = {"client_uuid": str(uuid7()), "pain_now": "6", "symptoms": ["none"], "reason": "on the phone"}
    client = sign_in_staff(Client(), member)
    return client.post(page_of(programme, "flare-up"), {**full, **answers}, follow=True)


def test_a_clinician_starts_it_for_the_patient_and_the_page_says_who(programme, clinician):
    said = text_of(start(clinician, programme))
    assert "The flare-up plan runs from today. The patient sees it." in said
    assert "21 Nov 2026: flare-up plan, pain 6, on the phone (Cleo Clark)" in said
    assert "Flare-up plan, days 1 to 3: half of week 2." in said
    assert HistoryEntry.objects.get(table_name="programmes_overlay").actor_id == clinician.user_id


def offered(clinician, programme):
    page = shown(clinician, page_of(programme))
    return [page_of(programme, step) in page for step in ("flare-up", "flare-up-over")]


def test_it_is_offered_where_it_was_signed_and_ended_where_it_runs(programme, clinician):
    assert offered(clinician, programme) == [True, False]
    a_flare_plan(programme, TODAY)
    assert offered(clinician, programme) == [False, True]


def test_a_clinician_ends_it(programme, clinician):
    a_flare_plan(programme, TODAY - timedelta(days=1))
    said = text_of(sign_in_staff(Client(), clinician).post(page_of(programme, "flare-up-over"), follow=True))
    assert "The flare-up plan has ended. The patient sees it." in said
    assert Overlay.objects.get().over_on == TODAY
    again = text_of(sign_in_staff(Client(), clinician).post(page_of(programme, "flare-up-over"), follow=True))
    assert "No flare-up plan runs. Nothing was changed." in again


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ({"pain_now": ""}, "Ask how much it hurts now."),
        ({"symptoms": []}, "Ask each, and tick what is new, or “None of these”."),
        ({"symptoms": ["none", "fever"]}, "Tick what is new, or “None of these”, not both."),
        ({"reason": ""}, "Say in a few words why."),
    ],
)
def test_an_unfinished_form_is_told_beside_the_field(programme, clinician, answers, problem):
    response = start(clinician, programme, **answers)
    assert (response.status_code, problem in text_of(response)) == (422, True)
    assert Overlay.objects.count() == 0


def test_a_ticked_symptom_is_a_safety_answer_and_no_flare_up_plan(programme, clinician):
    said = text_of(start(clinician, programme, symptoms=["fever"]))
    assert "No flare-up plan: this is a safety answer." in said
    assert "flare-up plan, pain 6, not begun: a safety answer, on the phone" in said
    assert Flag.objects.get().evidence["items"] == ["fever"]


def test_what_stands_in_the_way_is_said(programme, clinician):
    a_flare_plan(programme, TODAY)
    assert "A flare-up plan runs already." in text_of(start(clinician, programme))
    a_walk(programme, TODAY, new_symptoms=("fever",))
    assert "A safety answer is open: close it first." in text_of(start(clinician, programme))


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.MANAGER])
@pytest.mark.parametrize("step", ["flare-up", "flare-up-over"])
def test_others_do_not(programme, role, step):
    client = sign_in_staff(Client(), a_staff_member(programme.clinic, role))
    assert [ask(page_of(programme, step)).status_code for ask in (client.get, client.post)] == [403, 403]


# --- Not back by day 14


def an_item(programme):
    finding = Finding("PAIN_RISING", "amber", PAIN)
    raise_flag(patient=programme.patient, programme=programme, finding=finding, on=TODAY, now=NOON)
    return ReviewItem.objects.get()


def test_not_back_by_day_14_stands_on_the_programmes_page(not_back, clinician):
    assert PROMPT in shown(clinician, page_of(not_back))


def test_not_back_by_day_14_stands_on_the_item_and_in_the_queue(not_back, clinician):
    item = an_item(not_back)
    assert PROMPT in shown(clinician, f"/review/{item.pk}/")
    assert PROMPT in shown(clinician, "/review/")


@pytest.mark.parametrize("path", ["/review/{}/", "/review/"])
def test_what_the_flag_says_is_not_said_twice(not_back, clinician, path):
    item = an_item(not_back)
    overdue = Finding("FLARE_OVERDUE", "amber", OVERDUE)
    raise_flag(patient=not_back.patient, programme=not_back, finding=overdue, on=TODAY, now=NOON)
    assert PROMPT not in shown(clinician, path.format(item.pk))
    Flag.objects.filter(code="FLARE_OVERDUE").update(resolution="cleared", resolved_on=TODAY)
    assert PROMPT in shown(clinician, path.format(item.pk))


def test_a_limited_record_says_nothing_of_it(not_back, clinician):
    an_item(not_back)
    limit(not_back.patient)
    assert "Review prompt: not back" not in shown(a_staff_member(clinician.clinic), "/review/")


def test_who_is_back_is_not_prompted(programme, clinician):
    item = an_item(programme)
    pages = [shown(clinician, path) for path in (page_of(programme), f"/review/{item.pk}/", "/review/")]
    assert ["Review prompt:" in page for page in pages] == [False] * 3


def test_the_item_says_why_this_week(programme, clinician):
    item = an_item(programme)
    assert "Week 2: 3 of 3 walks in the week before." in shown(clinician, f"/review/{item.pk}/")


def test_the_list_names_who_waits_for_a_look_and_finds_them(not_back, programme, clinician):
    """Also where no flag stands, so that nobody waits unseen outside the queue."""
    listed = shown(clinician, "/admin/programmes/programme/")
    found = shown(clinician, "/admin/programmes/programme/?prompt=waits")
    assert (listed.count(", review prompt</td>"), found.count(", review prompt</td>")) == (1, 1)
    names = [each.patient.full_name for each in (not_back, programme)]
    assert [name in listed for name in names] == [True, True]
    assert [name in found for name in names] == [True, False]
