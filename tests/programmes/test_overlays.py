"""What patients press: one row each, allowed by what was signed, and the course says what follows."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from uuid_utils.compat import uuid7

from clinic.models import HistoryEntry, OutboxMessage
from patients.services.restricted import ProcessingRestricted
from programmes.models import ChangedPatient, Flag, Overlay, ProgrammeRevision
from programmes.services.courses import course_of_programme
from programmes.services.ending import end_programme
from programmes.services.gathering import subjects_of
from programmes.services.nights import mark_changed
from programmes.services.overlays import (
    AlreadyPressed,
    FlareAnswers,
    NoFlarePlan,
    NotOffered,
    SafetyIsOpen,
    end_flare_plan_for,
    repeat_this_week,
    start_flare_plan,
    start_flare_plan_for,
)
from programmes.services.prescribing import NotRunning, assign_programme
from programmes.services.restricting import restrict_processing
from tests.factories import (
    DUTY_LETTER,
    NOON,
    a_checklist,
    a_clinic,
    a_draft,
    a_flare_plan,
    a_patient,
    a_programme,
    a_repeat,
    a_staff_member,
    a_walk,
    end_flare,
)
from tests.queries import DomainQueries

pytestmark = pytest.mark.django_db
TODAY = NOON.date()  # a Saturday
START = TODAY - timedelta(days=8)  # the second day of week 2


@pytest.fixture
def clinician():
    return a_staff_member(a_clinic())


@pytest.fixture
def programme(clinician):
    """Three walks of 20 minutes a week; the first week was walked."""
    return walked(a_programme(a_patient(clinician.clinic), clinician, starts_on=START, minutes=20))


def walked(programme):
    for days in (0, 2, 4):
        a_walk(programme, START + timedelta(days=days), minutes=20)
    return programme


def signed_with(clinician, **switches):
    draft = a_draft(a_patient(clinician.clinic), clinician, starts_on=START, minutes=20)
    ProgrammeRevision.objects.filter(programme=draft).update(**switches)
    a_checklist(draft.patient, clinician)
    assign_programme(programme=draft, by=clinician, now=NOON - timedelta(days=8))
    return walked(draft)


def told(programme, on=TODAY):
    stretch = course_of_programme(programme, on).today
    return str(stretch.why), stretch.week, stretch.dose.minutes


def test_a_week_asked_for_again_comes_again(programme):
    a_repeat(programme, TODAY)
    a_walk(programme, TODAY, minutes=20)
    a_walk(programme, TODAY + timedelta(days=2), minutes=20)
    assert told(programme, TODAY + timedelta(days=6)) == ("patient-repeat", 2, 20)


def test_a_repeat_keeps_who_pressed_it_when_and_what_allowed_it(programme):
    a_repeat(programme, TODAY)
    row = Overlay.objects.get()
    assert (row.from_on, row.week_from_on, row.source) == (TODAY, TODAY - timedelta(days=1), "patient")
    assert (row.made_by, row.revision) == (programme.patient.user, programme.revisions.get())


def test_a_week_is_asked_for_again_once(programme):
    a_repeat(programme, TODAY)
    with pytest.raises(AlreadyPressed):
        a_repeat(programme, TODAY + timedelta(days=1))
    assert Overlay.objects.count() == 1


def test_the_same_form_again_gives_the_same_row(programme):
    key = uuid7()
    rows = [repeat_this_week(programme=programme, client_uuid=key, by=None, now=NOON) for _each in range(2)]
    assert rows[0].pk == rows[1].pk == Overlay.objects.get().pk


def test_a_week_that_came_again_may_be_asked_for_again(programme):
    a_repeat(programme, TODAY)
    for days in (0, 2):
        a_walk(programme, TODAY + timedelta(days=days), minutes=20)
    a_repeat(programme, TODAY + timedelta(days=6))
    assert Overlay.objects.count() == 2


def test_a_press_is_looked_at_again_by_the_review_and_stands_in_the_history(programme):
    ChangedPatient.objects.all().delete()
    a_repeat(programme, TODAY)
    assert ChangedPatient.objects.get().earliest_on == TODAY
    assert HistoryEntry.objects.filter(table_name="programmes_overlay").count() == 1


def test_what_the_plan_does_not_allow_is_refused(clinician):
    programme = signed_with(clinician, patient_may_repeat=False, allows_flare_plan=False)
    with pytest.raises(NotOffered):
        a_repeat(programme, TODAY)
    with pytest.raises(NotOffered):
        a_flare_plan(programme, TODAY)


def test_the_last_week_is_not_repeated_for_nothing_comes_after_it(clinician):
    programme = walked(a_programme(a_patient(clinician.clinic), clinician, starts_on=START, weeks=1))
    with pytest.raises(NotOffered):
        a_repeat(programme, TODAY)


def test_before_the_first_day_there_is_nothing_to_press(clinician):
    programme = a_programme(a_patient(clinician.clinic), clinician, starts_on=TODAY + timedelta(days=2))
    for press in (a_repeat, a_flare_plan):
        with pytest.raises(NotOffered):
            press(programme, TODAY)


@pytest.mark.parametrize("press", [a_repeat, a_flare_plan])
def test_nothing_is_pressed_while_a_safety_answer_waits(programme, press):
    a_walk(programme, TODAY, new_symptoms=("fever",))
    with pytest.raises(SafetyIsOpen):
        press(programme, TODAY)


@pytest.mark.parametrize("press", [a_repeat, a_flare_plan])
def test_nothing_is_pressed_after_the_end_nor_on_a_restricted_record(programme, clinician, press):
    manager = a_staff_member(clinician.clinic, "manager")
    restrict_processing(patient=programme.patient, reason="asked", until=None, by=manager, now=NOON)
    programme.refresh_from_db()
    with pytest.raises(ProcessingRestricted):
        press(programme, TODAY)
    type(programme.patient).objects.update(restricted_at=None, restricted_by=None, restricted_reason="")
    programme.refresh_from_db()
    end_programme(programme=programme, ending="completed", on=TODAY, by=clinician, now=NOON)
    with pytest.raises(NotRunning):
        press(programme, TODAY)


# --- The flare-up plan


def test_the_flare_up_plan_asks_for_half_and_keeps_the_answers(programme):
    a_flare_plan(programme, TODAY, pain=7)
    row = Overlay.objects.get()
    assert told(programme) == ("flare-ease", 2, 10)
    assert (row.pain_now, row.new_symptoms, row.safety_text_version) == (7, [], "uk-1")
    assert (row.over_on, row.flag) == (None, None)


def test_the_night_counts_against_what_the_flare_up_plan_asks(programme):
    a_flare_plan(programme, TODAY)
    (subject,) = subjects_of(clinic=programme.clinic, on=TODAY)
    assert subject.diary.week_on(TODAY).minutes == 10


def test_a_night_made_up_for_later_does_not_know_it_yet(programme):
    before = subjects_of(clinic=programme.clinic, on=TODAY - timedelta(days=1))[0].diary
    a_flare_plan(programme, TODAY)
    assert subjects_of(clinic=programme.clinic, on=TODAY - timedelta(days=1))[0].diary == before


def test_a_course_with_a_press_takes_one_statement(programme):
    a_flare_plan(programme, TODAY)
    with DomainQueries() as queries:
        course_of_programme(programme, TODAY)
    assert queries.count == 1


def test_not_sure_is_an_answer(programme):
    a_flare_plan(programme, TODAY, pain=None)
    assert Overlay.objects.filter(pain_now=None, pain_not_sure=True).count() == 1


def test_one_flare_up_plan_at_a_time(programme):
    a_flare_plan(programme, TODAY)
    with pytest.raises(AlreadyPressed):
        a_flare_plan(programme, TODAY + timedelta(days=1))


def test_a_flare_up_that_is_over_leads_back_to_the_week_before(programme):
    a_flare_plan(programme, TODAY)
    a_walk(programme, TODAY, minutes=10)
    end_flare(programme, TODAY + timedelta(days=2))
    assert told(programme, TODAY + timedelta(days=2)) == ("flare-back", 1, 20)
    assert Overlay.objects.get().ended_by == programme.patient.user


def test_taken_back_on_its_first_day_it_never_was(programme):
    a_flare_plan(programme, TODAY)
    end_flare(programme, TODAY)
    assert told(programme) == ("next", 2, 20)
    a_flare_plan(programme, TODAY)
    assert told(programme) == ("flare-ease", 2, 10)


def test_without_a_flare_up_plan_there_is_none_to_end(programme):
    with pytest.raises(NoFlarePlan):
        end_flare(programme, TODAY)


def test_one_that_walking_ended_does_not_stand_in_the_way_of_the_next(programme):
    a_flare_plan(programme, TODAY)
    for days in (0, 3, 6, 8, 10):
        a_walk(programme, TODAY + timedelta(days=days), minutes=20)
    later = TODAY + timedelta(days=15)
    assert told(programme, later) == ("after-flare", 2, 20)
    a_flare_plan(programme, later)
    first, second = Overlay.objects.order_by("from_on")
    assert (first.over_on, first.ended_by, second.over_on) == (TODAY + timedelta(days=14), None, None)
    assert told(programme, later) == ("flare-ease", 2, 10)


def test_staff_press_it_for_the_patient_with_a_reason(programme, clinician):
    answers = FlareAnswers(uuid7(), 6, (), "uk-1")
    who = {"duty_letter": DUTY_LETTER, "by": clinician, "now": NOON}
    start_flare_plan_for(programme=programme, answers=answers, reason="on the phone", **who)
    row = Overlay.objects.get()
    assert (row.source, row.reason, row.made_by) == ("staff", "on the phone", clinician.user)
    end_flare_plan_for(programme=programme, by=clinician, now=NOON + timedelta(days=1))
    assert Overlay.objects.get().ended_by == clinician.user


# --- A safety answer instead


def test_a_red_flag_raises_safety_and_no_flare_up_plan_begins(programme):
    row = a_flare_plan(programme, TODAY, symptoms=("chest_pain",))
    flag = Flag.objects.get()
    assert (flag.code, flag.evidence["items"], flag.raised_at) == ("SAFETY", ["chest_pain"], row.made_at)
    assert (row.flag, row.over_on, row.new_symptoms) == (flag, TODAY, ["chest_pain"])
    assert told(programme) == ("next", 2, 20)
    assert OutboxMessage.objects.get().to_address == programme.clinic.duty_email


def test_a_red_flag_beside_an_open_one_joins_it_and_promises_nothing_new(programme):
    a_walk(programme, TODAY, new_symptoms=("fever",), now=NOON)
    row = a_flare_plan(programme, TODAY, symptoms=("chest_pain",))
    assert row.flag is None
    assert Flag.objects.get().latest["items"] == ["chest_pain", "fever"]


def test_a_red_flag_is_raised_whatever_the_plan_allows(clinician):
    programme = signed_with(clinician, allows_flare_plan=False)
    a_flare_plan(programme, TODAY, symptoms=("fever",))
    assert Flag.objects.get().code == "SAFETY"


def test_the_form_sent_again_with_a_red_flag_is_heard(programme):
    """Back in the browser, one more tick, the same key."""
    key = uuid7()
    for symptoms in ((), ("chest_pain",), ("chest_pain",)):
        answers = FlareAnswers(key, 6, symptoms, "uk-1")
        start_flare_plan(programme=programme, answers=answers, duty_letter=DUTY_LETTER, by=None, now=NOON)
    assert Flag.objects.get().evidence["items"] == ["chest_pain"]


# --- What the database keeps


def a_row(programme, **fields):
    values = {
        "clinic": programme.clinic,
        "patient": programme.patient,
        "programme": programme,
        "revision": programme.revisions.get(),
        "kind": "flare",
        "from_on": TODAY,
        "pain_now": 5,
        "new_symptoms": [],
        "made_at": NOON,
    }
    return Overlay(**{**values, **fields})


REPEAT = {"kind": "repeat", "pain_now": None, "new_symptoms": None, "week_from_on": TODAY}


@pytest.mark.parametrize(
    ("first", "second", "broken"),
    [
        ({"over_on": TODAY + timedelta(days=3)}, {"over_on": TODAY + timedelta(days=9)}, "flares_apart"),
        (REPEAT, {**REPEAT, "from_on": TODAY + timedelta(days=1)}, "week_once"),
    ],
)
def test_two_presses_that_the_database_refuses(programme, first, second, broken):
    a_row(programme, **first).save()
    with pytest.raises(IntegrityError, match=broken), transaction.atomic():
        a_row(programme, **second).save()


@pytest.mark.parametrize(
    ("fields", "broken"),
    [
        ({"over_on": TODAY - timedelta(days=1)}, "ends_after_start"),
        ({"new_symptoms": ["fever"]}, "no_flare_plan_on_a_safety_answer"),
        ({"new_symptoms": None}, "repeats_a_week_or_was_asked"),
        ({**REPEAT, "week_from_on": None}, "repeats_a_week_or_was_asked"),
        ({"pain_now": None}, "pain_number_or_not_sure"),
        ({"pain_not_sure": True}, "pain_number_or_not_sure"),
        ({"pain_now": 11}, "pain_now_range"),
        ({"ended_at": NOON}, "ended_with_person"),
    ],
)
def test_half_a_press_is_refused_by_the_database(programme, fields, broken):
    with pytest.raises(IntegrityError, match=broken), transaction.atomic():
        a_row(programme, **fields).save()


def test_an_end_is_marked_for_the_review(programme):
    a_flare_plan(programme, TODAY)
    ChangedPatient.objects.all().delete()
    mark_changed(patient=programme.patient, earliest_on=TODAY + timedelta(days=9), now=NOON)
    end_flare(programme, TODAY + timedelta(days=1))
    assert ChangedPatient.objects.get().earliest_on == TODAY + timedelta(days=1)
