"""Every response carries the whole set of headers: found by asking every address of the URLconf."""

import pytest
from django.http import HttpResponse
from django.test import Client

from clinic.middleware.headers import answer_outside_django
from tests.crawl import PEOPLE, answers, client_of, paths
from tests.factories import NOON, a_clinic, a_patient, a_programme, a_staff_member, a_template, a_walk
from tests.figures import Figure, record

pytestmark = pytest.mark.django_db
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
    "report-uri /csp-report/",
    "report-to csp",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Reporting-Endpoints": 'csp="/csp-report/"',
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
}


@pytest.fixture
def clinic():
    """With a row of most kinds, so that addresses with keys have something to show."""
    clinic = a_clinic()
    a_template(clinic)
    clinician = a_staff_member(clinic)
    a_walk(a_programme(a_patient(clinic), clinician), NOON.date(), new_symptoms=("chest_pain",), now=NOON)
    return clinic


@pytest.fixture
def by_https(settings):
    """The settings of a site with https, as far as tests can have them after the start."""
    settings.HTTPS, settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, True, 63072000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"


def missing(response: HttpResponse, *, is_file: bool = False) -> list[str]:
    """Headers that are not as they should be."""
    wrong = [name for name, value in HEADERS.items() if response.headers.get(name) != value]
    if set(response.headers.get("Content-Security-Policy", "").split("; ")) != POLICY:
        wrong.append("Content-Security-Policy")
    if len(response.headers.get("X-Request-ID", "")) != 32:
        wrong.append("X-Request-ID")
    kept = response.headers.get("Cache-Control", "")
    if is_file == ("no-store" in kept):
        wrong.append("Cache-Control")
    return wrong


def is_file(answer) -> bool:
    return answer.path.startswith("/static/") and answer.response.status_code == 200


def is_host_only(cookie) -> bool:
    """As browsers demand it of a name that begins with __Host-."""
    hidden = bool(cookie["httponly"]) or cookie["max-age"] == 0  # one that is deleted holds nothing
    kept_in = (bool(cookie["secure"]), hidden, cookie["path"], cookie["domain"])
    return cookie.key.startswith("__Host-") and kept_in == (True, True, "/", "")


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.usefixtures("by_https")
def test_every_response_carries_every_header(clinic, who):
    asked = list(answers(who, clinic, client_of(who, clinic)))
    bare = {str(each): missing(each.response, is_file=is_file(each)) for each in asked}
    bare = {answer: wrong for answer, wrong in bare.items() if wrong}
    failed = [str(each) for each in asked if each.response.status_code == 500]
    cookies = [str(each) for each in asked if not all(map(is_host_only, each.response.cookies.values()))]
    record(Figure(f"responses asked for as {who}", len(asked), ">= 100"))
    record(Figure(f"responses without the header set, {who}", len(bare), "== 0"))
    stored = [answer for answer, wrong in bare.items() if "Cache-Control" in wrong]
    record(Figure(f"responses without no-store, {who}", len(stored), "== 0"))
    assert (bare, failed, cookies) == ({}, [], [])


def test_the_crawl_finds_pages_and_refusals(clinic):
    client = client_of("clinician", clinic)
    pages = ("/review/", "/admin/auth/", "/walks/new/", "/csp-report/")
    assert [client.get(path).status_code for path in pages] == [200, 404, 302, 405]


def test_the_crawl_fills_every_address(clinic):
    unfilled = [path for path in paths(clinic) if set(path) & set("<>^$()|")]
    assert unfilled == []


def test_plain_http_is_led_away_with_every_header(by_https, clinic):
    response = Client().get("/review/")
    assert response.status_code == 301
    assert missing(response) == ["Strict-Transport-Security"]  # browsers ignore it there


@pytest.mark.parametrize("status", [400, 414, 431, 500])
@pytest.mark.usefixtures("by_https")
def test_what_fails_outside_django_carries_every_header(status):
    response = answer_outside_django("a" * 32, status)
    assert (response.status_code, missing(response)) == (status, [])


def test_a_refused_body_carries_every_header(by_https, clinic):
    response = Client().post("/sign-in/", secure=True, CONTENT_LENGTH="999999999")
    assert (response.status_code, missing(response)) == (413, [])


def test_the_guard_notices_a_missing_header(clinic):
    response = Client().get("/")
    assert missing(response) == ["Strict-Transport-Security"]
    del response.headers["X-Frame-Options"]
    assert missing(response) == ["X-Frame-Options", "Strict-Transport-Security"]
