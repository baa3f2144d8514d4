"""Records that only the lead clinician opens, and who opened one in an emergency."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.models import StaffMember
from clinic.tenancy import ClinicQuerySet, ClinicRecord, same_clinic, together
from patients.models.patient import Patient

REASON_LENGTH = 300


class LimitedRecordQuerySet(ClinicQuerySet):
    def current(self) -> Self:
        return self.filter(lifted_at=None)


class LimitedRecord(ClinicRecord):
    """A patient's record is limited from one moment to another: a colleague, a neighbour, a person at risk.

    While it is, row-level security hides the patient from staff other than the lead (ADR 0030). This row
    stays visible, so it holds no name; lead and number are copied from the record by a trigger.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, db_constraint=False, related_name="limits")
    lead = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+"
    )
    number = models.CharField(_("clinic's own number"), max_length=40, blank=True)
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH)
    limited_at = models.DateTimeField(_("limited"))
    limited_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    lifted_at = models.DateTimeField(_("lifted"), null=True)
    lifted_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+"
    )

    objects = LimitedRecordQuerySet.as_manager()

    class Meta(ClinicRecord.Meta):
        ordering = ["limited_at"]
        constraints = [
            *ClinicRecord.Meta.constraints,
            same_clinic("patient"),
            same_clinic("lead"),
            same_clinic("limited_by"),
            same_clinic("lifted_by"),
            together("lifted_at", "lifted_by", name="lifted_with_person"),
            models.CheckConstraint(condition=~Q(reason=""), name="patients_limitedrecord_has_reason"),
            models.UniqueConstraint(
                fields=["clinic", "patient"],
                condition=Q(lifted_at=None),
                name="patients_limitedrecord_one_current",
            ),
        ]


class EmergencyAccessQuerySet(ClinicQuerySet):
    def current(self, now: datetime) -> Self:
        return self.filter(from_at__lte=now, until_at__gt=now)

    def unreviewed(self) -> Self:
        return self.filter(reviewed_at=None)


class EmergencyAccess(ClinicRecord):
    """Somebody opened a limited record in an emergency: why, how long, and which manager looked at it."""

    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, db_constraint=False, related_name="emergencies"
    )
    member = models.ForeignKey(StaffMember, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    number = models.CharField(_("clinic's own number"), max_length=40, blank=True)
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH)
    from_at = models.DateTimeField(_("from"))
    until_at = models.DateTimeField(_("until"))
    reviewed_at = models.DateTimeField(_("reviewed"), null=True)
    reviewed_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+"
    )
    review_note = models.CharField(_("note"), max_length=REASON_LENGTH, blank=True)

    objects = EmergencyAccessQuerySet.as_manager()

    class Meta(ClinicRecord.Meta):
        ordering = ["-from_at"]
        indexes = [
            models.Index(fields=["clinic", "member", "until_at"], name="patients_emergency_current"),
            models.Index(
                fields=["clinic"], condition=Q(reviewed_at=None), name="patients_emergency_unreviewed"
            ),
        ]
        constraints = [
            *ClinicRecord.Meta.constraints,
            same_clinic("patient"),
            same_clinic("member"),
            same_clinic("reviewed_by"),
            together("reviewed_at", "reviewed_by", name="reviewed_with_person"),
            models.CheckConstraint(condition=~Q(reason=""), name="patients_emergencyaccess_has_reason"),
            models.CheckConstraint(
                condition=Q(until_at__gt=F("from_at")), name="patients_emergencyaccess_has_length"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at=None) | ~Q(review_note=""),
                name="patients_emergencyaccess_reviewed_with_note",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("member")),
                name="patients_emergencyaccess_reviewed_by_another",
            ),
        ]
