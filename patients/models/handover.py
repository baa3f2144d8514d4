"""That a patient was given to another clinician, by whom and why."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.models import StaffMember
from clinic.tenancy import ClinicQuerySet, ClinicRecord, same_clinic
from patients.models.limits import REASON_LENGTH
from patients.models.patient import Patient


class PatientHandoverQuerySet(ClinicQuerySet):
    def newest_of(self, patient: Patient) -> "PatientHandover | None":
        rows = self.filter(clinic=patient.clinic_id, patient=patient)
        newest: PatientHandover | None = rows.select_related("giver", "receiver").first()
        return newest


class PatientHandover(ClinicRecord):
    """One patient's lead was changed in a caseload that was handed over, while both clinicians stay.

    A row for each patient, so that a limited record's is hidden with the record.
    """

    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, db_constraint=False, related_name="handovers"
    )
    giver = models.ForeignKey(StaffMember, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    receiver = models.ForeignKey(StaffMember, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH)
    made_at = models.DateTimeField(_("handed over"))
    made_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, db_constraint=False, related_name="+")

    objects = PatientHandoverQuerySet.as_manager()

    class Meta(ClinicRecord.Meta):
        ordering = ["-made_at"]
        verbose_name = _("handing over")
        constraints = [
            *ClinicRecord.Meta.constraints,
            same_clinic("patient"),
            same_clinic("giver"),
            same_clinic("receiver"),
            same_clinic("made_by"),
            models.CheckConstraint(condition=~Q(reason=""), name="patients_handover_has_reason"),
            models.CheckConstraint(
                condition=~Q(receiver=F("giver")), name="patients_handover_to_somebody_else"
            ),
        ]
