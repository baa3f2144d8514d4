"""Logging a walk and what follows it, the timer, days without a walk, catching up."""

from typing import Any

from uuid_utils.compat import uuid7

from programmes.models import Walk
from tests.factories import a_walk
from tests.patients.walk_form import answers
from tests.sheet import state
from tests.sheet.states.b_today import restricted_walker
from tests.sheet.world import TODAY, Walker, World, day


def _newest(walker: Walker) -> Walk:
    return Walk.objects.filter(patient=walker.patient).latest("received_at")


def _saved(walker: Walker, **said: Any) -> Any:
    walker.walked(0, **said)
    return walker.get(f"/walks/{_newest(walker).pk}/saved/")


@state("Walk: first, with the safety list")
def first_walk(world: World) -> Any:
    return world.walker(days_in=0).get("/walks/new/")


@state("Walk: an ordinary day")
def ordinary(world: World) -> Any:
    return world.walking().get("/walks/new/")


@state("Walk: a distance, in miles")
def miles(world: World) -> Any:
    return world.walker(days_in=8, units="mi", distance_m=2414).get("/walks/new/")


@state("Walk: steps")
def steps(world: World) -> Any:
    return world.walker(days_in=8, steps=4500).get("/walks/new/")


@state("Walk: no plan")
def without_plan(world: World) -> Any:
    return world.signed_in().get("/walks/new/")


@state("Walk: nothing answered, error", 422)
def nothing_answered(world: World) -> Any:
    return world.walking().post("/walks/new/", {"client_uuid": str(uuid7()), "walked_on": str(TODAY)})


@state("Walk: everything wrong, error", 422)
def everything_wrong(world: World) -> Any:
    wrong = answers(
        walked_on="2026-11-22",
        minutes="other",
        other_minutes="1560",
        pain_before=None,
        pain_after="12",
        distance="far",
        steps="-3",
        symptoms=["none", "fever"],
    )
    return world.walking().post("/walks/new/", wrong)


@state("Walk: much more than planned, error", 422)
def much_more(world: World) -> Any:
    return world.walking().post("/walks/new/", answers(minutes="other", other_minutes="90"))


@state("Walk: saved before, error", 422)
def saved_before(world: World) -> Any:
    walker = world.walking()
    walker.client.post("/walks/new/", answers())
    return walker.post("/walks/new/", answers())


@state("Walk: with the timer's minutes")
def timed(world: World) -> Any:
    walker = world.walking()
    walker.client.post("/walks/timer/")
    return walker.post("/walks/timer/finish/")


@state("Walk: the safety list on its own page")
def safety_list(world: World) -> Any:
    return world.walker(days_in=0).post("/walks/new/", answers(symptoms=None))


@state("Walk: the safety list not answered, error", 422)
def safety_list_error(world: World) -> Any:
    walker = world.walker(days_in=0).walked(0)
    return walker.post(f"/walks/{_newest(walker).pk}/safety/")


@state("Walk: record is restricted")
def closed(world: World) -> Any:
    return restricted_walker(world).get("/walks/new/")


@state("Walk: to be changed")
def change(world: World) -> Any:
    walker = world.walking().walked(0, minutes=16)
    return walker.get(f"/walks/{_newest(walker).pk}/change/")


@state("Walk: to be taken back")
def take_back(world: World) -> Any:
    walker = world.walking().walked(0, minutes=16)
    return walker.get(f"/walks/{_newest(walker).pk}/take-back/")


@state("Saved: well done")
def well_done(world: World) -> Any:
    return _saved(world.walking(), minutes=16, pain=2)


@state("Saved: sorer")
def sorer(world: World) -> Any:
    return _saved(world.walking(), pain_before=2, pain_after=5)


@state("Saved: a lot of pain")
def a_lot(world: World) -> Any:
    return _saved(world.walking(), pain=8, new_symptoms=())


@state("Saved: flare-up")
def flare(world: World) -> Any:
    return _saved(world.walking(), pain=5, flare=True)


@state("Saved: legs and feet")
def legs(world: World) -> Any:
    return _saved(world.walking(), pain=3, limb_problem=True, new_symptoms=())


