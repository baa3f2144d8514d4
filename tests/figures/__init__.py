"""`make figures`: every promised number, measured when the command runs.

A figure is a `Figure`. Measurements are generator functions registered with `@measures(topic)`; tests that
count something on the way record theirs with the `figure` fixture.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RECORD = "WAYMARK_FIGURES_RECORD"  # a file that tests append their figures to, one JSON object a line


@dataclass(frozen=True)
class Figure:
    """One measured number: what it is, what came out, what was promised."""

    name: str
    value: float
    target: str  # "<= 5 s", ">= .88", "== 0"

    @property
    def met(self) -> bool:
        sign, limit = self.target.split()[:2]
        return {
            "<=": self.value <= float(limit),
            ">=": self.value >= float(limit),
            "==": self.value == float(limit),
        }[sign]

    @property
    def line(self) -> str:
        value = (
            f"{self.value:.2f}".rstrip("0").rstrip(".") if isinstance(self.value, float) else str(self.value)
        )
        return f"{self.name:<64} {value:>9}  {self.target:<12} {'met' if self.met else 'MISSED'}"


Measurement = Callable[[bool], Iterator[Figure]]
MEASUREMENTS: dict[str, list[Measurement]] = {}


def measures(topic: str) -> Callable[[Measurement], Measurement]:
    """Registers a measurement under a topic; it is called with full=True when FULL=1."""

    def register(measurement: Measurement) -> Measurement:
        MEASUREMENTS.setdefault(topic, []).append(measurement)
        return measurement

    return register


def record(figure: Figure) -> None:
    """Appends a figure that a test measured; does nothing outside `make figures`."""
    if path := os.environ.get(RECORD):
        with Path(path).open("a") as file:
            file.write(json.dumps(asdict(figure)) + "\n")
