"""Nobody chooses an address, a scheme, a host or a request number but the proxies that are named."""

from ipaddress import ip_network

import pytest

from clinic.middleware.proxies import SAID_BY_PROXIES, believe_only_ours

OURS, STRANGER, VISITOR = "10.0.0.2", "203.0.113.9", "198.51.100.7"
NUMBER = "0192f0c4e5b97a3c8d1e2f3a4b5c6d7e"
SPOOFED = {
    "X-Forwarded-For": "1.2.3.4",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Request-ID": NUMBER,
}


@pytest.fixture(autouse=True)
def _one_proxy(settings):
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/24"), ip_network("fd00::/8")]


def settled(peer, forwarded_for=None, **more):
    environ = {"REMOTE_ADDR": peer, **more}
    if forwarded_for is not None:
        environ["HTTP_X_FORWARDED_FOR"] = forwarded_for
    believe_only_ours(environ)
    return environ


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "asks"),
    [
        (OURS, VISITOR, VISITOR),
        (OURS, f"1.2.3.4, {VISITOR}", VISITOR),
        (OURS, f"1.2.3.4, {VISITOR}, 10.0.0.9", VISITOR),
        (OURS, f"{VISITOR}:50123", VISITOR),
        (OURS, "[2001:db8::7]:50123", "2001:db8::7"),
        (OURS, "10.0.0.8", "10.0.0.8"),
        (OURS, "1.2.3.4, unknown", OURS),
        (OURS, f"{VISITOR}, nonsense, 10.0.0.9", "10.0.0.9"),
        (OURS, "", OURS),
        (OURS, None, OURS),
        ("::ffff:10.0.0.2", VISITOR, VISITOR),
        ("fd00::1", VISITOR, VISITOR),
        (STRANGER, VISITOR, STRANGER),
        (STRANGER, OURS, STRANGER),
        ("", VISITOR, ""),
    ],
)
def test_who_asks(peer, forwarded_for, asks):
    assert settled(peer, forwarded_for)["REMOTE_ADDR"] == asks


def test_a_stranger_says_nothing_in_a_proxys_name():
    environ = settled(STRANGER, **dict.fromkeys(SAID_BY_PROXIES, "x"))
    assert [name for name in SAID_BY_PROXIES if name in environ] == []


@pytest.mark.parametrize(("said", "kept"), [("https", "https"), ("https, http", "http"), ("http", "http")])
def test_the_scheme_is_the_nearest_proxys_word(said, kept):
    assert settled(OURS, HTTP_X_FORWARDED_PROTO=said)["HTTP_X_FORWARDED_PROTO"] == kept


def test_what_is_settled_is_not_settled_again():
    environ = settled(OURS, VISITOR, HTTP_X_FORWARDED_PROTO="https")
    believe_only_ours(environ)
    assert (environ["REMOTE_ADDR"], environ["HTTP_X_FORWARDED_PROTO"]) == (VISITOR, "https")


@pytest.fixture
def behind_tls(settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 63072000
    settings.USE_X_FORWARDED_HOST, settings.ALLOWED_HOSTS = True, ["testserver", "walk.example"]


@pytest.mark.usefixtures("behind_tls")
def test_a_visitor_who_claims_https_is_led_to_https(client, db):
    response = client.get("/", headers=SPOOFED, REMOTE_ADDR=STRANGER)
    assert (response.status_code, response["Location"]) == (301, "https://testserver/")
    assert response["X-Request-ID"] != NUMBER


@pytest.mark.usefixtures("behind_tls")
def test_a_proxy_is_believed(client, db):
    said = {**SPOOFED, "X-Forwarded-Host": "walk.example"}
    response = client.get("/", headers=said, REMOTE_ADDR=OURS)
    assert (response.status_code, response["X-Request-ID"]) == (200, NUMBER)
    assert response["Strict-Transport-Security"] == "max-age=63072000"


@pytest.mark.usefixtures("behind_tls")
def test_a_host_that_is_not_ours_is_refused_from_a_proxy_too(client, db):
    assert client.get("/", headers=SPOOFED, REMOTE_ADDR=OURS).status_code == 400


@pytest.mark.usefixtures("behind_tls")
def test_health_is_asked_without_tls(client):
    assert client.get("/healthz/live", REMOTE_ADDR=STRANGER).status_code == 200
