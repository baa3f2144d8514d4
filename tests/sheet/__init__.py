"""Every patient page in every state: one list for the contact sheet and for the checks of each page.

A state is a function in `tests/sheet/states/` that takes the `World` and returns the test client's
answer. The pages are rendered once, at NOON of tests/factories.py, and then shown in Chromium as the server
answered them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from django.db import transaction

from tests.sheet.world import World

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class State:
    """One row of the sheet; `status` is what the page is answered with."""

    name: str
    ask: Callable[[World], Any]
    status: int


@dataclass(frozen=True)
class Page:
    """What the server said in that state, and the templates it was made of."""

    name: str
    path: str
    status: int
    headers: dict[str, str]
    body: str
    templates: frozenset[str]


STATES: list[State] = []


def state(name: str, status: int = 200) -> Callable[[Callable[[World], Any]], Callable[[World], Any]]:
    """Adds a state to the sheet: `@state("Today: paused")`."""

    def add(ask: Callable[[World], Any]) -> Callable[[World], Any]:
        STATES.append(State(name, ask, status))
        return ask

    return add


def all_states() -> list[State]:
    """All of them, in the order of the files and of the functions in them."""
    package = import_module("tests.sheet.states")
    for module in iter_modules(package.__path__):
        import_module(f"tests.sheet.states.{module.name}")
    return STATES


def rendered(world: World) -> list[Page]:
    return [_rolled_back(each, world) for each in all_states()]


def _rolled_back(asked: State, world: World) -> Page:
    """Nobody meets what another state has done, so that they may share people who take long to make."""
    with transaction.atomic():
        page = _page(asked, asked.ask(world))
        transaction.set_rollback(True)
    return page


def _page(asked: State, answer: Any) -> Page:
    assert answer.status_code == asked.status, f"{asked.name}: {answer.status_code}, {answer.headers}"
    return Page(
        name=asked.name,
        path=answer.request["PATH_INFO"],
        status=answer.status_code,
        headers=dict(answer.headers),
        body=answer.content.decode(),
        templates=frozenset(each.name for each in answer.templates if each.name),
    )
