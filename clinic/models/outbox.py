"""The post that leaves."""

from datetime import date, datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from clinic.models.clinic import Clinic
from clinic.tenancy import ClinicQuerySet, one_of

LATE_AFTER = timedelta(minutes=15)
FAILURES_SHOWN = timedelta(days=7)


def _waits_too_long(now: datetime) -> Q:
    """Between two tries a message is not due, so its age counts."""
    before = now - LATE_AFTER
    late = Q(status="waiting", attempts__gt=0, created_at__lte=before)
    return Q(status="waiting", send_after__lte=before) | late


class OutboxQuerySet(ClinicQuerySet):
    def due(self, now: Any) -> Self:
        """Waiting messages whose time has come, oldest first."""
        return self.filter(status="waiting", send_after__lte=now).order_by("send_after", "id")

    def begun_before(self, moment: datetime) -> Self:
        """Sending began and nobody knows how it ended: the sender died in between."""
        return self.filter(status="sending", sending_at__lte=moment)

    def standing_still(self, now: datetime) -> Self:
        """Waiting or tried in vain for too long: a sender that runs would have dealt with it."""
        return self.filter(_waits_too_long(now))

    def stuck(self, now: datetime) -> Self:
        """What somebody must look at: waiting or tried in vain for too long, or an alert that did not arrive.

        An alert is shown for a week.
        """
        return self.filter(
            _waits_too_long(now)
            | Q(status="failed", kind="safety-alert", created_at__gt=now - FAILURES_SHOWN)
            | Q(kind="safety-alert", came_back_at__gt=now - FAILURES_SHOWN)
        )


class MessageKind(models.TextChoices):
    INVITATION = "invitation", _("Invitation")
    SIGN_IN_CODE = "sign-in-code", _("Sign-in code")
    SAFETY_ALERT = "safety-alert", _("Safety alert")
    ACCOUNT_NOTICE = "account-notice", _("About a login")
    PASSWORD_LINK = "password-link", _("Link to choose a password")
    EMERGENCY_ACCESS = "emergency-access", _("Emergency access")
    RETENTION = "retention", _("Records past their time")
    COVER = "cover", _("Patients to look after")
    REMINDER = "reminder", _("Reminder")
    CALL_OVERDUE = "call-overdue", _("Call that is overdue")


# A crash between sending and writing it down leaves these unknown: they never go twice.
SENT_AT_MOST_ONCE = (MessageKind.REMINDER,)


def reminder_key(patient_id: object, on: date | None = None) -> str:
    """The key of a patient's reminder; without a day, how the keys of all of them begin."""
    return f"reminder:{patient_id}:{on or ''}"


class MessageStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    EXPIRED = "expired", _("Expired")
    UNKNOWN = "unknown", _("Perhaps sent")
    WITHDRAWN = "withdrawn", _("Taken back before it left")


class OutboxMessage(models.Model):
    """A mail that a verb decided on, written in the same transaction; the sender polls this table.

    Secret bodies (sign-in codes) are wiped when the message has left.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, null=True, editable=False, related_name="+")
    kind = models.CharField(max_length=20, choices=MessageKind.choices)
    key = models.CharField(
        max_length=120, unique=True, help_text=_("The same event never makes two messages.")
    )
    to_address = models.EmailField()
    subject = models.CharField(max_length=160)
    body = models.TextField()
    is_secret = models.BooleanField(default=False)
    status = models.CharField(max_length=9, choices=MessageStatus.choices, default=MessageStatus.WAITING)
    send_after = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    sending_at = models.DateTimeField(null=True, help_text=_("The one attempt of what goes once."))
    sent_at = models.DateTimeField(null=True)
    came_back_at = models.DateTimeField(null=True)
    came_back_with = models.CharField(max_length=12, blank=True, help_text=_("RFC 3463, for example 5.1.1."))
    stop_url = models.CharField(max_length=300, blank=True, help_text=_("List-Unsubscribe of RFC 8058."))
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        indexes = [
            models.Index(
                fields=["send_after", "id"], condition=Q(status="waiting"), name="clinic_outbox_waiting"
            ),
        ]
        constraints = [
            one_of("kind", MessageKind),
            one_of("status", MessageStatus),
            models.CheckConstraint(
                condition=Q(status="sent", sent_at__isnull=False)
                | (~Q(status="sent") & Q(sent_at__isnull=True)),
                name="clinic_outboxmessage_sent_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
