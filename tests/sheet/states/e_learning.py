"""Cards to learn from, the week that is over, light mode."""

from typing import Any

from programmes.services.light_mode import set_light_mode
from tests.factories import NOON
from tests.sheet import state
from tests.sheet.world import Walker, World


@state("Learn: all cards")
def learn(world: World) -> Any:
    return world.walking().get("/learn/")


@state("Learn: one card")
def card(world: World) -> Any:
    return world.walking().get("/learn/1/")


def _light(world: World, *, is_on: bool) -> Walker:
    """A patient who may choose how much is asked."""
    walker = world.walking()
    set_light_mode(
        patient=walker.patient,
        is_on=is_on,
        patient_may_choose=True,
        reason="Worries about the numbers.",
        by=world.clinician,
        now=NOON,
    )
    return walker


@state("Light mode: how much is asked?")
def questions(world: World) -> Any:
    return _light(world, is_on=False).get("/settings/questions/")


@state("Light mode: nothing chosen, error", 422)
def questions_error(world: World) -> Any:
    return _light(world, is_on=False).post("/settings/questions/")


@state("Light mode: the walk form")
def light_walk(world: World) -> Any:
    return _light(world, is_on=True).get("/walks/new/")


@state("Week: the one that is over")
def week(world: World) -> Any:
    return world.walking().get("/week/")


@state("Week: none yet")
def no_week(world: World) -> Any:
    return world.signed_in().get("/week/")


@state("Offline: the neutral page")
def offline(world: World) -> Any:
    return world.visitor().get("/offline/")


@state("Offline: a form of somebody else's page, error", 409)
def of_another(world: World) -> Any:
    return world.walking().post("/walks/new/", {"person": "somebody-else"})
