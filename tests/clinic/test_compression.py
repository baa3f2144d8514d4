"""Patients' pages are compressed; staff pages, files and addresses with a query are not."""

import gzip

import pytest
from django.test import Client

from tests.factories import a_clinic, a_patient, a_programme, a_staff_member
from tests.signing_in import sign_in_patient, sign_in_staff

pytestmark = pytest.mark.django_db
GZIP = {"HTTP_ACCEPT_ENCODING": "gzip, deflate, br"}


@pytest.fixture
def clinic():
    return a_clinic()


@pytest.fixture
def reader(clinic):
    programme = a_programme(a_patient(clinic), a_staff_member(clinic))
    return sign_in_patient(Client(), programme.patient)


@pytest.mark.parametrize("path", ["/today/", "/walks/new/", "/plan/"])
def test_a_patients_page_is_a_third_of_itself(reader, path):
    plain, small = reader.get(path).content, reader.get(path, **GZIP)
    assert small.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in small.headers["Vary"]
    assert int(small.headers["Content-Length"]) == len(small.content) < len(plain) / 2.5
    assert b"</html>" in gzip.decompress(small.content)


def test_the_same_page_has_not_the_same_length_twice(reader):
    """Random bytes: who watches the line learns little from one length."""
    assert len({len(reader.get("/privacy/", **GZIP).content) for _each in range(20)}) > 5


def test_what_stands_in_an_address_is_not_compressed_with_the_page(reader):
    assert "Content-Encoding" not in reader.get("/today/?guess=Walker", **GZIP).headers


@pytest.mark.parametrize("path", ["/review/", "/admin/", "/staff/sessions/", "/healthz/live"])
def test_nothing_else_is_compressed(clinic, path):
    staff = sign_in_staff(Client(), a_staff_member(clinic))
    assert "Content-Encoding" not in staff.get(path, **GZIP).headers


def test_a_browser_that_wants_none_gets_none(reader):
    assert "Content-Encoding" not in reader.get("/today/", HTTP_ACCEPT_ENCODING="identity").headers
