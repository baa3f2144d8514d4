"""What is run: mutants until a test notices, and races without their guards."""

import random
import re
from collections.abc import Iterator, Sequence

from tests.mutation.database import database_mutants
from tests.mutation.equivalent import EQUIVALENT
from tests.mutation.guards import GUARDS, Guard, text_without
from tests.mutation.mutants import Mutant
from tests.mutation.places import ROOT, all_mutants, stages_for
from tests.mutation.running import Lane, Lanes
from tests.mutation.servers import Servers

SEED = 20261121
TRIES = 3  # of a race without its guard: chance may spare one


def there_are(servers: Servers) -> list[Mutant]:
    """Every mutant but those that are listed as no mistake."""
    return [each for each in (*all_mutants(), *database_mutants(servers)) if each.name not in EQUIVALENT]


def sample(there: Sequence[Mutant], number: int | None, only: str = "") -> list[Mutant]:
    """Those that the pattern finds; with a number so many of them, the same each time, in their order."""
    chosen = [each for each in there if re.search(only, str(each))]
    if number is None or number >= len(chosen):
        return chosen
    drawn = random.Random(SEED).sample(range(len(chosen)), number)
    return [chosen[index] for index in sorted(drawn)]


def noticed(lanes: Lanes, chosen: Sequence[Mutant]) -> Iterator[tuple[Mutant, str]]:
    """Each mutant with the test that noticed it, "" when none did. That test passes without the mistake."""
    yield from lanes.map(_noticed_by, chosen)


def _noticed_by(lane: Lane, mutant: Mutant) -> str:
    with lane.changed(mutant.path, mutant.source, mutant.sql) as environment:
        failed = lane.first_failure(stages_for(mutant), **environment)
    lane.require_green(failed)
    return failed


def lost_races(lanes: Lanes, guards: Sequence[Guard] = GUARDS) -> Iterator[tuple[Guard, str]]:
    """Each guard with its race test when that fails without it, "" when the test does not notice."""
    yield from lanes.map(_lost_without, guards)


def _lost_without(lane: Lane, guard: Guard) -> str:
    source = text_without(guard, (ROOT / guard.path).read_text())
    lane.require_green(guard.race)
    with lane.changed(guard.path, source, guard.sql) as environment:
        tries = (lane.first_failure(((guard.race,),), **environment) for _try in range(TRIES))
        return next(filter(None, tries), "")


def score(survived: int, run: int) -> float:
    return 100 * (1 - survived / run) if run else 0.0
