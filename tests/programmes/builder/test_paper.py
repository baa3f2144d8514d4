"""The plan on paper, the page to show in the room, and the code that opens the page to log a walk."""

import re
from datetime import timedelta

import pytest
from django.conf import settings

from clinic.models import Role
from clinic.templatetags.qr import qr
from patients.paper import log_address, sheet_of
from programmes.models import Ending
from programmes.services.ending import end_programme
from programmes.services.plan_reading import plan_of
from tests.factories import NOON, a_draft, a_patient, a_programme, a_staff_member, a_walk
from tests.signing_in import sign_in_patient, sign_in_staff

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture
def programme(clinic, clinician):
    patient = a_patient(clinic, given_name="Ann", family_name="Day", reference="E-77", phone="01632 960 777")
    return a_programme(patient, clinician, starts_on=TODAY, days=2, weeks=26)


def page(programme, name):
    return f"/admin/programmes/programme/{programme.pk}/{name}/"


def test_the_sheet_has_every_week_in_two_columns_and_a_diary_of_four_weeks(programme):
    sheet = sheet_of(plan_of(patient=programme.patient, on=TODAY))
    assert [len(column) for column in sheet.columns] == [13, 13]
    assert [(row.week, row.walk, row.of) for row in sheet.diary][:3] == [(1, 1, 2), (1, 2, 2), (2, 1, 2)]
    assert (len(sheet.diary), sheet.until_week) == (8, 4)


def test_the_diary_of_a_last_week_goes_on_with_it(clinic, clinician):
    last = a_programme(a_patient(clinic), clinician, starts_on=TODAY, days=1, weeks=1)
    sheet = sheet_of(plan_of(patient=last.patient, on=TODAY))
    assert [(row.week, row.starts_on) for row in sheet.diary] == [
        (1, "21 Nov"),
        (1, "28 Nov"),
        (1, "5 Dec"),
        (1, "12 Dec"),
    ]


def test_the_sheet_begins_with_this_week_and_its_days_go_forward(clinic, clinician):
    """After a gap the last walked week comes again, before one that had begun already."""
    began = TODAY - timedelta(days=20)
    programme = a_programme(a_patient(clinic), clinician, starts_on=began, days=1, weeks=4)
    for days in (1, 8):
        a_walk(programme, began + timedelta(days=days))
    plan = plan_of(patient=programme.patient, on=TODAY)
    days = [plan.week_starts[number] for number in sorted(plan.week_starts) if number >= plan.dose.number]
    assert days == sorted(days)
    assert sheet_of(plan).columns[0][0].number == plan.dose.number


def test_the_code_holds_the_log_page_and_nothing_of_a_patient(desk, programme):
    text = desk.get(page(programme, "print")).content.decode()
    drawn = re.search(r'<path d="([^"]+)" fill="#000000"', text).group(1)
    assert drawn == qr(f"{settings.BASE_URL}/walks/new/", "")["path"]
    assert log_address() == f"{settings.BASE_URL}/walks/new/"


def test_a_sheet_says_the_given_name_and_no_more_about_the_patient(desk, programme):
    text = desk.get(page(programme, "print")).content.decode()
    assert "A walking plan for Ann" in text
    assert [word for word in ("Day</", "E-77", "960 777", str(programme.patient_id)) if word in text] == []
    assert " style=" not in text


@pytest.mark.parametrize("name", ["print", "show"])
def test_whoever_may_see_the_programme_may_print_and_show_it(client, clinic, programme, name):
    reviewer = sign_in_staff(client, a_staff_member(clinic, Role.REVIEWER))
    assert reviewer.get(page(programme, name)).status_code == 200


def test_what_is_shown_in_the_room_is_what_the_patient_reads(desk, programme):
    text = desk.get(page(programme, "show")).content.decode()
    assert ("Your next walk: 15 minutes." in text, "E-77" in text) == (True, False)


def test_a_draft_is_shown_and_not_printed(desk, clinic, clinician):
    draft = a_draft(a_patient(clinic), clinician)
    answers = [desk.get(page(draft, name)).status_code for name in ("show", "print")]
    assert answers == [200, 302]


@pytest.mark.parametrize("name", ["print", "show"])
def test_an_ended_plan_is_neither_printed_nor_shown(desk, programme, name):
    end_programme(programme=programme, ending=Ending.COMPLETED, on=TODAY, by=programme.clinician, now=NOON)
    answer = desk.get(page(programme, name))
    assert (answer.status_code, answer.url) == (302, page(programme, "change"))


def test_while_a_safety_answer_is_open_nobody_prints_a_target(desk, client, programme):
    a_walk(programme, TODAY, pain=8, new_symptoms=("chest_pain",), now=NOON)
    patient = sign_in_patient(client, programme.patient)
    assert (patient.get("/plan/print/").status_code, patient.get("/plan/print/").url) == (302, "/plan/")


def test_staff_are_told_why_there_is_no_sheet(desk, programme):
    a_walk(programme, TODAY, pain=8, new_symptoms=("chest_pain",), now=NOON)
    assert "A safety answer is open" in desk.get(page(programme, "print"), follow=True).content.decode()


def test_the_patient_prints_the_same_sheet_from_my_plan(client, programme):
    patient = sign_in_patient(client, programme.patient)
    assert "/plan/print/" in patient.get("/plan/").content.decode()
    assert "Walking diary, weeks 1 to 4" in patient.get("/plan/print/").content.decode()
