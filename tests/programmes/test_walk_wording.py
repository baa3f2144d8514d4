"""The findings from single walks and from the plan, in words, from evidence the rules really make."""

from dataclasses import replace

import pytest

from programmes import wording
from programmes.clinical.detection import findings
from programmes.clinical.diary import Answer, Diary, Finding
from tests.clinical.diaries import START, day, diary, plan, report, reports


def from_answers(code: str, *answers: dict[str, object]) -> Finding:
    rows = tuple(Answer(day(20 + n), day(20 + n), **said) for n, said in enumerate(answers))  # type: ignore[arg-type]
    last = 19 + len(answers)
    walks = reports(dict.fromkeys(range(20, last + 1), 3))
    seen = replace(Diary(START, (plan(),), walks), answers=rows)
    return next(f for f in findings(seen, day(last)) if f.code == code)


def from_walks(code: str, seen: Diary, n: int) -> Finding:
    return next(f for f in findings(seen, day(n)) if f.code == code)


HARD: dict[str, object] = {"before": 3, "after": 7}
RAISED: dict[int, int | None] = {n: 3 for n in range(0, 28, 2)} | {28: 5, 30: 5}
SAID = [
    (
        from_answers("PAIN_SEVERE", {"before": 8}, {"before": 9}),
        "Pain before walking was 8 on 25 Jan and 9 on 26 Jan: severe twice running.",
    ),
    (
        from_answers("PAIN_RESPONSE", HARD, HARD),
        "2 of the last 2 walks hurt: pain after was above 5 and 2 or more points up, or it had not settled by"
        " the next morning.",
    ),
    (
        from_answers("FLARE", {"flare": True}, {"flare": True}),
        "The patient reports a flare-up since 25 Jan (2 days on end; 2 days in the last 4 weeks).",
    ),
    (
        from_answers("LIMB_PROBLEM", {"limb": True}, {"limb": True}),
        "A leg or foot problem was reported on 2 of the last 2 logs, the newest included.",
    ),
    (from_answers("FALL", {"fall": "fall"}), "Fell on 25 Jan, not hurt."),
    (
        from_walks("PAIN_THEN_SILENT", diary(RAISED), 35),
        "The last two pain scores were at least 2.0 points above the four weeks before; then no walk was"
        " logged for 5 days (3.6 planned walks went by).",
    ),
    (
        from_walks("ADHERENCE_LOW", diary([0, 5, 9, 12, 16, 19, 23, 26]), 27),
        "Walked 4 of 10 planned walks in the last 14 days (40 %): below half of them.",
    ),
    (
        from_walks("NOT_STARTED", diary([]), 9),
        "No walk logged in the 9 days since the programme started.",
    ),
    (
        from_walks("OVERDOING", Diary(START, (plan(5, 20),), (report(20, 3, minutes=45),)), 20),
        "Walked 45 minutes in 7 days, with 100 minutes planned; the longest day was 45 minutes (planned 20"
        " minutes).",
    ),
    (
        from_walks("NOT_IMPROVING", diary({n: 5 for n in range(0, 60, 2)}), 43),
        "6 weeks in, pain is 5.0; it was 5.0 in the first two weeks. That is no change that patients notice"
        " (7 reports then, 7 now).",
    ),
    (
        Finding(
            "DATA_QUALITY", "info", {"at_once": 5, "fastest": 0.0, "limits": {"at_once": 4, "fastest": 9.0}}
        ),
        "5 walks were entered within 10 minutes: they may be from memory.",
    ),
]


@pytest.mark.parametrize(("finding", "sentence"), SAID, ids=[finding.code for finding, _ in SAID])
def test_one_sentence_with_its_numbers(finding: Finding, sentence: str) -> None:
    assert wording.sentence(finding.code, finding.evidence) == sentence


@pytest.mark.parametrize("finding", [f for f, _ in SAID], ids=[finding.code for finding, _ in SAID])
def test_the_table_of_evidence_has_a_line(finding: Finding) -> None:
    assert [line for line in wording.lines(finding.code, finding.evidence) if line.label and line.value] != []
