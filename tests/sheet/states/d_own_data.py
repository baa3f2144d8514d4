"""What a patient may know, take away and ask about the own data, and where the login is open."""

from typing import Any

from uuid_utils.compat import uuid7

from tests.sheet import state
from tests.sheet.world import World


@state("Your data: what is kept")
def your_data(world: World) -> Any:
    return world.walking().get("/your-data/")


@state("Your data: what the clinic sees")
def seen(world: World) -> Any:
    walker = world.walking().walked(
        0, minutes=16, pain=4, new_symptoms=("lump",), note="Wet leaves by the canal."
    )
    walker.post("/not-walking/", {"client_uuid": str(uuid7()), "reason": "weather", "note": "Ice"})
    return walker.get("/your-data/seen/")


@state("Your data: what the clinic sees, nothing yet")
def seen_nothing(world: World) -> Any:
    return world.signed_in().get("/your-data/seen/")


@state("Your data: no words, error", 422)
def ask_error(world: World) -> Any:
    return world.walking().post("/your-data/ask/")


@state("Your data: asked")
def asked(world: World) -> Any:
    return world.walking().post(
        "/your-data/ask/", {"kind": "correction", "text": "My plan says Hart, not Heart."}
    )


@state("Your data: a code for the copy")
def copy(world: World) -> Any:
    return world.walking().post("/your-data/code/")


@state("Your data: a wrong code, error", 422)
def copy_error(world: World) -> Any:
    return world.walking().post("/your-data/copy/", {"code": "000000"})


@state("Your data: signed in where")
def browsers(world: World) -> Any:
    return world.walking().get("/signed-in/")
