"""Each rule of clinic/personal/ how long something stays, on planted rows: what must go goes, the rest stays.

Rows of every declared table are planted, of one patient and of the neighbours. Which are the patient's is
told by when they were planted, not by the walk along foreign keys that the erasure itself takes.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType

from clinic.models import Guesses, HistoryEntry, OutboxMessage, PasswordLink, User
from clinic.personal import TABLES, Keep, Table
from clinic.services.languages import Approver, record_approval
from clinic.services.sealing import seal_entries
from clinic.services.verifying import verify_chain
from patients.models import NetworkTries, Patient, RetentionDecision
from patients.services.erasure import NotYet, erase_account, erase_record
from tests.access.world import a_side
from tests.conftest import as_runtime
from tests.factories import NOON, a_template
from tests.figures import Figure, record
from tests.patients.ended import decided, ended

TODAY = NOON.date()
Rows = dict[str, dict[Any, tuple[Any, ...]]]  # by table and key: the values
# Tables of packages that nothing here writes: no row of theirs can outstay anything.
UNUSED = {
    "sessions.Session",
    "account.EmailAddress",
    "account.EmailConfirmation",
    "auth.Group",
    "auth.Group_permissions",
}


def snapshot() -> Rows:
    return {
        model._meta.label: {
            row[0]: row for row in model._base_manager.values_list("pk", *names_of(model)).iterator()
        }
        for model in apps.get_models(include_auto_created=True)
    }


def names_of(model) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


@pytest.fixture
def neighbours(db) -> Rows:
    """Another clinic with rows of nearly every kind: none of them may change."""
    a_side("Rowan")
    return snapshot()


@pytest.fixture
def planted(neighbours, client, full, clinician, manager) -> Rows:
    """What came with the patient `full`, in every table that can hold rows."""
    a_template(full.clinic)
    letter = {"clinic": full.clinic, "created_at": NOON, "send_after": NOON, "body": "Sign in."}
    OutboxMessage.objects.create(
        kind="invitation", key=f"invitation:{full.pk}", to_address=full.user.email, subject="Hello", **letter
    )
    Authenticator.objects.create(user=clinician.user, type="totp", data={"secret": "-"})
    Guesses.objects.create(key="g" * 64, made=1, free_at=NOON, last_at=NOON)
    NetworkTries.objects.create(network="n" * 64, hour=NOON)
    link = {"user": clinician.user, "digest": "p" * 64, "created_at": NOON, "expires_at": NOON}
    PasswordLink.objects.create(purpose="first", **link)
    reader = Approver("A reader", "HCPC 1", TODAY)
    record_approval(language="pl", approver=reader, by=clinician.user, now=NOON)
    LogEntry.objects.create(
        user=clinician.user,
        content_type=ContentType.objects.get_for_model(Patient),
        object_id=full.pk,
        object_repr=str(full),
        action_flag=CHANGE,
    )
    client.get("/your-data/")  # the read log's own entry
    Patient.objects.filter(pk=full.pk).update(
        phone="01632 960 123",
        language="pl",
        time_zone="Europe/Paris",
        units="mi",
        invited_at=NOON,
        first_signed_in_at=NOON,
    )
    decided(ended(full), manager)
    with as_runtime():
        seal_entries(now=NOON, everything=True)
    return {
        label: {key: row for key, row in rows.items() if key not in neighbours[label]}
        for label, rows in snapshot().items()
    }


class Step:
    """What an erasure did, seen from outside."""

    def __init__(self, patient: Patient, do: Callable[[], object]) -> None:
        self.patient, self.before = patient, snapshot()
        do()
        self.after = snapshot()

    def is_gone(self, label: str, keys: set[Any]) -> bool:
        there = keys & set(self.before[label])
        return bool(there) and not there & set(self.after[label])

    def is_as_before(self, label: str, keys: set[Any] | None = None) -> bool:
        asked = set(self.before[label]) if keys is None else keys
        return all(self.after[label].get(key) == self.before[label][key] for key in asked)

    def now(self, model: type, key: Any) -> dict[str, Any]:
        return dict(zip(["pk", *names_of(model)], self.after[model._meta.label][key], strict=True))


def test_every_rule_of_the_declaration_holds(neighbours, planted, full):
    """89 days after discharge nothing goes; after 90 the account; after 8 years, as decided, the record."""
    mine = {label: set(rows) for label, rows in planted.items()}
    login, phone = full.user_id, "01632 960 123"
    with pytest.raises(NotYet):
        erase_account(patient=ended(full, TODAY - timedelta(days=89)), by=None, now=NOON)
    ended(full, TODAY - timedelta(days=90))
    account = Step(full, lambda: erase_account(patient=full, by=None, now=NOON))
    ended(full)
    decision = RetentionDecision.objects.to_erase().get(patient=full)
    kept = Step(full, lambda: erase_record(decision=decision, now=NOON))

    held = {
        table.label: rule_holds(
            table, mine[table.label] or house_rows(table, neighbours), account, kept, login
        )
        for table in TABLES
        if table.label not in UNUSED
    }
    held |= {
        f"{table.label}.{name}": all(is_empty(account, table, key, name) for key in mine[table.label])
        for table in TABLES
        for name in table.only_account.split()
    }
    held["values in the history, account"] = not says(account.after, phone)
    held["values in the history, record"] = are_blank(full)
    held["rows of others"] = all(
        step.is_as_before(label, set(rows)) for step in (account, kept) for label, rows in neighbours.items()
    )
    held["the chain of the audit"] = verify_chain(clinic=full.clinic, now=NOON).findings == []
    record(Figure(f"erase rules that hold, of {len(held)}", sum(held.values()), f"== {len(held)}"))
    assert [name for name, holds in held.items() if not holds] == []


def rule_holds(table: Table, mine: set[Any], account: Step, kept: Step, login: Any) -> bool:
    """Whether the rows of a table went when their class says, not before. Without rows nothing is shown."""
    if not mine:
        return False
    if table.label == "clinic.User":
        return is_nobodys(account, login) and others_stay(table.label, mine - {login}, account, kept)
    if table.label == "clinic.HistoryEntry" or table.only_account:  # asked field by field
        return mine <= set(account.after[table.label]) and (
            table.keep is Keep.AUDIT or kept.is_gone(table.label, mine)
        )
    if table.keep is Keep.ACCOUNT:
        return account.is_gone(table.label, mine)
    if table.keep is Keep.RECORD or hangs_on_a_patient(table.label):
        return account.is_as_before(table.label, mine) and kept.is_gone(table.label, mine)
    return others_stay(table.label, mine, account, kept)


def house_rows(table: Table, neighbours: Rows) -> set[Any]:
    """The clinics' own rows, which no erasure may touch."""
    is_of_patients = table.keep in (Keep.RECORD, Keep.ACCOUNT) or hangs_on_a_patient(table.label)
    return set() if is_of_patients else set(neighbours[table.label])


def others_stay(label: str, keys: set[Any], account: Step, kept: Step) -> bool:
    return account.is_as_before(label, keys) and kept.is_as_before(label, keys)


def hangs_on_a_patient(label: str) -> bool:
    fields = apps.get_model(label)._meta.concrete_fields
    return any(field.is_relation and field.related_model is Patient for field in fields)


def is_nobodys(account: Step, login: Any) -> bool:
    """The row stays, because records name who entered them; it names and admits nobody."""
    row = account.now(User, login)
    return (row["email"], row["is_active"], row["password"][:1]) == (None, False, "!")


def is_empty(account: Step, table: Table, key: Any, name: str) -> bool:
    model = apps.get_model(table.label)
    field: Any = model._meta.get_field(name)
    return account.now(model, key)[field.attname] == (None if field.null else field.get_default())


def says(rows: Rows, word: str) -> bool:
    return any(word in str(row) for row in rows["clinic.HistoryEntry"].values())


def are_blank(patient: Patient) -> bool:
    entries = HistoryEntry.objects.filter(patient_id=patient.pk).exclude(operation="erase")
    return entries.exists() and not entries.exclude(changed=None).exists()
