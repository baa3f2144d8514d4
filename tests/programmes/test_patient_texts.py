"""A clinic's own words for its patients: versions that nobody overwrites, and the pages that publish them."""

from datetime import date

import pytest
import time_machine
from django.db import ProgrammingError
from django.db.utils import InternalError

from clinic.models import HistoryEntry, Role
from clinic.permissions import NotAllowed
from clinic.tenancy import acting_for
from programmes.models import PatientText, SetUp, Shows, TextCode
from programmes.services.learning import (
    DueBeforeChecked,
    NotHidden,
    PublishedMeanwhile,
    Words,
    publish_text,
    texts_in_force,
)
from tests.at_once import at_once
from tests.conftest import as_runtime
from tests.factories import NOON, a_clinic, a_patient, a_set_up, a_staff_member
from tests.signing_in import sign_in_patient, sign_in_staff

pytestmark = pytest.mark.django_db
LIST = "/admin/programmes/patienttext/"
TODAY = NOON.date()
OWN = Words(Shows.OWN, "Ours", "Walk in the park.", "Elm Clinic", TODAY, date(2027, 11, 21))


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def clinician():
    return a_staff_member(a_clinic())


@pytest.fixture
def desk(client, clinician):
    return sign_in_staff(client, clinician)


def publish(clinician, words=OWN, *, code=TextCode.SHOES, seen=0):
    return publish_text(code=code, words=words, seen=seen, by=clinician, now=NOON)


def typed(**answers):
    form = {
        "shows": "own",
        "title": "Ours",
        "body": "Walk in the park.",
        "source": "Elm Clinic",
        "checked_on": "2026-11-21",
        "due_on": "2027-11-21",
        "seen": "0",
        "publish": "1",
    }
    return {**form, **answers}


# --- Versions
def test_each_change_is_the_next_version_and_the_first_stays(clinician):
    publish(clinician)
    publish(clinician, Words(Shows.HIDDEN), seen=1)
    rows = PatientText.objects.filter(clinic=clinician.clinic).order_by("version")
    assert list(rows.values_list("version", "shows", "title")) == [(1, "own", "Ours"), (2, "hidden", "")]


def test_the_newest_holds(clinician):
    publish(clinician)
    publish(clinician, Words(Shows.HIDDEN), seen=1)
    in_force = texts_in_force(clinic=clinician.clinic)
    assert {code: text.version for code, text in in_force.items()} == {"shoes": 2}


def test_who_published_when_stands_in_the_row_and_in_the_history(clinician):
    row = publish(clinician)
    assert (row.made_by, row.made_at) == (clinician, NOON)
    assert HistoryEntry.objects.of_row("programmes_patienttext", row.pk).count() == 1


def test_what_was_opened_before_somebody_else_published_is_refused(clinician):
    publish(clinician)
    with pytest.raises(PublishedMeanwhile):
        publish(clinician, seen=0)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_one_is_told(clinician):
    answers = at_once(*[lambda: publish(clinician).version] * 2)
    assert sorted(map(str, answers)) == ["1", "PublishedMeanwhile"]


@pytest.mark.parametrize("change", [{"title": "Other"}, None])
def test_no_version_is_changed_or_deleted_by_the_application(clinician, change):
    publish(clinician)
    rows = PatientText.objects.for_clinic(clinician.clinic)
    with as_runtime(), pytest.raises((ProgrammingError, InternalError)), acting_for(clinician.clinic):
        rows.update(**change) if change else rows.delete()


def test_another_clinic_sees_none_of_them(clinician):
    publish(clinician)
    with as_runtime(), acting_for(a_clinic(name="Oak Clinic")):
        assert PatientText.objects.count() == 0
    with as_runtime(), acting_for(clinician.clinic):
        assert PatientText.objects.count() == 1


def test_before_you_start_is_never_hidden(clinician):
    with pytest.raises(NotHidden):
        publish(clinician, Words(Shows.HIDDEN), code=TextCode.BEFORE)


@pytest.mark.parametrize(
    ("checked_on", "due_on"),
    [(None, None), (date(2026, 11, 22), date(2027, 1, 1)), (TODAY, TODAY), (TODAY, date(2026, 1, 1))],
)
def test_what_is_read_was_checked_and_is_checked_again(clinician, checked_on, due_on):
    with pytest.raises(DueBeforeChecked):
        publish(clinician, Words(Shows.SHIPPED, checked_on=checked_on, due_on=due_on))


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.MANAGER])
def test_clinicians_alone_publish(clinician, role):
    with pytest.raises(NotAllowed):
        publish(a_staff_member(clinician.clinic, role))


# --- Pages
def test_the_list_names_every_text_and_what_patients_read(desk, clinician):
    publish(clinician)
    page = desk.get(LIST).content.decode()
    assert [code for code in TextCode.values if f"{LIST}{code}/text/" not in page] == []
    assert (page.count("as shipped, not checked by you"), "own words" in page) == (12, True)


