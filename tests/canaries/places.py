"""Everywhere outside the database that something could have got to, as names and contents to be searched."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from tests.canaries.site import Answer

ADDRESS = re.compile(r"""\b(?:href|src|action|formaction|poster|srcset)\s*=\s*["']?([^"'\s>]+)""")
TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)  # browsers keep it in their history, with the address
BETWEEN_MAILS = b"-" * 79
# Addresses that only the telephone and the mail program see.
NO_REQUEST = ("tel:", "mailto:")


def addresses_of(answers: list[Answer]) -> Iterator[tuple[str, str]]:
    """What a response puts into address bars, histories and the next request: addresses, titles, headers."""
    seen: set[str] = set()
    for answer in answers:
        head = [f"{name}: {value}" for name, value in answer.headers if not value.startswith("session=")]
        links = [link for link in ADDRESS.findall(answer.text) if not link.startswith(NO_REQUEST)]
        new = {*head, *links, *TITLE.findall(answer.text)} - seen
        seen |= new
        yield f"answer to {answer.path}", "\n".join(new)


def files_below(*folders: Path, since: float, but: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Each file written since then; folders whose names begin with one of `but` are not entered."""
    for folder in folders:
        for place, inner, names in os.walk(folder):
            inner[:] = [name for name in inner if not name.startswith(but)]
            for path in (Path(place, name) for name in names):
                with suppress(OSError):  # somebody else's, gone by now
                    if path.is_file() and path.stat().st_mtime >= since:
                        yield str(path), path.read_bytes()


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
        yield f"mail {number} ({mail['Subject']})", f"{head}\n\n{mail.get_content()}"
