"""Changes of a running programme through the admin's pages, as a clinician makes them without JavaScript."""

from datetime import date, timedelta

import pytest
import time_machine

from clinic.models import Role
from programmes.clinical import grading
from programmes.models import Programme, ProgrammeTemplate, RevisionChange
from programmes.services import changing, ending, pausing, prescribing
from tests.factories import (
    NOON,
    a_checklist,
    a_clinic,
    a_draft,
    a_patient,
    a_programme,
    a_staff_member,
    a_template,
    by_the_calendar,
)
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db
TODAY = NOON.date()  # a Saturday, of week 4
START = TODAY - timedelta(days=26)
NEXT_WEEK = START + timedelta(days=28)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def clinician():
    return a_staff_member(a_clinic(), name="Grace Lead")


@pytest.fixture
def programme(clinician):
    """Twelve weeks: 11, 12, 13 ... minutes three times a week; from week 6 on forty more."""
    draft = a_draft(a_patient(clinician.clinic), clinician, starts_on=START)
    weeks = [
        grading.Week(n, 3, 10 + n + (40 if n > 5 else 0), 1, grading.EASY, grading.BUILD)
        for n in range(1, 13)
    ]
    prescribing.edit_draft(
        programme=draft,
        weeks=weeks,
        starts_on=START,
        note_to_patient="",
        warning_reason="Walks further every day already.",
        seen_version=1,
        by=clinician,
    )
    a_checklist(draft.patient, clinician)
    prescribing.assign_programme(
        programme=by_the_calendar(draft), by=clinician, now=NOON - timedelta(days=26)
    )
    draft.refresh_from_db()
    return draft


@pytest.fixture
def desk(client, clinician):
    return sign_in_staff(client, clinician)


def page(programme, step="change"):
    return f"/admin/programmes/programme/{programme.pk}/{step}/"


def typed(programme, **changes):
    answers = {"from_on": NEXT_WEEK.isoformat(), "why": "sore", "note": "after gardening"}
    return {**answers, "version": str(programme.version), **changes}


def newest(programme):
    return programme.revisions.latest("number")


def test_the_page_shows_what_the_patient_would_read(desk, programme):
    shown = desk.get(page(programme, "repeat")).content.decode()
    assert "This is week 4." in shown
    assert "Your next walk: 14 minutes." in shown
    assert f'value="{NEXT_WEEK.isoformat()}"' in shown


def test_a_week_is_repeated(desk, programme):
    answer = desk.post(page(programme, "repeat"), typed(programme))
    revision = newest(programme)
    assert (answer.status_code, answer["Location"]) == (302, page(programme))
    assert (revision.change, revision.first_week, revision.in_force_from) == (
        RevisionChange.REPEATED,
        4,
        NEXT_WEEK,
    )


def test_the_programme_says_how_its_plan_changed_and_by_whom(desk, programme):
    desk.post(page(programme, "repeat"), typed(programme))
    shown = desk.get(page(programme)).content.decode()
    assert "23 Nov 2026: week 4 repeated – Sore or in more pain: after gardening" in shown
    assert "by Grace Lead" in shown


def test_a_step_back_begins_today_unless_said_otherwise(desk, programme):
    shown = desk.get(page(programme, "step-back")).content.decode()
    desk.post(page(programme, "step-back"), typed(programme, week="2", from_on=TODAY.isoformat()))
    assert f'value="{TODAY.isoformat()}"' in shown
    assert (newest(programme).first_week, newest(programme).in_force_from) == (2, TODAY)


def test_the_first_week_has_none_before_it(desk, clinician):
    programme = a_programme(a_patient(clinician.clinic), clinician, starts_on=TODAY)
    shown = desk.get(page(programme, "step-back")).content.decode()
    refused = desk.post(page(programme, "step-back"), typed(programme, week="0"))
    assert "The plan has no such week." in shown
    assert (refused.status_code, programme.revisions.count()) == (422, 1)


def test_a_jump_needs_a_reason(desk, programme):
    refused = desk.post(page(programme, "speed-up"), typed(programme, week="6", why="going-well"))
    text = refused.content.decode()
    assert (refused.status_code, programme.revisions.count()) == (422, 1)
    assert "Week 6 asks for 300 % more than this week: 56 minutes a day" in text
    assert 'name="warning_reason"' in text
    assert "The plan rises steeply: see the warning. Say why" in text


def test_a_jump_with_its_reason_is_signed_and_the_history_says_it(desk, programme):
    wanted = typed(programme, week="6", why="going-well", warning_reason="walks an hour already")
    desk.post(page(programme, "speed-up"), wanted)
    assert (newest(programme).change, newest(programme).first_week) == (RevisionChange.MOVED_ON, 6)
    assert newest(programme).warning_reason == "walks an hour already"
    shown = desk.get(page(programme)).content.decode()
    assert "after gardening (steep rise wanted: walks an hour already)" in shown


