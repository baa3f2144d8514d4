"""What patients are told about their data, word for word, and from when on."""

import re
from datetime import date
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7


class TextKind(models.TextChoices):
    NOTICE = "notice", _("privacy notice")
    CONSENT = "consent", _("consent")  # to something that is not care; nothing asks for one yet


class PrivacyTextQuerySet(models.QuerySet["PrivacyText"]):
    def readable_in(self, clinic_id: UUID | None) -> Self:
        """The texts shipped with Waymark and the clinic's own; without a clinic the shipped ones."""
        return self.filter(Q(clinic=None) | Q(clinic=clinic_id))

    def in_force(self, *, kind: str, clinic_id: UUID | None, on: date) -> "PrivacyText | None":
        """The clinic's newest version that has begun, else the shipped one's."""
        begun = self.readable_in(clinic_id).filter(
            kind=kind, language=settings.LANGUAGE_CODE, in_force_from__lte=on
        )
        return begun.order_by(models.F("clinic").asc(nulls_last=True), "-version").first()


class PrivacyText(models.Model):
    """One version of a text. Without a clinic it is shipped, and holds for clinics with none of their own.

    Nobody changes or deletes one (a trigger): what a patient has read must stay readable. A correction is a
    new version. A newer version replaces the older from its date, also where the older had not begun.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(
        "clinic.Clinic", on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=7, choices=TextKind.choices, default=TextKind.NOTICE)
    version = models.PositiveSmallIntegerField(_("version"), editable=False)
    language = models.CharField(_("language"), max_length=10, default=settings.LANGUAGE_CODE, editable=False)
    title = models.CharField(_("title"), max_length=120)
    body = models.TextField(
        _("text"),
        max_length=20_000,
        help_text=_("An empty line begins a new paragraph. A line that begins with # is a heading."),
    )
    in_force_from = models.DateField(
        _("in force from"), help_text=_("Patients are shown it when they next sign in after that day begins.")
    )

    objects = PrivacyTextQuerySet.as_manager()

    class Meta:
        ordering = ["-in_force_from", "-version"]
        verbose_name = _("privacy text")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=TextKind.values), name="clinic_privacytext_kind_known"
            ),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(body=""), name="clinic_privacytext_says_something"
            ),
            models.UniqueConstraint(
                fields=["clinic", "kind", "language", "version"],
                nulls_distinct=False,
                name="clinic_privacytext_once_a_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {_('version')} {self.version}"

    @property
    def parts(self) -> list[tuple[bool, str]]:
        """Headings (True) and paragraphs, in order: plain text, which templates escape."""
        blocks = re.split(r"\n\s*\n|(?m:^(#.*)$)", self.body.replace("\r\n", "\n"))
        said = [" ".join(block.split()) for block in blocks if block and block.strip()]
        return [(block.startswith("#"), block.lstrip("# ")) for block in said]
