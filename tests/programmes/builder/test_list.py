"""The list of programmes: what a row says, the filters, and what it costs."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from clinic.models import Role
from programmes.clinical.diary import Finding
from programmes.models import Ending, PauseReason, Programme, Reason, ReviewItem
from programmes.services import changing
from programmes.services.ending import end_programme
from programmes.services.flagging import raise_flag
from programmes.services.not_walking import WhyNot, tell_why_not
from programmes.services.own_pauses import pause_own_plan
from programmes.services.pausing import pause_programme
from tests.factories import (
    NOON,
    START,
    a_clinic,
    a_draft,
    a_patient,
    a_programme,
    a_staff_member,
    a_template,
    a_walk,
)
from tests.figures import Figure, record
from tests.programmes.test_wording import PAIN
from tests.queries import DomainQueries
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db
LIST = "/admin/programmes/programme/"
TODAY = NOON.date()


def cells(answer, column):
    """The column's texts, from the first row to the last."""
    found = re.findall(rf'class="field-{column}[^"]*">(.*?)</t[dh]>', answer.content.decode(), re.DOTALL)
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in found]


def patients(answer):
    return sorted(cells(answer, "patient_name"))


@pytest.fixture
def walker(clinic, clinician):
    """A running programme of a patient with this family name."""

    def made(name, by=clinician, **dose):
        return a_programme(a_patient(clinic, given_name="Pat", family_name=name), by, **dose)

    return made


def test_a_row_says_where_the_plan_stands(desk, walker):
    programme = walker("Lee", starts_on=TODAY - timedelta(days=9), days=1)
    a_walk(programme, TODAY - timedelta(days=5))
    finding = Finding("PAIN_RISING", "amber", PAIN)
    raise_flag(patient=programme.patient, programme=programme, finding=finding, on=TODAY, now=NOON)
    answer = desk.get(LIST)
    said = {name: cells(answer, name)[0] for name in ("standing", "week", "last_walk", "open_flag")}
    assert said == {
        "standing": "active",
        "week": "2 of 12",
        "last_walk": "16 Nov 2026",
        "open_flag": "Amber: pain rising",
    }


def test_a_week_that_was_not_walked_does_not_count_on(desk, walker):
    walker("Lee", starts_on=TODAY - timedelta(days=30))
    assert cells(desk.get(LIST), "week") == ["1 of 12"]


@pytest.mark.parametrize(
    ("starts", "said"), [(timedelta(days=3), "starts on 24 Nov 2026"), (timedelta(0), "1 of 12")]
)
def test_a_programme_that_has_not_begun_says_when_it_will(desk, walker, starts, said):
    walker("Lee", starts_on=TODAY + starts)
    assert cells(desk.get(LIST), "week") == [said]


def test_a_draft_says_how_many_weeks_it_has(desk, clinic, clinician):
    a_draft(a_patient(clinic), clinician)
    assert cells(desk.get(LIST), "week") == ["12 weeks"]


def test_an_ended_programme_says_how_far_it_came_and_counts_no_later_walk(desk, walker):
    programme = walker("Lee", starts_on=START, days=1)
    a_walk(programme, START + timedelta(days=2))
    ended = START + timedelta(days=8)
    then = NOON - (TODAY - ended)
    end_programme(programme=programme, ending=Ending.COMPLETED, on=ended, by=programme.clinician, now=then)
    a_walk(programme, ended + timedelta(days=3))
    answer = desk.get(LIST)
    assert (cells(answer, "week"), cells(answer, "last_walk")) == (["2 of 12"], ["9 Sep 2026"])


def test_running_ones_come_first_then_drafts_then_what_has_ended(desk, clinic, clinician, walker):
    walker("Running")
    a_draft(a_patient(clinic, given_name="Pat", family_name="Draft"), clinician)
    ended = walker("Ended")
    end_programme(programme=ended, ending=Ending.COMPLETED, on=TODAY, by=clinician, now=NOON)
    assert cells(desk.get(LIST), "patient_name") == ["Pat Running", "Pat Draft", "Pat Ended"]


def test_mine_are_those_i_prescribe_for_and_those_i_lead(desk, clinic, clinician, walker):
    colleague = a_staff_member(clinic)
    walker("Mine")
    walker("Theirs", by=colleague)
    led = walker("Led", by=colleague)
    led.patient.lead = clinician
    led.patient.save()
    assert patients(desk.get(f"{LIST}?whose=mine")) == ["Pat Led", "Pat Mine"]


def test_silence_is_counted_from_the_last_walk_and_else_from_the_start(desk, walker):
    long_ago, lately = walker("Long"), walker("Lately")
    walker("Never", starts_on=TODAY - timedelta(days=7))
    walker("Fresh", starts_on=TODAY - timedelta(days=6))
    a_walk(long_ago, TODAY - timedelta(days=8))
    a_walk(lately, TODAY - timedelta(days=7))
    assert patients(desk.get(f"{LIST}?silent=7")) == ["Pat Long", "Pat Never"]


def test_silence_of_what_has_ended_interests_nobody(desk, walker):
    programme = walker("Lee")
    end_programme(programme=programme, ending=Ending.COMPLETED, on=TODAY, by=programme.clinician, now=NOON)
    assert patients(desk.get(f"{LIST}?silent=5")) == []


def test_those_paused_today(desk, walker):
    paused = walker("Paused")
    walker("Walking")
    pause_programme(
        programme=paused,
        from_on=TODAY,
        until_on=TODAY + timedelta(days=3),
        reason=PauseReason.AWAY,
        by=paused.clinician,
        now=NOON,
    )
    answer = desk.get(f"{LIST}?paused=now")
    assert (patients(answer), cells(answer, "standing")) == (["Pat Paused"], ["paused until 24 Nov 2026"])


