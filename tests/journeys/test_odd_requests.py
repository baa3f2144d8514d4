"""Requests that break Django before any middleware runs are answered by the real server all the same."""

import http.client
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("charset", ["hex", "rot13", "undefined", "utf-16"])
def test_a_charset_that_is_no_text_is_a_bad_request(web, charset):
    connection = http.client.HTTPConnection(urlsplit(web).netloc, timeout=10)
    connection.request("GET", "/sign-in/?a=b", headers={"Content-Type": f"text/plain; charset={charset}"})
    response = connection.getresponse()
    assert (response.status, response.headers["X-Frame-Options"]) == (400, "DENY")
