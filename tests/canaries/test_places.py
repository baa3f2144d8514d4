"""A leak planted in each place is found there, and a code is none in the mail to its owner alone."""

import os
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
import redis

from clinic.celery import app
from tests.canaries import places
from tests.canaries.searching import leaks
from tests.canaries.site import Answer, listening_to_valkey
from tests.canaries.values import Planted

LEAVES = {
    "a header": ([("X-Note", "{}")], ""),
    "an address in a header": ([("Location", "/today/?note={}")], ""),
    "a link": ([], '<a href="/today/?note={}">'),
    "a form's address": ([], "<form action='/walks/{}/'>"),
    "a title": ([], "<title>\n{} - Waymark</title>"),
}


def planted_one(kind="name"):
    planted = Planted()
    return planted, planted.value(kind, "here")


def found_in(planted, contents):
    return [leak.place for name, content in contents for leak in leaks(planted, name, content)]


@pytest.mark.parametrize("where", LEAVES)
def test_in_what_an_answer_leaves_behind(where):
    planted, word = planted_one()
    headers = [(name, value.format(word)) for name, value in LEAVES[where][0]]
    answer = Answer("/today/", 200, headers, LEAVES[where][1].format(word))
    assert found_in(planted, places.addresses_of([answer])) == ["answer to /today/"]


@pytest.mark.parametrize(("status", "expected"), [(200, 0), (422, 0), (409, 0), (400, 1), (404, 1), (500, 1)])
def test_in_an_error_page(status, expected):
    """A page that is no error shows what it is asked for, and is not kept."""
    planted, word = planted_one()
    found = found_in(planted, places.addresses_of([Answer("/x/", status, [], f"<p>{word}</p>")]))
    assert found == [f"error page {status} of /x/"] * expected


def test_in_a_log_and_in_any_other_file(tmp_path: Path):
    planted, word = planted_one()
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "web.log").write_text(f'{{"event": "request", "note": "{word}"}}\n')
    (tmp_path / "left out").mkdir()
    (tmp_path / "left out" / "web.log").write_text(word)
    began = datetime.now(UTC).timestamp() - 60
    files = places.files_below(tmp_path, since=began, but=("left",))
    assert found_in(planted, files) == [str(tmp_path / "logs" / "web.log")]


@pytest.mark.parametrize("leak", ["key", "value", "argument"])
def test_in_valkey(leak):
    planted, word = planted_one()
    broker = redis.Redis.from_url(os.environ["REDIS_URL"])
    with listening_to_valkey(os.environ["REDIS_URL"]) as heard:
        if leak == "argument":
            app.send_task("tests.nobody_takes_this", args=[word])
        else:
            broker.set(f"note:{word}" if leak == "key" else "note", word)
        left = list(places.stays_in_valkey(os.environ["REDIS_URL"]))
        broker.flushdb()
    assert found_in(planted, [("passed", b"".join(heard))]) == ["passed"]
    assert len(found_in(planted, left)) == 1


def a_mail(to="june@mail.example", subject="Hello", text="Good morning.", **headers):
    mail = EmailMessage()
    mail["To"], mail["Subject"] = to, subject
    for name, value in headers.items():
        mail[name] = value
    mail.set_content(text)
    return mail


def mailed(tmp_path, *mails):
    between = b"\n" + places.BETWEEN_MAILS + b"\n"
    (tmp_path / "1.log").write_bytes(between.join(bytes(mail) for mail in mails))
    return places.mails_in(tmp_path)


def test_in_a_mails_subject_text_and_other_headers(tmp_path):
    planted, word = planted_one()
    mails = [a_mail(subject=word), a_mail(text=f"Dear {word}"), a_mail(Organization=word)]
    assert found_in(planted, places.of_mails(mailed(tmp_path, *mails))) == [
        f"headers of mail 0 ({word})",
        "text of a mail to june@mail.example",
        "headers of mail 2 (Hello)",
    ]


CODE, LINK = "Your code is 604833", "http://127.0.0.1/sign-in/link/697xiFZN3OlUTZ50IYhuxymUnQH_Z-5i/"


def secrets_in(tmp_path, *mails):
    planted, mails = Planted(), mailed(tmp_path, *mails)
    for secret, where in places.brought_by(mails):
        planted.remember(secret, where)
    return planted, found_in(planted, places.of_mails(mails))


@pytest.mark.parametrize("text", [CODE, LINK])
def test_a_code_and_a_link_stand_in_the_mail_to_their_owner(tmp_path, text):
    planted, found = secrets_in(tmp_path, a_mail(text=text), a_mail("another@mail.example"))
    assert (len(planted.secrets), found) == (1, [])


@pytest.mark.parametrize("text", [CODE, LINK])
@pytest.mark.parametrize("place", ["another's mail", "a subject", "the log"])
def test_they_stand_nowhere_else(tmp_path, text, place):
    secret = text.strip("/").split("/")[-1].split()[-1]
    others = {
        "another's mail": [a_mail("another@mail.example", text=text)],
        "a subject": [a_mail(subject=f"{secret} is your code", text=text)],
    }
    planted, found = secrets_in(tmp_path, a_mail(text=text), *others.get(place, []))
    assert [*found, *found_in(planted, [("the log", f"path=/{secret}/")])] == [
        *{
            "another's mail": ["text of a mail to another@mail.example"],
            "a subject": [f"headers of mail 1 ({secret} is your code)"],
        }.get(place, []),
        "the log",
    ]
