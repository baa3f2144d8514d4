"""Who approved the safety texts of a language, and when."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from clinic.languages import approvable


class LanguageDecisionQuerySet(models.QuerySet["LanguageDecision"]):
    def newest(self) -> Self:
        """The last word on each language."""
        later = LanguageDecision.objects.filter(language=OuterRef("language"), id__gt=OuterRef("id"))
        return self.filter(~Exists(later))

    def holding(self) -> Self:
        """Approvals of the very words that this version of Waymark says."""
        return self.newest().filter(is_approved=True, digest__in=approvable().values())


class LanguageDecision(models.Model):
    """An approval, or its withdrawal. Nobody changes or deletes one (a trigger); the newest counts.

    It belongs to no clinic: the words are the same everywhere. Whether a clinic's patients are offered the
    language is the clinic's own choice (`Clinic.languages`).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    language = models.CharField(_("language"), max_length=10)
    is_approved = models.BooleanField(_("approved"))
    digest = models.CharField(_("digest of the texts"), max_length=64)
    name = models.CharField(_("read and approved by"), max_length=120)
    registration = models.CharField(_("registration"), max_length=80)
    decided_on = models.DateField(_("on"))
    recorded_at = models.DateTimeField(_("recorded"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = LanguageDecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("decision about a language")
        verbose_name_plural = _("decisions about languages")
        constraints = [
            models.CheckConstraint(
                condition=~Q(language="") & ~Q(digest="") & ~Q(name="") & ~Q(registration=""),
                name="clinic_languagedecision_says_who",
            )
        ]

    def __str__(self) -> str:
        return f"{self.language} {self.decided_on}"
