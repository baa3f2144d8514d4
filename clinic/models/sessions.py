"""The sessions of staff, patients and visitors: whose, since when, last seen when, on what."""

from datetime import datetime
from hashlib import sha256
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from clinic.models.people import User
from clinic.tenancy import one_of


def digest_of_key(session_key: str) -> str:
    """What is stored of a session key: the key itself stands in the browser's cookie alone."""
    return sha256(session_key.encode()).hexdigest()


class SessionKind(models.TextChoices):
    STAFF = "staff", _("Staff")
    PATIENT = "patient", _("Patient")
    VISITOR = "visitor", _("Visitor")


class UserSessionQuerySet(models.QuerySet["UserSession"]):
    def alive(self, now: datetime) -> Self:
        return self.filter(expire_date__gt=now)

    def of_user(self, user: User) -> Self:
        return self.filter(user=user).order_by("-last_seen_at")


class UserSession(models.Model):
    """One signed-in browser, or a visitor's. Ending a session means deleting its row (ADR 0022).

    `clinic/middleware/session_store.py` reads and writes it in place of Django's table. `user`, `kind`,
    `agent` and `network` repeat what the signed data says, so that sessions can be listed and ended.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key_digest = models.CharField(max_length=64, unique=True)
    session_data = models.TextField()
    expire_date = models.DateTimeField(db_index=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")
    kind = models.CharField(max_length=8, choices=SessionKind.choices, default=SessionKind.VISITOR)
    started_at = models.DateTimeField(help_text=_("Signed in; rotating the key does not change it."))
    last_seen_at = models.DateTimeField(help_text=_("To the minute."))
    agent = models.CharField(max_length=60, blank=True, help_text=_("Family of browser and system."))
    network = models.CharField(max_length=50, blank=True, help_text=_("Not the address: its network."))

    objects = UserSessionQuerySet.as_manager()

    class Meta:
        ordering = ["started_at"]
        constraints = [
            one_of("kind", SessionKind),
            models.CheckConstraint(
                condition=Q(kind="visitor", user=None) | (~Q(kind="visitor") & Q(user__isnull=False)),
                name="clinic_usersession_kind_has_user",
            ),
        ]

    def __str__(self) -> str:
        return f"Session {self.pk}"
