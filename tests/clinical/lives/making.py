"""Made-up patients over twelve weeks: what they walked, told and pressed. The same for the same number."""

from dataclasses import dataclass
from datetime import date
from random import Random

from programmes.clinical.amounts import Walked
from programmes.clinical.course import Course, Flare, Prescription, Repeat, course_of
from programmes.clinical.diary import Answer, Diary, Pause, Report
from programmes.clinical.grading import TEMPLATES, generate
from programmes.clinical.grading.generator import SCALES
from tests.clinical.courses import a_plan, doses
from tests.clinical.diaries import day

DAYS = 84
BASELINES = {"minutes": 15, "steps": 2000, "distance": 1200}
MOST = {"minutes": 40, "steps": 5000, "distance": 3500}
ANSWERED, ANSWERS_LEFT = 0.7, (None, None, False, False, False, True)


@dataclass(frozen=True)
class Life:
    """One patient: `title` is the habit in words."""

    title: str
    plans: tuple[Prescription, ...]
    reports: tuple[Report, ...]
    answers: tuple[Answer, ...]
    pauses: tuple[Pause, ...]
    overlays: tuple[Repeat | Flare, ...]

    def course(self, on: date) -> Course:
        """As it was known on that day, when walks had come in."""
        walks = [(each.on, each.walked) for each in self.reports if each.known_on <= on]
        pressed = [each for each in self.overlays if _began(each) <= on]
        return course_of(self.plans, walks=walks, pauses=self.pauses, overlays=pressed, on=on)

    def diary(self, on: date) -> Diary:
        course = self.course(on)
        flare = course.open_flare
        weeks, began = course.planned_weeks(), flare.from_on if flare else None
        return Diary(day(0), weeks, self.reports, self.pauses, began, self.answers).until(on)


def _began(overlay: Repeat | Flare) -> date:
    return overlay.on if isinstance(overlay, Repeat) else overlay.from_on


def a_life(number: int) -> Life:
    """Habits, troubles and diligence are drawn by the number: many rules are met, and many just missed."""
    chance = Random(number)
    rules = list(TEMPLATES.values())[number % len(TEMPLATES)]
    least = max(rules.min_baseline, SCALES[rules.counts].unit)
    weeks = doses(generate(max(least, chance.randrange(1, 4) * least), rules))
    plans = [a_plan(weeks, patient_may_repeat=True)]
    if chance.random() < 0.3:
        start = chance.randrange(20, 50)
        plans.append(a_plan(weeks, start, first_week=chance.randrange(1, 5)))
    pauses = _pauses(chance)
    reports, answers, title = _walks(chance, weeks[0].days, pauses)
    return Life(f"{rules.code}, {title}", tuple(plans), reports, answers, pauses, _overlays(chance))


def _pauses(chance: Random) -> tuple[Pause, ...]:
    if chance.random() < 0.6:
        return ()
    first = chance.randrange(10, 60)
    return (Pause(day(first), day(first + chance.randrange(1, 15))),)


def _overlays(chance: Random) -> tuple[Repeat | Flare, ...]:
    made: list[Repeat | Flare] = [Repeat(day(chance.randrange(7, 70)))] if chance.random() < 0.4 else []
    if chance.random() < 0.5:
        first = chance.randrange(8, 66)
        over = day(first + chance.randrange(1, 15)) if chance.random() < 0.6 else None
        made.append(Flare(day(first), over))
    return tuple(made)


def _walks(
    chance: Random, days: int, pauses: tuple[Pause, ...]
) -> tuple[tuple[Report, ...], tuple[Answer, ...], str]:
    """Walks on about the planned days until something happens: silence, slowing, more pain, too much."""
    rate = min(0.95, days / 7 * chance.choice((0.5, 0.8, 1.0, 1.2)))
    turn, back = chance.randrange(5, 60), chance.randrange(60, 90)
    trouble = chance.choice(("none", "stops", "slows", "hurts", "hurts and stops", "does too much", "falls"))
    usual = chance.choice((1, 2, 3, 4, 6))
    reports, answers = [], []
    for n in range(DAYS):
        troubled = turn <= n < back
        now = 0.0 if troubled and "stops" in trouble and n > turn + 6 else rate
        now = rate / 3 if troubled and trouble == "slows" else now
        if chance.random() >= now or any(each.from_on <= day(n) <= each.until_on for each in pauses):
            continue
        raised = usual + (3 if troubled and "hurts" in trouble else 0)
        pain = max(0, min(10, raised + chance.choice((-1, 0, 0, 1))))
        many = 3 if troubled and trouble == "does too much" else 1
        report = _report(chance, n, pain, many)
        reports.append(report)
        answers.append(_answer(chance, report, falls=troubled and trouble == "falls"))
    return (
        tuple(reports),
        tuple(answers),
        f"{rate:.2f} a day, {trouble} from day {turn} to {back}, pain {usual}",
    )


def _report(chance: Random, n: int, pain: int, many: int) -> Report:
    late = chance.choice((0,) * 12 + (1, 3, 7, 8, 12))
    minutes = many * chance.choice((5, 8, 10, 12, 15, 15, 20, 25))
    told = Walked(minutes, 100 * minutes, 80 * minutes)
    known = pain if chance.random() < 0.9 else None
    received = day(min(n + late, max(n, DAYS)))
    return Report(day(n), told.minutes, known, received, told.steps, told.distance_m)


def _answer(chance: Random, report: Report, *, falls: bool) -> Answer:
    """What was told beside the walk; most of it is left out by many."""
    before = report.pain
    after = None if before is None else min(10, before + chance.choice((0, 0, 0, 1, 2, 3)))
    told = Answer(
        report.on,
        report.received_on,
        received_at=1440.0 * report.received_on.toordinal() + chance.choice((0, 0, 5, 60)),
        recalled=report.received_on > report.on and chance.random() < 0.5,
        by_patient=chance.random() < 0.9,
        before=before,
        after=after,
        fall=chance.choice(("none", "none", "near", "fall", "injury")) if falls else "none",
    )
    if chance.random() < 0.4:
        return told
    return told._replace(
        worst=None if after is None else min(10, after + chance.choice((0, 0, 1, 2))),
        settled=chance.choice(("yes", "yes", "no", "not-sure", "")),
        flare=chance.choice(ANSWERS_LEFT),
        limb=chance.choice(ANSWERS_LEFT),
    )
