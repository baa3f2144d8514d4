"""Changes of a running programme: the next revision, from a day on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connections

from clinic.models import Role
from clinic.permissions import NotAllowed
from patients.services.restricted import ProcessingRestricted
from programmes.clinical import grading
from programmes.models import ChangedPatient, Programme, ProgrammeRevision, ProgrammeTemplate, RevisionChange
from programmes.services import changing, ending, pausing, prescribing
from programmes.services.plan_reading import plan_of
from programmes.services.restricting import restrict_processing
from tests.factories import (
    START,
    a_checklist,
    a_clinic,
    a_draft,
    a_patient,
    a_staff_member,
    a_template,
    by_the_calendar,
)

pytestmark = pytest.mark.django_db
WEDNESDAY = START + timedelta(days=7 * 3 + 2)  # of week 4
NOW = datetime.combine(WEDNESDAY, datetime.min.time(), tzinfo=UTC) + timedelta(hours=10)
NEXT_WEEK = START + timedelta(days=28)


@pytest.fixture
def clinician():
    return a_staff_member(a_clinic())


@pytest.fixture
def programme(clinician):
    """Twelve weeks: 11, 12, 13 ... minutes three times a week."""
    draft = a_draft(a_patient(clinician.clinic), clinician)
    weeks = [grading.Week(n, 3, 10 + n, 1, grading.EASY, grading.BUILD) for n in range(1, 13)]
    prescribing.edit_draft(
        programme=draft, weeks=weeks, starts_on=START, note_to_patient="", seen_version=1, by=clinician
    )
    a_checklist(draft.patient, clinician)
    prescribing.assign_programme(programme=by_the_calendar(draft), by=clinician, now=NOW - timedelta(days=30))
    draft.refresh_from_db()
    return draft


def to_week(programme, by, number, *, from_on=NEXT_WEEK, now=NOW, **given):
    on = now.date()
    standing = changing.standing_of(programme=programme, on=on)
    change = changing.going_to_week(standing, number=number, from_on=from_on, reason="sore after gardening")
    words = {"seen_version": programme.version, "by": by, "now": now, **given}
    return changing.revise(programme=programme, change=change, **words)


def minutes_on(programme, day):
    return plan_of(patient=programme.patient, on=day).dose.minutes


def test_a_programme_stands_in_the_week_of_the_day(programme):
    standing = changing.standing_of(programme=programme, on=WEDNESDAY)
    assert (standing.number, standing.week.minutes, standing.next_week_on) == (4, 14, NEXT_WEEK)


def test_before_its_start_a_programme_stands_at_its_first_week(programme):
    standing = changing.standing_of(programme=programme, on=START - timedelta(days=3))
    assert (standing.number, standing.next_week_on) == (1, START)


def test_after_its_last_week_a_programme_stays_there(programme):
    assert changing.standing_of(programme=programme, on=START + timedelta(days=365)).number == 12


def test_a_repeated_week_comes_again_and_the_others_follow(programme, clinician):
    revision = to_week(programme, clinician, 4)
    days = [WEDNESDAY, NEXT_WEEK, NEXT_WEEK + timedelta(days=7)]
    assert (revision.number, revision.change) == (2, RevisionChange.REPEATED)
    assert [minutes_on(programme, day) for day in days] == [14, 14, 15]


def test_past_weeks_stay_as_they_were_prescribed(programme, clinician):
    before = list(programme.revisions.get(number=1).weeks.values_list("number", "minutes"))
    to_week(programme, clinician, 2, from_on=WEDNESDAY)
    assert list(programme.revisions.get(number=1).weeks.values_list("number", "minutes")) == before
    days = [START, WEDNESDAY - timedelta(days=1), WEDNESDAY]
    assert [minutes_on(programme, day) for day in days] == [11, 14, 12]


@pytest.mark.parametrize(("number", "kind"), [(3, RevisionChange.STEPPED_BACK), (6, RevisionChange.MOVED_ON)])
def test_an_earlier_week_is_a_step_back_and_a_later_one_moves_on(programme, clinician, number, kind):
    assert to_week(programme, clinician, number).change == kind


def test_a_change_of_today_overtakes_one_that_has_not_begun(programme, clinician):
    to_week(programme, clinician, 6)
    programme.refresh_from_db()
    to_week(programme, clinician, 3, from_on=WEDNESDAY)
    assert [minutes_on(programme, day) for day in (WEDNESDAY, NEXT_WEEK)] == [13, 13]
    assert minutes_on(programme, WEDNESDAY + timedelta(days=7)) == 14


def test_the_chain_leaves_out_what_was_overtaken(programme, clinician):
    to_week(programme, clinician, 6)
    programme.refresh_from_db()
    to_week(programme, clinician, 3, from_on=WEDNESDAY)
    chain = ProgrammeRevision.chain(programme.revisions.all())
    assert [revision.number for revision in chain] == [1, 3]


def test_a_revision_keeps_what_the_clinician_allows_the_app(programme, clinician):
    assert to_week(programme, clinician, 4).patient_may_repeat is True


def test_a_change_marks_the_patient_for_review_from_its_day_on(programme, clinician):
    ChangedPatient.objects.all().delete()
    to_week(programme, clinician, 4)
    assert ChangedPatient.objects.get().earliest_on == NEXT_WEEK


def test_yesterday_cannot_be_changed(programme, clinician):
    with pytest.raises(changing.InThePast):
        to_week(programme, clinician, 4, from_on=WEDNESDAY - timedelta(days=1))


def test_a_week_that_the_plan_lacks_is_refused(programme, clinician):
    with pytest.raises(prescribing.NoWeeks):
        to_week(programme, clinician, 13)


def test_the_second_of_two_editors_is_told(programme, clinician):
    to_week(programme, clinician, 4)
    with pytest.raises(prescribing.ChangedMeanwhile):
        to_week(programme, clinician, 3)
    assert programme.revisions.count() == 2


def test_an_ended_programme_takes_no_change(programme, clinician):
    ending.end_programme(programme=programme, ending="completed", on=WEDNESDAY, by=clinician, now=NOW)
    with pytest.raises(prescribing.NotRunning):
        to_week(programme, clinician, 4)


def test_a_draft_takes_no_change(clinician):
    draft = a_draft(a_patient(clinician.clinic), clinician)
    with pytest.raises(prescribing.NotRunning):
        changing.standing_of(programme=draft, on=WEDNESDAY)


def test_reviewers_change_nothing(programme, clinician):
    with pytest.raises(NotAllowed):
        to_week(programme, a_staff_member(clinician.clinic, Role.REVIEWER), 4)


def test_another_clinics_clinician_changes_nothing(programme):
    with pytest.raises(NotAllowed):
        to_week(programme, a_staff_member(a_clinic()), 4)


def test_a_restricted_record_takes_no_change(programme, clinician):
    manager = a_staff_member(clinician.clinic, Role.MANAGER)
    restrict_processing(patient=programme.patient, reason="Asked for it.", until=None, by=manager, now=NOW)
    with pytest.raises(ProcessingRestricted):
        to_week(Programme.objects.get(pk=programme.pk), clinician, 4)


# --- pauses


def pause(programme, by, first, last):
    return pausing.pause_programme(
        programme=programme, from_on=first, until_on=last, reason="away", by=by, now=NOW
    )


def test_resuming_ends_the_pause_the_day_before(programme, clinician):
    pause(programme, clinician, WEDNESDAY - timedelta(days=2), WEDNESDAY + timedelta(days=9))
    pausing.resume_programme(programme=programme, on=WEDNESDAY, by=clinician, now=NOW)
    assert programme.pauses.get().until_on == WEDNESDAY - timedelta(days=1)


def test_a_pause_that_begins_today_is_taken_away(programme, clinician):
    pause(programme, clinician, WEDNESDAY, WEDNESDAY + timedelta(days=9))
    pausing.resume_programme(programme=programme, on=WEDNESDAY, by=clinician, now=NOW)
    assert programme.pauses.count() == 0


def test_nothing_is_resumed_without_a_pause(programme, clinician):
    pause(programme, clinician, WEDNESDAY + timedelta(days=1), WEDNESDAY + timedelta(days=9))
    with pytest.raises(pausing.NotPaused):
        pausing.resume_programme(programme=programme, on=WEDNESDAY, by=clinician, now=NOW)
    assert programme.pauses.get().until_on == WEDNESDAY + timedelta(days=9)


# --- copies


def test_a_copy_is_a_draft_with_the_weeks_from_one(programme, clinician):
    to_week(programme, clinician, 4)
    other = a_patient(clinician.clinic)
    copy = changing.copy_programme(
        programme=programme, patient=other, starts_on=NEXT_WEEK, by=clinician, today=NEXT_WEEK
    )
    weeks = list(copy.weeks.values_list("number", "minutes"))
    assert (copy.status, copy.patient, copy.baseline_is_estimate) == ("draft", other, True)
    assert (weeks[0], weeks[-1]) == ((1, 14), (9, 22))


def test_a_plan_becomes_a_template(programme, clinician):
    template = ProgrammeTemplate(
        clinic=clinician.clinic, code="OURS", name="Ours", who_for="Us", example_baseline=15
    )
    saved = changing.save_as_template(programme=programme, template=template, by=clinician, today=WEDNESDAY)
    assert [week.minutes for week in prescribing.template_weeks(saved)] == list(range(11, 23))


def test_another_template_starts_again_at_week_one(programme, clinician):
    template = a_template(clinician.clinic, "T1")
    weeks = prescribing.generated_weeks(template=template, baseline=prescribing.Baseline(8))
    change = changing.Change(RevisionChange.NEW_TEMPLATE, NEXT_WEEK, weeks, "too much", {}, template)
    changing.revise(programme=programme, change=change, seen_version=programme.version, by=clinician, now=NOW)
    programme.refresh_from_db()
    assert (programme.template, minutes_on(programme, NEXT_WEEK)) == (template, 6)


@pytest.mark.django_db(transaction=True)
def test_two_editors_at_once_make_one_revision(programme, clinician):
    together, ended = Barrier(2), []

    def change():
        together.wait()
        try:
            to_week(programme, clinician, 4)
            ended.append("signed")
        except prescribing.ChangedMeanwhile:
            ended.append("told")
        connections.close_all()

    threads = [Thread(target=change) for _editor in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert (sorted(ended), programme.revisions.count()) == (["signed", "told"], 2)


def test_a_steep_rise_is_refused_without_its_reason_and_kept_with_it(programme, clinician):
    """Week 12 asks for 22 minutes, this week for 14."""
    with pytest.raises(prescribing.SteepWithoutReason):
        to_week(programme, clinician, 12)
    assert programme.revisions.count() == 1

    standing = changing.standing_of(programme=programme, on=WEDNESDAY)
    change = changing.going_to_week(standing, number=12, from_on=NEXT_WEEK, reason="going well")
    explained = replace(change, warning_reason="walks an hour already")
    changing.revise(programme=programme, change=explained, seen_version=1 + 1, by=clinician, now=NOW)
    assert programme.revisions.latest("number").warning_reason == "walks an hour already"


def test_a_steep_rise_among_new_weeks_is_refused_without_its_reason(programme, clinician):
    standing = changing.standing_of(programme=programme, on=WEDNESDAY)
    weeks = [grading.Week(5, 3, 15, 1, grading.EASY, grading.BUILD)]
    weeks.append(replace(weeks[0], number=6, days=5))
    change = changing.Change(RevisionChange.REWRITTEN, NEXT_WEEK, tuple(weeks), "more days")
    assert [each.number for each in changing.steep_rises(standing, change)] == [6]
    with pytest.raises(prescribing.SteepWithoutReason):
        changing.revise(programme=programme, change=change, seen_version=2, by=clinician, now=NOW)
