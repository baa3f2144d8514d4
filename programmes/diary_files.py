"""Reads diary files, patients.csv and logs.csv. Pure parsing; every bad line is named with its number."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from programmes.clinical.diary import Diary, PlannedWeek, Report

PATIENT_COLUMNS = ("patient_id", "programme_start", "planned_sessions_per_week", "last_date")
LOG_COLUMNS = ("patient_id", "date", "minutes", "pain")
MINUTES = range(1, 301)
PAIN = range(0, 11)
DAYS_A_WEEK = range(1, 8)
ID_LENGTH = 64


@dataclass(frozen=True, slots=True)
class LineError:
    """One thing wrong with one line; line 0 stands for the file as a whole."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        """The usual form: file:line: message."""
        return f"{self.file}:{self.line}: {self.message}"


class DiaryFileErrors(ValueError):
    """Everything wrong with the files, in order; nothing of them may be used."""

    def __init__(self, errors: tuple[LineError, ...]) -> None:
        """Keep the errors for pages and print them one a line."""
        self.errors = errors
        super().__init__("\n".join(map(str, errors)))


@dataclass(frozen=True, slots=True)
class DiaryLog:
    """One line of logs.csv: a walk of `minutes` (1-300) and its pain score (0-10, None if blank)."""

    on: date
    minutes: int
    pain: int | None


@dataclass(frozen=True, slots=True)
class PatientDiary:
    """One patient of the files; `sessions` planned walks a week (1-7), logs sorted by day."""

    patient_id: str
    started_on: date
    sessions: int
    last_on: date
    logs: tuple[DiaryLog, ...] = ()

    def diary(self, planned_minutes: int = 0) -> Diary:
        """Return the diary the rules read: one dose throughout, everything received on the day walked.

        The files do not say how long the planned walks are; with the default of 0 every walk counts.
        """
        week = PlannedWeek(self.started_on, self.sessions, planned_minutes, self.started_on)
        reports = tuple(Report(log.on, log.minutes, log.pain, log.on) for log in self.logs)
        return Diary(self.started_on, (week,), reports)


class _BadField(ValueError):
    """A field that cannot be read; the message goes into the line's error."""


@dataclass(slots=True)
class _Reading:
    """What has been read so far, and what was wrong."""

    today: date | None
    errors: list[LineError] = field(default_factory=list)
    patients: dict[str, PatientDiary] = field(default_factory=dict)
    logs: dict[str, dict[date, DiaryLog]] = field(default_factory=dict)


def read_diaries(folder: Path, today: date | None = None) -> tuple[PatientDiary, ...]:
    """Read patients.csv and logs.csv in `folder`, in the order of patients.csv.

    With `today` given, later days are refused. Raises DiaryFileErrors naming every bad line: missing file or
    column, unreadable text, unknown or repeated patient, bad, future or repeated day, a log outside the
    programme, minutes outside 1-300, pain outside 0-10.
    """
    reading = _Reading(today)
    _read(folder / "patients.csv", PATIENT_COLUMNS, reading, _add_patient)
    _read(folder / "logs.csv", LOG_COLUMNS, reading, _add_log)
    if reading.errors:
        raise DiaryFileErrors(tuple(reading.errors))
    return tuple(
        PatientDiary(p.patient_id, p.started_on, p.sessions, p.last_on, _sorted_logs(reading, p.patient_id))
        for p in reading.patients.values()
    )


def _sorted_logs(reading: _Reading, patient_id: str) -> tuple[DiaryLog, ...]:
    logs = reading.logs.get(patient_id, {})
    return tuple(logs[day] for day in sorted(logs))


def _read(
    path: Path, columns: tuple[str, ...], reading: _Reading, add: Callable[[dict[str, str], _Reading], None]
) -> None:
    """Read one file line by line, collecting errors instead of stopping."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        reading.errors.append(LineError(path.name, 0, "file is missing"))
        return
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        reading.errors.append(LineError(path.name, line, "not UTF-8 text"))
        return
    for line, row in _rows(path.name, text, columns, reading.errors):
        try:
            add(row, reading)
        except _BadField as error:
            reading.errors.append(LineError(path.name, line, str(error)))


def _rows(
    name: str, text: str, columns: tuple[str, ...], errors: list[LineError]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line number and fields of each line that has all columns and no NUL."""
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [cell.strip() for cell in next(reader, [])]
    missing = [column for column in columns if column not in header]
    if missing:
        errors.append(LineError(name, 1, f"missing column {', '.join(missing)}"))
        return
    try:
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(header) or any("\0" in cell for cell in cells):
                errors.append(LineError(name, reader.line_num, "NUL character or wrong number of fields"))
                continue
            yield reader.line_num, dict(zip(header, (cell.strip() for cell in cells), strict=True))
    except csv.Error as error:
        errors.append(LineError(name, reader.line_num, str(error)))


def _add_patient(row: dict[str, str], reading: _Reading) -> None:
    """Add one line of patients.csv; _BadField says what is wrong with it."""
    patient_id = row["patient_id"]
    if not 1 <= len(patient_id) <= ID_LENGTH or not patient_id.isprintable():
        raise _BadField(f"patient_id must have 1 to {ID_LENGTH} printable characters")
    if patient_id in reading.patients:
        raise _BadField(f"patient {patient_id!r} is listed twice")
    start = _day(row, "programme_start", reading.today)
    last = _day(row, "last_date", reading.today)
    if last < start:
        raise _BadField("last_date is before programme_start")
    sessions = _number(row, "planned_sessions_per_week", DAYS_A_WEEK)
    reading.patients[patient_id] = PatientDiary(patient_id, start, sessions, last)


def _add_log(row: dict[str, str], reading: _Reading) -> None:
    """Add one line of logs.csv; _BadField says what is wrong with it."""
    patient = reading.patients.get(row["patient_id"])
    if patient is None:
        raise _BadField(f"unknown patient {row['patient_id']!r}")
    day = _day(row, "date", reading.today)
    if not patient.started_on <= day <= patient.last_on:
        raise _BadField(f"date {day} is outside {patient.started_on} to {patient.last_on}")
    logs = reading.logs.setdefault(patient.patient_id, {})
    if day in logs:
        raise _BadField(f"patient {patient.patient_id!r} has two logs on {day}")
    pain = _number(row, "pain", PAIN) if row["pain"] else None
    logs[day] = DiaryLog(day, _number(row, "minutes", MINUTES), pain)


def _day(row: dict[str, str], column: str, today: date | None) -> date:
    """A day written as 2026-01-31, not after `today`."""
    text = row[column]
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        day = None
    if day is None:
        raise _BadField(f"{column} {text[:20]!r} is not a date (YYYY-MM-DD)")
    if today is not None and day > today:
        raise _BadField(f"{column} {day} is in the future")
    return day


def _number(row: dict[str, str], column: str, allowed: range) -> int:
    """A whole number within `allowed`, in plain digits."""
    text = row[column]
    if not (text.isascii() and text.isdigit() and len(text) <= 4) or int(text) not in allowed:
        raise _BadField(f"{column} {text[:20]!r} is not a whole number from {allowed[0]} to {allowed[-1]}")
    return int(text)
