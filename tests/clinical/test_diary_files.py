from datetime import date
from pathlib import Path

import pytest

from programmes.diary_files import DiaryFileErrors, DiaryLog, read_diaries

PATIENTS = "patient_id,programme_start,planned_sessions_per_week,last_date\nA,2026-01-05,3,2026-03-01\n"
LOGS = "patient_id,date,minutes,pain\n"


def folder(path: Path, logs: str, patients: str = PATIENTS) -> Path:
    (path / "patients.csv").write_bytes(patients.encode("latin-1"))
    (path / "logs.csv").write_bytes((LOGS + logs).encode("latin-1"))
    return path


def errors(path: Path, logs: str, patients: str = PATIENTS, today: date | None = None) -> list[str]:
    with pytest.raises(DiaryFileErrors) as caught:
        read_diaries(folder(path, logs, patients), today)
    return [str(error) for error in caught.value.errors]


def test_logs_are_sorted_and_blank_pain_is_not_zero(tmp_path: Path) -> None:
    (patient,) = read_diaries(folder(tmp_path, "A,2026-01-08,20,\nA,2026-01-06,15,4\n"))

    assert patient.logs == (DiaryLog(date(2026, 1, 6), 15, 4), DiaryLog(date(2026, 1, 8), 20, None))


def test_the_diary_has_one_dose_and_receives_on_the_day(tmp_path: Path) -> None:
    (patient,) = read_diaries(folder(tmp_path, "A,2026-01-06,15,4\n"))
    diary = patient.diary()

    assert (diary.started_on, len(diary.weeks), diary.weeks[0].days) == (date(2026, 1, 5), 1, 3)
    assert [(r.on, r.received_on) for r in diary.reports] == [(date(2026, 1, 6), date(2026, 1, 6))]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("B,2026-01-06,15,4", "logs.csv:2: unknown patient 'B'"),
        ("A,2026-02-30,15,4", "logs.csv:2: date '2026-02-30' is not a date (YYYY-MM-DD)"),
        ("A,06.01.2026,15,4", "logs.csv:2: date '06.01.2026' is not a date (YYYY-MM-DD)"),
        (
            "A,2026-01-04,15,4",
            "logs.csv:2: date 2026-01-04 is outside 2026-01-05 to 2026-03-01",
        ),
        ("A,2026-01-06,0,4", "logs.csv:2: minutes '0' is not a whole number from 1 to 300"),
        ("A,2026-01-06,-3,4", "logs.csv:2: minutes '-3' is not a whole number from 1 to 300"),
        ("A,2026-01-06,,4", "logs.csv:2: minutes '' is not a whole number from 1 to 300"),
        ("A,2026-01-06,301,4", "logs.csv:2: minutes '301' is not a whole number from 1 to 300"),
        ("A,2026-01-06,15,11", "logs.csv:2: pain '11' is not a whole number from 0 to 10"),
        ("A,2026-01-06,15,3.5", "logs.csv:2: pain '3.5' is not a whole number from 0 to 10"),
        ("A,2026-01-06,15", "logs.csv:2: NUL character or wrong number of fields"),
        ("A,2026-01-06,15,4\0", "logs.csv:2: NUL character or wrong number of fields"),
        ("A,2026-01-06,15,\xe9", "logs.csv:2: not UTF-8 text"),
    ],
)
def test_a_bad_log_is_named_with_its_line(tmp_path: Path, line: str, message: str) -> None:
    assert errors(tmp_path, line + "\n") == [message]


def test_every_bad_line_is_listed(tmp_path: Path) -> None:
    listed = errors(tmp_path, "A,2026-01-06,15,4\nA,2026-01-06,15,4\nA,2026-01-07,15,12\n")

    assert listed == [
        "logs.csv:3: patient 'A' has two logs on 2026-01-06",
        "logs.csv:4: pain '12' is not a whole number from 0 to 10",
    ]


def test_a_future_day_is_refused(tmp_path: Path) -> None:
    patients = PATIENTS.replace("2026-03-01", "2026-01-31")

    assert errors(tmp_path, "", patients, date(2026, 1, 30)) == [
        "patients.csv:2: last_date 2026-01-31 is in the future"
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("A,2026-01-05,3,2026-03-01", "patient 'A' is listed twice"),
        (",2026-01-05,3,2026-03-01", "patient_id must have 1 to 64 printable characters"),
        ("B,2026-01-05,8,2026-03-01", "planned_sessions_per_week '8' is not a whole number from 1 to 7"),
        ("B,2026-01-05,3,2026-01-04", "last_date is before programme_start"),
    ],
)
def test_a_bad_patient_is_named_with_its_line(tmp_path: Path, line: str, message: str) -> None:
    assert errors(tmp_path, "", PATIENTS + line + "\n") == [f"patients.csv:3: {message}"]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "patients.csv").write_text(PATIENTS)
    (tmp_path / "logs.csv").write_text("patient_id,date,minutes\nA,2026-01-06,15\n")

    with pytest.raises(DiaryFileErrors, match=r"logs.csv:1: missing column pain"):
        read_diaries(tmp_path)


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(
        DiaryFileErrors, match=r"patients.csv:0: file is missing\nlogs.csv:0: file is missing"
    ):
        read_diaries(tmp_path)
