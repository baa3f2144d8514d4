"""Today, the plan and progress, from before the first day to after the last."""

from typing import Any

from programmes.models import Ending, PauseReason
from programmes.services.ending import end_programme
from programmes.services.pausing import pause_programme
from programmes.services.restricting import restrict_processing
from tests.factories import NOON, a_flare_plan, a_repeat
from tests.sheet import state
from tests.sheet.world import TODAY, Walker, World, day
from tests.signing_in import sign_in_patient


def _paused(world: World) -> Walker:
    walker = world.walking()
    pause_programme(
        programme=walker.programme,
        from_on=TODAY,
        until_on=day(-3),
        reason=PauseReason.ILL,
        by=world.clinician,
        now=NOON,
    )
    return walker


def _ended(world: World) -> Walker:
    walker = world.walking()
    end_programme(programme=walker.programme, ending=Ending.COMPLETED, on=TODAY, by=world.clinician, now=NOON)
    return walker


def _flaring(world: World) -> Walker:
    walker = world.walking()
    a_flare_plan(walker.programme, TODAY)
    return walker


def restricted_walker(world: World) -> Walker:
    walker = world.walking()
    restrict_processing(patient=walker.patient, reason="asked for", until=None, by=world.manager, now=NOON)
    return walker


@state("Today: no plan yet")
def no_plan(world: World) -> Any:
    return world.signed_in().get("/today/")


@state("Today: first visit, nothing set up")
def first_visit(world: World) -> Any:
    return sign_in_patient(world.visitor(), world.newcomer()).get("/today/")


@state("Today: the plan starts on Monday")
def waiting(world: World) -> Any:
    return world.walker(days_in=-2).get("/today/")


@state("Today: first day")
def first_day(world: World) -> Any:
    return world.walker(days_in=0, note="Flat paths first, please. Wear the shoes we chose.").get("/today/")


@state("Today: first week, one walk")
def first_week(world: World) -> Any:
    return world.walker(days_in=2).walked(2, minutes=10, new_symptoms=()).get("/today/")


@state("Today: running, week 4")
def running(world: World) -> Any:
    return world.walking().get("/today/")


@state("Today: walked today")
def walked_today(world: World) -> Any:
    return world.walking().walked(0, minutes=16).get("/today/")


@state("Today: more walks than planned")
def more_than_planned(world: World) -> Any:
    return world.walking().walked(5, 3, 1, 0, minutes=16).get("/today/")


@state("Today: five days without a walk")
def five_days(world: World) -> Any:
    return world.walker(days_in=12).walked(12, 10, 5, minutes=10, new_symptoms=()).get("/today/")


@state("Today: two weeks without a walk")
def two_weeks(world: World) -> Any:
    return world.walker(days_in=26).walked(25, 23, 21, 14, minutes=12, new_symptoms=()).get("/today/")


@state("Today: a distance, in miles")
def distance(world: World) -> Any:
    return world.walker(days_in=8, units="mi", distance_m=2414).get("/today/")


@state("Today: steps")
def steps(world: World) -> Any:
    return world.walker(days_in=8, steps=4500).get("/today/")


@state("Today: several parts a day, walk and rest")
def parts(world: World) -> Any:
    return world.walker(days_in=1, minutes=30, bouts=3).get("/today/")


@state("Today: timer running")
def timer_running(world: World) -> Any:
    walker = world.walking()
    walker.client.post("/walks/timer/")
    return walker.get("/today/")


@state("Today: this week again")
def repeated(world: World) -> Any:
    walker = world.walking()
    a_repeat(walker.programme, TODAY)
    return walker.get("/today/")


@state("Today: flare-up")
def flaring(world: World) -> Any:
    return _flaring(world).get("/today/")


@state("Today: paused by staff")
def paused(world: World) -> Any:
    return _paused(world).get("/today/")


@state("Today: SAFETY open, 999")
def safety_999(world: World) -> Any:
    return world.walking().walked(0, new_symptoms=("chest_pain",)).get("/today/")


