"""Signed in and reading Polish: days, times and numbers as Poles write them, and texts that stay English."""

import re
from datetime import timedelta

import pytest

from clinic.models import PrivacyText
from clinic.services.languages import Approver, record_approval
from programmes.models import PatientText, Shows, Walk
from tests.factories import NOON, a_clinic, a_patient, a_set_up, a_staff_member, a_walk
from tests.patients.walk_form import send, text_of
from tests.signing_in import sign_in_patient

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
IN_ENGLISH = "Ten tekst jest po angielsku."


@pytest.fixture
def clinic(db):
    record_approval(language="pl", approver=Approver("Zofia Lis", "KIF 1", TODAY), by=None, now=NOON)
    return a_clinic(languages=["pl"])


@pytest.fixture
def patient(clinic):
    return a_patient(clinic, language="pl")


def read(client, path):
    return text_of(client.get(path, follow=True))


def test_the_pages_are_in_polish(signed_in, programme):
    page = signed_in.get("/today/", follow=True)
    assert (page.headers["Content-Language"], '<html lang="pl" dir="ltr"' in text_of(page)) == ("pl", True)


def test_a_day_has_its_month_declined(signed_in, programme):
    assert "Dzisiaj, sobota, 21 listopada" in read(signed_in, "/walks/new/")


def test_a_card_says_its_date_as_poles_write_it(signed_in, programme):
    assert "22 listopada 2026" in read(signed_in, "/learn/1/")


def test_a_birthday_on_what_the_clinic_sees(client, clinic):
    born = a_patient(clinic, language="pl", date_of_birth=TODAY.replace(year=1956))
    assert "21 listopada 1956" in read(sign_in_patient(client, born), "/your-data/seen/")


def test_a_time_of_day_has_24_hours(signed_in, patient):
    a_set_up(patient)
    page = read(signed_in, "/settings/")
    assert (re.findall(r"\b\d\d:00\b", page), "am" in page.split()) == (["10:00"], False)


@pytest.mark.parametrize("typed", ["1,5", "1.5"])
def test_a_distance_is_typed_with_a_comma_or_a_point(signed_in, programme, typed):
    saved = send(signed_in, distance=typed)
    assert (saved.status_code, Walk.objects.get().distance_m) == (302, 1500)


def test_a_distance_comes_back_with_a_comma(signed_in, programme):
    walk = a_walk(programme, TODAY, now=NOON, distance_m=1500).walk
    assert re.findall(
        r'name="distance"[^>]*value="([^"]*)"', read(signed_in, f"/walks/{walk.pk}/change/")
    ) == ["1,5"]


def test_answers_of_a_walk_are_translated(signed_in, programme):
    page = read(signed_in, "/walks/new/")
    assert [words in page for words in ("Więcej niż zwykle", "Za bardzo bolało", "More than usual")] == [
        True,
        True,
        False,
    ]


# --- What nobody translates says so
def test_the_privacy_notice_is_english_and_says_so(signed_in, patient):
    page = read(signed_in, "/privacy/")
    text = PrivacyText.objects.get(clinic=None)
    assert (IN_ENGLISH in page, f'<h1 lang="en-gb">{text.title}</h1>' in page) == (True, True)


def test_who_reads_english_is_not_told_so(client, clinic):
    page = read(sign_in_patient(client, a_patient(clinic, language="en-gb")), "/privacy/")
    assert ("How we use your data" in page, "This text is in English" in page) == (True, False)


def own_words(clinic, code):
    PatientText.objects.create(
        clinic=clinic,
        code=code,
        version=1,
        shows=Shows.OWN,
        title="In our park",
        body="Walk in our park.",
        checked_on=TODAY,
        due_on=TODAY + timedelta(days=99),
        made_by=a_staff_member(clinic),
        made_at=NOON,
    )


def test_a_card_in_the_clinics_own_words_says_so(signed_in, clinic, programme):
    own_words(clinic, "start")
    page = read(signed_in, "/learn/1/")
    assert (IN_ENGLISH in page, '<h1 lang="en">In our park</h1>' in page) == (True, True)
    assert '<div lang="en"> <p>Walk in our park.</p> </div>' in page


def test_a_shipped_card_is_translated(signed_in, clinic, programme):
    own_words(clinic, "shoes")
    assert IN_ENGLISH not in read(signed_in, "/learn/1/")


def test_the_clinics_part_of_before_you_start_says_so(signed_in, clinic):
    shipped = read(signed_in, "/set-up/before-you-start/")
    own_words(clinic, "before")
    own = read(signed_in, "/set-up/before-you-start/")
    assert (IN_ENGLISH in shipped, IN_ENGLISH in own) == (False, True)
