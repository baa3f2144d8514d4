"""The rules side by side, the naive ones too, on the dev split and on the second diaries.

    python -m tests.benchmarks.rules_table [--write]

prints the tables of `docs/clinical-rules.md`, or writes them there. Sensitivity and false alarms carry 95 %
bootstrap intervals by the benchmark's own scorer. Some minutes on one core.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from programmes.clinical import adherence, pain
from programmes.clinical.detection import replay
from programmes.clinical.rarer import rarer
from programmes.clinical.thresholds import DEFAULTS, Thresholds, with_sensitivity
from programmes.diary_files import DiaryLog, PatientDiary, read_diaries
from programmes.management.commands.replay_diaries import KINDS
from tests.benchmarks import second_diaries
from tests.benchmarks.detection import score
from tests.benchmarks.naive_rules import RULES, alarm_days

ROOT = Path(__file__).parents[2]
DEV = ROOT / "tests" / "benchmarks" / "detection" / "dev"
DOCUMENT = ROOT / "docs" / "clinical-rules.md"
BEGIN, END = "<!-- rules_table -->\n", "<!-- end of rules_table -->"
PAIN, WALKING = "pain_rise", "adherence_drop"
LIGHT_EVERY = 7  # days between two questions about pain in light mode
Days = Callable[[PatientDiary], Iterable[date]]
Alarms = dict[tuple[str, str], list[date]]
Judged = list[dict[str, Any]]

WORDS = {
    "jump_of_two": "last at least 2 above the one before",
    "week_above_week": "7-day mean at least 1 above the 7 days before",
    "week_above_month": "7-day mean at least 2 above the 28 days before",
    "quick_above_slow": "EWMA: quick mean 1.5 above the slow one",
    "summed_excess": "CUSUM of a fortnight above the four weeks before",
    "above_lowest": "7-day mean at least 2 above the lowest fortnight of eight weeks",
    "week_below_half": "week below half of the plan",
    "fortnight_below_half": "two weeks below half of the plan",
    "silent_week": "no log for 7 days",
}


def days_of(patient: PatientDiary) -> Iterator[date]:
    day = patient.started_on
    while day <= patient.last_on:
        yield day
        day += timedelta(1)


def found_by_all(patient: PatientDiary, thresholds: Thresholds = DEFAULTS) -> dict[str, list[date]]:
    """What the product finds, by the benchmark's kinds."""
    days: dict[str, list[date]] = {PAIN: [], WALKING: []}
    for result in replay(patient.diary(), patient.started_on, patient.last_on, thresholds):
        for kind in {KINDS[f.code] for f in result.findings if f.code in KINDS}:
            days[kind].append(result.on)
    return days


def pain_days(thresholds: Thresholds, *, rarely: bool = True) -> Days:
    """PAIN_RISING alone."""

    def days(patient: PatientDiary) -> Iterator[date]:
        diary = patient.diary()
        for log in patient.logs:
            seen = diary.until(log.on)
            beside = rarer(seen, log.on) if rarely else None
            if pain.rising(seen.reports, log.on, thresholds.pain, beside):
                yield log.on

    return days


def in_light_mode(patient: PatientDiary) -> PatientDiary:
    """As if one score every seven days had been asked, and none between."""
    logs: list[DiaryLog] = []
    asked = date.min
    for log in patient.logs:
        is_asked = log.pain is not None and (log.on - asked).days >= LIGHT_EVERY
        logs.append(log if is_asked else replace(log, pain=None))
        asked = log.on if is_asked else asked
    return replace(patient, logs=tuple(logs))


def pain_days_in_light_mode(patient: PatientDiary) -> Iterator[date]:
    """PAIN_RISING alone."""
    yield from pain_days(DEFAULTS)(in_light_mode(patient))


def walking_days(thresholds: Thresholds) -> Days:
    """ADHERENCE_DROPPED alone."""

    def days(patient: PatientDiary) -> Iterator[date]:
        diary = patient.diary()
        return (on for on in days_of(patient) if adherence.dropped(diary.until(on), on, thresholds.adherence))

    return days


def variants() -> Iterator[tuple[str, str, Days]]:
    """Ours with one part changed or left out."""
    own, walking = DEFAULTS.pain, DEFAULTS.adherence

    def p(**changed: Any) -> Thresholds:
        return replace(DEFAULTS, pain=replace(own, **changed))

    yield PAIN, "PAIN_RISING alone", pain_days(DEFAULTS)
    yield PAIN, "– without lost improvements", pain_days(p(z_relapse=99.0))
    yield PAIN, "– without the ease while walks become rarer", pain_days(DEFAULTS, rarely=False)
    yield PAIN, "– without half of the reports raised", pain_days(p(raised_share=0.0))
    yield PAIN, "– with the last 14 days as a base", pain_days(p(base_days=(14, 56)))
    yield PAIN, "– knob quiet", pain_days(with_sensitivity("quiet"))
    yield PAIN, "– knob sensitive", pain_days(with_sensitivity("sensitive"))
    yield PAIN, "– in light mode: one score a week", pain_days_in_light_mode
    gap = replace(DEFAULTS, adherence=replace(walking, silence_gap=0))
    back = replace(DEFAULTS, adherence=replace(walking, slowing_last=14))
    yield WALKING, "– without the own longest gap", walking_days(gap)
    yield WALKING, "– without the last seven days", walking_days(back)


