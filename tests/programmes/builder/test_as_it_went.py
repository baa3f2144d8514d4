"""A programme's page: the weeks as they came, with walks, pauses, flags and changes where they belong."""

import re
from datetime import timedelta

import pytest

from programmes.clinical.diary import Finding
from programmes.models import PauseReason, Programme
from programmes.services import changing
from programmes.services.flagging import raise_flag
from programmes.services.pausing import pause_programme
from tests.factories import NOON, a_draft, a_patient, a_programme, a_walk
from tests.figures import Figure, record
from tests.programmes.test_wording import PAIN
from tests.queries import DomainQueries

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture
def programme(clinic, clinician):
    """Began sixteen days ago: one walk a week is planned, the first was done, the second too short."""
    programme = a_programme(a_patient(clinic), clinician, starts_on=TODAY - timedelta(days=16), days=1)
    a_walk(programme, TODAY - timedelta(days=14), minutes=12)
    a_walk(programme, TODAY - timedelta(days=7), minutes=5)
    return programme


def rows(desk, programme):
    """The table's cells, tags taken away."""
    text = desk.get(f"/admin/programmes/programme/{programme.pk}/change/").content.decode()
    table = text.partition("As it went</h2>")[2].partition("</table>")[0].partition("<tbody>")[2]
    cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL) for row in table.split("</tr>")[:-1]]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


def test_each_week_says_what_was_asked_and_walked_and_why_it_came(desk, programme):
    found = rows(desk, programme)
    assert [row[:4] for row in found] == [
        ["19 Nov 2026", "2 now", "15 minutes a day, 1 day a week", "nothing logged"],
        ["12 Nov 2026", "2", "15 minutes a day, 1 day a week", "1 walk, 5 minutes"],
        ["5 Nov 2026", "1", "15 minutes a day, 1 day a week", "1 walk, 12 minutes"],
    ]
    assert found[0][4] == "Week 2 again: 0 of 1 walk last week."


def test_the_weeks_to_come_stand_at_the_days_on_which_they_will_begin(desk, programme):
    text = desk.get(f"/admin/programmes/programme/{programme.pk}/change/").content.decode()
    table = text.partition("Weeks of the plan")[2].partition("</table>")[0]
    assert re.findall(r"\d+ \w{3} 2026", table)[:3] == ["5 Nov 2026", "19 Nov 2026", "26 Nov 2026"]


def test_pauses_flags_and_changes_stand_in_the_week_of_their_day(desk, programme, clinician):
    finding = Finding("PAIN_RISING", "amber", PAIN)
    raise_flag(
        patient=programme.patient,
        programme=programme,
        finding=finding,
        on=TODAY - timedelta(days=3),
        now=NOON,
    )
    pause_programme(
        programme=programme,
        from_on=TODAY - timedelta(days=13),
        until_on=TODAY - timedelta(days=12),
        reason=PauseReason.AWAY,
        by=clinician,
        now=NOON,
    )
    standing = changing.standing_of(programme=programme, on=TODAY)
    change = changing.going_to_week(standing, number=standing.number, from_on=TODAY, reason="sore")
    version = Programme.objects.get(pk=programme.pk).version
    changing.revise(programme=programme, change=change, seen_version=version, by=clinician, now=NOON)
    notes = {row[0]: row[4] for row in rows(desk, programme)}
    assert f"week 2 repeated – sore ({clinician.name})" in notes["21 Nov 2026"]
    assert "18 Nov: flag, pain rising, open" in notes["14 Nov 2026"]
    assert "Paused 8 Nov – 9 Nov: away" in notes["5 Nov 2026"]


def test_another_patients_flag_stands_nowhere(desk, programme, clinic, clinician):
    other = a_programme(a_patient(clinic), clinician)
    finding = Finding("PAIN_RISING", "amber", PAIN)
    raise_flag(patient=other.patient, programme=other, finding=finding, on=TODAY, now=NOON)
    assert "flag" not in str(rows(desk, programme))


def test_before_the_start_nothing_went_yet(desk, clinic, clinician):
    later = a_programme(a_patient(clinic), clinician, starts_on=TODAY + timedelta(days=2))
    assert rows(desk, later) == []


def test_a_draft_has_no_such_table(desk, clinic, clinician):
    assert rows(desk, a_draft(a_patient(clinic), clinician)) == []


@pytest.mark.parametrize("weeks", [4, 52])
def test_the_page_costs_the_same_whatever_the_number_of_weeks(desk, clinic, clinician, weeks):
    began = TODAY - timedelta(days=7 * weeks - 1)
    programme = a_programme(a_patient(clinic), clinician, starts_on=began, days=1, weeks=weeks)
    for week in range(weeks):
        a_walk(programme, began + timedelta(days=7 * week))
    with DomainQueries() as queries:
        assert len(rows(desk, programme)) == weeks
    record(Figure(f"domain SQL of a programme's page, weeks: {weeks}", queries.count, "<= 12"))
    assert queries.count <= 12, queries.domain
