"""The clinician's safety checklist before a patient's first programme."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import User
from clinic.tenancy import ClinicQuerySet, ClinicRecord, one_of, same_clinic
from patients.models import Patient


class EnrolmentDecision(models.TextChoices):
    GO_AHEAD = "go-ahead", _("walk all the same")
    NOT_NOW = "not-now", _("no programme for now")


class SafetyChecklistQuerySet(ClinicQuerySet):
    def newest_of(self, patient: Patient) -> Self:
        return self.filter(clinic_id=patient.clinic_id, patient=patient).order_by("-made_at", "-pk")


class SafetyChecklist(ClinicRecord):
    """What was asked, what applied, and what was decided then. Never changed: a later one is a new row."""

    patient = models.ForeignKey(
        Patient,
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="+",
        verbose_name=_("patient"),
    )
    version = models.CharField(_("version of the list"), max_length=12)
    present = ArrayField(models.CharField(max_length=24), verbose_name=_("what applies"), default=list)
    decision = models.CharField(
        _("decision"), max_length=8, choices=EnrolmentDecision.choices, default=EnrolmentDecision.GO_AHEAD
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    parq_on = models.DateField(_("PAR-Q+ done on"), null=True, blank=True)
    parq_result = models.CharField(_("PAR-Q+ result"), max_length=120, blank=True)
    made_at = models.DateTimeField(_("completed"))
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("completed by")
    )

    objects = SafetyChecklistQuerySet.as_manager()

    class Meta(ClinicRecord.Meta):
        verbose_name = _("safety checklist")
        verbose_name_plural = _("safety checklists")
        ordering = ["-made_at"]
        constraints = [
            *ClinicRecord.Meta.constraints,
            same_clinic("patient"),
            one_of("decision", EnrolmentDecision),
            models.CheckConstraint(
                condition=Q(present=[], decision="go-ahead") | ~Q(reason=""),
                name="programmes_safetychecklist_decided_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(parq_on=None, parq_result="") | (Q(parq_on__isnull=False) & ~Q(parq_result="")),
                name="programmes_safetychecklist_parq_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"safety checklist {self.pk}"

    @property
    def allows_walking(self) -> bool:
        return self.decision == EnrolmentDecision.GO_AHEAD
