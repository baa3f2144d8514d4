"""Diaries made on other assumptions than the benchmark's: a second opinion on rules chosen on its dev split.

    python -m tests.benchmarks.second_diaries OUT_FOLDER [--seed 1] [--patients 1500]

writes patients.csv, logs.csv and labels.csv as `score.py` reads them. What is different here: the noise has
heavy tails and its own memory, levels drift, scores heap on favourite numbers, whoever hurts logs less,
walking comes in streaks, some keep fixed days, people improve for weeks and then stay there, and changes
begin in the third week already. A rule that only fits the dev split shows here.
"""

import argparse
import csv
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

DAYS = 126
FIRST_DAY = date(2026, 1, 5)
SETTLED = 21  # false alarms count from here, as in the benchmark
FAVOURITES = (0, 2, 3, 5, 7, 8, 10)  # the numbers some people use instead of all eleven
Course = Callable[[int], float]


@dataclass
class Person:
    """One made-up patient: a level of pain, its noise, habits of walking and of answering."""

    level: float
    spread: float
    memory: float
    weekday: list[float]
    favourites: bool
    sessions: int
    keeps: float
    fixed: frozenset[int]
    streak: float
    hides: float
    pain: Course = field(default=lambda day: 0.0)
    walking: Course = field(default=lambda day: 1.0)
    bad_day: float = 0.02


@dataclass(frozen=True)
class Label:
    kind: str
    scenario: str
    role: str
    onset: int | None = None
    deadline: int | None = None


def a_person(rng: Random) -> Person:
    sessions = rng.choice((2, 3, 3, 4, 4, 5, 5, 6, 7))
    swing, phase = abs(rng.gauss(0, 0.35)), rng.random() * 7
    return Person(
        level=min(8.5, max(1.0, rng.gauss(4.3, 1.8))),
        spread=min(2.2, rng.gammavariate(5, 0.17)),
        memory=rng.uniform(0, 0.7),
        weekday=[swing * math.sin(2 * math.pi * (day + phase) / 7) for day in range(7)],
        favourites=rng.random() < 0.15,
        sessions=sessions,
        keeps=min(1.0, max(0.45, rng.gauss(0.85, 0.12))),
        fixed=frozenset(rng.sample(range(7), sessions)) if rng.random() < 0.5 else frozenset(),
        streak=rng.uniform(0, 0.5),
        hides=rng.choice((0.0, 0.0, 0.2, 0.4)),
    )


def ramp(onset: int, rise: float, over: int) -> Course:
    return lambda day: rise * min(1.0, max(0.0, (day - onset + 1) / over))


def bout(onset: int, rise: float, length: int) -> Course:
    return lambda day: rise if onset <= day < onset + length else 0.0


def better(fall: float, over: int) -> Course:
    return lambda day: -fall * min(1.0, day / over)


def plus(*courses: Course) -> Course:
    return lambda day: sum(course(day) for course in courses)


def scores(person: Person, rng: Random) -> list[int]:
    """A score for each day, whether it is told or not."""
    noise, drift, told = 0.0, 0.0, []
    fresh = math.sqrt(1 - person.memory**2)
    for day in range(DAYS):
        heavy = rng.gauss(0, 1) / math.sqrt(rng.gammavariate(2.5, 1 / 2.5))  # Student's t with 5
        noise = person.memory * noise + fresh * 0.8 * person.spread * heavy
        drift = 0.97 * drift + rng.gauss(0, 0.07)
        worse = 2.5 if rng.random() < person.bad_day else 0.0
        value = person.level + noise + drift + person.weekday[day % 7] + person.pain(day) + worse
        told.append(_answer(value, person.favourites))
    return told


def _answer(value: float, favourites: bool) -> int:
    if favourites:
        return min(FAVOURITES, key=lambda favourite: abs(favourite - value))
    return min(10, max(0, round(value)))


def days_walked(person: Person, pain: list[int], rng: Random) -> list[int]:
    """The days with a log: habit, streaks, and fewer when it hurts."""
    walked: list[int] = []
    for day in range(DAYS):
        chance = person.keeps * (
            float(day % 7 in person.fixed) * 0.95 + 0.02 if person.fixed else person.sessions / 7
        )
        if not person.fixed and walked:
            chance *= 1 + person.streak if walked[-1] == day - 1 else 1 - person.streak * person.sessions / 14
        chance *= person.walking(day) * math.exp(-person.hides * max(0.0, pain[day] - person.level))
        if rng.random() < min(0.98, chance):
            walked.append(day)
    return walked


