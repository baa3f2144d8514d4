"""Every address of the URLconf, asked by everybody in every manner: a new page is among them by itself."""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from clinic.models import Clinic, Role, User
from clinic.tenancy import ClinicRecord
from tests.factories import a_patient, a_staff_member
from tests.signing_in import sign_in_operator, sign_in_patient, sign_in_staff
from tests.test_tenancy import admin_addresses

METHODS = {
    "visitor": ("GET", "HEAD", "POST", "OPTIONS", "BREW"),
    "clinician": ("GET", "POST", "BREW"),
}
USUAL_METHODS = ("GET", "POST")
NAMED_GROUP = re.compile(r"\^?\(\?P<\w+>(\w*)[^)]*\)")  # the admin's; its first word is one that fits
NO_ROW = UUID("0192f0c4-e5b9-7a3c-8d1e-2f3a4b5c6d7e")
# What a converter is filled with where no row of the clinic has the key: the answer is an error page then.
FILLING = {"int": "1", "uuid": str(NO_ROW)}
BESIDE_THE_URLCONF = ("/static/css/base.css", "/static/nowhere.css", "/nowhere/", "/admin/nowhere/", "//")
PEOPLE = ("visitor", "patient", *Role.values, "operator")


@dataclass(frozen=True)
class Answer:
    """One response and the question it answers."""

    who: str
    method: str
    path: str
    response: Any

    def __str__(self) -> str:
        return f"{self.who}: {self.method} {self.path} -> {self.response.status_code}"


def paths(clinic: Clinic) -> list[str]:
    """Each pattern once, with keys of the clinic's own rows where there are any, then the admin's pages."""
    filled = [_filled(parts, clinic) for parts in _patterns(get_resolver().url_patterns)]
    return list(
        dict.fromkeys([*filled, *(path for path, _row in admin_addresses(clinic)), *BESIDE_THE_URLCONF])
    )


def _patterns(patterns: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from _patterns(each.url_patterns, (*before, each.pattern))
        elif isinstance(each, URLPattern):
            yield (*before, each.pattern)


def _filled(parts: tuple[Any, ...], clinic: Clinic) -> str:
    path = "/"
    for part in parts:
        text = str(part)
        for name, converter in getattr(part, "converters", {}).items():
            kind = type(converter).__name__.removesuffix("Converter").lower()
            value = _key(name, clinic) or FILLING.get(kind, "x")
            text = re.sub(rf"<(\w+:)?{name}>", value, text)
        path += text
    return NAMED_GROUP.sub(r"\1", path).removesuffix("$")


def _key(name: str, clinic: Clinic) -> str | None:
    """The key of a row of the clinic that a parameter like `item_id` or `walk_id` names."""
    wanted = name.removesuffix("_id").replace("_", "")
    for model in ClinicRecord.__subclasses__():
        if model.__name__.lower() in (wanted, f"review{wanted}"):
            row = model._default_manager.filter(clinic=clinic).first()
            return str(row.pk) if row else None
    return None


def client_of(who: str, clinic: Clinic) -> Client:
    """A client signed in as one of PEOPLE."""
    client = Client(raise_request_exception=False)
    if who == "patient":
        return sign_in_patient(client, a_patient(clinic))
    if who == "operator":
        return sign_in_operator(client, User.objects.create_superuser("operator@waymark.example", "x" * 20))
    return client if who == "visitor" else sign_in_staff(client, a_staff_member(clinic, Role(who)))


def answers(who: str, clinic: Clinic, client: Client) -> Iterator[Answer]:
    """Every address in every manner. What a request did is undone: all meet the same state."""
    cookies = client.cookies
    for path in paths(clinic):
        for method in METHODS.get(who, USUAL_METHODS):
            client.cookies = deepcopy(cookies)
            with transaction.atomic():
                response = client.generic(method, path, secure=True)
                if response.streaming:
                    b"".join(response.streaming_content)
                transaction.set_rollback(True)
            yield Answer(who, method, path, response)