@state("Today: SAFETY open, 111")
def safety_111(world: World) -> Any:
    return world.walking().walked(0, new_symptoms=("foot_drop",)).get("/today/")


@state("Today: SAFETY open, GP")
def safety_gp(world: World) -> Any:
    return world.walking().walked(0, new_symptoms=("lump",)).get("/today/")


@state("Today: the plan has ended")
def ended(world: World) -> Any:
    return _ended(world).get("/today/")


@state("Today: restricted")
def restricted(world: World) -> Any:
    return restricted_walker(world).get("/today/")


@state("Plan: none")
def plan_none(world: World) -> Any:
    return world.signed_in().get("/plan/")


@state("Plan: week 4")
def plan_running(world: World) -> Any:
    return world.walking().get("/plan/")


@state("Plan: steps")
def plan_steps(world: World) -> Any:
    return world.walker(days_in=8, steps=4500).get("/plan/")


@state("Plan: flare-up")
def plan_flaring(world: World) -> Any:
    return _flaring(world).get("/plan/")


@state("Plan: paused")
def plan_paused(world: World) -> Any:
    return _paused(world).get("/plan/")


@state("Plan: SAFETY open")
def plan_safety(world: World) -> Any:
    return world.walking().walked(0, new_symptoms=("chest_pain",)).get("/plan/")


@state("Plan: ended")
def plan_ended(world: World) -> Any:
    return _ended(world).get("/plan/")


@state("Plan: on paper")
def plan_on_paper(world: World) -> Any:
    return world.walking().get("/plan/print/")


@state("Plan: this week again?")
def repeat(world: World) -> Any:
    return world.walking().get("/plan/repeat/")


@state("Plan: this week again, taken back?")
def take_back_repeat(world: World) -> Any:
    walker = world.walking()
    a_repeat(walker.programme, TODAY)
    return walker.get("/plan/repeat/")


@state("Plan: flare-up plan?")
def flare_up(world: World) -> Any:
    return world.walking().get("/plan/flare-up/")


@state("Plan: flare-up plan, nothing answered, error", 422)
def flare_up_error(world: World) -> Any:
    return world.walking().post("/plan/flare-up/")


@state("Plan: flare-up plan begun")
def flare_up_saved(world: World) -> Any:
    walker = world.walking()
    overlay = a_flare_plan(walker.programme, TODAY)
    return walker.get(f"/plan/flare-up/{overlay.pk}/")


@state("Plan: flare-up with a red flag")
def flare_up_red_flag(world: World) -> Any:
    walker = world.walking()
    overlay = a_flare_plan(walker.programme, TODAY, symptoms=("chest_pain",))
    return walker.get(f"/plan/flare-up/{overlay.pk}/")


@state("Plan: flare-up over?")
def flare_up_over(world: World) -> Any:
    return _flaring(world).get("/plan/flare-up/over/")


@state("Progress: no plan")
def progress_none(world: World) -> Any:
    return world.signed_in().get("/progress/")


@state("Progress: first day, nothing logged")
def progress_first(world: World) -> Any:
    return world.walker(days_in=0).get("/progress/")


@state("Progress: one walk")
def progress_one(world: World) -> Any:
    return world.walker(days_in=2).walked(2, minutes=10).get("/progress/")


@state("Progress: week 4")
def progress_running(world: World) -> Any:
    return world.walking().walked(0, minutes=16).get("/progress/")


@state("Progress: 26 weeks")
def progress_long(world: World) -> Any:
    walker = world.walker(days_in=180, weeks=26)
    days = [back for week in range(26) for back in (week * 7, week * 7 + 2, week * 7 + 5) if week != 9]
    return walker.walked(*[back for back in days if back], minutes=24, new_symptoms=()).get("/progress/")


@state("Progress: miles")
def progress_miles(world: World) -> Any:
    walker = world.walker(days_in=8, units="mi", distance_m=2414)
    return walker.walked(8, 5, 1, distance_m=2100, minutes=None).get("/progress/")
