"""Every error page carries the request's number and nothing that was asked, typed or wrong."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import get_resolver, path

from clinic.middleware import error_pages, request_id
from clinic.middleware.headers import answer_outside_django
from tests.factories import a_clinic, a_staff_member
from tests.signing_in import sign_in_staff

NUMBER = re.compile(r"<code>([0-9a-f]{32})</code>")
STATUSES = ["400", "403", "403_csrf", "403_cookies", "404", "413", "429", "500"]
SECRET = "Quillfeather-1950-03-02"


def raises(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0 AS " + f'"{SECRET}"')


@pytest.fixture
def broken_page(settings):
    """The whole house, and a page that fails."""
    found = get_resolver(settings.ROOT_URLCONF).url_patterns

    class Urls:
        urlpatterns = [path("broken/", raises), *found]
        handler500 = staticmethod(error_pages.server_error)
        handler404 = staticmethod(error_pages.not_found)

    settings.ROOT_URLCONF = Urls
    return Client(raise_request_exception=False)


def shown(response):
    """The number on the page."""
    found = NUMBER.search(response.content.decode())
    return found.group(1) if found else None


@pytest.mark.parametrize("name", STATUSES)
def test_a_page_shows_the_number_of_its_request(name):
    request = RequestFactory().get("/")
    request.request_id = "0" * 31 + "7"
    status = int(name[:3])
    response = error_pages.error_page(request, status, f"{name}.html")
    assert (response.status_code, shown(response)) == (status, "0" * 31 + "7")


@pytest.mark.parametrize("name", STATUSES)
def test_the_words_of_a_page_can_be_translated(name):
    source = (Path(settings.BASE_DIR) / "templates" / f"{name}.html").read_text()
    words = re.sub(r"{%.*?%}|<[^>]+>|– Waymark", "", source)
    assert words.strip() == ""


def test_the_number_of_the_page_is_that_of_the_header(client, db):
    response = client.get(f"/nowhere/{SECRET}/")
    assert (response.status_code, shown(response)) == (404, response["X-Request-ID"])
    assert SECRET not in response.content.decode()


def test_two_requests_have_two_numbers(client, db):
    assert client.get("/")["X-Request-ID"] != client.get("/")["X-Request-ID"]


def test_a_page_of_the_staff_can_ask_for_the_number(rf):
    request = rf.get("/")
    request_id.number_requests(lambda _request: error_pages.not_found(_request, Exception()))(request)
    assert request.request_id == request.META["waymark.request_id"]


def test_a_failure_shows_nothing_of_itself(broken_page, db):
    response = broken_page.get("/broken/", {"q": SECRET})
    assert (response.status_code, shown(response)) == (500, response["X-Request-ID"])
    assert [word for word in (SECRET, "SELECT", "DataError", "broken") if word in str(response.content)] == []


def test_a_failure_of_a_signed_in_person_asks_no_database_for_its_page(broken_page, db):
    sign_in_staff(broken_page, a_staff_member(a_clinic()))
    assert shown(broken_page.get("/broken/")) is not None


@pytest.mark.django_db(transaction=True)
def test_the_page_comes_with_the_database_away(monkeypatch):
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    cookie = {"cookie": f"session={'a' * 32}"}
    response = Client(raise_request_exception=False).get("/review/", headers=cookie)
    monkeypatch.undo()
    assert (response.status_code, shown(response)) == (500, response["X-Request-ID"])


def test_the_page_comes_with_broken_templates(settings, rf):
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [], "APP_DIRS": False}]
    request = rf.get("/")
    request.request_id = "a" * 32
    response = error_pages.server_error(request)
    assert (response.status_code, shown(response)) == (500, "a" * 32)


def test_what_fails_outside_django_has_page_number_and_headers():
    response = answer_outside_django("b" * 32)
    assert (response.status_code, shown(response), response["X-Request-ID"]) == (500, "b" * 32, "b" * 32)
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_a_form_from_nowhere_is_refused_with_a_number(db):
    visitor = Client(enforce_csrf_checks=True)
    visitor.get("/sign-in/")
    response = visitor.post("/sign-in/", {"email": SECRET})
    assert (response.status_code, shown(response)) == (403, response["X-Request-ID"])
    assert "Please send it again" in response.content.decode()


@pytest.mark.parametrize("path", ["/sign-in/", "/sign-in/letter/", "/staff/sign-in/"])
def test_a_browser_that_refuses_cookies_is_told(db, path):
    response = Client(enforce_csrf_checks=True).post(path, {"email": SECRET})
    assert response.status_code == 403
    assert "Your browser refused our cookie" in response.content.decode()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("0192f0c4e5b97a3c8d1e2f3a4b5c6d7e", "0192f0c4e5b97a3c8d1e2f3a4b5c6d7e"),
        ("0192f0c4-e5b9-7a3c-8d1e-2f3a4b5c6d7e", "0192f0c4e5b97a3c8d1e2f3a4b5c6d7e"),
        ("0192f0c4e5b97a3c8d1e2f3a4b5c6d7", None),
        ("june.hart@mail.example", None),
        ("0192F0C4E5B97A3C8D1E2F3A4B5C6D7E", None),
        ("0192f0c4e5b97a3c8d1e2f3a4b5c6d7e\n", None),
    ],
)
def test_a_number_given_by_a_proxy_is_kept_if_it_is_a_uuid(given, kept):
    number = request_id.request_id_of({"HTTP_X_REQUEST_ID": given})
    assert (number == kept, len(number)) == (kept is not None, 32)
