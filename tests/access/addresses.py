"""Every address of the URLconf, the admin's included, and the rows that its parameters name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from clinic.models import Clinic, OutboxMessage
from clinic.tenancy import ClinicRecord
from tests.access.world import Side, outbox_of

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
NOBODYS = UUID("01900000-0000-7000-8000-000000000000")  # of a row that does not exist
NOBODYS_NUMBER, NUMBERS = "987654321", {"factor_id"}

# What a parameter names when the address says nothing more: a new parameter needs its line here.
ROWS = {
    "item_id": "waiting",
    "walk_id": "walk",
    "patient_id": "patient",
    "programme_id": "running",
    "request_id": "request",
    "factor_id": "factor",
    "session_id": "session",
    "member_id": "member",
    "access_id": "access",
    "absence_id": "absence",
    "limited_id": "limited",
    "report_id": "report",
    "text_id": "text",
    "acceptance_id": "acceptance",
    "overlay_id": "overlay",
    "gap_id": "gap",
}
# Addresses that need a row in a certain state.
STATES = {
    "away/<member_id>/plan/": "lead",
    "people/<member_id>/patients/": "lead",
    "retention/<patient_id>/": "past",
    "retention/<patient_id>/take-back/": "going",
    "review/<item_id>/hand-back/": "clinicians",
    "review/<item_id>/take-over/": "reviewers",
    "admin/programmes/programme/<object_id>/change/": "draft",
    "admin/programmes/programme/<pk>/assign/": "draft",
    "admin/programmes/programme/<pk>/discard/": "draft",
    "admin/programmes/programme/<pk>/preview/": "draft",
    "admin/programmes/programme/<pk>/checklist/": "draft",
}
OTHER_STATES = {
    "review/<item_id>/": ("clinicians", "reviewers"),
    "admin/programmes/programme/<object_id>/change/": ("running",),
}
# Parameters that name no row.
WORDS = {
    "app_label": "patients",
    "url": "nowhere/",
    "token": "no-such-link",
    "code": "shoes",
    "card_number": "2",
    "language": "pl",
}


@dataclass(frozen=True)
class Address:
    """One pattern of the URLconf; `route` names it in the table."""

    route: str

    @property
    def names_a_row(self) -> bool:
        return bool(set(PARAMETER.findall(self.route)) - set(WORDS))

    def of(self, side: Side) -> str:
        """The path with this side's rows."""
        return self._filled(lambda name: str(row_of(side, self.route, name).pk))

    def in_every_state(self, side: Side) -> list[str]:
        """The paths of a page that shows other forms for rows in other states."""
        rows = [side.rows[name] for name in OTHER_STATES.get(self.route, ())]
        return [self._filled(lambda _name, row=row: str(row.pk)) for row in rows]

    def of_nobody(self) -> str:
        """The path of a row that does not exist."""
        return self._filled(lambda name: NOBODYS_NUMBER if name in NUMBERS else str(NOBODYS))

    def _filled(self, key: Any) -> str:
        return "/" + PARAMETER.sub(lambda found: WORDS.get(found[1]) or key(found[1]), self.route)


def addresses() -> list[Address]:
    return [Address(route) for route in _routes(get_resolver().url_patterns, "")]


def _routes(patterns: Any, prefix: str) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, prefix + _readable(pattern))
        elif isinstance(pattern, URLPattern):
            yield prefix + _readable(pattern)


def _readable(pattern: Any) -> str:
    return readable(str(pattern.pattern))


def readable(route: str) -> str:
    """The route without converters; a regular expression keeps its parameters' names alone."""
    route = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", route)
    return re.sub(r"<\w+:(\w+)>", r"<\1>", route).replace("^", "").removesuffix("$")


def route_of(path: str) -> str:
    """The route that answers a path; "" for none."""
    try:
        return readable(resolve(path).route)
    except Resolver404:
        return ""


def row_of(side: Side, route: str, parameter: str) -> Any:
    """The row of this side that the address is asked with."""
    if route in STATES:
        return side.rows[STATES[route]]
    model = _model_of(route)
    if model is None:
        assert parameter in ROWS, f"{route}: say in ROWS what {parameter} is"
        return side.rows[ROWS[parameter]]
    row = _row_of(model, side)
    assert row is not None, f"{route}: make a {model.__name__} in tests/access/world.py"
    return row


def _model_of(route: str) -> Any:
    """The model whose admin page this is, or None."""
    for model in admin.site._registry:
        if route.startswith(f"admin/{model._meta.app_label}/{model._meta.model_name}/"):
            return model
    return None


def _row_of(model: Any, side: Side) -> Any:
    named = [row for row in side.rows.values() if isinstance(row, model)]
    if named:
        return named[0]
    if issubclass(model, ClinicRecord):
        return model.objects.for_clinic(side.clinic).first()
    special = {Clinic: side.clinic, get_user_model(): side.staff["clinician"].user}
    return outbox_of(side) if model is OutboxMessage else special.get(model)
