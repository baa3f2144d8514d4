"""Which rows are about a patient: found by walking the foreign keys, so that no later table is forgotten."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db.models import CASCADE, F, Field, Func, Model, Q, QuerySet, TextField, UUIDField, Value

from clinic.models import OutboxMessage, User
from clinic.personal import Keep, declared
from patients.models import Patient

Rows = dict[type[Model], QuerySet[Any]]
Paths = dict[type[Model], tuple[str, ...]]


def paths_to_patient() -> Paths:
    """Every table whose rows belong to a patient, nearest first, with the shortest ways there.

    {Walk: ("patient",), ContactAttempt: ("item__patient",), ...}. Patient itself is not among them.
    """
    found: Paths = {}
    reached: dict[type[Model], tuple[str, ...]] = {Patient: ("",)}
    while reached:
        nearer = {**found, **reached}
        reached = {
            model: ways
            for model in apps.get_models(include_auto_created=True)
            if model not in nearer and (ways := tuple(_ways(model, reached)))
        }
        found |= reached
    return found


def _ways(model: type[Model], reached: Paths) -> Iterable[str]:
    for field in foreign_keys(model):
        for way in reached.get(field.related_model, ()):
            yield f"{field.name}__{way}".removesuffix("__")


def foreign_keys(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if field.many_to_one or field.one_to_one]


def rows_of_record(patient: Patient) -> Rows:
    """The record itself: what hangs on the patient by foreign keys, the patient first."""
    rows: Rows = {Patient: Patient.objects.filter(pk=patient.pk)}
    for model, ways in paths_to_patient().items():
        mine = Q()
        for way in ways:
            mine |= Q(**{way: patient.pk})
        rows[model] = model._default_manager.filter(mine).order_by("pk")
    return rows


def rows_that_name(ids: set[str], patient: Patient) -> Rows:
    """Rows without a foreign key that name a row of the record: by a key in a text, or in a list of keys."""
    rows: Rows = {}
    for model in apps.get_models():
        mine = _loose_reference(model, ids, patient)
        if mine is not None:
            rows[model] = mine
    return rows


def _loose_reference(model: type[Model], ids: set[str], patient: Patient) -> QuerySet[Any] | None:
    manager = model._default_manager
    if model is OutboxMessage:  # keys read "what:row[:more]"
        named = Func(F("key"), Value(":"), Value(2), function="split_part", output_field=TextField())
        return manager.annotate(named=named).filter(named__in=ids).order_by("pk")
    if model._meta.label == "admin.LogEntry":
        return manager.filter(object_id__in=ids).order_by("pk")
    for field in model._meta.concrete_fields:
        if is_list_of_keys(field):
            return manager.filter(**{f"{field.name}__contains": [patient.pk]}).order_by("pk")
        if field.name == "patient_id" and isinstance(field, UUIDField):
            return manager.filter(patient_id=patient.pk).order_by("pk")
    return None


def is_list_of_keys(field: "Field[Any, Any]") -> bool:
    return isinstance(field, ArrayField) and isinstance(field.base_field, UUIDField)


def rows_of_login(patient: Patient) -> Rows:
    """The login and what goes with it; the login alone where another person's record opens with it too."""
    if patient.user_id is None:
        return {}
    rows: Rows = {User: User.objects.filter(pk=patient.user_id)}
    if not shares_login(patient):
        rows |= {
            model: model._default_manager.filter(**{name: patient.user_id}).order_by("pk")
            for model, name in tables_of_logins().items()
        }
    return rows


def tables_of_logins() -> dict[type[Model], str]:
    """Tables whose rows go when a login goes: codes, letters, sessions; with the name of the key."""
    return {
        field.model: field.name
        for model in apps.get_models()
        for field in foreign_keys(model)
        if field.related_model is User
        and field.remote_field.on_delete is CASCADE
        and declared()[model._meta.label].keep is Keep.ACCOUNT
    }


def shares_login(patient: Patient) -> bool:
    """Whether another record that may be seen from here opens with this login."""
    if patient.user_id is None:
        return False
    return Patient.objects.filter(user_id=patient.user_id).exclude(pk=patient.pk).exists()
