"""`python -m tests.mutation [N|guards|rules [N]] [--only PATTERN]`: how many mistakes tests notice.

In authorisation, or with `rules` in the clinical rules. N is a seeded sample; PATTERN picks by module,
function or kind; `guards` takes each race's guard away.
"""

import argparse
import os
import signal
import sys
import time
from contextlib import ExitStack

from tests.mutation.campaign import lost_races, noticed, sample, score, there_are
from tests.mutation.equivalent import EQUIVALENT
from tests.mutation.guards import GUARDS
from tests.mutation.rule_runs import chosen, noticed_by
from tests.mutation.running import Lanes


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", nargs="?", default="all")
    parser.add_argument("number", nargs="?", type=int, help="of the clinical rules' mutants, a sample")
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    began = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(1))  # servers and copies are taken away
    if given.which == "rules":
        code = rules(given.number, given.only)
    else:
        with ExitStack() as undo:
            run = guards if given.which == "guards" else mistakes
            code = run(Lanes(undo), given.which, given.only)
    print(f"{(time.monotonic() - began) / 60:.0f} min, load {os.getloadavg()[0]:.1f}")
    return code


def mistakes(lanes: Lanes, which: str, only: str) -> int:
    there = there_are(lanes.servers)
    drawn = sample(there, None if which == "all" else int(which), only)
    survived = 0
    for mutant, by in noticed(lanes, drawn):
        survived += not by
        print(f"{'noticed ' if by else 'SURVIVED'} {mutant}  {by}", flush=True)
    print(f"{score(survived, len(drawn)):.1f} % of {len(drawn)} mutants noticed, {survived} survived")
    print(f"{len(there)} mutants in all, beside {len(EQUIVALENT)} that are listed as no mistake")
    return 1 if survived else 0


def rules(number: int | None, only: str) -> int:
    mutants = chosen(number, only)
    survived = 0
    for mutant, by in noticed_by(mutants):
        survived += not by
        print(f"{'noticed ' if by else 'SURVIVED'} {mutant}  {by}", flush=True)
    share = score(survived, len(mutants))
    print(f"{share:.1f} % of {len(mutants)} mutants of the rules noticed, {survived} survived")
    return 1 if survived else 0


def guards(lanes: Lanes, _which: str, only: str) -> int:
    there = [guard for guard in GUARDS if only in f"{guard.path} {guard.race}"]
    kept = 0
    for guard, by in lost_races(lanes, there):
        kept += not by
        print(f"{'fails without its guard' if by else 'DOES NOT NOTICE        '} {guard.race}", flush=True)
    print(f"{len(there) - kept} of {len(there)} race tests fail without their guard")
    return 1 if kept else 0


if __name__ == "__main__":
    sys.exit(main())
