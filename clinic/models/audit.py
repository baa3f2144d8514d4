"""What was changed, who looked, and the chain that seals both. Written once, by the database's own rules.

No model here is a ClinicRecord: entries without a clinic (logins, the operator) exist, and nothing may refer
to an entry. Their rows are seen by clinic all the same (migration 0007).
"""

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clinic.models.clinic import Clinic
from clinic.models.people import User
from clinic.tenancy import ClinicQuerySet, one_of


class Operation(models.TextChoices):
    INSERT = "insert", _("added")
    UPDATE = "update", _("changed")
    DELETE = "delete", _("deleted")
    TRUNCATE = "truncate", _("table emptied")
    ERASE = "erase", _("erased from the audit")


class ReadKind(models.TextChoices):
    PAGE = "page", _("page")
    LIST = "list", _("list")
    EXPORT = "export", _("export")
    API = "api", _("other system")


class ChainedKind(models.TextChoices):
    HISTORY = "history", _("change")
    READ = "read", _("read")


class Chained(models.Model):
    """An entry of one clinic's chain, or of the chain of rows that belong to no clinic."""

    clinic = models.ForeignKey(
        Clinic,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        editable=False,
        related_name="+",
    )
    at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class HistoryQuerySet(ClinicQuerySet):
    def of_row(self, table: str, row_id: Any) -> Self:
        """What happened to one row, the newest first."""
        return self.filter(table_name=table, row_id=str(row_id)).order_by("-id")


class HistoryEntry(Chained):
    """One change of one row, written by a trigger. Lawful erasure blanks `changed` and `salt`, no more.

    `changed` holds {column: [old, new]} of an update, the whole old row of a delete, and nothing for an
    insert: those values stand in the row, and in the entries that change it. The digest is of salt and
    `changed`: with the salt gone it tells nothing about a short old value.
    """

    table_name = models.CharField(max_length=63)
    row_id = models.CharField(max_length=40, blank=True)
    patient_id = models.UUIDField(null=True)
    operation = models.CharField(max_length=8, choices=Operation.choices)
    actor = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    database_role = models.CharField(max_length=63)
    request_id = models.UUIDField(null=True)
    changed = models.JSONField(null=True)
    salt = models.BinaryField(null=True)
    digest = models.BinaryField()

    objects = HistoryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["clinic", "at"], name="clinic_history_at"),
            models.Index(fields=["table_name", "row_id"], name="clinic_history_row"),
            models.Index(
                fields=["patient_id", "at"],
                condition=models.Q(patient_id__isnull=False),
                name="clinic_history_patient",
            ),
        ]
        constraints = [one_of("operation", Operation)]


class ReadQuerySet(ClinicQuerySet):
    def of_patient(self, patient_id: Any) -> Self:
        return self.filter(patients__contains=[patient_id])


class ReadEntry(Chained):
    """One request that read somebody's rows: who, as what, which page, whose rows."""

    user = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    role = models.CharField(max_length=12)
    route = models.CharField(max_length=120)
    method = models.CharField(max_length=8)
    status = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=ReadKind.choices)
    request_id = models.UUIDField()
    patients = ArrayField(models.UUIDField())

    objects = ReadQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["clinic", "at"], name="clinic_read_at"),
            GinIndex(fields=["patients"], name="clinic_read_patients"),
        ]
        constraints = [one_of("kind", ReadKind)]


class AuditSeal(Chained):
    """One link of a chain. `at` is when it was sealed; `digest` covers it, the link before and the entry."""

    number = models.BigIntegerField()
    kind = models.CharField(max_length=8, choices=ChainedKind.choices)
    entry_id = models.BigIntegerField()
    entry_digest = models.BinaryField()
    digest = models.BinaryField()

    objects = ClinicQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            one_of("kind", ChainedKind),
            models.UniqueConstraint(
                fields=["clinic", "number"], nulls_distinct=False, name="clinic_auditseal_no_fork"
            ),
            models.UniqueConstraint(fields=["kind", "entry_id"], name="clinic_auditseal_once"),
        ]
