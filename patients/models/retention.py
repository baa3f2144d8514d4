"""What managers decide about records that are past their time."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.models import StaffMember
from clinic.tenancy import ClinicQuerySet, ClinicRecord, one_of, same_clinic, together
from patients.models.limits import REASON_LENGTH
from patients.models.patient import Patient


class Decision(models.TextChoices):
    KEEP = "keep", _("keep it until a day")
    ERASE = "erase", _("erase it in the coming night")


class RetentionDecisionQuerySet(ClinicQuerySet):
    def standing(self) -> Self:
        """Not taken back. One that speaks of an earlier term stands as well, and has no effect."""
        return self.filter(withdrawn_at=None)

    def to_erase(self) -> Self:
        return self.standing().filter(what=Decision.ERASE)


class RetentionDecision(ClinicRecord):
    """Who decided what about a record past its time, when and why.

    It speaks of one term: `due_on` is the day from which the record was waiting. Should that day move,
    because care goes on or a date of birth is corrected, the decision has no effect and the record waits
    anew. It is erased with the record.
    """

    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, db_constraint=False, related_name="retention_decisions"
    )
    due_on = models.DateField(_("past its time since"))
    what = models.CharField(_("decision"), max_length=5, choices=Decision.choices)
    keep_until = models.DateField(_("kept until"), null=True)
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH)
    decided_at = models.DateTimeField(_("decided"))
    decided_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    withdrawn_at = models.DateTimeField(_("taken back"), null=True)
    withdrawn_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+"
    )

    objects = RetentionDecisionQuerySet.as_manager()

    class Meta(ClinicRecord.Meta):
        ordering = ["decided_at"]
        verbose_name = _("decision how long a record stays")
        verbose_name_plural = _("decisions how long the record stays")
        constraints = [
            *ClinicRecord.Meta.constraints,
            same_clinic("patient"),
            same_clinic("decided_by"),
            same_clinic("withdrawn_by"),
            one_of("what", Decision),
            together("withdrawn_at", "withdrawn_by", name="withdrawn_with_person"),
            models.UniqueConstraint(
                fields=["clinic", "patient", "due_on"],
                condition=Q(withdrawn_at=None),
                name="patients_retentiondecision_one_a_term",
            ),
            models.CheckConstraint(
                condition=Q(what=Decision.KEEP, keep_until__gt=F("due_on"))
                | Q(what=Decision.ERASE, keep_until=None),
                name="patients_retentiondecision_kept_until_a_day",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="patients_retentiondecision_has_reason"),
        ]
