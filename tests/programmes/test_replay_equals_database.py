"""The nightly review through the database and the replay without one see and store the same."""

import csv
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from programmes.clinical.detection import Clear, Raise, findings, replay
from programmes.clinical.diary import Answer
from programmes.diary_files import PatientDiary, read_diaries
from programmes.management.commands.import_diaries import NO_LETTER, kept_diary
from programmes.models import ChangedPatient, Flag
from programmes.services.gathering import subjects_of
from programmes.services.importing import import_diary
from programmes.services.nights import review_night
from tests.factories import a_clinic, a_staff_member

pytestmark = pytest.mark.django_db

DEV = Path(__file__).parents[1] / "benchmarks" / "detection" / "dev"
START = date(2026, 1, 5)
NIGHTS = [START + timedelta(days=n) for n in range(98)]  # of 126; every change begins before
NEXT_DAY = datetime(2026, 5, 11, 12, tzinfo=UTC)


def sixty_diaries() -> list[PatientDiary]:
    """Of every source and scenario in turn, moved to start on one day."""
    kinds: dict[tuple[str, ...], list[str]] = defaultdict(list)
    with (DEV / "labels.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            kinds[row["source"], row["kind"], row["scenario"]].append(row["patient_id"])
    in_turn = (ids[turn] for turn in range(3) for ids in kinds.values() if turn < len(ids))
    chosen = list(dict.fromkeys(in_turn))[:60]
    return [moved(diary) for diary in read_diaries(DEV) if diary.patient_id in chosen]


def moved(diary: PatientDiary) -> PatientDiary:
    shift = START - diary.started_on
    logs = tuple(replace(log, on=log.on + shift) for log in diary.logs)
    return replace(diary, started_on=START, last_on=diary.last_on + shift, logs=logs)


def imported(diaries):
    clinic = a_clinic()
    clinician = a_staff_member(clinic)
    for diary in diaries:
        kept = kept_diary(diary, shift=timedelta(0))
        import_diary(diary=kept, duty_letter=NO_LETTER, by=clinician, now=NEXT_DAY)
    return clinic


def replayed(diary):
    return replay(with_answers(diary), START, NIGHTS[-1])


def with_answers(diary):
    """As an import stores the one score. Files know no dose: OVERDOING is left out."""
    answers = tuple(
        Answer(log.on, log.on, by_patient=False, before=log.pain, after=log.pain, worst=log.pain)
        for log in diary.logs
    )
    return replace(diary.diary(), answers=answers)


def but_overdoing(found):
    return tuple(each for each in found if each.code != "OVERDOING")


def flags_of(diary):
    """(reference, code, raised on, evidence, cleared on) of each flag of the replay."""
    flags: list[tuple] = []
    for day in replayed(diary):
        for change in day.changes:
            if isinstance(change, Raise):
                flags.append((diary.patient_id, change.code, change.on, change.finding.evidence, None))
            elif isinstance(change, Clear):
                open_one = next(flag for flag in flags if flag[1] == change.code and flag[4] is None)
                flags[flags.index(open_one)] = (*open_one[:4], change.on)
    return [flag for flag in flags if flag[1] != "OVERDOING"]


def in_order(flags):
    return sorted(flags, key=lambda flag: flag[:3])


def test_every_third_day_the_database_gives_the_findings_of_the_replay():
    diaries = sixty_diaries()
    clinic = imported(diaries)
    expected = {
        (diary.patient_id, day.on): but_overdoing(day.findings)
        for diary in diaries
        for day in replayed(diary)
        if day.on in NIGHTS[::3]
    }
    found = {
        (subject.programme.patient.reference, on): but_overdoing(findings(subject.diary, on))
        for on in NIGHTS[::3]
        for subject in subjects_of(clinic=clinic, on=on)
    }
    assert found == expected


def test_night_after_night_the_database_raises_and_clears_the_flags_of_the_replay():
    """No mark helps: the nights find by their screen alone whom they have to judge."""
    diaries = sixty_diaries()
    clinic = imported(diaries)
    ChangedPatient.objects.for_clinic(clinic).delete()
    for night in NIGHTS:
        morning = datetime.combine(night + timedelta(days=1), time(5), UTC)
        review_night(clinic=clinic, local_date=night, now=morning)
    stored = (
        Flag.objects.for_clinic(clinic)
        .exclude(code="OVERDOING")
        .values_list("patient__reference", "code", "raised_on", "evidence", "resolved_on")
    )
    assert in_order(stored) == in_order(flag for diary in diaries for flag in flags_of(diary))


def test_the_sixty_diaries_hold_every_source_and_both_rules():
    """Guards the two tests above: nothing equals nothing too."""
    codes = [flag[1] for diary in sixty_diaries() for flag in flags_of(diary)]
    assert min(codes.count("PAIN_RISING"), codes.count("ADHERENCE_DROPPED")) >= 20