@state("Saved: 999")
def urgent_999(world: World) -> Any:
    return _saved(world.walking(), pain=3, new_symptoms=("chest_pain",))


@state("Saved: 111")
def urgent_111(world: World) -> Any:
    return _saved(world.walking(), pain=3, fall="injury")


@state("Saved: GP")
def urgent_gp(world: World) -> Any:
    return _saved(world.walking(), pain=3, new_symptoms=("lump",))


@state("Timer: not started")
def timer(world: World) -> Any:
    return world.walking().get("/walks/timer/")


@state("Timer: running")
def timer_running(world: World) -> Any:
    return world.walking().post("/walks/timer/")


@state("Not walking: why?")
def why_not(world: World) -> Any:
    return world.walking().get("/not-walking/")


@state("Not walking: nothing chosen, error", 422)
def why_not_error(world: World) -> Any:
    return world.walking().post("/not-walking/")


def _told(world: World, reason: str) -> tuple[Walker, Any]:
    walker = world.walking()
    return walker, walker.post("/not-walking/", {"client_uuid": str(uuid7()), "reason": reason})


@state("Not walking: too sore, how is it?")
def sore(world: World) -> Any:
    return _told(world, "pain")[1]


@state("Not walking: too sore, nothing answered, error", 422)
def sore_error(world: World) -> Any:
    walker, page = _told(world, "pain")
    return walker.post(page.request["PATH_INFO"])


@state("Not walking: sore, the flare-up plan offered")
def sore_told(world: World) -> Any:
    walker, page = _told(world, "pain")
    return walker.post(page.request["PATH_INFO"], {"pain_now": "6", "symptoms": ["none"]})


@state("Not walking: sore, red flag")
def sore_red_flag(world: World) -> Any:
    walker, page = _told(world, "pain")
    return walker.post(page.request["PATH_INFO"], {"pain_now": "6", "symptoms": ["chest_pain"]})


@state("Not walking: ill")
def ill(world: World) -> Any:
    return _told(world, "illness")[1]


@state("Not walking: away")
def away(world: World) -> Any:
    return _told(world, "away")[1]


@state("Not walking: away, no day chosen, error", 422)
def away_error(world: World) -> Any:
    walker, page = _told(world, "away")
    return walker.post(f"{page.request['PATH_INFO']}rest/", {"until_on": "2027-11-21"})


@state("Not walking: paused by the patient")
def own_pause(world: World) -> Any:
    walker, page = _told(world, "away")
    return walker.post(f"{page.request['PATH_INFO']}rest/", {"until_on": str(day(-5))})


@state("Not walking: afraid")
def afraid(world: World) -> Any:
    return _told(world, "fear")[1]


@state("Not walking: no time")
def no_time(world: World) -> Any:
    return _told(world, "time")[1]


@state("Catching up: seven days")
def catch_up(world: World) -> Any:
    return world.walking().get("/walks/catch-up/")


@state("Catching up: half a day, error", 422)
def catch_up_error(world: World) -> Any:
    wrong = {"client_uuid": str(uuid7()), f"amount_{day(1)}": "1560", f"before_{day(1)}": "3"}
    return world.walking().post("/walks/catch-up/", wrong)


@state("Catching up: saved")
def caught_up(world: World) -> Any:
    one = {f"amount_{day(1)}": "16", f"before_{day(1)}": "3", f"after_{day(1)}": "2"}
    return world.walking().post(
        "/walks/catch-up/", {"client_uuid": str(uuid7()), "symptoms": ["none"], **one}
    )


@state("Call me: ask")
def call_me(world: World) -> Any:
    return world.walking().get("/call-me/")


@state("Call me: nothing chosen, error", 422)
def call_me_error(world: World) -> Any:
    return world.walking().post("/call-me/")


@state("Call me: asked")
def called(world: World) -> Any:
    return world.walking().post("/call-me/", {"can_wait": "no"})


@state("Saved: long note in another script")
def long_note(world: World) -> Any:
    walker = world.walking()
    a_walk(walker.programme, TODAY, minutes=16, note="مشيت ببطء 🙂 " * 30)
    return walker.get(f"/walks/{_newest(walker).pk}/change/")
