"""What every clinical table shares: whose it is, and that it cannot point into another clinic."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, Self
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, migrations, models, transaction
from django.db.backends.ddl_references import Statement
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from clinic.reads import note_row

if TYPE_CHECKING:
    from clinic.models import Clinic


class NoClinic(Exception):
    """A clinical read or write was asked for without saying whose."""


AuditSight = Literal["", "history", "all"]  # of the clinic's audit tables: nothing, changes, reads as well


def act_for(
    *,
    clinic_id: object = None,
    user_id: object = None,
    operator: bool = False,
    request_id: object = None,
    audit: AuditSight = "",
    staff_id: object = None,
    now: datetime | None = None,
) -> None:
    """Tells PostgreSQL, until this transaction ends, whose rows may be seen and whose hand it is.

    With a member of staff, limited records are hidden from those who may not open them at `now`; workers and
    patients' own sessions name none. The number of the request stays where none is given: a transaction
    answers one request.

    Row-level security and the history read these settings; outside a transaction they would be gone at once.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('waymark.clinic', %s, true), set_config('waymark.user', %s, true),"
            " set_config('waymark.operator', %s, true), set_config('waymark.request',"
            " coalesce(nullif(%s, ''), current_setting('waymark.request', true), ''), true),"
            " set_config('waymark.audit', %s, true),"
            " set_config('waymark.staff', %s, true), set_config('waymark.now', %s, true)",
            [
                str(clinic_id or ""),
                str(user_id or ""),
                "1" if operator else "",
                str(request_id or ""),
                audit,
                str(staff_id or ""),
                now.isoformat() if now else "",
            ],
        )


def past_limits() -> AbstractContextManager[None]:
    """For the few verbs that must reach a limited record whose person may not read it. Shows nothing."""
    return _for_a_while("waymark.staff", "")


def with_rows_of(user_id: object) -> AbstractContextManager[None]:
    """For asking in what other clinics a login is at home, as signing in does."""
    return _for_a_while("waymark.user", str(user_id))


def with_rows_in(clinic_id: object) -> AbstractContextManager[None]:
    """For the end of a sign-in, which has found the record before the request knew its clinic."""
    return _for_a_while("waymark.clinic", str(clinic_id))


def with_all_post() -> AbstractContextManager[None]:
    """For the mailer and for whoever watches it: mails of every clinic, and those of none."""
    return _for_a_while("waymark.post", "all")


