"""The rules that typical software ships, replayed on the same diaries for comparison.

    python -m tests.benchmarks.naive_rules tests/benchmarks/detection/dev OUT_FOLDER

writes one alarms file a rule for `score.py`. Pain rules are judged on days with a report, the others daily.
"""

import csv
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from programmes.diary_files import DiaryLog, PatientDiary, read_diaries

Rule = Callable[[PatientDiary, list[DiaryLog], date], bool]


def pains(logs: list[DiaryLog], on: date, newest: int, oldest: int) -> list[int]:
    """Pain scores of the logs that are `newest` to `oldest` days old."""
    return [log.pain for log in logs if log.pain is not None and newest <= (on - log.on).days <= oldest]


def walks(logs: list[DiaryLog], on: date, days: int) -> int:
    return sum((on - log.on).days < days for log in logs)


def mean_rises(logs: list[DiaryLog], on: date, earlier_days: int, points: float, least: int) -> bool:
    recent, earlier = pains(logs, on, 0, 6), pains(logs, on, 7, 6 + earlier_days)
    if not logs or logs[-1].on != on or len(recent) < 2 or len(earlier) < least:
        return False
    return sum(recent) / len(recent) - sum(earlier) / len(earlier) >= points


def week_above_week(patient: PatientDiary, logs: list[DiaryLog], on: date) -> bool:
    return mean_rises(logs, on, 7, 1, 2)


def week_above_month(patient: PatientDiary, logs: list[DiaryLog], on: date) -> bool:
    return mean_rises(logs, on, 28, 2, 3)


def jump_of_two(patient: PatientDiary, logs: list[DiaryLog], on: date) -> bool:
    scores = pains(logs, on, 0, 999)
    return bool(logs) and logs[-1].on == on and len(scores) > 1 and scores[-1] >= scores[-2] + 2


def quick_above_slow(patient: PatientDiary, logs: list[DiaryLog], on: date) -> bool:
    """Two exponentially weighted means (EWMA): a quick one 1.5 points above a slow one."""
    scores = pains(logs, on, 0, 999)
    if not logs or logs[-1].on != on or len(scores) < 8:
        return False
    quick = slow = sum(scores[:5]) / 5
    for score in scores[5:]:
        quick, slow = quick + 0.3 * (score - quick), slow + 0.05 * (score - slow)
    return quick - slow >= 1.5


def summed_excess(patient: PatientDiary, logs: list[DiaryLog], on: date) -> bool:
    """CUSUM: what the last fortnight's scores lie above the four weeks before, less 0.5 each, sums to 5."""
    earlier, recent = pains(logs, on, 14, 41), pains(logs, on, 0, 13)
    if not logs or logs[-1].on != on or len(earlier) < 3:
        return False
    usual, sum_ = sum(earlier) / len(earlier), 0.0
    for score in recent:
        sum_ = max(0.0, sum_ + score - usual - 0.5)
    return sum_ >= 5


def above_lowest(patient: PatientDiary, logs: list[DiaryLog], on: date) -> bool:
    """7-day mean at least 2 above the lowest fortnight of the last eight weeks."""
    recent = pains(logs, on, 0, 6)
    fortnights = [pains(logs, on, newest, newest + 13) for newest in range(7, 50, 7)]
    means = [sum(scores) / len(scores) for scores in fortnights if len(scores) >= 4]
    if not logs or logs[-1].on != on or len(recent) < 2 or not means:
        return False
    return sum(recent) / len(recent) - min(means) >= 2


def silent_week(patient: PatientDiary, logs: list[DiaryLog], on: date) -> bool:
    return (on - (logs[-1].on if logs else patient.started_on)).days >= 7


def week_below_half(patient: PatientDiary, logs: list[DiaryLog], on: date) -> bool:
    return (on - patient.started_on).days >= 6 and walks(logs, on, 7) < patient.sessions / 2


def fortnight_below_half(patient: PatientDiary, logs: list[DiaryLog], on: date) -> bool:
    return (on - patient.started_on).days >= 13 and walks(logs, on, 14) < patient.sessions


RULES: dict[str, tuple[str, Rule]] = {
    "week_above_week": ("pain_rise", week_above_week),
    "week_above_month": ("pain_rise", week_above_month),
    "jump_of_two": ("pain_rise", jump_of_two),
    "quick_above_slow": ("pain_rise", quick_above_slow),
    "summed_excess": ("pain_rise", summed_excess),
    "above_lowest": ("pain_rise", above_lowest),
    "silent_week": ("adherence_drop", silent_week),
    "week_below_half": ("adherence_drop", week_below_half),
    "fortnight_below_half": ("adherence_drop", fortnight_below_half),
}


def alarm_days(patient: PatientDiary, rule: Rule) -> list[date]:
    """The days on which the rule fires, each judged on the logs up to it."""
    fired, seen = [], 0
    day = patient.started_on
    while day <= patient.last_on:
        while seen < len(patient.logs) and patient.logs[seen].on <= day:
            seen += 1
        if rule(patient, list(patient.logs[max(0, seen - 60) : seen]), day):
            fired.append(day)
        day += timedelta(1)
    return fired


def main(source: Path, target: Path) -> None:
    patients = read_diaries(source)
    target.mkdir(parents=True, exist_ok=True)
    for name, (kind, rule) in RULES.items():
        with (target / f"{name}.csv").open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(("patient_id", "date", "kind"))
            writer.writerows((p.patient_id, day, kind) for p in patients for day in alarm_days(p, rule))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
