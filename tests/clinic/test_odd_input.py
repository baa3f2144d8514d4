"""Requests that no browser of ours sends: each is answered with a page, none with a server error."""

from datetime import date

import pytest

from clinic.models import StaffMember
from patients.forms import Asked, WalkForm
from patients.models import Patient
from tests.factories import a_clinic, a_patient, a_staff_member
from tests.signing_in import sign_in_staff

ODD_CHARSETS = [
    "hex",
    "rot13",
    "base64",
    "idna",
    "undefined",
    "punycode",
    "unicode_escape",
    "utf-16",
    "latin-1",
]
HEADERS = [
    "Content-Security-Policy",
    "X-Frame-Options",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Permissions-Policy",
    "Cache-Control",
]
TOO_LONG = str(256 * 1024 + 1)


@pytest.fixture
def at_work(client, db):
    """A signed-in member of staff; the patient's admin page is `at_work.page`."""
    clinic = a_clinic()
    client.page = f"/admin/patients/patient/{a_patient(clinic).pk}"
    return sign_in_staff(client, a_staff_member(clinic))


@pytest.mark.parametrize("key", [r"aaaaaaaaaaaaaaaa\000", "A" * 32, "a" * 33, "", "a" * 31 + "\n"])
def test_an_odd_session_cookie_is_no_session(client, db, key):
    assert client.get("/", headers={"cookie": f'session="{key}"'}).status_code == 200


def test_a_session_of_ours_is_kept(at_work):
    assert at_work.get("/review/").status_code == 200


@pytest.mark.parametrize("charset", ODD_CHARSETS)
def test_a_form_in_an_odd_charset_is_refused(client, db, charset):
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    assert client.generic("POST", "/sign-in/", b"email=a", kind).status_code == 400


@pytest.mark.parametrize("charset", ODD_CHARSETS)
def test_a_page_asked_for_in_an_odd_charset_is_refused(client, db, charset):
    kind = f"text/plain; charset={charset}"
    assert client.get("/staff/sign-in/", CONTENT_TYPE=kind).status_code == 400


@pytest.mark.parametrize("charset", ["; charset=utf-8", "; charset=UTF-8", ""])
def test_utf_8_and_no_charset_are_read(client, db, charset):
    kind = f"application/x-www-form-urlencoded{charset}"
    assert client.generic("POST", "/sign-in/", b"email=a%40mail.example", kind).status_code == 302


class Unread:
    """A body that may not be read."""

    def read(self, *_size):
        raise AssertionError

    readline = read


def test_a_large_body_is_refused_unread(client, db):
    response = client.post("/sign-in/", **{"CONTENT_LENGTH": TOO_LONG, "wsgi.input": Unread()})
    assert response.status_code == 413
    assert "Go back, shorten what you typed" in response.content.decode()


@pytest.mark.parametrize(("length", "status"), [("", 422), ("0", 422), ("-1", 400), ("x", 400), ("²", 400)])
def test_an_absent_length_is_zero_and_an_odd_one_is_refused(client, db, length, status):
    assert client.post("/sign-in/", CONTENT_LENGTH=length).status_code == status


@pytest.mark.parametrize("length", ["9" * 30, "9" * 5000])
def test_a_length_beyond_all_numbers_is_too_large(client, db, length):
    assert client.post("/sign-in/", CONTENT_LENGTH=length).status_code == 413


@pytest.mark.parametrize("odd", [{"CONTENT_LENGTH": TOO_LONG}, {"QUERY_STRING": "a=%00"}])
def test_a_refusal_carries_every_security_header(client, db, odd):
    response = client.post("/sign-in/", **odd)
    assert [name for name in HEADERS if name not in response.headers] == []


@pytest.mark.parametrize("page", ["change", "history"])
def test_an_empty_field_name_means_the_key(at_work, page):
    assert at_work.get(f"{at_work.page}/{page}/?_to_field=").status_code == 200


def test_nothing_is_deleted_by_an_empty_field_name(at_work):
    assert at_work.get(f"{at_work.page}/delete/?_to_field=").status_code == 403


@pytest.mark.parametrize("key", ["abc", "1"])
def test_the_admin_leads_to_no_page_on_the_site(at_work, key):
    assert at_work.get(f"/admin/r/1/{key}/").status_code == 404


@pytest.mark.parametrize("distance", ["1e999999", "NaN", "sNaN", "Infinity", "-1e999999"])
def test_a_number_beyond_all_numbers_has_a_message_beside_the_field(distance):
    asked = Asked(today=date(2026, 11, 21), units="km", dose=None, last_walk_on=None, safety_is_due=False)
    form = WalkForm({"distance": distance}, asked=asked)
    assert form.errors["distance"] == ["Enter a distance from 0 to 40 km."]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "SPLICE"])
@pytest.mark.parametrize("path", ["/today/", "/review/", "/admin/", "/staff/sign-in/", "/nowhere/"])
def test_a_method_that_no_page_has_is_refused_on_every_page(at_work, path, method):
    response = at_work.generic(method, path)
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, POST")


# --- One spelling

ZOE, ZOE_IN_PIECES = "Zo\u00eb", "Zoe\u0308"
PERSON = {"family_name": "Lee", "units": "km", "pain_series": "before"}


def test_a_name_typed_in_pieces_is_stored_composed_and_found_by_either_spelling(at_work):
    at_work.post("/admin/patients/patient/add/", PERSON | {"given_name": ZOE_IN_PIECES})
    assert Patient.objects.get(family_name="Lee").given_name == ZOE
    for name in (ZOE, ZOE_IN_PIECES):
        found = at_work.post("/admin/patients/patient/", {"q": name}, follow=True).content.decode()
        assert (ZOE in found, "Walker" in found) == (True, False)


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("e\u0301" * 300, 302),  # 600 code points as typed, 300 letters
        ("\U0001f6b6" * 300, 302),  # 1,200 bytes
        ("line\r\n" * 59 + "short", 302),  # 300 characters as the browser counts, 359 as it sends
        ("e" * 301, 422),
    ],
)
def test_a_limit_counts_characters(at_work, reason, status):
    clinic = StaffMember.objects.get().clinic
    patient = a_patient(clinic, lead=StaffMember.objects.get())
    assert at_work.post(f"/limit/{patient.pk}/", {"reason": reason}).status_code == status


@pytest.mark.parametrize("answer", ["9" * 5_000, "[" * 100_000, "no passkey", ""])
def test_what_is_no_passkey_is_told_beside_the_form(at_work, answer):
    response = at_work.post("/staff/second-factor/passkey/", {"credential": answer})
    assert response.status_code == 422
    assert "The browser sent no passkey." in response.content.decode()
