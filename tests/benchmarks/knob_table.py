"""The clinic's knob, position by position, on the dev split.

    python -m tests.benchmarks.knob_table [--write]

prints the table of `docs/clinical-rules.md`, or writes it there: what each position finds and how often it is
wrong, by the benchmark's own scorer. About two minutes on one core.
"""

import argparse
from collections.abc import Iterator

from programmes.clinical.thresholds import KNOB, Thresholds
from programmes.diary_files import PatientDiary, read_diaries
from tests.benchmarks.detection import score
from tests.benchmarks.rules_table import DEV, DOCUMENT, PAIN, WALKING, found_by_all, judged, merged

BEGIN, END = "<!-- knob_table -->\n", "<!-- end of knob_table -->"
HEAD = (
    "| position | pain: found | false alarms per 100 patient-weeks | median delay, days "
    "| walking: found | false alarms per 100 patient-weeks | median delay, days |\n"
    "|---|---|---|---|---|---|---|"
)


def table() -> Iterator[str]:
    """The head, and one row for each position."""
    patients = read_diaries(DEV)
    yield HEAD
    for name, thresholds in KNOB.items():
        yield f"| {name} | {' | '.join(cells(patients, thresholds))} |"


def cells(patients: tuple[PatientDiary, ...], thresholds: Thresholds) -> Iterator[str]:
    """Sensitivity, false alarms and delay of pain, then of walking."""
    found = {patient.patient_id: found_by_all(patient, thresholds) for patient in patients}
    for kind in (PAIN, WALKING):
        alarms = merged({(who, kind): days[kind] for who, days in found.items()})
        s = score.summary(judged(DEV, kind, alarms))
        yield f"{s['sensitivity']:.2f}"
        yield f"{s['fa_per_100pw']:.2f}"
        yield f"{s['median_delay']:.0f}"


def write(text: str) -> None:
    """Into the document, between its marks."""
    before, rest = DOCUMENT.read_text().split(BEGIN)
    _, after = rest.split(END)
    DOCUMENT.write_text(f"{before}{BEGIN}{text}\n{END}{after}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    text = "\n".join(table())
    if parser.parse_args().write:
        write(text)
    else:
        print(text)