def a_pain_diary(rng: Random) -> tuple[Person, Label]:
    """Somebody whose pain is judged: a third has a known change."""
    person = a_person(rng)
    onset = rng.randrange(42, 84)
    kind = "pain_rise"
    if rng.random() < 0.55:
        return _pain_negative(person, rng)
    person.level = min(person.level, 6.0)
    name = rng.choice(
        (
            "step_2",
            "step_3",
            "ramp10_2",
            "ramp10_3",
            "climb",
            "relapse",
            "relapse",
            "early_2",
            "joint",
            "step_1",
        )
    )
    deadline = onset + 21
    if name == "early_2":
        onset = rng.randrange(14, 28)
        deadline = onset + 21
        person.pain = ramp(onset, 2, 1)
    elif name == "climb":
        deadline = onset + 42
        person.pain = lambda day: 0.5 * min(6, max(0, (day - onset) // 7 + 1))
    elif name == "relapse":
        fall, back = rng.uniform(1.5, 3), rng.randrange(5, 15)
        person.level = max(person.level, fall + 0.5)
        person.pain = plus(better(fall, onset - rng.randrange(0, 15)), ramp(onset, fall, back))
    elif name == "joint":
        quiet = onset + rng.randrange(4, 11)
        person.pain = ramp(onset, rng.choice((2, 3)), 5)
        person.walking = lambda day: 1.0 if day < quiet else 0.4
    else:
        person.pain = ramp(onset, float(name[-1]), 10 if name.startswith("ramp") else 1)
    return person, Label(kind, name, "neutral" if name == "step_1" else "positive", onset, deadline)


def _pain_negative(person: Person, rng: Random) -> tuple[Person, Label]:
    name = rng.choice(("stable", "stable", "improving", "plateau", "spiky", "absent", "one_bad_day"))
    if name == "improving":
        person.pain = better(rng.uniform(1, 3), DAYS)
    elif name == "plateau":
        person.pain = better(rng.uniform(1, 3), rng.randrange(28, 63))
    elif name == "spiky":
        person.bad_day = 0.12
    elif name == "absent":
        away, length = rng.randrange(35, 80), rng.randrange(7, 22)
        person.walking = lambda day: 0.0 if away <= day < away + length else 1.0
    elif name == "one_bad_day":
        person.pain = bout(rng.randrange(30, 100), 4, 1)
    return person, Label("pain_rise", name, "negative")


def a_walking_diary(rng: Random) -> tuple[Person, Label]:
    """Somebody whose walking is judged: half has a known change."""
    person, kind = a_person(rng), "adherence_drop"
    onset = rng.randrange(42, 84)
    if rng.random() < 0.5:
        return _walking_negative(person, rng)
    name = rng.choice(("stop", "half", "third", "fade", "joint", "never_started", "early_stop"))
    deadline = onset + 21
    if name == "never_started":
        onset, deadline = 7, 28
        person.walking = lambda day: 0.0 if day > 2 else 0.4
    elif name == "fade":
        deadline = onset + 42
        person.walking = lambda day: max(0.1, 1 - 0.9 * max(0, day - onset) / 28)
    elif name == "joint":
        person.pain = ramp(onset - 6, 2.5, 3)
        person.walking = lambda day: 1.0 if day < onset else 0.4
    else:
        onset = rng.randrange(14, 28) if name == "early_stop" else onset
        deadline = onset + 21
        share = {"half": 0.5, "third": 0.3}.get(name, 0.0)
        person.walking = lambda day: 1.0 if day < onset else share
    return person, Label(kind, name, "positive", onset, deadline)


def _walking_negative(person: Person, rng: Random) -> tuple[Person, Label]:
    name = rng.choice(("steady", "steady", "streaky", "up_and_down", "few_days_off", "keeps_less"))
    if name == "streaky":
        person.fixed, person.streak = frozenset(), 0.7
    elif name == "up_and_down":
        weeks = [rng.uniform(0.6, 1.2) for _ in range(DAYS // 7 + 1)]
        person.walking = lambda day: weeks[day // 7]
    elif name == "few_days_off":
        away, length = rng.randrange(35, 100), rng.randrange(4, 7)
        person.walking = lambda day: 0.0 if away <= day < away + length else 1.0
    elif name == "keeps_less":
        person.keeps = rng.uniform(0.6, 0.75)
    return person, Label("adherence_drop", name, "negative")


Row = tuple[object, ...]


def made(seed: int, patients: int) -> tuple[list[Row], list[Row], list[Row]]:
    """Rows of patients.csv, logs.csv and labels.csv; two of three diaries are judged for pain."""
    rng = Random(seed)
    people, logs, labels = list[Row](), list[Row](), list[Row]()
    for number in range(patients):
        name = f"S{number:05d}"
        person, label = a_walking_diary(rng) if number % 3 == 2 else a_pain_diary(rng)
        pain = scores(person, rng)
        walked = days_walked(person, pain, rng)
        people.append((name, FIRST_DAY, person.sessions, _day(DAYS - 1)))
        logs += [
            (name, _day(day), rng.randrange(12, 40), pain[day] if rng.random() > 0.05 else "")
            for day in walked
        ]
        labels.append(_label_row(name, label, walked))
    return people, logs, labels


def _label_row(name: str, label: Label, walked: list[int]) -> Row:
    onset, deadline, role = label.onset, label.deadline, label.role
    if onset is None or deadline is None:
        return name, label.kind, label.scenario, role, "", "", _day(SETTLED), _day(DAYS - 1), "second"
    told = sum(onset <= day <= deadline for day in walked)
    if role == "positive" and label.kind == "pain_rise" and told < 3:
        role = "neutral"
    exposed = (_day(SETTLED), _day(onset - 1)) if onset > SETTLED else ("", "")
    return name, label.kind, label.scenario, role, _day(onset), _day(deadline), *exposed, "second"


def _day(number: int) -> date:
    return FIRST_DAY + timedelta(number)


HEADERS = {
    "patients.csv": "patient_id,programme_start,planned_sessions_per_week,last_date",
    "logs.csv": "patient_id,date,minutes,pain",
    "labels.csv": "patient_id,kind,scenario,role,onset,deadline,exposure_from,exposure_to,source",
}


def write(folder: Path, seed: int = 1, patients: int = 1500) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for (name, header), rows in zip(HEADERS.items(), made(seed, patients), strict=True):
        with (folder / name).open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(header.split(","))
            writer.writerows(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--patients", type=int, default=1500)
    chosen = parser.parse_args()
    write(chosen.folder, chosen.seed, chosen.patients)
