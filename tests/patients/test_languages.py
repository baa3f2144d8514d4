"""A language reaches patients only while its safety texts are approved and the clinic offers it."""

import re
from datetime import date

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone, translation

from clinic import languages as words
from clinic.models import LanguageDecision, OutboxMessage, Role
from clinic.services.languages import (
    Approver,
    NotApproved,
    NotComplete,
    approve_language,
    approved,
    offer_language,
    offered_in,
    record_approval,
    withdraw_approval,
)
from patients.models import Patient
from patients.services.choosing import NotOffered, choose_language
from patients.services.enrolment import set_address
from programmes.tasks import _reminder
from tests.factories import NOON, a_clinic, a_patient, a_programme, a_set_up, a_staff_member
from tests.languages.extraction import patients_texts
from tests.languages.pseudo import PSEUDO, accented, write_pseudo
from tests.signing_in import sign_in_patient, sign_in_staff

pytestmark = pytest.mark.django_db
READER = Approver("Zofia Lis", "KIF 12345", date(2026, 11, 20))


@pytest.fixture
def clinic():
    return a_clinic()


@pytest.fixture
def offering(complete, clinic):
    """The clinic offers the second language."""
    manager = a_staff_member(clinic, Role.MANAGER)
    approve_language(language=PSEUDO, approver=READER, by=manager, now=NOON)
    offer_language(language=PSEUDO, is_offered=True, by=manager, now=NOON)
    return clinic


def switch(client, language=PSEUDO, onward="/sign-in/"):
    return client.post("/language/", {"language": language, "next": onward})


# --- Not offered: no way leads to it
WAYS = {
    "accept-language": {"HTTP_ACCEPT_LANGUAGE": f"{PSEUDO},en;q=0.1"},
    "cookie": {"HTTP_COOKIE": f"language={PSEUDO}"},
    "both": {"HTTP_ACCEPT_LANGUAGE": PSEUDO, "HTTP_COOKIE": f"language={PSEUDO}"},
}


@pytest.mark.parametrize("way", WAYS)
def test_a_language_that_nobody_approved_is_not_got(client, complete, clinic, way):
    clinic.languages = [PSEUDO]
    clinic.save()
    page = client.get("/sign-in/", **WAYS[way])
    assert (page.headers["Content-Language"], "<h1>Sign in</h1>" in page.text) == ("en-gb", True)


@pytest.mark.parametrize("way", WAYS)
def test_an_approved_language_that_no_clinic_offers_is_not_got(client, complete, clinic, way):
    record_approval(language=PSEUDO, approver=READER, by=None, now=NOON)
    page = client.get("/sign-in/", **WAYS[way])
    assert (page.headers["Content-Language"], "<h1>Sign in</h1>" in page.text) == ("en-gb", True)


def test_polish_is_shipped_and_not_offered(client, clinic):
    page = client.get("/sign-in/", HTTP_ACCEPT_LANGUAGE="pl", HTTP_COOKIE="language=pl")
    assert ("pl" in words.shipped(), page.headers["Content-Language"]) == (True, "en-gb")


def test_without_a_choice_there_is_no_page_to_choose(client, clinic):
    assert (client.get("/language/").status_code, switch(client, "pl").status_code) == (404, 404)


def test_a_post_of_a_language_that_is_not_offered_is_refused(client, offering):
    answer = switch(client, "pl")
    assert (answer.status_code, "language" in answer.cookies) == (422, False)


def test_who_is_signed_in_does_not_get_another_clinics_language(client, offering):
    patient = a_patient(a_clinic(), language=PSEUDO)
    sign_in_patient(client, patient)
    page = client.get("/settings/", HTTP_COOKIE=f"{client.cookies.output(header='', sep=';')}")
    assert page.headers["Content-Language"] == "en-gb"


def test_a_clinic_cannot_offer_what_nobody_approved(complete, clinic):
    manager = a_staff_member(clinic, Role.MANAGER)
    with pytest.raises(NotApproved):
        offer_language(language=PSEUDO, is_offered=True, by=manager, now=NOON)


def test_an_incomplete_language_cannot_be_approved(clinic, settings):
    settings.LANGUAGES = [*settings.LANGUAGES, ("eo", "Esperanto")]
    words.digest.cache_clear()
    with pytest.raises(NotComplete):
        record_approval(language="eo", approver=READER, by=None, now=NOON)


