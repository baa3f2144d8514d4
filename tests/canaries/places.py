"""Everywhere outside the database that something could have got to, as names and contents to be searched."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import redis

from tests.canaries.site import Answer

ADDRESS = re.compile(r"""\b(?:href|src|action|formaction|poster|srcset)\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)""")
TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)  # browsers keep it in their history, with the address
BETWEEN_MAILS = b"-" * 79
SECRET = re.compile(r"\b\d{6}\b|(?<=/)[\w-]{24,}(?=/)")
# A refused form keeps what was typed, a late one says what has changed; other errors say their number alone.
PAGES_TO_GO_ON = (409, 422)
# Addresses that only the telephone and the mail program see.
NO_REQUEST = ("tel:", "mailto:")


def addresses_of(answers: list[Answer]) -> Iterator[tuple[str, str]]:
    """What a response puts into address bars, histories and the next request, and all of an error page."""
    seen: set[str] = set()
    for answer in answers:
        head = [f"{name}: {value}" for name, value in answer.headers if not value.startswith("session=")]
        written = [link.strip("\"'") for link in ADDRESS.findall(answer.text)]
        links = [link for link in written if not link.startswith(NO_REQUEST)]
        new = {*head, *links, *TITLE.findall(answer.text)} - seen
        seen |= new
        yield f"answer to {answer.path}", "\n".join(new)
        if answer.status >= 400 and answer.status not in PAGES_TO_GO_ON:
            yield f"error page {answer.status} of {answer.path}", answer.text


def files_below(*folders: Path, since: float, but: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Each file written since then; folders whose names begin with one of `but` are not entered."""
    for folder in folders:
        for place, inner, names in os.walk(folder):
            inner[:] = [name for name in inner if not name.startswith(but)]
            for path in (Path(place, name) for name in names):
                with suppress(OSError):  # somebody else's, gone by now
                    if path.is_file() and path.stat().st_mtime >= since:
                        yield str(path), path.read_bytes()


def stays_in_valkey(url: str) -> Iterator[tuple[str, bytes]]:
    """Each key and its value."""
    broker = redis.Redis.from_url(url)
    for key in broker.scan_iter():
        yield f"Valkey: {key!r}", key + b" " + (broker.dump(key) or b"")


def mails_in(folder: Path) -> list[EmailMessage]:
    """What the mailer wrote."""
    written = [
        part for file in sorted(folder.glob("*.log")) for part in file.read_bytes().split(BETWEEN_MAILS)
    ]
    mails = [message_from_bytes(part.strip(), policy=policy.default) for part in written if part.strip()]
    return [mail for mail in mails if isinstance(mail, EmailMessage)]


def of_mails(mails: list[EmailMessage]) -> Iterator[tuple[str, str]]:
    """Headers but the recipient's own address, and texts."""
    for number, mail in enumerate(mails):
        head = "\n".join(f"{name}: {value}" for name, value in mail.items() if name != "To")
        yield f"headers of mail {number} ({mail['Subject']})", head
        yield _text_to(mail), mail.get_content()


def brought_by(mails: list[EmailMessage]) -> Iterator[tuple[str, str]]:
    """Codes and words of links, and the one place where each may stand: the text to its owner."""
    for mail in mails:
        for secret in SECRET.findall(mail.get_content()):
            yield secret, _text_to(mail)


def _text_to(mail: EmailMessage) -> str:
    return f"text of a mail to {mail['To']}"