def test_a_preview_signs_nothing_and_keeps_what_was_typed(desk, programme):
    answer = desk.post(page(programme, "speed-up"), typed(programme, week="5", preview="1"))
    assert (answer.status_code, programme.revisions.count()) == (200, 1)
    assert "Your next walk: 15 minutes." in answer.content.decode()
    assert 'value="after gardening"' in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"from_on": (TODAY - timedelta(days=1)).isoformat()}, "Past days stay as they were"),
        ({"from_on": "2099-01-01"}, "This is more than a year ahead."),
        ({"from_on": "soon"}, "Enter a valid date."),
        ({"why": ""}, "Choose why."),
        ({"why": "other", "note": ""}, "Say in a few words why."),
    ],
)
def test_what_is_wrong_is_told_beside_the_field(desk, programme, changes, said):
    refused = desk.post(page(programme, "repeat"), typed(programme, **changes))
    assert (refused.status_code, programme.revisions.count()) == (422, 1)
    assert said in refused.content.decode()


def test_another_template_from_its_first_week(desk, programme, clinician):
    template = a_template(clinician.clinic, "T1")
    answers = typed(programme, template=str(template.pk), baseline="8", irritable="on")
    desk.post(page(programme, "swap"), answers)
    programme.refresh_from_db()
    assert (programme.template, newest(programme).change) == (template, RevisionChange.NEW_TEMPLATE)
    assert list(newest(programme).weeks.values_list("minutes", flat=True))[:3] == [6, 7, 8]


def test_another_clinics_template_is_refused_like_an_unknown_one(desk, programme):
    template = a_template(a_clinic(), "T1")
    refused = desk.post(page(programme, "swap"), typed(programme, template=str(template.pk), baseline="8"))
    assert (refused.status_code, programme.revisions.count()) == (422, 1)
    assert "Choose a template of this clinic." in refused.content.decode()


def test_the_second_editor_sees_both_and_nothing_is_lost(desk, programme):
    seen = typed(programme)
    desk.post(page(programme, "repeat"), seen)
    refused = desk.post(
        page(programme, "step-back"),
        {**seen, "week": "2", "from_on": TODAY.isoformat(), "note": "back worse"},
    )
    text = refused.content.decode()
    assert (refused.status_code, programme.revisions.count()) == (422, 2)
    assert "23 Nov 2026: week 4 repeated" in text
    assert 'value="back worse"' in text


def test_after_the_conflict_doing_it_again_is_a_decision(desk, programme):
    seen = typed(programme)
    desk.post(page(programme, "repeat"), seen)
    programme.refresh_from_db()
    refused = desk.post(page(programme, "step-back"), {**seen, "week": "2"})
    assert f'name="version" value="{programme.version}"' in refused.content.decode()
    desk.post(page(programme, "step-back"), {**seen, "week": "2", "version": str(programme.version)})
    assert (programme.revisions.count(), newest(programme).first_week) == (3, 2)


@pytest.mark.parametrize("step", ["repeat", "step-back", "speed-up", "swap", "copy", "keep"])
def test_only_a_clinician_changes_a_plan(client, programme, clinician, step):
    reviewer = a_staff_member(clinician.clinic, Role.REVIEWER)
    assert sign_in_staff(client, reviewer).get(page(programme, step)).status_code == 403


@pytest.mark.parametrize("step", ["repeat", "step-back", "speed-up", "swap"])
def test_a_draft_and_an_ended_programme_have_nothing_to_change(desk, clinician, programme, step):
    draft = a_draft(a_patient(clinician.clinic), clinician)
    ending.end_programme(programme=programme, ending="completed", on=TODAY, by=clinician, now=NOON)
    assert desk.get(page(draft, step)).status_code == 302
    ended = desk.post(page(programme, step), typed(programme, week="5", warning_reason="-"))
    assert (ended.status_code in (302, 422), programme.revisions.count()) == (True, 1)


def test_a_pause_is_ended_early(desk, programme, clinician):
    pausing.pause_programme(
        programme=programme,
        from_on=TODAY - timedelta(days=2),
        until_on=TODAY + timedelta(days=9),
        reason="away",
        by=clinician,
        now=NOON,
    )
    offered = desk.get(page(programme)).content.decode()
    desk.post(page(programme, "resume"))
    assert page(programme, "resume") in offered
    assert programme.pauses.get().until_on == TODAY - timedelta(days=1)


def test_nothing_to_resume_is_told(desk, programme):
    answer = desk.post(page(programme, "resume"), follow=True)
    assert "This programme is not paused today. Nothing was changed." in answer.content.decode()


def test_a_plan_is_copied_for_another_patient(desk, programme, clinician):
    other = a_patient(clinician.clinic)
    answer = desk.post(
        page(programme, "copy"), {"patient": str(other.pk), "starts_on": NEXT_WEEK.isoformat()}
    )
    draft = Programme.objects.get(patient=other)
    assert (answer["Location"], draft.status, draft.weeks.count()) == (page(draft), "draft", 12)


