from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from programmes.diary_files import PatientDiary, read_diaries
from programmes.management.commands.replay_diaries import alarms_of, replay_all

DEV = Path(__file__).parents[1] / "benchmarks" / "detection" / "dev"
CUT = date(2025, 12, 15)


@pytest.fixture(scope="module")
def diaries() -> tuple[PatientDiary, ...]:
    return read_diaries(DEV)[:40]


def test_no_log_after_the_day_is_used(diaries: tuple[PatientDiary, ...]) -> None:
    cut = [replace(p, logs=tuple(log for log in p.logs if log.on <= CUT)) for p in diaries]

    assert [alarms_of(p, CUT) for p in cut] == [
        [alarm for alarm in alarms_of(p) if date.fromisoformat(alarm[1]) <= CUT] for p in diaries
    ]


def test_a_second_replay_finds_the_same(diaries: tuple[PatientDiary, ...]) -> None:
    assert list(replay_all(diaries[:10], None, 1)) == list(replay_all(diaries[:10], None, 1))


def test_two_processes_find_the_same_as_one(diaries: tuple[PatientDiary, ...]) -> None:
    assert list(replay_all(diaries[:5], None, 2)) == list(replay_all(diaries[:5], None, 1))


def test_both_kinds_are_found(diaries: tuple[PatientDiary, ...]) -> None:
    kinds = {kind for alarms in replay_all(diaries, None, 1) for _, _, kind in alarms}

    assert kinds == {"pain_rise", "adherence_drop"}