# --- The approval is of these very words
def test_a_changed_safety_text_withdraws_the_offer(offering, settings, tmp_path):
    write_pseudo(tmp_path, PSEUDO, texts=patients_texts(), otherwise={"0 is no pain": "⟦10 îš ñö þäîñ⟧"})
    settings.LOCALE_PATHS = [tmp_path]
    words.digest.cache_clear()
    assert (words.digest(PSEUDO) != "", approved(), offered_in(offering)) == (True, [], ["en-gb"])


def test_a_text_that_is_not_about_safety_may_change(offering, settings, tmp_path):
    write_pseudo(tmp_path, PSEUDO, texts=patients_texts(), otherwise={"Sign in": "⟦Öþęň⟧"})
    settings.LOCALE_PATHS = [tmp_path]
    words.digest.cache_clear()
    assert offered_in(offering) == ["en-gb", PSEUDO]


def test_an_approval_is_taken_back(offering):
    manager = a_staff_member(offering, Role.MANAGER)
    withdraw_approval(language=PSEUDO, approver=READER, by=manager, now=NOON)
    assert (approved(), offered_in(offering)) == ([], ["en-gb"])
    with pytest.raises(NotApproved):
        withdraw_approval(language=PSEUDO, approver=READER, by=manager, now=NOON)


@pytest.mark.parametrize("change", ["update", "delete"])
def test_a_decision_is_written_once(offering, change):
    rows = LanguageDecision.objects.all()
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(name="Somebody else") if change == "update" else rows.delete()
    assert rows.get().name == "Zofia Lis"


# --- Offered: chosen once, then everywhere
def test_a_visitor_chooses_and_the_browser_remembers(client, offering):
    answer = switch(client)
    page = client.get("/sign-in/")
    assert (answer.status_code, answer.url) == (302, "/sign-in/")
    assert (page.headers["Content-Language"], accented("Sign in") in page.text) == (PSEUDO, True)
    assert f'<html lang="{PSEUDO}"' in page.text


def test_a_language_from_right_to_left_turns_the_page_round(client, offering, settings):
    settings.LANGUAGES_BIDI = [PSEUDO.partition("-")[0]]
    switch(client)
    assert f'<html lang="{PSEUDO}" dir="rtl">' in " ".join(client.get("/sign-in/").text.split())


def test_a_browsers_own_language_is_taken_where_it_is_offered(client, offering):
    page = client.get("/", HTTP_ACCEPT_LANGUAGE=f"{PSEUDO},en;q=0.3")
    assert page.headers["Content-Language"] == PSEUDO


def test_after_switching_one_stays_on_this_site(client, offering):
    assert switch(client, onward="https://elsewhere.example/").url == "/"


def test_the_choice_stays_with_the_patient_in_another_browser(client, offering):
    patient = a_patient(offering)
    sign_in_patient(client, patient)
    switch(client, onward="/settings/")
    client.cookies.pop("language")
    page = client.get("/settings/")
    assert (Patient.objects.get().language, page.headers["Content-Language"]) == (PSEUDO, PSEUDO)


def test_signing_in_brings_the_language_along(client, offering):
    patient = a_patient(offering, language=PSEUDO)
    sign_in_patient(client, patient)
    assert client.get("/today/", follow=True).headers["Content-Language"] == PSEUDO


def test_the_own_choice_beats_the_browsers(client, offering):
    sign_in_patient(client, a_patient(offering, language="en-gb"))
    page = client.get("/settings/", HTTP_ACCEPT_LANGUAGE=PSEUDO)
    assert page.headers["Content-Language"] == "en-gb"


def test_language_is_the_first_question_where_there_is_a_choice(client, offering):
    sign_in_patient(client, a_patient(offering))
    first = client.get("/set-up/")
    answer = client.post("/language/", {"language": "en-gb", "next": "/set-up/"}, follow=True)
    assert (first.url, answer.redirect_chain[-1][0]) == ("/language/", "/set-up/units/")


def test_without_a_choice_the_first_question_is_the_units(client, clinic):
    sign_in_patient(client, a_patient(clinic))
    assert client.get("/set-up/").url == "/set-up/units/"


def test_staff_read_english_whatever_their_browser_asks_for(client, offering):
    sign_in_staff(client, a_staff_member(offering, Role.MANAGER))
    page = client.get("/review/", HTTP_ACCEPT_LANGUAGE=PSEUDO, HTTP_COOKIE="")
    assert page.headers["Content-Language"] == "en-gb"


