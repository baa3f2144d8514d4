"""The weekly suggestion from rows: off by default, for clinicians alone, the same on both pages."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from clinic.models import Clinic, HistoryEntry, Role
from clinic.permissions import NotAllowed
from clinic.services.going_live import NotLive
from clinic.services.keeping import switch_suggestions
from programmes.clinical.diary import Finding
from programmes.clinical.suggestion import Kind, Missing, Reason
from programmes.models import NotWalking, ReviewItem, Walk
from programmes.plan_wording import reasons
from programmes.services.ending import end_programme
from programmes.services.flagging import raise_flag
from programmes.services.restricting import restrict_processing
from programmes.services.suggesting import suggestion_for
from tests.factories import (
    NOON,
    a_clinic,
    a_flare_plan,
    a_patient,
    a_programme,
    a_staff_member,
    a_walk,
    limit,
)
from tests.patients.walk_form import text_of
from tests.programmes.test_wording import PAIN
from tests.queries import DomainQueries
from tests.signing_in import sign_in_operator, sign_in_patient, sign_in_staff

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
WEEKS = 6
START = TODAY - timedelta(days=7 * WEEKS)
PROGRESS = "6 of 6 planned walks in the last 14 days. 120 of 120 planned minutes."


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def clinic():
    return a_clinic(shows_suggestions=True)


@pytest.fixture
def clinician(clinic):
    return a_staff_member(clinic)


@pytest.fixture
def programme(clinician):
    """Six weeks, every walk walked, pain always 3 and settled by the morning."""
    programme = a_programme(
        a_patient(clinician.clinic, lead=clinician), clinician, starts_on=START, minutes=20
    )
    for week in range(WEEKS):
        for days in (1, 3, 5):
            a_walk(programme, START + timedelta(days=7 * week + days), minutes=20, settled="yes", flare=False)
    return programme


def suggested(programme):
    return suggestion_for(programme=programme, on=TODAY)


def an_item(programme):
    who = {"clinic": programme.clinic, "patient": programme.patient}
    return ReviewItem.objects.create(**who, severity=3, opened_at=NOON, opened_on=TODAY)


def pages(programme):
    return [f"/admin/programmes/programme/{programme.pk}/change/", f"/review/{ReviewItem.objects.get().pk}/"]


def shown(client, paths):
    return ["Weekly suggestion</h" in text_of(client.get(path)) for path in paths]


def test_all_walked_and_nothing_worse_suggests_progress(programme):
    made = suggested(programme)
    assert (made.kind, made.reasons, made.missing) == (Kind.PROGRESS, (Reason.ALL_WELL,), ())


def test_it_takes_four_statements(programme):
    with DomainQueries() as queries:
        suggested(programme)
    assert queries.count == 4, queries.domain


def test_an_open_pain_flag_suggests_a_step_back(programme):
    finding = Finding("PAIN_RISING", "amber", PAIN)
    raise_flag(patient=programme.patient, programme=programme, finding=finding, on=TODAY, now=NOON)
    assert suggested(programme).reasons == (Reason.PAIN_FLAG,)


def test_an_open_safety_answer_suggests_to_talk_first(programme):
    a_walk(programme, TODAY, minutes=20, new_symptoms=("fever",))
    assert (suggested(programme).kind, suggested(programme).reasons[0]) == (Kind.TALK_FIRST, Reason.SAFETY)


def test_a_flare_up_of_three_days_suggests_a_step_back(programme):
    for days in (2, 1, 0):
        a_walk(programme, TODAY - timedelta(days=days), minutes=20, flare=True)
    assert suggested(programme).numbers["flare_days"] == 3
    assert Reason.FLARE in suggested(programme).reasons


def test_a_no_ends_the_days_of_a_flare_up(programme):
    for days, flare in ((3, True), (2, False), (0, True)):
        a_walk(programme, TODAY - timedelta(days=days), minutes=20, flare=flare)
    assert suggested(programme).numbers["flare_days"] == 1


def test_a_running_flare_up_plan_suggests_a_step_back(programme):
    a_walk(programme, TODAY, minutes=20, flare=True)
    a_flare_plan(programme, TODAY)
    assert (suggested(programme).kind, suggested(programme).reasons) == (Kind.STEP_BACK, (Reason.FLARE,))
    assert reasons(suggested(programme)) == ["The flare-up plan is running."]


def test_not_back_by_day_14_waits_for_the_clinician(programme):
    a_flare_plan(programme, TODAY - timedelta(days=14))
    Walk.objects.filter(walked_on__gt=TODAY - timedelta(days=14)).delete()
    assert Reason.DECISION in suggested(programme).reasons


def test_walks_missed_for_pain_suggest_to_talk_first(programme):
    for days in (2, 1):
        day = TODAY - timedelta(days=days)
        NotWalking.objects.create(
            clinic=programme.clinic,
            patient=programme.patient,
            from_on=day,
            until_on=day,
            reason="fear",
            received_at=NOON,
        )
    assert suggested(programme).reasons == (Reason.MISSED_FOR_PAIN,)


def test_another_patients_rows_do_not_count(programme, clinician):
    other = a_programme(a_patient(clinician.clinic), clinician, starts_on=START, minutes=20)
    made = suggested(other)
    assert (made.kind, made.numbers["walks"]) == (Kind.TALK_FIRST, 0)
    assert Missing.LOGS in made.missing


def test_there_is_none_for_a_plan_that_has_ended_or_a_record_that_is_not_used(programme, clinician):
    manager = a_staff_member(clinician.clinic, Role.MANAGER)
    restrict_processing(patient=programme.patient, reason="asked", until=None, by=manager, now=NOON)
    programme.refresh_from_db()
    assert suggested(programme) is None
    type(programme.patient).objects.update(restricted_at=None, restricted_by=None, restricted_reason="")
    end_programme(programme=programme, ending="completed", on=TODAY, by=clinician, now=NOON)
    programme.refresh_from_db()
    assert suggested(programme) is None


# --- Pages


def test_clinicians_read_the_same_on_both_pages(programme, clinician):
    an_item(programme)
    client = sign_in_staff(Client(), clinician)
    for path in pages(programme):
        text = text_of(client.get(path))
        assert ("<strong>Progress</strong>" in text, PROGRESS in text) == (True, True)


def test_earlier_walks_are_read_on_both_pages(programme, clinician):
    """Pain of the plan before is what pain now is compared with."""
    then = NOON - timedelta(days=14)
    end_programme(programme=programme, ending="completed", on=then.date(), by=clinician, now=then)
    again = a_programme(programme.patient, clinician, starts_on=TODAY - timedelta(days=13), minutes=20)
    an_item(again)
    client = sign_in_staff(Client(), clinician)
    assert ["enough earlier pain scores" in text_of(client.get(path)) for path in pages(again)] == [
        False,
        False,
    ]


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.MANAGER])
def test_no_other_role_is_shown_one(programme, role):
    an_item(programme)
    client = sign_in_staff(Client(), a_staff_member(programme.clinic, role))
    assert shown(client, pages(programme)) == [False, False]


def test_nor_is_the_patient(programme):
    client = sign_in_patient(Client(), programme.patient)
    said = [text_of(client.get(path)) for path in ("/today/", "/plan/", "/progress/")]
    assert [word for word in ("Progress</strong>", "uggestion") for text in said if word in text] == []


@pytest.mark.parametrize("off", [{"shows_suggestions": False}, {"live_rule_version": ""}])
def test_where_it_is_off_or_the_clinic_is_not_live_nobody_is(programme, clinician, off):
    an_item(programme)
    Clinic.objects.filter(pk=programme.clinic_id).update(**off)
    assert shown(sign_in_staff(Client(), clinician), pages(programme)) == [False, False]


def test_a_colleague_reads_none_of_a_limited_record(programme, clinician):
    an_item(programme)
    limit(programme.patient)
    client = sign_in_staff(Client(), a_staff_member(clinician.clinic))
    assert shown(client, pages(programme)) == [False, False]


# --- The switch


def switch_page(clinic):
    return f"/admin/clinic/clinic/{clinic.pk}/suggestions/"


def test_a_new_clinic_shows_none():
    assert a_clinic().shows_suggestions is False


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.MANAGER])
def test_clinicians_and_managers_switch_it_and_the_history_says_who(role):
    clinic = a_clinic()
    member = a_staff_member(clinic, role)
    client = sign_in_staff(Client(), member)
    said = text_of(client.post(switch_page(clinic), {"show": "yes"}, follow=True))
    assert "Clinicians see weekly suggestions from now on." in said
    assert Clinic.objects.get(pk=clinic.pk).shows_suggestions is True
    entry = HistoryEntry.objects.get(table_name="clinic_clinic", actor_id=member.user_id)
    assert entry.changed == {"shows_suggestions": [False, True]}
    client.post(switch_page(clinic), {"show": "no"})
    assert Clinic.objects.get(pk=clinic.pk).shows_suggestions is False


def test_reviewers_operators_and_other_clinics_do_not(clinic, django_user_model):
    reviewer = sign_in_staff(Client(), a_staff_member(clinic, Role.REVIEWER))
    operator = sign_in_operator(
        Client(), django_user_model.objects.create_superuser("operator@waymark.example")
    )
    theirs = sign_in_staff(Client(), a_staff_member(a_clinic(), Role.MANAGER))
    answers = [
        each.post(switch_page(clinic), {"show": "no"}).status_code for each in (reviewer, operator, theirs)
    ]
    assert answers == [403, 403, 404]
    assert Clinic.objects.get(pk=clinic.pk).shows_suggestions is True


def test_before_going_live_it_stays_off():
    clinic = a_clinic(live_rule_version="")
    manager = a_staff_member(clinic, Role.MANAGER)
    response = sign_in_staff(Client(), manager).post(switch_page(clinic), {"show": "yes"})
    assert (response.status_code, "This clinic is not live" in text_of(response)) == (422, True)
    with pytest.raises(NotLive):
        switch_suggestions(clinic=clinic, on=True, by=manager)
    switch_suggestions(clinic=clinic, on=False, by=manager)
    assert Clinic.objects.get(pk=clinic.pk).shows_suggestions is False


def test_nothing_chosen_is_asked_again(clinic):
    client = sign_in_staff(Client(), a_staff_member(clinic, Role.MANAGER))
    response = client.post(switch_page(clinic), {})
    assert (response.status_code, "Choose one of the two." in text_of(response)) == (422, True)


def test_the_verb_asks_for_the_clinic_too(clinic):
    with pytest.raises(NotAllowed):
        switch_suggestions(clinic=clinic, on=False, by=a_staff_member(a_clinic(), Role.MANAGER))
