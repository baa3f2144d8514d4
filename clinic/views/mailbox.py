"""The demo's mailbox: mails that a real clinic would send lie here as files."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.models import Clinic

SHOWN = 50
BETWEEN_MAILS = b"\n" + b"-" * 79 + b"\n"  # as Django's file backend writes it


@dataclass(frozen=True, slots=True)
class Mail:
    to: str
    subject: str
    written: datetime
    body: str


@require_safe
def demo_mailbox(request: HttpRequest) -> HttpResponse:
    """The newest mails of the demonstration; does not exist anywhere else."""
    if not settings.DEMO:
        raise Http404
    first = Clinic.objects.order_by("pk").first()
    with timezone.override(first.zone if first else None):  # nobody has to be signed in here
        mails = newest_mails(settings.EMAIL_FILE_PATH)
        return render(request, "clinic/demo_mailbox.html", {"mails": mails})


def newest_mails(folder: str | None) -> list[Mail]:
    """The newest mails of the folder, newest first; none when there is no folder yet."""
    if not folder or not Path(folder).is_dir():
        return []
    with os.scandir(folder) as entries:
        files = sorted((entry.stat().st_mtime, entry.path) for entry in entries if entry.is_file())
    mails: list[Mail] = []
    for written, path in reversed(files):
        mails += reversed(_mails_in(Path(path), datetime.fromtimestamp(written, UTC)))
        if len(mails) >= SHOWN:
            break
    return mails[:SHOWN]


def _mails_in(path: Path, written: datetime) -> list[Mail]:
    parts = path.read_bytes().split(BETWEEN_MAILS)
    return [_mail(part, written) for part in parts if part.strip()]


def _mail(raw: bytes, written: datetime) -> Mail:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    text = message.get_body(("plain",))
    return Mail(
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        written=written,
        body=text.get_content() if text else "",
    )
