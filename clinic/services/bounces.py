"""Mail that came back: a delivery report (RFC 3464) is read, and the message it speaks of is marked."""

import re
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from uuid import UUID

from django.db import transaction

from clinic.models import OutboxMessage
from clinic.tenancy import with_all_post

OURS = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@", re.IGNORECASE)
FOR_GOOD = re.compile(r"\s*(5\.\d{1,3}\.\d{1,3})")  # RFC 3463: class 5 is a permanent failure
LONGEST = 1_000_000  # bytes of a report that are read


@transaction.atomic
def take_bounce(report: bytes, *, now: datetime) -> bool:
    """Marks the mail that a delivery report says came back for good. Returns whether there was one.

    Reports of delays, of anything but our own mails, and a second report of the same mail change nothing.
    """
    try:
        mail = message_from_bytes(report[:LONGEST])  # the old policy: the new one raises on odd headers
        code = _failure(mail)
        key = _our_message(mail) if code else None
    except (ValueError, LookupError, RecursionError, AttributeError, TypeError):
        return False  # whatever it is, the mail server must not return an error to a stranger
    if key is None:
        return False
    with with_all_post():
        returned = OutboxMessage.objects.filter(pk=key, came_back_at=None)
        return returned.update(came_back_at=now, came_back_with=code) == 1


def _failure(mail: Message) -> str:
    """The code of a delivery that failed for good; "" for any other report."""
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for fields in part.walk():
            status = FOR_GOOD.match(str(fields.get("Status", "")))
            if status and str(fields.get("Action", "")).strip().lower() == "failed":
                return status[1]
    return ""


def _our_message(mail: Message) -> UUID | None:
    """The number of our mail, from the headers that the report gives back."""
    for part in mail.walk():
        if part is mail:
            continue
        text = str(part.get("Message-ID", ""))
        if part.get_content_type() == "text/rfc822-headers":
            text = str(part.get_payload())
        if found := OURS.search(text):
            return UUID(found[1])
    return None