def test_a_pause_that_the_patient_took_says_so(desk, walker):
    away = walker("Away")
    why = WhyNot(uuid7(), Reason.AWAY)
    gap = tell_why_not(patient=away.patient, why=why, by=away.patient.user, now=NOON)
    until = TODAY + timedelta(days=3)
    pause_own_plan(programme=away, gap=gap, until_on=until, by=away.patient.user, now=NOON)
    answer = desk.get(f"{LIST}?paused=now")
    assert cells(answer, "standing") == ["paused by the patient until 24 Nov 2026"]


@pytest.mark.parametrize(("choice", "found"), [("open", ["Pat Flagged"]), ("none", ["Pat Calm", "Pat Seen"])])
def test_open_flags(desk, walker, choice, found):
    flagged, seen = walker("Flagged"), walker("Seen")
    walker("Calm")
    for programme in (flagged, seen):
        finding = Finding("PAIN_RISING", "amber", PAIN)
        raise_flag(patient=programme.patient, programme=programme, finding=finding, on=TODAY, now=NOON)
    item = ReviewItem.objects.get(patient=seen.patient)
    item.flags.update(resolved_on=TODAY, resolution="cleared")
    assert patients(desk.get(f"{LIST}?flag={choice}")) == found


def test_a_template_is_one_choice_whatever_its_version(desk, clinic, walker):
    template = a_template(clinic)
    later = type(template).objects.create(
        clinic=clinic, code="T2", version=2, name="Steady", who_for="Us", example_baseline=15
    )
    for name, each in (("First", template), ("Second", later), ("Blank", None)):
        Programme.objects.filter(pk=walker(name).pk).update(template=each)
    assert patients(desk.get(f"{LIST}?template=T2")) == ["Pat First", "Pat Second"]
    assert patients(desk.get(f"{LIST}?template=-")) == ["Pat Blank"]


def test_those_that_end_soon_by_the_course_of_the_plan(desk, walker):
    """Two weeks for somebody who walks end sooner than two weeks of which none was begun."""
    began = TODAY - timedelta(days=10)
    walking = walker("Walking", starts_on=began, weeks=2, days=1)
    for days in (1, 8):
        a_walk(walking, began + timedelta(days=days))
    walker("Resting", starts_on=TODAY - timedelta(days=1), weeks=3)
    walker("Long", starts_on=began, weeks=12)
    assert patients(desk.get(f"{LIST}?ends=soon")) == ["Pat Walking"]


def test_only_plans_that_can_end_by_then_are_followed_week_by_week(clinic, walker):
    """Twelve weeks from today cannot, whatever is walked; two weeks can, and so can what was cut short."""
    two, cut = walker("Two", starts_on=TODAY, weeks=2), walker("Cut", starts_on=TODAY, weeks=12)
    walker("Long", starts_on=TODAY, weeks=12)
    standing = changing.standing_of(programme=cut, on=TODAY)
    change = replace(
        changing.going_to_week(standing, number=1, from_on=TODAY, reason="Away."), weeks=standing.weeks[:1]
    )
    changing.revise(programme=cut, change=change, seen_version=cut.version, by=cut.clinician, now=NOON)
    found = Programme.objects.for_clinic(clinic).that_may_end_by(TODAY + timedelta(days=14))
    assert set(found) == {two, cut}


@pytest.mark.parametrize(
    "odd", ["silent=x", "silent=3", "whose=theirs", "ends=never", "template=T99", "flag="]
)
def test_a_choice_that_is_not_offered_filters_nothing(desk, walker, odd):
    walker("Lee")
    assert patients(desk.get(f"{LIST}?{odd}")) == ["Pat Lee"]


def test_the_clinics_own_number_stands_beside_the_name_and_is_found(desk, clinic, clinician, walker):
    walker("Lee")
    numbered = a_patient(clinic, given_name="Ann", family_name="Day", reference="E-77")
    a_programme(numbered, clinician)
    found = desk.post(LIST, {"q": "e-77"}, follow=True)
    assert patients(found) == ["Ann Day (E-77)"]


def test_nothing_of_another_clinic_is_listed_or_offered(desk, walker):
    other_clinic = a_clinic()
    other = a_staff_member(other_clinic, name="Other Clinician")
    a_programme(a_patient(other_clinic, family_name="Elsewhere"), other)
    a_template(other_clinic)
    walker("Lee")
    text = desk.get(f"{LIST}?ends=soon").content.decode() + desk.get(LIST).content.decode()
    assert [word for word in ("Elsewhere", "Other Clinician", "T2 Steady") if word in text] == []


def test_a_reviewer_reads_the_list(client, clinic, walker):
    walker("Lee")
    reviewer = sign_in_staff(client, a_staff_member(clinic, Role.REVIEWER))
    assert patients(reviewer.get(LIST)) == ["Pat Lee"]


@pytest.mark.parametrize("filters", ["", "?whose=mine&silent=5&flag=none", "?ends=soon"])
@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_costs_the_same_for_one_and_for_fifty(desk, clinic, clinician, walker, rows, filters):
    template = a_template(clinic)
    for _row in range(rows):
        programme = walker(f"W{uuid7()}", weeks=2)
        Programme.objects.filter(pk=programme.pk).update(template=template)
    with DomainQueries() as queries:
        assert len(patients(desk.get(f"{LIST}{filters}"))) == rows
    record(Figure(f"domain SQL of the list of programmes{filters}, rows: {rows}", queries.count, "<= 4"))
    assert queries.count == (4 if "ends" in filters else 3)
