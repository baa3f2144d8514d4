"""Every finding reads as one sentence with its numbers."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from programmes import wording

PAIN = {
    "rule_version": "2025.2",
    "window": 7,
    "base_window": 28,
    "n_recent": 9,
    "n_earlier": 17,
    "mean_recent": 5.83,
    "mean_earlier": 3.71,
    "rise": 2.12,
    "reference": 3.71,
    "z": 5.41,
    "limits": {"rise": 1.0, "z": 3.1},
    "recent": [["2026-11-18", 6.0], ["2026-11-20", 5.5]],
    "earlier": [["2026-11-01", 3.0]],
}
PLAN = {"done": 2.0, "planned": 6.0, "share": 0.33, "paused": 3, "below_half": True}
SILENCE = {
    "pattern": "silence",
    "silent_days": 9,
    "last_log": "2026-11-11",
    "planned_missed": 5.1,
    "usual_per_week": 4.2,
    "surprise": 7.5,
    "limits": {"surprise": 5.5, "silent_days": 5},
    "plan": PLAN,
}
SLOWING = {
    "pattern": "slowing",
    "recent_walks": 3,
    "recent_days": 14,
    "base_walks": 24,
    "base_days": 42,
    "ratio": 0.41,
    "z": 1.31,
    "limits": {"ratio": 0.7, "z": 0.9},
    "plan": PLAN,
}


def never_started(logs):
    limits = {"silent_days": 9}
    return {"pattern": "never_started", "logs": logs, "silent_days": 11, "limits": limits, "plan": PLAN}


def test_rising_pain_says_how_much_over_how_long_and_from_how_many_reports():
    assert wording.sentence("PAIN_RISING", PAIN) == (
        "Average pain over the last 7 days is 2.1 points above this patient's own previous 4 weeks"
        " – more than their usual ups and downs explain (9 recent, 17 earlier reports)."
    )


def test_a_rise_on_few_scores_says_how_few():
    few = PAIN | {"window": 21, "weekly": {"scores": 4, "days": 28}}
    assert wording.sentence("PAIN_RISING", few) == (
        "Average pain over the last 21 days is 2.1 points above this patient's own previous 4 weeks"
        " – more than their usual ups and downs explain (9 recent, 17 earlier reports)."
        " Judged on few scores: 4 in the last 4 weeks."
    )


def test_a_rise_of_exactly_one_point_keeps_its_decimal():
    assert "is 1.0 points above" in wording.sentence("PAIN_RISING", PAIN | {"rise": 1.0})


def test_silence_is_held_against_the_own_habit():
    assert wording.sentence("ADHERENCE_DROPPED", SILENCE) == (
        "No walk logged for 9 days; this patient usually walks on 4.2 days a week"
        " (5.1 planned walks went by)."
    )


def test_slowing_names_both_windows_and_the_share():
    assert wording.sentence("ADHERENCE_DROPPED", SLOWING) == (
        "Walked on 3 of the last 14 days, against 24 of the 42 days before"
        " – 41 % of the rate expected from this patient's own habit."
    )


def test_never_started_without_a_log():
    assert wording.sentence("ADHERENCE_DROPPED", never_started(0)) == (
        "No walk logged in the 11 days since the programme started."
    )


def test_never_started_after_one_log():
    assert wording.sentence("ADHERENCE_DROPPED", never_started(1)) == (
        "1 walk logged since the start, then none for 11 days."
    )


def test_a_safety_answer_names_the_items_and_the_route():
    evidence = {"items": ["chest_pain"], "fall": "injury", "route": "999", "rule_version": "2025.2"}
    assert wording.sentence("SAFETY", evidence) == (
        "Reported as new: chest pain; fell and was hurt. Route: emergency services (999) at once."
    )


def test_a_rule_without_words_still_shows_its_figures():
    lines = wording.lines("NEW_RULE", {"days_over": 4, "nested": {"a": 1}})
    assert lines == [wording.Line("Days over", "4")]


def test_evidence_that_lacks_a_number_still_shows_the_others():
    old = {key: value for key, value in PAIN.items() if key != "rise"}
    assert wording.sentence("PAIN_RISING", old) == "A rule asks for a look; the figures stand below."
    assert ("Mean recent", "5.83") in [(each.label, each.value) for each in wording.lines("PAIN_RISING", old)]


def test_every_figure_stands_beside_its_limit():
    assert wording.lines("PAIN_RISING", PAIN) == [
        wording.Line("Average of the last 7 days", "5.8 from 9 reports"),
        wording.Line("Average of the 4 weeks before", "3.7 from 17 reports"),
        wording.Line("Rise, points", "2.12 (limit 1)"),
        wording.Line("Rise in standard errors", "5.41 (limit 3.1)"),
        wording.Line("Reference it is cleared against", "3.7"),
    ]


def test_paused_days_are_left_out_and_shown():
    assert wording.lines("ADHERENCE_DROPPED", SLOWING)[-2:] == [
        wording.Line("Against the plan, last 14 days", "2 of 6 planned walks (33 %) – below half"),
        wording.Line("Paused, left out", "3 days"),
    ]


def test_the_data_points_come_newest_first_with_their_window():
    assert wording.points(PAIN) == [
        wording.Point("20 Nov 2026", "5.5", "recent"),
        wording.Point("18 Nov 2026", "6", "recent"),
        wording.Point("1 Nov 2026", "3", "earlier"),
    ]


def test_a_moment_stands_on_the_clinics_clock():
    at = datetime(2026, 7, 20, 4, 5, tzinfo=UTC)
    assert wording.moment(at, ZoneInfo("Europe/London")) == "20 Jul 05:05"


def test_long_windows_are_told_in_weeks():
    assert [wording.span(days) for days in (1, 7, 14, 28, 56)] == [
        "1 day",
        "7 days",
        "14 days",
        "4 weeks",
        "8 weeks",
    ]


def test_a_day_is_short_in_a_list():
    assert wording.day(date(2026, 11, 20)) == "20 Nov"
