"""The detection benchmark: sensitivity, delay, false alarms, and that no rule sees the future."""

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.figures import ROOT, Figure, measures

BENCH = ROOT / "tests" / "benchmarks" / "detection"
DEV = BENCH / "dev"
CUT = "2026-01-15"
PATIENT_DAYS = 1521 * 126


def replay(out: Path, *extra: str) -> float:
    """Runs the replay command; returns its CPU seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "manage.py", "replay_diaries", DEV, "--out", out, *extra],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def scorer(*words: object) -> int:
    return subprocess.run(
        [sys.executable, BENCH / "score.py", *map(str, words)], stdout=subprocess.DEVNULL
    ).returncode


def hits(scores: dict[str, dict[str, float]], prefix: str) -> float:
    """Share found among the positive scenarios whose names begin so."""
    chosen = [s for name, s in scores.items() if name.startswith(f"scenario:{prefix}") and s["positives"]]
    return sum(s["sensitivity"] * s["positives"] for s in chosen) / sum(s["positives"] for s in chosen)


@measures("engine")
def detection_on_dev(full: bool) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        alarms, cut, scores = (Path(folder) / name for name in ("alarms.csv", "cut.csv", "scores.json"))
        seconds = replay(alarms)
        scorer("score", DEV, alarms, "--json", scores)
        replay(cut, "--until", CUT)
        causal = scorer("causal", alarms, cut, "--cut", CUT)
        found = json.loads(scores.read_text())
    pains, walking = found["pain_rise"], found["adherence_drop"]
    pain, adherence, stop = pains["all"], walking["all"], walking["scenario:stop:positive"]
    yield Figure("pain: sensitivity on dev", pain["sensitivity"], ">= .92")
    yield Figure("pain: false alarms per 100 patient-weeks", pain["fa_per_100pw"], "<= 1.6")
    yield Figure("pain: median delay", pain["median_delay"], "<= 7 d")
    yield Figure("pain: relapse after improvement found", hits(pains, "relapse_2"), ">= .75")
    yield Figure("pain: found where logging drops beside it", hits(pains, "joint_"), ">= .85")
    yield Figure("adherence: sensitivity on dev", adherence["sensitivity"], ">= .91")
    yield Figure("adherence: false alarms per 100 patient-weeks", adherence["fa_per_100pw"], "<= 3.8")
    yield Figure("adherence: median delay", adherence["median_delay"], "<= 8 d")
    yield Figure("adherence: stopped walking, found", stop["sensitivity"], ">= 1")
    yield Figure("adherence: stopped walking, 90th percentile of delay", stop["p90_delay"], "<= 8 d")
    yield Figure("adherence: never started, found", hits(walking, "never_started"), ">= 1")
    yield Figure("causal: findings that a later log changes (0 = identical)", causal, "== 0")
    yield Figure("replay of dev, CPU", seconds, "<= 60 s")
    yield Figure("all rules, CPU a patient and day", 1000 * seconds / PATIENT_DAYS, "<= 0.3 ms")
