"""Sends every request of the table and puts each answer into one word."""

from collections.abc import Collection, Container, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from http.cookies import SimpleCookie
from itertools import product
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.db import transaction
from django.test import Client
from django.test.client import FakePayload

from tests.access.addresses import Address, addresses, route_of
from tests.access.forms import Form, forms_in
from tests.access.world import Side, a_side, everybody
from tests.conftest import as_runtime

FORM = "application/x-www-form-urlencoded"
REFUSED = ("PUT", "PATCH", "DELETE", "OPTIONS")
TOGETHER = (("GET", "HEAD"), ("POST",), ("POST filled",), REFUSED)
METHODS = tuple(method for together in TOGETHER for method in together)
NAMES = {
    "": "home",
    "sign-in/": "patient sign-in",
    "staff/sign-in/": "sign-in",
    "review/": "queue",
    "review/<item_id>/": "item",
    "admin/": "admin",
}
FORM_READERS = ("anonymous", "patient", "reviewer", "clinician", "manager", "operator")
Key = tuple[str, str]  # route, method
Body = Mapping[str, list[str]]


@dataclass
class World:
    """Two clinics, who knocks, and what the forms of all pages send, filled in, by where they go to."""

    ours: Side
    theirs: Side
    people: dict[str, Client]
    forms: dict[str, list[tuple[str, Form]]]  # by person: the page's path and one of its forms
    bodies: dict[str, dict[str, list[str]]]
    closed: Container[tuple[str, str]] = ()  # (route, person) known to show no page

    def open_to(self, column: str) -> list[Address]:
        return [address for address in addresses() if (address.route, column) not in self.closed]


def a_world(closed: Container[tuple[str, str]] = ()) -> World:
    ours, theirs = a_side("Rowan"), a_side("Yewtree")
    people = everybody(ours, theirs)
    for client in people.values():
        client.raise_request_exception = False
    world = World(ours, theirs, people, {}, {}, closed)
    for column in FORM_READERS:
        world.forms[column] = list(_forms_shown_to(world, column))
        for _path, form in world.forms[column]:
            route, body = route_of(form.action), form.plausible
            if form.method == "post" and len(body) > len(world.bodies.get(route, {})):  # the fullest
                world.bodies[route] = body
    return world


def _forms_shown_to(world: World, column: str) -> Iterator[tuple[str, Form]]:
    for address in world.open_to(column):
        for path in [address.of(world.ours), *address.in_every_state(world.ours)]:
            with undone(world.people[column]) as client:
                text = text_of(sent(client, "GET", path))
            yield from ((path, form) for form in forms_in(text, path))


def text_of(response: Any) -> str:
    return "" if response.streaming else response.content.decode(errors="replace")


@contextmanager
def undone(client: Client) -> Iterator[Client]:
    """Whatever the request did to rows, sessions and cookies is as if it had not been."""
    kept = client.cookies.output(header="", sep="\n")
    with transaction.atomic():
        yield client
        transaction.set_rollback(True)
    client.cookies = SimpleCookie(kept)


def questions() -> Iterator[Key]:
    """Every address with every method."""
    for address in addresses():
        for method in METHODS:
            yield address.route, method


def answers(world: World, column: str, keys: Collection[Key]) -> dict[Key, str]:
    """What this person is answered there; the rows are all of our clinic."""
    routes = {route for route, _method in keys}
    paths = {each.route: each.of(world.ours) for each in addresses() if each.route in routes}
    found = {}
    with as_runtime():  # once: it would be two more statements for each request
        for (route, path), together in product(paths.items(), TOGETHER):
            methods = [method for method in together if (route, method) in keys]
            with undone(world.people[column]) if methods else nullcontext() as client:
                for method in methods:
                    response = client.handler(environ(client, method, path, world.bodies.get(route, {})))
                    found[route, method] = in_a_word(response)
    return found


def response_to(world: World, column: str, key: Key, path: str) -> Any:
    route, method = key
    with undone(world.people[column]) as client:
        return sent(client, method, path, world.bodies.get(route, {}))


def sent(client: Client, method: str, path: str, body: Body = MappingProxyType({})) -> Any:
    """Through the client's handler, not its `request`: that copies every template's context."""
    with as_runtime():
        return client.handler(environ(client, method, path, body))


def environ(client: Client, method: str, path: str, body: Body) -> dict[str, Any]:
    filled = urlencode(body, doseq=True).encode() if method == "POST filled" else b""
    path, _mark, query = path.partition("?")
    return client._base_environ(
        **{
            "REQUEST_METHOD": method.split()[0],
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(len(filled)),
            "CONTENT_TYPE": FORM if filled else "",
            "wsgi.input": FakePayload(filled),
        }
    )


def in_a_word(response: Any) -> str:
    """`ok`, the status, or where a redirect leads."""
    if response.status_code == 200:
        return "ok"
    if response.status_code not in (301, 302, 303, 307, 308):
        return str(response.status_code)
    return "> " + _name(route_of(urlsplit(response["Location"]).path))


def _name(route: str) -> str:
    """The last word of a route that is no parameter; "list" for a list of the admin."""
    words = [word for word in route.split("/") if word and not word.startswith("<")]
    is_list = words[:1] == ["admin"] and len(words) == 3
    return NAMES.get(route) or ("list" if is_list else words[-1])