@contextmanager
def _for_a_while(setting: str, value: str) -> Iterator[None]:
    """The setting inside, then as before; an error's rollback undoes it as well."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting(%s, true), '')", [setting])
        (before,) = cursor.fetchone()
        cursor.execute("SELECT set_config(%s, %s, true)", [setting, value])
        yield
        cursor.execute("SELECT set_config(%s, %s, true)", [setting, before])


@contextmanager
def acting_for(clinic: "Clinic") -> Iterator[None]:
    """One transaction that sees one clinic: how workers and commands reach clinical rows."""
    with transaction.atomic():
        act_for(clinic_id=clinic.pk, audit="all")
        yield


# Clinical tables without a history, each with its reason; a test reads this.
WITHOUT_HISTORY: Final[dict[str, str]] = {
    "programmes_changedpatient": "a mark for the worker: written, pushed on and deleted within seconds",
    "programmes_reminder": "written once, never changed: the rows are the history",
}


def keep_history(table: str, *, ignore: Sequence[str] = (), secret: Sequence[str] = ()) -> str:
    """SQL that makes every change of a table leave a `HistoryEntry`, whatever made it.

    A change of an ignored column alone is none; of a secret column it is said that it changed, not how.
    Before the history exists (its migration comes later and takes the tables that are there) nothing happens.
    """
    if table in WITHOUT_HISTORY:
        return ""
    columns = ", ".join(f"'{{{','.join(names)}}}'" for names in (ignore, secret))
    return (
        "DO $do$ BEGIN IF to_regproc('waymark_keep_history') IS NOT NULL THEN "
        f"CREATE TRIGGER keep_history AFTER INSERT OR UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION waymark_keep_history({columns}); "
        f"CREATE TRIGGER keep_history_of_truncate AFTER TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION waymark_keep_history(); "
        "END IF; END $do$;"
    )


# Tables with a patient_id whose rows stay visible while the record is limited, each with its reason.
SEEN_WHILE_LIMITED: Final[dict[str, str]] = {
    "patients_limitedrecord": "says which records are limited; holds no name",
    "patients_emergencyaccess": "what managers review; holds no name",
    "programmes_changedpatient": "the queue says that somebody could not be evaluated, without a name",
}


def limit_rows(table: str) -> str:
    """SQL: rows about a limited record are hidden from staff who may not open it (ADR 0030).

    For tables with a patient_id; for others, and before the limits exist (their migration comes later and
    takes the tables that are there), nothing happens.
    """
    if table in SEEN_WHILE_LIMITED:
        return ""
    return (
        "DO $do$ BEGIN IF to_regprocedure('waymark_hidden()') IS NOT NULL AND EXISTS ("
        f"SELECT FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attname = 'patient_id') THEN "
        f"DROP POLICY IF EXISTS limited_rows ON {table}; "
        f"CREATE POLICY limited_rows ON {table} AS RESTRICTIVE "
        "USING ((patient_id <> ALL ((SELECT waymark_hidden())::uuid[])) IS NOT FALSE); END IF; END $do$;"
    )


def protect_rows(
    table: str, *, own: bool = False, operator: bool = False, ignore: Sequence[str] = ()
) -> migrations.RunSQL:
    """Row-level security and history of a clinical table; each needs it in its migration.

    The security is forced on the owner too. A table with a patient_id also hides rows of limited records.

    `own` lets a login see its own rows in every clinic, because signing in comes before the clinic is known;
    `operator` lets the operator manage them; a change of the `ignore`d columns alone leaves no history.
    """
    allowed = ["clinic_id = waymark_clinic()"]
    allowed += ["user_id = waymark_user()"] if own else []
    allowed += ["waymark_operator()"] if operator else []
    rule = " OR ".join(allowed)
    return migrations.RunSQL(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
        f"CREATE POLICY clinic_rows ON {table} USING ({rule}) WITH CHECK ({rule});"
        + limit_rows(table)
        + keep_history(table, ignore=ignore),
        f"DROP TRIGGER IF EXISTS keep_history ON {table};"
        f"DROP TRIGGER IF EXISTS keep_history_of_truncate ON {table};"
        f"DROP POLICY IF EXISTS limited_rows ON {table};"
        f"DROP POLICY clinic_rows ON {table};"
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;"
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;",
    )


class _AnyOf(models.Func):
    """SQL: the first expression is one of the array that follows."""

    template, arg_joiner, output_field = "%(expressions)s::uuid[])", " = ANY(", models.BooleanField()


class ClinicQuerySet(models.QuerySet[Any]):
    """Reads of clinical rows enter through `for_clinic`."""

    def for_clinic(self, clinic: "Clinic | None") -> Self:
        """Only this clinic's rows. Raises NoClinic instead of returning everybody's."""
        if clinic is None:
            raise NoClinic(self.model.__name__)
        return self.filter(clinic=clinic)

    def with_keys(self, column: str, keys: Iterable[UUID]) -> Self:
        """Rows whose column holds one of these keys, sent as one array.

        A parameter for each key costs the driver more than the read, and PostgreSQL takes 65,535 of them.
        Rows to join may cost more still, where it does not know yet how large the table has become.
        """
        return self.filter(_AnyOf(models.F(column), models.Value(list(keys))))


class ClinicRecord(models.Model):
    """One row of one clinic. Keys are UUIDv7: made here, in time order, safe in URLs."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, editable=False, related_name="+")

    objects = ClinicQuerySet.as_manager()
    patient_column: ClassVar[str] = "patient_id"  # which loaded column the read log takes down

    class Meta:
        abstract = True
        constraints = [
            # The target that composite foreign keys need.
            models.UniqueConstraint(fields=["clinic", "id"], name="%(app_label)s_%(class)s_clinic_id"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @classmethod
    def from_db(cls, *args: Any, **options: Any) -> Self:
        """Every patient whose row is loaded in a request stands in the read log, whoever wrote the page."""
        row = super().from_db(*args, **options)
        note_row(row, cls.patient_column)
        return row


class SameClinic(models.BaseConstraint):
    """A composite foreign key (clinic_id, x_id) -> (clinic_id, id).

    PostgreSQL checks foreign keys without row-level security, so an ordinary key lets a row of one
    clinic point at another clinic's row. Django refuses a ForeignKey to a composite key (fields.E347);
    the field itself is an ordinary ForeignKey with db_constraint=False.
    """

    def __init__(self, *, field: str, name: str) -> None:
        super().__init__(name=name)
        self.field = field

    def _sql(self, model: type[models.Model], schema_editor: Any) -> Statement:
        field = model._meta.get_field(self.field)
        target = field.related_model
        assert isinstance(target, type)
        quote = schema_editor.quote_name
        return Statement(
            "ALTER TABLE %(table)s ADD CONSTRAINT %(name)s FOREIGN KEY (clinic_id, %(column)s) "
            "REFERENCES %(to)s (clinic_id, id) DEFERRABLE INITIALLY DEFERRED",
            table=quote(model._meta.db_table),
            name=quote(self.name),
            column=quote(field.column),  # type: ignore[union-attr]
            to=quote(target._meta.db_table),
        )

    def constraint_sql(self, model: Any, schema_editor: Any) -> str:
        schema_editor.deferred_sql.append(self._sql(model, schema_editor))
        return ""

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        schema_editor.deferred_sql.append(self._sql(model, schema_editor))
        return ""

    def remove_sql(self, model: Any, schema_editor: Any) -> str:
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        if exclude and self.field in exclude:
            return
        other = getattr(instance, self.field, None)
        if other is not None and other.clinic_id != instance.clinic_id:
            raise ValidationError({self.field: _("Choose one that belongs to this clinic.")})

    def deconstruct(self) -> Any:
        path, _args, kwargs = super().deconstruct()
        return path, (), {**kwargs, "field": self.field}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameClinic) and (self.name, self.field) == (other.name, other.field)

    def __hash__(self) -> int:
        return hash((self.name, self.field))


def same_clinic(field: str) -> SameClinic:
    """The composite foreign key of `field`, named after its table."""
    return SameClinic(field=field, name=f"%(app_label)s_%(class)s_{field}_same_clinic")


def in_range(field: str, low: float, high: float) -> models.CheckConstraint:
    """CHECK low <= field <= high (NULL passes), named after the table and the field."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__gte": low, f"{field}__lte": high})
        | models.Q(**{f"{field}__isnull": True}),
        name=f"%(app_label)s_%(class)s_{field}_range",
    )


def one_of(
    field: str, choices: type[models.TextChoices], *, or_blank: bool = False
) -> models.CheckConstraint:
    """CHECK field is one of the choices' values."""
    allowed = [*choices.values, ""] if or_blank else choices.values
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__in": allowed}), name=f"%(app_label)s_%(class)s_{field}_known"
    )


def together(*fields: str, name: str) -> models.CheckConstraint:
    """CHECK that the fields are all set or all NULL: a time without its person is half a fact."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__isnull": True for field in fields})
        | models.Q(**{f"{field}__isnull": False for field in fields}),
        name=f"%(app_label)s_%(class)s_{name}",
    )
