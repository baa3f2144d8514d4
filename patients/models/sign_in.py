"""What opens a patient's pages."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7


class SignInCodeQuerySet(models.QuerySet["SignInCode"]):
    def open(self, now: datetime) -> Self:
        return self.filter(used_at=None, voided_at=None, expires_at__gt=now)


class SignInCode(models.Model):
    """A single-use code for one login, and the five guesses of the browser that asked for it.

    Only a salted digest is kept; "" where the limits of a login left no mail. A new code voids the old one of
    the same browser.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_in_codes")
    browser = models.UUIDField()  # stands in the session that asked
    digest = models.CharField(max_length=64, blank=True)
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
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(voided_at=None), name="patients_signincode_used_or_voided"
            ),
        ]

    def __str__(self) -> str:
        return f"Sign-in code {self.pk}"
