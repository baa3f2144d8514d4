"""What opens a patient's pages."""

from datetime import datetime
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7


class SignInCodeQuerySet(models.QuerySet["SignInCode"]):
    def open(self, now: datetime) -> Self:
        return self.filter(used_at=None, voided_at=None, expires_at__gt=now)

    def counted_with(self, browser: UUID, is_known: bool) -> Self:
        """What shares this browser's limits: strangers share a login's, a known device has its own."""
        return self.filter(browser=browser, is_known=True) if is_known else self.filter(is_known=False)

    def of_link(self, digest: str) -> Self:
        """The row that a link of this digest opens: none for "", which stands where no mail left."""
        return self.filter(link_digest=digest).exclude(link_digest="")


class SignInCode(models.Model):
    """A code and a link for one login, and the five guesses of the browser that asked for them.

    They went in one mail and share the row: using either spends both. Only digests are kept; "" where the
    limits of a login left no mail. A new code voids the old one of the same browser.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_in_codes")
    browser = models.UUIDField()  # stands in the session that asked, or in the cookie of a known device
    is_known = models.BooleanField(default=False)  # asked in a browser where the login was opened before
    digest = models.CharField(max_length=64, blank=True)
    link_digest = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)

    objects = SignInCodeQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "browser"],
                condition=Q(used_at=None, voided_at=None),
                name="patients_signincode_one_open",
            ),
            models.UniqueConstraint(
                fields=["link_digest"], condition=~Q(link_digest=""), name="patients_signincode_one_link"
            ),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(voided_at=None), name="patients_signincode_used_or_voided"
            ),
        ]

    def __str__(self) -> str:
        return f"Sign-in code {self.pk}"
