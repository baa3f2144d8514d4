"""Sends every request of the table and puts each answer into one word."""

from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.db import transaction
from django.test import Client
from django.test.client import FakePayload

from tests.access.addresses import addresses, route_of
from tests.access.forms import forms_in
from tests.access.world import Side, a_side, everybody
from tests.conftest import as_runtime

FORM = "application/x-www-form-urlencoded"
TOGETHER = (("GET", "HEAD"), ("POST",), ("POST filled",), ("PUT", "PATCH", "DELETE", "OPTIONS"))
METHODS = tuple(method for together in TOGETHER for method in together)
NAMES = {
    "": "home",
    "sign-in/": "patient sign-in",
    "staff/sign-in/": "sign-in",
    "review/": "queue",
    "review/<item_id>/": "item",
    "admin/": "admin",
}
Key = tuple[str, str]  # route, method
Body = Mapping[str, list[str]]


@dataclass
class World:
    ours: Side
    theirs: Side
    people: dict[str, Client]
    bodies: dict[str, dict[str, list[str]]]


def a_world() -> World:
    ours, theirs = a_side("Rowan"), a_side("Yewtree")
    people = everybody(ours, theirs)
    for client in people.values():
        client.raise_request_exception = False
    world = World(ours, theirs, people, {})
    for route, body in plausible_bodies(world):
        if len(body) > len(world.bodies.get(route, {})):  # the fullest form of those that go there
            world.bodies[route] = body
    return world


def plausible_bodies(world: World) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """What the forms of all pages send, filled in, by the route that they go to."""
    for column in ("anonymous", "patient", "reviewer", "clinician", "manager", "operator"):
        for address in addresses():
            for path in [address.of(world.ours), *address.in_every_state(world.ours)]:
                yield from _bodies(world, column, path)


def _bodies(world: World, column: str, path: str) -> Iterator[tuple[str, dict[str, list[str]]]]:
    with undone(world.people[column]) as client:
        response = sent(client, "GET", path)
    for form in forms_in(text_of(response), path):
        if form.method == "post":
            yield route_of(form.action), form.plausible


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


def answers(world: World, column: str, known: Container[Key] = ()) -> dict[Key, str]:
    """What this person is answered everywhere but on known lines; the rows are all of our clinic."""
    found = {}
    for address in addresses():
        if (address.route, METHODS[0]) in known:
            continue
        for methods in TOGETHER:
            with undone(world.people[column]) as client:
                for method in methods:
                    response = sent(
                        client, method, address.of(world.ours), world.bodies.get(address.route, {})
                    )
                    found[address.route, method] = in_a_word(response)
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
