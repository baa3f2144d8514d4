"""Forms that log a walk and were refused: who tried and failed is not taken for somebody who did not try."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from clinic.tenancy import ClinicQuerySet, ClinicRecord, same_clinic
from patients.models import Patient
from programmes.models.walk import Walk


class RefusedFormQuerySet(ClinicQuerySet):
    def of_patient(self, patient: Patient) -> Self:
        return self.filter(patient=patient)

    def since(self, first: date) -> Self:
        return self.filter(on__gte=first)

    def with_no_walk_since(self) -> Self:
        """Those after which no walk came in, by any way; one that was taken back later came in as well.

        A change of an older walk is none.
        """
        came = Walk.objects.filter(patient=OuterRef("patient"), corrects=None)
        return self.filter(~Exists(came.filter(received_at__gte=OuterRef("last_at"))))


class RefusedForm(ClinicRecord):
    """One patient's day with refused forms: how often since the last walk, and when last; nothing typed."""

    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, db_constraint=False, related_name="refused_forms"
    )
    on = models.DateField(_("day"), help_text=_("On the patient's own calendar."))
    times = models.PositiveIntegerField(_("times"))
    last_at = models.DateTimeField(_("last"))

    objects = RefusedFormQuerySet.as_manager()

    class Meta(ClinicRecord.Meta):
        verbose_name = _("refused form")
        verbose_name_plural = _("refused forms")
        constraints = [
            *ClinicRecord.Meta.constraints,
            same_clinic("patient"),
            models.UniqueConstraint(fields=["patient", "on"], name="programmes_refusedform_one_a_day"),
            models.CheckConstraint(condition=Q(times__gte=1), name="programmes_refusedform_at_least_once"),
        ]
