"""What is counted against guessing, and the links that let a password be chosen."""

from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from clinic.models.people import User
from clinic.tenancy import one_of


class Guesses(models.Model):
    """Guesses counted under one key: an account, a network, a browser. The key is a digest: no names."""

    key = models.CharField(max_length=64, primary_key=True)
    made = models.PositiveIntegerField()
    free_at = models.DateTimeField(help_text=_("No guess before."))
    last_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "guesses"

    def __str__(self) -> str:
        return f"Guesses {self.key[:8]}"


class LinkPurpose(models.TextChoices):
    FIRST = "first", "First password"
    FORGOTTEN = "forgotten", "Forgotten password"


class PasswordLinkQuerySet(models.QuerySet["PasswordLink"]):
    def open(self, now: datetime) -> Self:
        return self.filter(used_at=None, voided_at=None, expires_at__gt=now)


class PasswordLink(models.Model):
    """A mailed link that lets one password be chosen, once. Only its token's digest is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="password_links")
    purpose = models.CharField(max_length=9, choices=LinkPurpose.choices)
    digest = models.CharField(max_length=64, unique=True)
    asked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)

    objects = PasswordLinkQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        constraints = [one_of("purpose", LinkPurpose)]

    def __str__(self) -> str:
        return f"Password link {self.pk}"