def test_the_button_stands_on_every_page_where_there_is_a_choice(client, offering):
    pages = ["/", "/sign-in/", "/sign-in/letter/", "/privacy/", "/language/"]
    buttons = [re.findall(r'<button[^>]*lang="([^"]*)"', client.get(path).text) for path in pages]
    assert buttons == [[PSEUDO]] * len(pages)


def test_a_restricted_record_is_not_changed_by_it(client, offering):
    manager = a_staff_member(offering, Role.MANAGER)
    patient = a_patient(offering, restricted_at=NOON, restricted_by=manager, restricted_reason="Asked.")
    sign_in_patient(client, patient)
    assert (switch(client).status_code, Patient.objects.get().language) == (302, "")


def test_only_an_offered_language_is_kept(offering):
    patient = a_patient(offering)
    with pytest.raises(NotOffered):
        choose_language(patient=patient, language="pl", now=NOON)


# --- Errors speak it too
def test_the_page_of_an_address_that_does_not_exist(client, offering):
    switch(client)
    page = client.get("/nowhere/")
    assert (page.status_code, accented("Page not found") in page.text) == (404, True)


def test_the_page_of_a_form_without_its_key(offering):
    client = Client(enforce_csrf_checks=True)
    page = client.post("/sign-in/", {"email": "a@b.example"}, HTTP_COOKIE=f"language={PSEUDO}; csrf=x")
    assert (page.status_code, accented("Please send it again") in page.text) == (403, True)


def test_the_errors_of_a_form(client, offering):
    switch(client)
    page = client.post("/sign-in/", {"email": ""})
    assert (page.status_code, accented("Enter your e-mail address.") in page.text) == (422, True)


# --- Mail and paper
def test_the_code_comes_in_the_language_it_was_asked_in(client, offering):
    patient = a_patient(offering)
    switch(client)
    client.post("/sign-in/", {"email": patient.user.email})
    assert OutboxMessage.objects.latest("created_at").subject == accented("Your sign-in code")


def test_a_language_outlives_no_request(client, offering):
    switch(client)
    client.get("/sign-in/")
    assert translation.get_language() == "en-gb"


# --- Mail, letters and paper, whoever makes them
@pytest.fixture
def reader(offering):
    return a_patient(offering, language=PSEUDO)


@pytest.fixture
def staff(client, reader):
    return sign_in_staff(client, a_staff_member(reader.clinic))


def test_the_invitation_is_in_the_patients_language(staff, reader):
    staff.post(f"/admin/patients/patient/{reader.pk}/invite/")
    message = OutboxMessage.objects.latest("created_at")
    assert message.subject == accented("Your invitation from %(clinic)s") % {"clinic": "Elm Clinic"}


def test_a_withdrawn_language_is_no_longer_written(staff, reader):
    reader.clinic.languages = []
    reader.clinic.save()
    staff.post(f"/admin/patients/patient/{reader.pk}/invite/")
    assert OutboxMessage.objects.latest("created_at").subject == "Your invitation from Elm Clinic"


def test_the_printed_letter_is_in_the_patients_language(staff, offering):
    patient = a_patient(offering, user=None, language=PSEUDO, date_of_birth=date(1950, 1, 2))
    page = staff.post(f"/admin/patients/patient/{patient.pk}/letter/")
    assert accented("How to open your walking plan") in page.text
    assert translation.get_language() == "en-gb"


def test_the_plan_on_paper_is_in_the_patients_language(staff, reader):
    programme = a_programme(reader, a_staff_member(reader.clinic), starts_on=timezone.localdate())
    page = staff.get(f"/admin/programmes/programme/{programme.pk}/print/")
    assert accented("How to walk") in page.text


def test_a_reminder_is_in_the_patients_language(reader):
    chosen = a_set_up(reader)
    assert _reminder(chosen).subject == accented("A note from %(clinic)s") % {"clinic": "Elm Clinic"}


def test_the_old_address_reads_of_a_new_one_in_the_patients_language(reader):
    by = a_staff_member(reader.clinic)
    set_address(patient=reader, email="new@mail.example", by=by, now=NOON)
    assert OutboxMessage.objects.latest("created_at").subject == accented("Your address for Waymark")


def test_staff_see_and_set_the_language(staff, reader):
    page = staff.get(f"/admin/patients/patient/{reader.pk}/change/").text
    choices = re.findall(r'<option value="([\w-]*)"( selected)?>(?:Not asked yet|English|Accented)', page)
    assert choices == [("", ""), ("en-gb", ""), (PSEUDO, " selected")]
