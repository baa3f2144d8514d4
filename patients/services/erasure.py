"""Erasing: what may go goes, with its history; a stub without names stays. Runs as maintenance (ADR 0032)."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from clinic.models import Clinic, OutboxMessage, StaffMember, User
from clinic.personal import Keep, declared
from clinic.services.sessions import end_all_sessions
from clinic.tenancy import acting_for
from patients.models import Erased, Erasure, Patient, RetentionDecision
from patients.services.record_rows import (
    paths_to_patient,
    rows_of_record,
    rows_that_name,
    shares_login,
    tables_of_logins,
)
from patients.services.retention import account_goes_on, is_kept, record_goes_on
from patients.services.retention_decisions import has_effect


class NotYet(Exception):
    """The clinical record must stay until `day`; None: the patient is in care."""

    def __init__(self, day: date | None) -> None:
        super().__init__(str(day))
        self.day = day


class KeptBack(Exception):
    """A legal hold, somebody's decision with a reason, or a restriction of its use keeps this record."""


class NotDecided(Exception):
    """No manager's decision to erase this record stands, as it is now."""


class WrongRole(Exception):
    """Only the database role of maintenance can blank what the history holds."""


def require_erasing_role() -> None:
    """Raises WrongRole. The history refuses everybody but waymark_erasure, which maintenance may become."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user = 'waymark_maintenance'")
        if cursor.fetchone() != (True,):
            raise WrongRole


def accounts_due(*, clinic: Clinic, today: date) -> list[Patient]:
    """Records whose account and contact have stayed 90 days after the end of care, and are not kept back."""
    ended = Patient.objects.for_clinic(clinic).ended().select_related("user", "clinic").order_by("pk")
    return [each for each in ended if _has_account(each) and _is_due(each, account_goes_on(each), today)]


def erasures_decided(*, clinic: Clinic, today: date) -> list[RetentionDecision]:
    """Records that a manager decided to erase, as they were when that was decided, and that nothing keeps."""
    decided = RetentionDecision.objects.for_clinic(clinic).to_erase().select_related("patient", "clinic")
    return [
        each
        for each in decided
        if has_effect(each, each.patient) and _is_due(each.patient, record_goes_on(each.patient), today)
    ]


def _is_due(patient: Patient, day: date | None, today: date) -> bool:
    return day is not None and day <= today and not is_kept(patient, today)


def _has_account(patient: Patient) -> bool:
    return patient.user_id is not None or patient.phone != ""


@transaction.atomic
def erase_account(*, patient: Patient, by: User | None, now: datetime) -> dict[str, int]:
    """Takes away login, codes, sessions, mails and contact, 90 days after the end of care.

    Returns how many rows went, by table. Raises NotYet, KeptBack or WrongRole.
    """
    require_erasing_role()
    today = now.astimezone(patient.clinic.zone).date()
    _require_time_is_over(patient, account_goes_on(patient), today)
    counts = _take_account(patient)
    _leave_stub(patient, Erased.ACCOUNT, counts, by, now)
    return counts


@transaction.atomic
def erase_record(*, decision: RetentionDecision, now: datetime) -> dict[str, int]:
    """Erases the whole record, as a manager decided. Leaves a stub with counts, and blank history.

    Returns how many rows went, by table. Raises NotDecided (taken back, carried out, or of an earlier term),
    NotYet (with the date), KeptBack or WrongRole.
    """
    require_erasing_role()
    with acting_for(decision.clinic):
        patient = _locked(decision)
        today = now.astimezone(decision.clinic.zone).date()
        _require_time_is_over(patient, record_goes_on(patient), today)
        if not has_effect(decision, patient):
            raise NotDecided
        by = decision.decided_by.user
        counts = Counter(_take_account(patient))
        counts.update(_take_record(patient))
        _leave_stub(patient, Erased.RECORD, counts, by, now)
    return counts


def _locked(decision: RetentionDecision) -> Patient:
    """The patient; until the end of the transaction nobody changes the record or takes the decision back."""
    patients = Patient.objects.for_clinic(decision.clinic).select_related("clinic")
    locked = patients.select_for_update(of=("self",)).filter(pk=decision.patient_id)
    patient: Patient | None = locked.first()
    standing = RetentionDecision.objects.for_clinic(decision.clinic).to_erase().filter(pk=decision.pk)
    if patient is None or standing.select_for_update(of=("self",)).first() is None:
        raise NotDecided
    return patient


def _require_time_is_over(patient: Patient, day: date | None, today: date) -> None:
    if is_kept(patient, today):
        raise KeptBack
    if day is None or day > today:
        raise NotYet(day)


def _take_account(patient: Patient) -> dict[str, int]:
    counts = _take_messages(patient)
    login, is_shared = patient.user, shares_login(patient)
    for model, rows in rows_of_record(patient).items():
        table = declared()[model._meta.label]
        if table.keep is Keep.ACCOUNT:
            counts[table.label] = rows.order_by()._raw_delete("default")
        elif table.only_account:
            _blank_columns(model, rows, table.only_account.split(), patient)
    patient.refresh_from_db()
    if login is not None and not is_shared and not StaffMember.objects.filter(user=login).exists():
        counts |= _close_login(login)
    return counts


def _blank_columns(model: type[Model], rows: Any, names: list[str], patient: Patient) -> None:
    """What goes with the account, in the rows and in what their history says of it."""
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    rows.order_by().update(**{field.name: None if field.null else field.get_default() for field in fields})
    columns = [field.attname for field in fields]
    condition = "patient_id = %s AND table_name = %s AND changed ?| %s"
    _blank_history(condition, [patient.pk, model._meta.db_table, columns])


def _take_messages(patient: Patient) -> dict[str, int]:
    ids = {str(key) for rows in rows_of_record(patient).values() for key in rows.values_list("pk", flat=True)}
    named = rows_that_name(ids, patient)[OutboxMessage].values_list("pk", flat=True)
    gone, _each = OutboxMessage.objects.filter(pk__in=list(named)).delete()
    return {"clinic.OutboxMessage": gone}


def _close_login(login: User) -> dict[str, int]:
    """The row stays, because records name who entered them; nothing in it names or admits anybody."""
    OutboxMessage.objects.filter(to_address=login.email or "-").delete()
    counts = {
        model._meta.label: model._default_manager.filter(**{name: login.pk}).delete()[0]
        for model, name in tables_of_logins().items()
    }
    end_all_sessions(of=login)
    login.email, login.is_active = None, False
    login.set_unusable_password()
    login.save(update_fields=["email", "is_active", "password"])
    return counts


def _take_record(patient: Patient) -> dict[str, int]:
    """Deepest tables first, as the models say. Keys between tables are checked at commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('waymark.erasing', '1', true)")
    rows = rows_of_record(patient)
    order: list[type[Model]] = [*reversed(paths_to_patient()), Patient]
    counts = {model._meta.label: rows[model].order_by()._raw_delete("default") for model in order}
    _blank_history("patient_id = %s", [patient.pk])
    return counts


def _blank_history(condition: str, values: Iterable[Any]) -> None:
    """What changes held goes; that there were changes stays."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # checked before the role changes, which may not read
        cursor.execute("SET LOCAL ROLE waymark_erasure")
        cursor.execute(
            "UPDATE clinic_historyentry SET changed = NULL, salt = NULL"  # noqa: S608  our own words
            f" WHERE operation <> 'erase' AND changed IS NOT NULL AND {condition}",
            list(values),
        )
        cursor.execute("SET LOCAL ROLE waymark_maintenance")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _leave_stub(
    patient: Patient, what: Erased, counts: dict[str, int], by: User | None, now: datetime
) -> None:
    Erasure.objects.create(
        clinic_id=patient.clinic_id,
        patient_key=patient.pk,
        what=what,
        erased_at=now,
        erased_by=by,
        counts={label: count for label, count in counts.items() if count},
    )
