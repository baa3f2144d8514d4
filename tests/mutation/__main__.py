"""`python -m tests.mutation [N|guards] [--only PATTERN]`: how many mistakes in authorisation tests notice.

N is a seeded sample; PATTERN picks by module, function or kind; `guards` takes each race's guard away.
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
from tests.mutation.running import Lanes


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", nargs="?", default="all")
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    began = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(1))  # servers and copies are taken away
    with ExitStack() as undo:
        lanes = Lanes(undo)
        run = guards if given.which == "guards" else mistakes
        code = run(lanes, given.which, given.only)
    print(f"{(time.monotonic() - began) / 60:.0f} min, load {os.getloadavg()[0]:.1f}")
    return code


def mistakes(lanes: Lanes, which: str, only: str) -> int:
    there = there_are(lanes.servers)
    chosen = sample(there, None if which == "all" else int(which), only)
    survived = 0
    for mutant, by in noticed(lanes, chosen):
        survived += not by
        print(f"{'noticed ' if by else 'SURVIVED'} {mutant}  {by}", flush=True)
    print(f"{score(survived, len(chosen)):.1f} % of {len(chosen)} mutants noticed, {survived} survived")
    print(f"{len(there)} mutants in all, beside {len(EQUIVALENT)} that are listed as no mistake")
    return 1 if survived else 0


def guards(lanes: Lanes, _which: str, only: str) -> int:
    chosen = [guard for guard in GUARDS if only in f"{guard.path} {guard.race}"]
    kept = 0
    for guard, by in lost_races(lanes, chosen):
        kept += not by
        print(f"{'fails without its guard' if by else 'DOES NOT NOTICE        '} {guard.race}", flush=True)
    print(f"{len(chosen) - kept} of {len(chosen)} race tests fail without their guard")
    return 1 if kept else 0


if __name__ == "__main__":
    sys.exit(main())
