"""The search finds every kind of canary in every encoding: a leak that it overlooked would be no proof."""

import base64
import gzip
import html
import json
import quopri
import re
import zlib
from base64 import b64encode
from email.header import Header
from email.message import EmailMessage
from urllib.parse import quote, quote_plus

import pytest

from tests.canaries.searching import finds
from tests.canaries.values import KINDS, WORDS, Planted


def as_a_message_of_the_broker(text):
    """Kombu's envelope, as MONITOR prints it."""
    body = b64encode(json.dumps([[text], {}, {}]).encode()).decode()
    line = json.dumps({"body": body, "content-encoding": "utf-8", "properties": {"body_encoding": "base64"}})
    return '1795312345.482710 [1 127.0.0.1:50000] "LPUSH" "celery" "{}"'.format(
        line.replace("\\", "\\\\").replace('"', '\\"')
    )


def as_a_mail(text):
    mail = EmailMessage()
    mail["Subject"], mail["To"] = "Hello", "somebody@mail.example"
    mail.set_content(f"Dear you,\n\n{text}\n", cte="base64")
    return mail.as_bytes()


def as_monitor_prints_it(text):
    """Bytes beyond ASCII one by one, as Valkey, Python and C print them."""
    return "".join(chr(byte) if 31 < byte < 127 else f"\\x{byte:02x}" for byte in text.encode())


ENCODINGS = {
    "itself": lambda text: text,
    "shouted": str.upper,
    "UTF-8": str.encode,
    "percent": quote,
    "percent, twice": lambda text: quote(quote(text, safe=""), safe=""),
    "in a query": lambda text: f"GET /admin/?q={quote_plus(text)}&page=2 HTTP/1.1",
    "JSON": json.dumps,
    "JSON in JSON": lambda text: json.dumps({"error": json.dumps({"value": text})}),
    "bytes one by one": as_monitor_prints_it,
    "octal": lambda text: "".join(chr(byte) if byte < 127 else f"\\{byte:03o}" for byte in text.encode()),
    "repr": lambda text: repr({"to": [text.encode()]}),
    "HTML": html.escape,
    "HTML numbers": lambda text: "".join(f"&#{ord(sign)};" for sign in text),
    "quoted-printable": lambda text: quopri.encodestring(
        f"Dear you, {text} and more words than fit".encode()
    ),
    "base64": lambda text: b64encode(text.encode()),
    "base64 inside words": lambda text: "a/path/" + b64encode(f"{{{text}}}".encode()).decode(),
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(b"??>" + text.encode()).rstrip(b"="),
    "base64 in lines": lambda text: base64.encodebytes(b"x " * 35 + text.encode() + b" y" * 35),
    "hex": lambda text: f"\\x{text.encode().hex()}",
    "packed, as Django signs sessions": lambda text: (
        "."
        + base64.urlsafe_b64encode(zlib.compress(json.dumps({"q": text}).encode())).decode().rstrip("=")
        + ":1sXyZ:signature"
    ),
    "gzip": lambda text: gzip.compress(text.encode()),
    "UTF-16": lambda text: b"\x01 \x00" + text.encode("utf-16-le"),
    "a mail's header": lambda text: f"Subject: {Header(text, 'utf-8').encode()}\n",
    "a mail's header, quoted": lambda text: "Subject: =?utf-8?q?{}?=".format(
        quote(text, safe="").replace("%", "=")
    ),
    "a mail": as_a_mail,
    "the broker": as_a_message_of_the_broker,
}


def planted_one(kind):
    planted = Planted()
    planted.value(kind, "elsewhere")
    return planted, planted.value(kind, "here")


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_planted_leak_is_found(kind, encoding):
    planted, text = planted_one(kind)
    content = ENCODINGS[encoding](text)
    surrounded = content if encoding == "gzip" else _around(content)
    assert [find.canary.where for find in finds(planted, "log", surrounded)] == ["here"]


def _around(content):
    noise = '{"event": "request", "ms": 41, "request_id": "0192f0c4e5b97a3c8d1e2f3a4b5c6d7e"}\n'
    if isinstance(content, bytes):
        return noise.encode() + content + b"\n" + noise.encode()
    return noise + content + "\n" + noise


@pytest.mark.parametrize("kind", WORDS)
def test_the_beginning_of_a_text_is_enough(kind):
    planted, text = planted_one(kind)
    beginning = text[: re.search(r"(?i)z[yÿ]\u0308?q[uü]\u0308?.{5}y", text).end()]
    assert [find.canary.where for find in finds(planted, "log", beginning)] == ["here"]


@pytest.mark.parametrize(
    "shown", ["03/01/1907", "3 January 1907", "3 Jan 1907", "19070103", "1907-01-03T00:00:00"]
)
def test_a_birthday_is_found_however_it_is_written(shown):
    planted, _text = planted_one("birthday")
    assert [find.canary.where for find in finds(planted, "page", f"Born {shown}.")] == ["here"]


@pytest.mark.parametrize("shown", ["07700900002", "+44 7700 900 002", "(07700) 900-002"])
def test_a_phone_number_is_found_however_it_is_written(shown):
    planted, _text = planted_one("phone")
    assert [find.canary.where for find in finds(planted, "page", f"Call {shown}, please")] == ["here"]


@pytest.mark.parametrize(
    "harmless",
    [
        '{"at": "2026-11-22T03:04:05.730023Z", "pid": 1730023}',
        "730024",
        "01a2-730023-4b5c",
        "/static/css/base.730023.css",
    ],
)
def test_a_time_a_key_and_another_number_are_no_canary(harmless):
    planted, text = planted_one("code")
    assert (text, finds(planted, "log", harmless)) == ("730023", [])


def test_a_port_is_nobodys_steps():
    planted, text = planted_one("steps")
    found = [bool(finds(planted, "log", line)) for line in (f"[1 127.0.0.1:{text}]", f"steps:{text}")]
    assert found == [False, True]


@pytest.mark.parametrize("kind", KINDS)
def test_a_thousand_canaries_of_a_kind_are_a_thousand(kind):
    planted = Planted()
    for number in range(1000 if kind != "phone" else 999):
        planted.value(kind, str(number))
    assert len(planted.canaries) == (1000 if kind != "phone" else 999)


@pytest.mark.parametrize("room", [4, 7])
def test_where_there_is_no_room_there_is_no_canary(room):
    assert Planted().value("words", "here", room) == ""


def test_a_secret_that_the_product_made_is_looked_for():
    planted = Planted()
    planted.remember("012345", "mailed code")
    assert [str(find.canary) for find in finds(planted, "log", b64encode(b"code=012345&"))] == [
        "secret '012345' of mailed code"
    ]
    assert finds(planted, "log", "at 12:00:00.012345, 10123456, 012345-6") == []


def test_a_find_says_where_what_and_how():
    planted, text = planted_one("phone")
    (find,) = finds(planted, "web.log", f"path=/x?call={quote(text)}")
    assert str(find) == "web.log: phone '07700 900002' of here as percent: …path=/x?call=07700 900002…"
