"""The detection benchmark: sensitivity, delay, false alarms, and that no rule sees the future."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.figures import ROOT, Figure, measures

BENCH = ROOT / "tests" / "benchmarks" / "detection"
DEV = BENCH / "dev"
CUT = "2026-01-15"


def replay(out: Path, *extra: str) -> float:
    """Runs the replay command; returns its wall seconds."""
    began = time.monotonic()
    subprocess.run(
        [sys.executable, "manage.py", "replay_diaries", DEV, "--out", out, *extra],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.monotonic() - began


def scorer(*words: object) -> int:
    return subprocess.run(
        [sys.executable, BENCH / "score.py", *map(str, words)], stdout=subprocess.DEVNULL
    ).returncode


@measures("spine")
def detection_on_dev(full: bool) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        alarms, cut, scores = (Path(folder) / name for name in ("alarms.csv", "cut.csv", "scores.json"))
        seconds = replay(alarms)
        scorer("score", DEV, alarms, "--json", scores)
        replay(cut, "--until", CUT)
        causal = scorer("causal", alarms, cut, "--cut", CUT)
        found = json.loads(scores.read_text())
    pain, adherence = found["pain_rise"]["all"], found["adherence_drop"]["all"]
    yield Figure("pain: sensitivity on dev", pain["sensitivity"], ">= .88")
    yield Figure("pain: false alarms per 100 patient-weeks", pain["fa_per_100pw"], "<= 1.8")
    yield Figure("pain: median delay", pain["median_delay"], "<= 8 d")
    yield Figure("adherence: sensitivity on dev", adherence["sensitivity"], ">= .88")
    yield Figure("adherence: false alarms per 100 patient-weeks", adherence["fa_per_100pw"], "<= 4.2")
    yield Figure("adherence: median delay", adherence["median_delay"], "<= 9 d")
    yield Figure("causal: findings that a later log changes (0 = identical)", causal, "== 0")
    yield Figure("replay of dev", seconds, "<= 60 s")