def tried(patients: tuple[PatientDiary, ...], *, all_rules: bool) -> Iterator[tuple[str, str, Alarms]]:
    """Kind, name and alarms of each rule."""
    found = {patient.patient_id: found_by_all(patient) for patient in patients}
    for kind, name in ((PAIN, "**pain, as shipped**"), (WALKING, "**walking, as shipped**")):
        yield kind, name, merged({(who, kind): days[kind] for who, days in found.items()})
    if not all_rules:
        return
    for kind, name, days in variants():
        yield kind, name, merged({(p.patient_id, kind): list(days(p)) for p in patients})
    for key, (kind, rule) in RULES.items():
        yield kind, WORDS[key], merged({(p.patient_id, kind): alarm_days(p, rule) for p in patients})


def merged(days: Alarms) -> Alarms:
    """As the scorer counts: within 14 days of the last counted one it is the same flag."""
    counted: Alarms = {}
    for key, found in days.items():
        kept: list[date] = []
        for day in sorted(found):
            if not kept or (day - kept[-1]).days >= score.COOL:
                kept.append(day)
        counted[key] = kept
    return counted


def judged(folder: Path, kind: str, alarms: Alarms) -> Judged:
    labels = [row for row in score.rows(folder / "labels.csv") if row["kind"] == kind]
    return [score.judge(label, alarms) | {"patient_id": label["patient_id"]} for label in labels]


def row(name: str, judged: Judged) -> str:
    s = score.summary(judged, boot=300)
    low, high = s["sens_ci"]
    quiet, loud = s["fa_ci"]
    return (
        f"| {name} | {s['sensitivity']:.2f} ({low:.2f}-{high:.2f}) | {s['fa_per_100pw']:.2f} "
        f"({quiet:.2f}-{loud:.2f}) | {s['median_delay']:.0f} |"
    )


def predictive(name: str, judged: Judged) -> str:
    """Share of true flags if so many of 100 patient-weeks bring a true change."""
    s = score.summary(judged)
    values = []
    for per_100 in (0.25, 0.5, 1, 2, 4):
        true = per_100 * s["sensitivity"]
        values.append(f"{true / (true + s['fa_per_100pw']):.0%}")
    return f"| {name} | {' | '.join(values)} |"


def subgroups(patients: tuple[PatientDiary, ...], judged: Judged) -> Iterator[str]:
    """False alarms where nothing was injected yet, by what was known at the start."""
    people = {patient.patient_id: patient for patient in patients}
    groups: dict[str, Judged] = {}
    for each in judged:
        for group in groups_of(people[each["patient_id"]]):
            groups.setdefault(group, []).append(each)
    for group in sorted(groups):
        s = score.summary(groups[group])
        if s["weeks"] > 100:
            yield f"| {group} | {s['weeks']:.0f} | {s['fa_per_100pw']:.2f} | {share(s['sensitivity'])} |"


def share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def groups_of(patient: PatientDiary) -> Iterator[str]:
    early = [log for log in patient.logs if (log.on - patient.started_on).days < 21]
    scores = [log.pain for log in early if log.pain is not None]
    if scores:
        level = sum(scores) / len(scores)
        yield f"pain at the start: {'0-3' if level < 3 else '3-6' if level < 6 else '6-10'}"
    few = min(max(patient.sessions, 3), 6)
    yield f"planned a week: {few}{' or fewer' if few == 3 else ' or more' if few == 6 else ''}"
    logged = len(early) / (3 * patient.sessions)
    kept = "below half" if logged < 0.5 else "half to 80 %" if logged < 0.8 else "more"
    yield f"logged of planned, first 3 weeks: {kept}"


HEAD = "| rule | sensitivity | false alarms per 100 patient-weeks | median delay, days |\n|---|---|---|---|"


def tables() -> Iterator[str]:
    patients = read_diaries(DEV)
    rules = [
        (kind, name, judged(DEV, kind, alarms)) for kind, name, alarms in tried(patients, all_rules=True)
    ]
    for kind, title in ((PAIN, "Pain rules, dev split"), (WALKING, "Walking rules, dev split")):
        yield f"**{title}**\n\n{HEAD}"
        yield "\n".join(row(name, found) for which, name, found in rules if which == kind) + "\n"
    yield f"**As shipped, second diaries** (seed 1, 1,500 people)\n\n{HEAD}"
    with tempfile.TemporaryDirectory() as folder:
        second_diaries.write(Path(folder))
        others = read_diaries(Path(folder))
        shipped = tried(others, all_rules=False)
        yield "\n".join(row(name, judged(Path(folder), kind, found)) for kind, name, found in shipped) + "\n"
    yield "**Share of true flags** by true changes per 100 patient-weeks, simulated\n"
    yield "| rule | 0.25 | 0.5 | 1 | 2 | 4 |\n|---|---|---|---|---|---|"
    yield "\n".join(predictive(name, found) for _, name, found in rules[:2]) + "\n"
    for _, name, found in rules[:2]:
        yield f"{name}, by subgroup of dev\n"
        yield "| subgroup | patient-weeks | false alarms per 100 | sensitivity |\n|---|---|---|---|"
        yield "\n".join(subgroups(patients, found)) + "\n"


def write(text: str) -> None:
    document = DOCUMENT.read_text()
    before, rest = document.split(BEGIN)
    _, after = rest.split(END)
    DOCUMENT.write_text(f"{before}{BEGIN}{text}{END}{after}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    text = "\n".join(tables())
    if parser.parse_args().write:
        write(text)
    else:
        print(text)