def test_a_text_past_its_date_is_due_and_still_read(desk, clinician):
    publish(clinician)
    before = desk.get(LIST).content.decode()
    with time_machine.travel(NOON.replace(year=2027, month=11, day=21), tick=False):
        after = sign_in_staff(desk, clinician).get(LIST).content.decode()
    assert ("due to be checked again" in before, "1 text is due to be checked again" in after) == (
        False,
        True,
    )


def test_publishing_makes_a_version_and_says_so(desk, clinician):
    page = desk.post(f"{LIST}shoes/text/", typed(), follow=True).content.decode()
    assert ("Published." in page, "Version 1" in page, clinician.name in page) == (True, True, True)
    assert PatientText.objects.for_clinic(clinician.clinic).count() == 1


def test_the_preview_shows_it_as_patients_read_it_and_keeps_nothing(desk, clinician):
    form = typed(body="One.\n\n- Two <b>", preview="1")
    page = desk.post(f"{LIST}shoes/text/", form).content.decode()
    assert ("<li>Two &lt;b&gt;</li>" in page, PatientText.objects.count()) == (True, 0)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"body": " "}, "Write what patients shall read."),
        ({"due_on": "2026-11-21"}, "To be checked again: after today."),
        ({"shows": "nonsense"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(desk, answers, said):
    response = desk.post(f"{LIST}shoes/text/", typed(**answers))
    page = response.content.decode()
    assert (response.status_code, said in page, 'value="Ours"' in page) == (422, True, True)


def test_the_second_of_two_keeps_what_was_typed_and_reads_the_first(desk, clinician):
    publish(clinician, Words(Shows.OWN, "Theirs", "By the river.", "", TODAY, date(2027, 1, 1)))
    response = desk.post(f"{LIST}shoes/text/", typed())
    page = response.content.decode()
    assert (response.status_code, "By the river." in page, "Walk in the park." in page) == (422, True, True)
    assert 'name="seen" value="1"' in page


def test_a_reviewer_reads_and_has_no_form(client, clinician):
    desk = sign_in_staff(client, a_staff_member(clinician.clinic, Role.REVIEWER))
    page = desk.get(f"{LIST}shoes/text/")
    sent = desk.post(f"{LIST}shoes/text/", typed())
    assert (page.status_code, 'name="body"' in page.content.decode(), sent.status_code) == (200, False, 403)


def test_an_unknown_text_is_not_found(desk):
    assert desk.get(f"{LIST}nonsense/text/").status_code == 404


# --- "Before you start" of the clinic's own
@pytest.fixture
def patients_phone(client, clinician):
    patient = a_patient(clinician.clinic)
    a_set_up(patient)
    return sign_in_patient(client, patient)


BEFORE = "/set-up/before-you-start/"
OWN_BEFORE = Words(Shows.OWN, "Before you start", "Wear bright clothes.", "", TODAY, date(2027, 1, 1))


def version_read(clinician):
    return SetUp.objects.for_clinic(clinician.clinic).get().before_version


def test_who_read_the_shipped_text_is_asked_to_read_the_clinics_once(patients_phone, clinician):
    asked = ["“Before you start” has changed" in patients_phone.get("/today/").content.decode()]
    publish(clinician, OWN_BEFORE, code=TextCode.BEFORE)
    asked.append("“Before you start” has changed" in patients_phone.get("/today/").content.decode())
    patients_phone.post(BEFORE, {"read": "on", "version": "before-1+1"})
    asked.append("“Before you start” has changed" in patients_phone.get("/today/").content.decode())
    assert (asked, version_read(clinician)) == ([False, True, False], "before-1+1")


def test_the_clinics_text_never_loses_the_warnings(patients_phone, clinician):
    publish(clinician, OWN_BEFORE, code=TextCode.BEFORE)
    page = patients_phone.get(BEFORE).content.decode()
    said = ["Wear bright clothes.", "Chest pain", "Stop and call 999", "not watched all the time"]
    assert [words for words in said if words not in page] == []


def test_nobody_agrees_to_words_that_were_published_after_the_page_was_shown(patients_phone, clinician):
    publish(clinician, OWN_BEFORE, code=TextCode.BEFORE)
    response = patients_phone.post(BEFORE, {"read": "on", "version": "before-1"})
    assert (response.status_code, version_read(clinician)) == (422, "before-1")
    assert 'value="before-1+1"' in response.content.decode()


def test_another_clinics_text_asks_nobody_here(patients_phone, clinician):
    publish(a_staff_member(a_clinic(name="Oak Clinic")), OWN_BEFORE, code=TextCode.BEFORE)
    assert "has changed" not in patients_phone.get("/today/").content.decode()
