"""Do the tests bite? Mistakes in authorisation that they notice, races lost without their guard."""

from collections.abc import Iterator
from contextlib import ExitStack

from tests.figures import Figure, measures
from tests.mutation.campaign import lost_races, noticed, sample, score, there_are
from tests.mutation.guards import GUARDS
from tests.mutation.running import Lanes

SAMPLE = 25  # of all mutants, the same ones each time; FULL=1 takes all, which is hours


@measures("trust")
def mistakes_in_authorisation_noticed(full: bool) -> Iterator[Figure]:
    with ExitStack() as undo:
        lanes = Lanes(undo)
        there = there_are(lanes.servers)
        chosen = sample(there, None if full else SAMPLE)
        survivors = [mutant for mutant, by in noticed(lanes, chosen) if not by]
    for mutant in survivors:
        print(f"    survived: {mutant}")
    name = f"mistakes in authorisation noticed, {len(chosen)} of {len(there)}, %"
    yield Figure(name, score(len(survivors), len(chosen)), ">= 80 %")


@measures("trust")
def races_lost_without_their_guard(full: bool) -> Iterator[Figure]:
    with ExitStack() as undo:
        kept = [guard.race for guard, by in lost_races(Lanes(undo)) if not by]
    for race in kept:
        print(f"    passes without its guard: {race}")
    fails = len(GUARDS) - len(kept)
    yield Figure(f"race tests that fail without their guard, of {len(GUARDS)}", fails, f"== {len(GUARDS)}")
