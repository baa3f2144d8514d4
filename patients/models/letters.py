"""Codes on paper, and how often a network may try them."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7


class LetterCodeQuerySet(models.QuerySet["LetterCode"]):
    def open(self, now: datetime) -> Self:
        return self.filter(used_at=None, voided_at=None, expires_at__gt=now)


class LetterCode(models.Model):
    """A code on a printed letter, for a login without an e-mail address. Only its digest is kept.

    It works once, for 28 days, together with the date of birth; a new letter voids the old one.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="letter_codes")
    digest = models.CharField(max_length=64, unique=True)
    printed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)

    objects = LetterCodeQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(used_at=None, voided_at=None),
                name="patients_lettercode_one_open",
            ),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(voided_at=None), name="patients_lettercode_used_or_voided"
            ),
        ]

    def __str__(self) -> str:
        return f"Letter code {self.pk}"


class NetworkTries(models.Model):
    """How many letter codes one network has tried in one hour. The network stands here as a digest."""

    network = models.CharField(max_length=64)
    hour = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["network", "hour"], name="patients_networktries_once_an_hour")
        ]

    def __str__(self) -> str:
        return f"Tries of a network {self.pk}"
