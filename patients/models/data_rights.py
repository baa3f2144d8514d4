"""What people ask about their own data, and what was handed out or taken away."""

from datetime import date, datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import User
from clinic.tenancy import ClinicQuerySet, ClinicRecord, one_of, same_clinic, together
from patients.models.patient import Patient


class RecordExportQuerySet(ClinicQuerySet):
    def by_patient_since(self, patient: Patient, since: datetime) -> Self:
        return self.filter(patient=patient, by_patient=True, made_at__gt=since)


class RecordExport(ClinicRecord):
    """A copy of a whole record left the house: who took it, when and why."""

    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, db_constraint=False, related_name="exports"
    )
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("made by"))
    by_patient = models.BooleanField(_("by the patient"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    with_notes = models.BooleanField(_("with notes by staff"), default=False)

    objects = RecordExportQuerySet.as_manager()

    class Meta(ClinicRecord.Meta):
        ordering = ["-made_at"]
        verbose_name = _("copy of a record")
        verbose_name_plural = _("copies of records")
        constraints = [
            *ClinicRecord.Meta.constraints,
            same_clinic("patient"),
            models.CheckConstraint(
                condition=Q(by_patient=True) | ~Q(reason=""), name="patients_recordexport_staff_say_why"
            ),
        ]

    def __str__(self) -> str:
        return f"copy {self.pk}"


class RequestKind(models.TextChoices):
    """The rights of UK GDPR Art. 15, 16, 17, 18 and 21."""

    ACCESS = "access", _("a copy of the data")
    CORRECTION = "correction", _("something is wrong")
    ERASURE = "erasure", _("delete data")
    RESTRICTION = "restriction", _("stop using data for now")
    OBJECTION = "objection", _("object to a use of data")


class RequestOutcome(models.TextChoices):
    DONE = "done", _("done as asked")
    PARTLY = "partly", _("done in part")
    REFUSED = "refused", _("refused, with the reason")
    WITHDRAWN = "withdrawn", _("taken back by the patient")


class DataRequestQuerySet(ClinicQuerySet):
    def open(self) -> Self:
        return self.filter(handled_at=None)

    def overdue(self, today: date) -> Self:
        return self.open().filter(due_on__lt=today)


class DataRequest(ClinicRecord):
    """A person asks about their own data. To be answered within one month (UK GDPR Art. 12(3))."""

    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, db_constraint=False, related_name="data_requests"
    )
    kind = models.CharField(_("what is asked"), max_length=11, choices=RequestKind.choices)
    text = models.CharField(_("in the patient's words"), max_length=1000, blank=True)
    received_at = models.DateTimeField(_("received"))
    due_on = models.DateField(_("answer by"))
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    handled_at = models.DateTimeField(_("answered"), null=True)
    handled_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("answered by")
    )
    outcome = models.CharField(_("outcome"), max_length=9, choices=RequestOutcome.choices, blank=True)
    answer = models.CharField(_("answer"), max_length=1000, blank=True)

    objects = DataRequestQuerySet.as_manager()

    class Meta(ClinicRecord.Meta):
        ordering = ["due_on", "received_at"]
        verbose_name = _("request about data")
        verbose_name_plural = _("requests about data")
        constraints = [
            *ClinicRecord.Meta.constraints,
            same_clinic("patient"),
            one_of("kind", RequestKind),
            one_of("outcome", RequestOutcome, or_blank=True),
            together("handled_at", "handled_by", name="handled_with_person"),
            models.CheckConstraint(
                condition=Q(handled_at=None, outcome="") | (Q(handled_at__isnull=False) & ~Q(outcome="")),
                name="patients_datarequest_handled_has_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} request {self.pk}"


class Erased(models.TextChoices):
    ACCOUNT = "account", _("account and contact")
    RECORD = "record", _("clinical record")


class Erasure(ClinicRecord):
    """What is left of a record that was erased: which key, by whom, when, how many rows. No names."""

    patient_key = models.UUIDField()
    what = models.CharField(max_length=7, choices=Erased.choices)
    erased_at = models.DateTimeField()
    erased_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    counts = models.JSONField(default=dict)

    class Meta(ClinicRecord.Meta):
        ordering = ["-erased_at"]
        constraints = [*ClinicRecord.Meta.constraints, one_of("what", Erased)]

    def __str__(self) -> str:
        return f"erasure {self.pk}"
