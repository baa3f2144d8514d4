"""Cards to learn from."""

from typing import Any

from tests.sheet import state
from tests.sheet.world import World


@state("Learn: all cards")
def learn(world: World) -> Any:
    return world.walking().get("/learn/")


@state("Learn: one card")
def card(world: World) -> Any:
    return world.walking().get("/learn/start/")
