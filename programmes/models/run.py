"""The night as rows: one per clinic, shard and local date; and the patients whose record changed."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.tenancy import ClinicQuerySet, ClinicRecord, in_range, one_of, same_clinic
from patients.models import Patient

MAX_ATTEMPTS = 5  # then a person has to look


class RunStatus(models.TextChoices):
    WAITING = "waiting", _("waiting")
    DONE = "done", _("done")


class ReviewRunQuerySet(ClinicQuerySet):
    def due(self, now: datetime) -> Self:
        return self.filter(status=RunStatus.WAITING, due_at__lte=now).order_by(
            "local_date", "clinic_id", "shard"
        )

    def done(self) -> Self:
        return self.filter(status=RunStatus.DONE)


class ReviewRun(ClinicRecord):
    """One night's review of one clinic (or shard of it). A second run of the same night is refused."""

    shard = models.PositiveSmallIntegerField(default=0)
    local_date = models.DateField(_("review of"), help_text=_("The last local day that it judges."))
    due_at = models.DateTimeField(_("due"))
    status = models.CharField(_("status"), max_length=8, choices=RunStatus.choices, default=RunStatus.WAITING)
    finished_at = models.DateTimeField(_("finished"), null=True)
    took_ms = models.PositiveIntegerField(_("took"), null=True, help_text=_("Milliseconds of the last run."))
    patients_evaluated = models.PositiveIntegerField(_("patients evaluated"), default=0)
    patients_failed = models.PositiveIntegerField(_("could not be evaluated"), default=0)
    flags_raised = models.PositiveIntegerField(_("flags raised"), default=0)
    flags_cleared = models.PositiveIntegerField(_("flags cleared"), default=0)
    rule_version = models.CharField(_("rule version"), max_length=20, blank=True)

    objects = ReviewRunQuerySet.as_manager()

    class Meta(ClinicRecord.Meta):
        ordering = ["-local_date", "shard"]
        constraints = [
            *ClinicRecord.Meta.constraints,
            one_of("status", RunStatus),
            models.UniqueConstraint(
                fields=["clinic", "shard", "local_date"], name="programmes_run_once_a_night"
            ),
            models.CheckConstraint(
                condition=Q(status="done", finished_at__isnull=False)
                | Q(status="waiting", finished_at__isnull=True),
                name="programmes_run_done_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"review of {self.clinic_id} for {self.local_date}"


class ChangedPatientQuerySet(ClinicQuerySet):
    def due(self, now: datetime) -> Self:
        return self.filter(not_before__lte=now, attempts__lt=MAX_ATTEMPTS).order_by("not_before", "id")

    def given_up(self) -> Self:
        """Could not be evaluated: shown to people; no evaluation must never look like "fine"."""
        return self.filter(attempts__gte=MAX_ATTEMPTS)


class ChangedPatient(ClinicRecord):
    """A mark written with every change of a record: this patient is to be reviewed again."""

    patient = models.OneToOneField(
        Patient, on_delete=models.CASCADE, db_constraint=False, related_name="changed"
    )
    earliest_on = models.DateField(help_text=_("The earliest day whose data changed."))
    marked_at = models.DateTimeField()
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = ChangedPatientQuerySet.as_manager()

    class Meta(ClinicRecord.Meta):
        ordering = ["marked_at"]
        indexes = [models.Index(fields=["not_before"], name="programmes_changed_due")]
        constraints = [*ClinicRecord.Meta.constraints, same_clinic("patient"), in_range("attempts", 0, 32)]

    def __str__(self) -> str:
        return f"changed: {self.patient_id}"
