"""Bytes that are hardly HTTP, sent to the real server: a refusal or a closed connection, and it lives on."""

import http.client
import re
import socket
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from tests.figures import Figure, record
from tests.journeys.conftest import wait_for

pytestmark = pytest.mark.django_db(transaction=True)

CHARSETS = ("hex", "rot13", "undefined", "utf-16")
TOKEN = b"a" * 32
LARGE = 10 * 1024 * 1024
STATUS = re.compile(rb"^HTTP/1\.[01] (\d{3}) ", re.MULTILINE)


def get(path: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join([b"GET " + path + b" HTTP/1.1", b"Host: 127.0.0.1", *headers, b"", b""])


def post(*headers: bytes, body: bytes = b"", to: bytes = b"/sign-in/") -> bytes:
    """With a valid CSRF pair, so that the view is reached and reads the body."""
    kind = b"Content-Type: application/x-www-form-urlencoded"
    pair = (b"Cookie: csrf=" + TOKEN, b"X-CSRFToken: " + TOKEN)
    return get(to, kind, *pair, *headers).replace(b"GET", b"POST", 1) + body


def chunked(body: bytes, to: bytes = b"/sign-in/") -> bytes:
    return post(b"Transfer-Encoding: chunked", body=body, to=to)


RUBBISH = {
    "nothing": b"",
    "no line": b"\r\n\r\n\r\n",
    "a TLS greeting": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no such version": b"GET / HTTP/9.9\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "a proxy's line": b"PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n" + get(b"/"),
    "NUL in the path": get(b"/sign-in/\x00"),
    "NUL in the path, escaped": get(b"/sign-in/%00"),
    "NUL in the query": get(b"/sign-in/?a=%00"),
    "half a character in the path": get(b"/sign-in/%ed%a0%80"),
    "bytes in the path": get(b"/sign-in/\xff\xfe"),
    "a path like no path": get(b"http://[::1"),
    "a long path": get(b"/" + b"a" * 9000),
    "a long header": get(b"/", b"X: " + b"a" * 9000),
    "many headers": get(b"/", *[b"X%d: a" % number for number in range(200)]),
    "a header without a name": get(b"/", b": a"),
    "a header without a colon": get(b"/", b"nonsense"),
    "a space in a header's name": get(b"/", b"a b: c"),
    "NUL in a header": get(b"/", b"Cookie: session=\x00"),
    "bytes in a header": get(b"/", b"Cookie: session=\xff\xfe", b"Accept-Language: \xff"),
    "a folded header": get(b"/", b"X: a\r\n b"),
    "two hosts": get(b"/", b"Host: mail.example"),
    "an odd method": get(b"/").replace(b"GET", b"G\x00T"),
    "an odd expectation": post(b"Expect: a-miracle"),
    "a length of a word": post(b"Content-Length: x"),
    "a length below zero": post(b"Content-Length: -1"),
    "an absurd length": post(b"Content-Length: " + b"9" * 40, body=b"a=b"),
    "two lengths": post(b"Content-Length: 3", b"Content-Length: 4", body=b"a=bc"),
    "a length and chunks": post(b"Content-Length: 3", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "a length that is not sent": post(b"Content-Length: 100", body=b"a=b"),
    "a length that a report does not keep": post(b"Content-Length: 100", body=b"a=b", to=b"/csp-report/"),
    "an unknown coding": post(b"Transfer-Encoding: gzip", body=b"\x1f\x8b"),
    "chunks of nonsense": chunked(b"zz\r\nhello\r\n"),
    "a report of nonsense chunks": chunked(b"zz\r\nhello\r\n", b"/csp-report/"),
    "a chunk below zero": chunked(b"-1\r\n\r\n"),
    "an absurd chunk": chunked(b"f" * 40 + b"\r\na\r\n"),
    "chunks without an end": chunked(b"3\r\na=b\r\n"),
    "10 MB": post(b"Content-Length: %d" % LARGE, body=b"a" * LARGE),
    "10 MB in chunks": chunked(b"%x\r\n" % LARGE + b"a" * LARGE + b"\r\n0\r\n\r\n"),
    "rubbish behind a request": get(b"/sign-in/") + b"\x00\xff rubbish\r\n\r\n",
    "a request behind a body": post(b"Content-Length: 3", body=b"a=b" + get(b"/healthz/live")),
}


def statuses(netloc: str, sent: bytes) -> list[int]:
    """What is answered until the server closes; a client that is cut off while sending reads what it can."""
    host, port = netloc.split(":")
    answered = b""
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        with suppress(ConnectionError):
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            while piece := connection.recv(65536):
                answered += piece
    return [int(status) for status in STATUS.findall(answered)]


def test_no_rubbish_is_a_server_error_or_stops_the_server(web):
    netloc = urlsplit(web).netloc
    answered = {name: statuses(netloc, sent) for name, sent in RUBBISH.items()}
    broken = {name: found for name, found in answered.items() if max(found, default=0) >= 500}
    record(Figure(f"bytes, hardly HTTP, that broke the server, of {len(RUBBISH)}", len(broken), "== 0"))
    assert broken == {}
    assert [name for name, found in answered.items() if not found] == ["nothing", "a TLS greeting"]
    wait_for(f"{web}/healthz/live", seconds=5)
    wait_for(f"{web}/sign-in/", seconds=5)


def test_a_charset_that_is_no_text_is_a_bad_request(web):
    found = []
    for charset in CHARSETS:
        connection = http.client.HTTPConnection(urlsplit(web).netloc, timeout=10)
        connection.request("GET", "/sign-in/?a=b", headers={"Content-Type": f"text/plain; charset={charset}"})
        response = connection.getresponse()
        found.append((response.status, response.headers["X-Frame-Options"]))
    assert found == [(400, "DENY")] * len(CHARSETS)
