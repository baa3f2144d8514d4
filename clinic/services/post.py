"""What leaves by mail: written with the event, sent by a sender that polls."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection
from uuid_utils.compat import uuid7

from clinic.models import (
    SENT_AT_MOST_ONCE,
    Clinic,
    MessageKind,
    MessageStatus,
    OutboxMessage,
    reminder_key,
)
from clinic.tenancy import with_all_post

MAX_SENDING_ATTEMPTS = 8
SENDING_TAKES = timedelta(minutes=10)  # longer than any server's patience with one mail
OUTBOX_CHANNEL = "waymark_outbox"
# One statement, because whoever posts may not see the mails of others: no key is looked up. Naming the column
# of the conflict would need that sight as well.
POST = """
INSERT INTO clinic_outboxmessage
  (id, clinic_id, kind, key, to_address, subject, body, is_secret, send_after, created_at, expires_at,
   stop_url, status, attempts, last_error, came_back_with)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'waiting', 0, '', '')
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Letter:
    """The text of one mail; doors write it in the reader's language.

    `stop_url` is for mails that nobody has to get: the mail program's own "unsubscribe" posts to it.
    """

    subject: str
    body: str
    stop_url: str = ""


def post_message(
    *,
    kind: MessageKind,
    key: str,
    to_address: str,
    letter: Letter,
    now: datetime,
    clinic: Clinic | None = None,
    secret: bool = False,
    expires_at: datetime | None = None,
) -> bool:
    """Writes a mail into the outbox, in the caller's transaction; the sender wakes at commit.

    Returns False when a message with this key exists already: the same event never makes two mails.
    """
    values: list[Any] = [
        uuid7(),
        clinic and clinic.pk,
        str(kind),
        key,
        to_address,
        letter.subject,
        letter.body,
        secret,
    ]
    with connection.cursor() as cursor:
        cursor.execute(POST, [*values, now, now, expires_at, letter.stop_url])
        posted = bool(cursor.rowcount == 1)
        if posted:
            cursor.execute(f"NOTIFY {OUTBOX_CHANNEL}")
    return posted


def withdraw_reminders(*, clinic_id: UUID, patient_id: UUID) -> int:
    """Takes back a patient's reminders that still wait: what they say no longer holds. Returns how many.

    One a sender has begun with has left. Row-level security lets nothing else of the post be changed.
    """
    waiting = OutboxMessage.objects.filter(
        clinic_id=clinic_id, kind=MessageKind.REMINDER, status=MessageStatus.WAITING
    )
    mine = waiting.filter(key__startswith=reminder_key(patient_id))
    return mine.update(status=MessageStatus.WITHDRAWN)


def deliver_due_messages(*, now: datetime, limit: int = 50) -> int:
    """Sends what is due, one transaction a message. Returns how many left.

    What a sender began long ago and never finished is called unknown first, for people to see.
    At least once: after a crash between sending and commit the message goes again with the same
    Message-ID. Several senders may run; SKIP LOCKED keeps them apart.
    """
    _give_up_on_unknown(now)
    sent = 0
    for _attempt in range(limit):
        result = _deliver_next(now)
        if result is None:
            break
        sent += result
    return sent


def _deliver_next(now: datetime) -> int | None:
    with with_all_post():
        message = OutboxMessage.objects.due(now).select_for_update(skip_locked=True).first()
        if message is None:
            return None
        if message.expires_at and message.expires_at <= now:
            _finish(message, MessageStatus.EXPIRED)
            return 0
        if message.kind not in SENT_AT_MOST_ONCE:
            return _try(message, now)
        _begin(message, now)
    with with_all_post():  # only now, when the attempt is written down for good
        return _try(message, now)


def _begin(message: OutboxMessage, now: datetime) -> None:
    message.status, message.sending_at = MessageStatus.SENDING, now
    message.save(update_fields=["status", "sending_at"])


def _give_up_on_unknown(now: datetime) -> None:
    with with_all_post():
        begun = OutboxMessage.objects.begun_before(now - SENDING_TAKES)
        begun.update(status=MessageStatus.UNKNOWN)


def _try(message: OutboxMessage, now: datetime) -> int:
    try:
        _send(message)
    except Exception as error:  # whatever is wrong with one message must not hold up the others
        _put_back(message, error, now)
        return 0
    message.sent_at = now
    _finish(message, MessageStatus.SENT)
    return 1


def _send(message: OutboxMessage) -> None:
    domain = settings.DEFAULT_FROM_EMAIL.rsplit("@", 1)[-1].rstrip(">")
    mail = EmailMessage(
        subject=message.subject,
        body=message.body,
        to=[message.to_address],
        headers={"Message-ID": f"<{message.pk}@{domain}>", **_unsubscribe(message)},
    )
    mail.send()


def _unsubscribe(message: OutboxMessage) -> dict[str, str]:
    """What lets a mail program offer one press to stop (RFC 8058)."""
    if not message.stop_url:
        return {}
    return {
        "List-Unsubscribe": f"<{message.stop_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _finish(message: OutboxMessage, status: MessageStatus) -> None:
    message.status = status
    if message.is_secret:
        message.body = ""  # a sign-in code does not outlive its mail
    message.save(update_fields=["status", "sent_at", "body"])


def _put_back(message: OutboxMessage, error: Exception, now: datetime) -> None:
    """Tries again after a growing pause; the last failure stands as failed, for people to see."""
    message.attempts += 1
    message.last_error = type(error).__name__
    message.send_after = now + timedelta(seconds=15 * 2**message.attempts)
    message.save(update_fields=["attempts", "last_error", "send_after"])
    if message.attempts >= MAX_SENDING_ATTEMPTS or message.kind in SENT_AT_MOST_ONCE:
        _finish(message, MessageStatus.FAILED)