def test_a_copy_for_another_clinics_patient_is_refused_like_an_unknown_one(desk, programme):
    stranger = a_patient(a_clinic())
    refused = desk.post(
        page(programme, "copy"), {"patient": str(stranger.pk), "starts_on": NEXT_WEEK.isoformat()}
    )
    assert (refused.status_code, Programme.objects.filter(patient=stranger).count()) == (422, 0)


def test_a_draft_was_never_assigned_and_cannot_be_copied(desk, clinician):
    draft = a_draft(a_patient(clinician.clinic), clinician)
    other = a_patient(clinician.clinic)
    refused = desk.post(page(draft, "copy"), {"patient": str(other.pk), "starts_on": NEXT_WEEK.isoformat()})
    assert refused.status_code == 422
    assert "This programme was never assigned" in refused.content.decode()


def test_a_plan_is_kept_as_a_template(desk, programme, clinician):
    answers = {"code": "OURS", "name": "Ours", "who_for": "Us", "example_baseline": "15", "is_active": "on"}
    desk.post(page(programme, "keep"), answers)
    kept = ProgrammeTemplate.objects.for_clinic(clinician.clinic).get(code="OURS")
    assert [week.minutes for week in prescribing.template_weeks(kept)][:6] == [11, 12, 13, 14, 15, 56]


def test_a_code_of_the_library_is_refused_with_all_that_was_typed(desk, programme, clinician):
    a_template(clinician.clinic, "T1")
    answers = {"code": "T1", "name": "Ours", "who_for": "Us", "example_baseline": "15"}
    refused = desk.post(page(programme, "keep"), answers)
    assert refused.status_code == 422
    assert 'value="Ours"' in refused.content.decode()


def test_a_change_that_was_overtaken_says_so(desk, programme, clinician):
    desk.post(page(programme, "repeat"), typed(programme))
    programme.refresh_from_db()
    standing = changing.standing_of(programme=programme, on=TODAY)
    change = changing.going_to_week(standing, number=2, from_on=TODAY, reason="worse")
    changing.revise(
        programme=programme, change=change, seen_version=programme.version, by=clinician, now=NOON
    )
    shown = desk.get(page(programme)).content.decode()
    assert shown.count("never began: a later change took its place") == 1


def test_a_start_in_the_future_is_the_day_of_the_first_change(desk, clinician):
    monday = date(2026, 11, 30)
    programme = a_programme(a_patient(clinician.clinic), clinician, starts_on=monday)
    assert f'value="{monday.isoformat()}"' in desk.get(page(programme, "repeat")).content.decode()


def rows_of(programme, first, **changes):
    """The table of the weeks to come, as a browser would send it back."""
    rows = list(programme.revisions.get(number=1).weeks.filter(number__gte=first))
    sent = {"weeks-TOTAL_FORMS": str(len(rows)), "weeks-INITIAL_FORMS": str(len(rows))}
    for index, row in enumerate(rows):
        for column in prescribing.WEEK_COLUMNS:
            value = getattr(row, column)
            sent[f"weeks-{index}-{column}"] = "" if value is None else str(value)
    return {**sent, **changes}


def test_the_weeks_to_come_stand_in_the_table(desk, programme):
    shown = desk.get(page(programme, "weeks")).content.decode()
    assert 'name="weeks-0-number" value="5"' in shown
    assert 'name="weeks-7-number" value="12"' in shown


def test_the_weeks_to_come_are_written_anew(desk, programme):
    rows = rows_of(programme, 5, **{f"weeks-{n}-minutes": "16" for n in range(8)})
    desk.post(page(programme, "weeks"), {**typed(programme), **rows})
    assert (newest(programme).change, newest(programme).first_week) == (RevisionChange.REWRITTEN, 5)
    assert set(newest(programme).weeks.values_list("minutes", flat=True)) == {16}


def test_new_weeks_that_rise_steeply_need_a_tick(desk, programme):
    refused = desk.post(page(programme, "weeks"), {**typed(programme), **rows_of(programme, 5)})
    assert (refused.status_code, programme.revisions.count()) == (422, 1)
    assert "Week 6 asks for" in refused.content.decode()


def test_a_week_is_added_to_the_table_and_nothing_signed(desk, programme):
    answer = desk.post(
        page(programme, "weeks"), {**typed(programme), **rows_of(programme, 5), "add_week": "1"}
    )
    assert (answer.status_code, programme.revisions.count()) == (200, 1)
    assert 'name="weeks-8-number" value="13"' in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"weeks-0-number": "3"}, "Week 3 is over: it stays as it was."),
        ({"weeks-1-number": "5"}, "Each week may stand in the table once"),
        ({"weeks-7-number": "20"}, "are missing."),
        ({"weeks-0-minutes": "400"}, "Enter 1 to 300 minutes."),
    ],
)
def test_wrong_weeks_are_told_and_stay_typed(desk, programme, changes, said):
    rows = rows_of(programme, 5, **changes)
    refused = desk.post(page(programme, "weeks"), {**typed(programme), **rows})
    assert (refused.status_code, programme.revisions.count()) == (422, 1)
    assert said in refused.content.decode()
    assert 'value="after gardening"' in refused.content.decode()
