"""Searching a list of the admin: found as before, and the words never stand in an address."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from clinic.admin import searching
from clinic.models import Role
from tests.factories import a_clinic, a_patient, a_staff_member
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db
PATIENTS = "/admin/patients/patient/"


@pytest.fixture
def clinic():
    return a_clinic()


@pytest.fixture
def staff(clinic):
    a_patient(clinic, family_name="Quillfeather")
    a_patient(clinic, family_name="Hart")
    return sign_in_staff(Client(), a_staff_member(clinic))


def names(answer):
    return sorted(patient.family_name for patient in answer.context["cl"].result_list)


def test_the_list_shows_who_was_searched_for(staff):
    answer = staff.post(PATIENTS, {"q": "quill"}, follow=True)
    assert (names(answer), answer.context["cl"].query) == (["Quillfeather"], "quill")


def test_neither_the_address_nor_any_link_holds_the_words(staff):
    answer = staff.post(PATIENTS, {"q": "quillfeat"}, follow=True)
    addresses = [line for line in answer.content.decode().split() if "href=" in line or "action=" in line]
    assert "quillfeat" not in str([answer.redirect_chain, addresses])
    assert 'value="quillfeat"' in answer.content.decode()


def test_filters_stay_and_pages_begin_anew(staff):
    moved = staff.post(f"{PATIENTS}?discharged_on__isnull=True&p=2&q=before", {"q": "quill"})
    query = parse_qs(urlsplit(moved["Location"]).query)
    assert (query.pop("q") != ["before"], query) == (True, {"discharged_on__isnull": ["True"]})


@pytest.mark.parametrize("words", ["", "  "])
def test_nothing_to_search_for_shows_all(staff, words):
    answer = staff.post(PATIENTS, {"q": words}, follow=True)
    assert (names(answer), answer.redirect_chain) == (["Hart", "Quillfeather"], [(f"{PATIENTS}?", 302)])


def test_words_in_an_address_search_for_nothing(staff):
    answer = staff.get(f"{PATIENTS}?q=quill")
    assert (names(answer), answer.context["cl"].query) == (["Hart", "Quillfeather"], "")


def test_a_search_of_another_session_is_none(staff, clinic):
    address = staff.post(PATIENTS, {"q": "quill"})["Location"]
    colleague = sign_in_staff(Client(), a_staff_member(clinic))
    assert names(colleague.get(address)) == ["Hart", "Quillfeather"]
    assert names(staff.get(address)) == ["Quillfeather"]


def test_a_session_remembers_the_newest_searches(staff):
    addresses = [staff.post(PATIENTS, {"q": "quill"})["Location"] for _each in range(22)]
    assert len(staff.session[searching.SEARCHES]) == searching.MOST_SEARCHES == 20
    assert [names(staff.get(address)) for address in (addresses[1], addresses[2])] == [
        ["Hart", "Quillfeather"],
        ["Quillfeather"],
    ]


def test_who_may_not_see_the_list_may_not_search_it():
    visitor = sign_in_staff(Client(), a_staff_member(a_clinic(), Role.REVIEWER))
    assert visitor.post("/admin/clinic/user/", {"q": "quill"}).status_code == 403
