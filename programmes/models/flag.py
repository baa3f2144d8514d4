"""What a rule saw, kept with the numbers it saw it in."""

import hashlib
import json
from datetime import date, timedelta
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _

from clinic.models import User
from clinic.tenancy import ClinicQuerySet, ClinicRecord, in_range, one_of, same_clinic
from patients.models import Patient
from programmes.models.programme import Programme
from programmes.models.review import ContactAttempt, ReviewItem, Severity
from programmes.models.walk import Walk


class FlagCode(models.TextChoices):
    SAFETY = "SAFETY", _("safety answer")
    PAIN_RISING = "PAIN_RISING", _("pain rising")
    ADHERENCE_DROPPED = "ADHERENCE_DROPPED", _("walks dropped")
    FLARE_OVERDUE = "FLARE_OVERDUE", _("flare-up plan not over")
    CALL_ME = "CALL_ME", _("asks to be called")
    PAIN_THEN_SILENT = "PAIN_THEN_SILENT", _("pain, then silence")
    PAIN_SEVERE = "PAIN_SEVERE", _("severe pain")
    PAIN_RESPONSE = "PAIN_RESPONSE", _("walks hurt")
    FLARE = "FLARE", _("flare-up")
    ADHERENCE_LOW = "ADHERENCE_LOW", _("few of the planned walks")
    NOT_STARTED = "NOT_STARTED", _("not started")
    OVERDOING = "OVERDOING", _("more than planned")
    LIMB_PROBLEM = "LIMB_PROBLEM", _("leg or foot problem")
    FALL = "FALL", _("fall or near-fall")
    NOT_IMPROVING = "NOT_IMPROVING", _("not improving")
    DATA_QUALITY = "DATA_QUALITY", _("odd entries")


FOR_CLINICIANS = (FlagCode.SAFETY, FlagCode.FALL)
"""Only a clinician closes an item that holds one of these."""


class Resolution(models.TextChoices):
    CLEARED = "cleared", _("the condition ended")
    CLOSED = "closed", _("closed by staff")


class FlagQuerySet(ClinicQuerySet):
    def unresolved(self) -> Self:
        return self.filter(resolved_on=None)

    def open_safety(self, patient: Patient) -> Self:
        """The safety answer of this patient that waits for a clinician: one at most."""
        return self.unresolved().filter(clinic_id=patient.clinic_id, patient=patient, code=FlagCode.SAFETY)

    def with_told_at(self) -> Self:
        """Annotates `told_at`: when the newest answer came; later ones join the flag of the first."""
        joined = Cast(KeyTextTransform("joined_at", "latest"), models.DateTimeField())
        return self.annotate(told_at=Coalesce(joined, "raised_at"))

    def unanswered(self, today: date) -> Self:
        """Past the day that their patient was promised, and nobody tried to reach them since they told."""
        tries = ContactAttempt.objects.filter(item=OuterRef("item"), made_at__gte=OuterRef("told_at"))
        open_ones = self.unresolved().with_told_at()
        return open_ones.filter(~Exists(tries), item__promised_for__lt=today)

    def with_is_held(self) -> Self:
        """Annotates `is_held`: somebody has claimed its item, or a patient was promised a day for it."""
        held = Q(claimed_by__isnull=False) | Q(promised_for__isnull=False)
        return self.annotate(is_held=Exists(ReviewItem.objects.filter(held, pk=OuterRef("item_id"))))

    def that_matter_on(self, day: date, *, cool_off_days: int) -> Self:
        """Unresolved ones, and those resolved so lately that the rule still holds its tongue."""
        recent = day - timedelta(days=cool_off_days)
        return self.filter(Q(resolved_on=None) | Q(resolved_on__gt=recent))


class Flag(ClinicRecord):
    """One unresolved flag per patient and code. Its evidence never changes (a trigger refuses)."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, db_constraint=False, related_name="flags")
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, db_constraint=False, null=True, related_name="flags"
    )
    item = models.ForeignKey(ReviewItem, on_delete=models.PROTECT, db_constraint=False, related_name="flags")
    walk = models.ForeignKey(
        Walk, on_delete=models.PROTECT, db_constraint=False, null=True, related_name="flags"
    )
    code = models.CharField(_("rule"), max_length=24, choices=FlagCode.choices)
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity.choices)
    raised_on = models.DateField(_("raised for"), help_text=_("The computed local date, never the clock's."))
    raised_at = models.DateTimeField(_("raised at"))
    rule_version = models.CharField(_("rule version"), max_length=20)
    evidence = models.JSONField(_("evidence"))
    # What later reviews found; the evidence above stays as it was.
    latest = models.JSONField(_("newest evidence"), null=True, help_text=_("Set when it became worse."))
    condition_ended_on = models.DateField(_("condition no longer met since"), null=True)
    resolved_on = models.DateField(_("resolved on"), null=True)
    resolution = models.CharField(_("resolution"), max_length=8, choices=Resolution.choices, blank=True)
    resolved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    is_held: bool  # annotated: see `with_is_held`

    objects = FlagQuerySet.as_manager()

    class Meta(ClinicRecord.Meta):
        ordering = ["severity", "raised_on"]
        constraints = [
            *ClinicRecord.Meta.constraints,
            same_clinic("patient"),
            same_clinic("programme"),
            same_clinic("item"),
            same_clinic("walk"),
            one_of("code", FlagCode),
            in_range("severity", Severity.URGENT, Severity.INFO),
            one_of("resolution", Resolution, or_blank=True),
            models.UniqueConstraint(
                fields=["patient", "code"],
                condition=Q(resolved_on=None),
                name="programmes_flag_one_unresolved",
            ),
            models.CheckConstraint(
                condition=Q(resolved_on=None, resolution="")
                | (Q(resolved_on__isnull=False) & ~Q(resolution="")),
                name="programmes_flag_resolved_has_resolution",
            ),
            models.CheckConstraint(
                condition=~Q(resolution="closed") | Q(resolved_by__isnull=False),
                name="programmes_flag_closed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.pk}"

    @property
    def as_read(self) -> str:
        """Names the flag and what it said: closing a page that showed less is refused."""
        said = json.dumps(self.latest or self.evidence, sort_keys=True)
        return f"{self.pk}:{hashlib.sha256(said.encode()).hexdigest()[:16]}"
