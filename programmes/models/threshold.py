"""What a clinic changed of the rules' numbers: the knob, and few by hand; for itself or for one patient."""

from collections.abc import Iterable
from typing import Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import User
from clinic.tenancy import ClinicQuerySet, ClinicRecord, in_range, one_of, same_clinic
from patients.models import Patient
from programmes.clinical.thresholds import ADJUSTABLE, Setting


class Sensitivity(models.TextChoices):
    """The positions of the knob."""

    QUIET = "quiet", _("quiet: fewer prompts, some later or not at all")
    BALANCED = "balanced", _("balanced: as shipped")
    SENSITIVE = "sensitive", _("sensitive: sooner, with more false alarms")


class ThresholdSettingQuerySet(ClinicQuerySet):
    def of_clinic(self) -> Self:
        """The clinic's own: one at most."""
        return self.filter(patient=None)

    def that_concern(self, patients: Iterable[UUID]) -> Self:
        """The clinic's own and those of these patients."""
        return self.of_clinic() | self.with_keys("patient_id", patients)


class ThresholdSetting(ClinicRecord):
    """What holds now; who changed it when, and what held before, stands in the history.

    Without a patient it is the clinic's. NULL and "" are "not chosen here": then the clinic's holds, or what
    was shipped.
    """

    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, db_constraint=False, null=True, related_name="thresholds"
    )
    sensitivity = models.CharField(
        _("sensitivity"), max_length=9, choices=Sensitivity.choices, blank=True, default=""
    )
    pain_rise = models.DecimalField(
        _("least rise of pain, points"), max_digits=2, decimal_places=1, null=True, blank=True
    )
    silence_days = models.PositiveSmallIntegerField(_("shortest silence, days"), null=True, blank=True)
    start_days = models.PositiveSmallIntegerField(_("no first walk, days"), null=True, blank=True)
    low_percent = models.PositiveSmallIntegerField(_("few of the planned walks, %"), null=True, blank=True)
    reason = models.CharField(_("why"), max_length=300)
    version = models.PositiveIntegerField(_("version"), default=1)
    changed_at = models.DateTimeField(_("changed"))
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = ThresholdSettingQuerySet.as_manager()

    class Meta(ClinicRecord.Meta):
        verbose_name = _("threshold setting")
        verbose_name_plural = _("threshold settings")
        constraints = [
            *ClinicRecord.Meta.constraints,
            same_clinic("patient"),
            models.UniqueConstraint(
                fields=["clinic", "patient"], nulls_distinct=False, name="programmes_thresholds_one_each"
            ),
            one_of("sensitivity", Sensitivity, or_blank=True),
            *(in_range(name, bounds.low, bounds.high) for name, bounds in ADJUSTABLE.items()),
            models.CheckConstraint(condition=~Q(reason=""), name="programmes_thresholds_with_reason"),
        ]

    @property
    def as_setting(self) -> Setting:
        """As the rules read it."""
        position: Any = self.sensitivity or None
        return Setting(
            sensitivity=position,
            pain_rise=None if self.pain_rise is None else float(self.pain_rise),
            silence_days=self.silence_days,
            start_days=self.start_days,
            low_percent=self.low_percent,
        )
