"""A form that logs a walk and is refused leaves that it was tried, and nothing of what was typed."""

from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from clinic.models import Role
from patients.tokens import person_mark
from programmes.models import RefusedForm, Walk
from programmes.services.refused_walks import refused_since_the_last_walk
from tests.factories import NOON, a_staff_member, a_walk
from tests.patients.test_restriction import restrict
from tests.patients.walk_form import TODAY, answers, send
from tests.queries import DomainQueries

pytestmark = pytest.mark.django_db
OUTBOX, CATCH_UP = "/outbox/walks/", "/walks/catch-up/"


def counted():
    return list(RefusedForm.objects.values_list("on", "times"))


def from_phone(client, patient, **changed):
    return client.post(OUTBOX, answers(**changed), headers={"X-Outbox": person_mark(patient.pk)})


def test_a_refused_walk_form_leaves_one_row_and_a_second_counts(signed_in, programme):
    first = (send(signed_in, minutes="many").status_code, counted())
    second = (send(signed_in, pain_before="11").status_code, counted())
    assert (first, second) == ((422, [(TODAY, 1)]), (422, [(TODAY, 2)]))


def test_a_saved_walk_leaves_none(signed_in, programme):
    assert (send(signed_in).status_code, counted()) == (302, [])


def test_opening_the_forms_leaves_none(signed_in, programme):
    assert [signed_in.get(path).status_code for path in ("/walks/new/", CATCH_UP)] == [200, 200]
    assert counted() == []


def test_a_walk_that_is_saved_afterwards_ends_it(signed_in, programme, patient):
    send(signed_in, minutes="many")
    days = {"since": TODAY - timedelta(days=7)}
    before = refused_since_the_last_walk(patient=patient, **days)
    send(signed_in)
    assert (before.times, refused_since_the_last_walk(patient=patient, **days)) == (1, None)


def test_the_question_whether_it_is_another_walk_is_no_error(signed_in, programme):
    send(signed_in)
    asked = send(signed_in)
    assert (asked.status_code, Walk.objects.count(), counted()) == (422, 1, [])


def test_other_answers_under_a_used_key_are_asked_about_and_no_error(signed_in, programme, patient):
    key = str(uuid7())
    from_phone(signed_in, patient, client_uuid=key)
    asked = from_phone(signed_in, patient, client_uuid=key, minutes="10")
    assert (asked.status_code, counted()) == (422, [])


def test_a_refused_page_to_catch_up_counts(signed_in, programme):
    refused = signed_in.post(CATCH_UP, {"client_uuid": str(uuid7()), f"amount_{TODAY}": "many"})
    assert (refused.status_code, counted()) == (422, [(TODAY, 1)])


def test_a_refused_walk_that_a_phone_kept_counts(signed_in, programme, patient):
    refused = from_phone(signed_in, patient, minutes="many")
    assert (refused.status_code, counted()) == (422, [(TODAY, 1)])


def test_a_form_that_its_page_shows_again_at_once_is_counted_there(signed_in, programme, patient):
    """By script the form goes to the outbox first, and where it is refused to its page."""
    straight = from_phone(signed_in, patient, minutes="many", straight="yes")
    before = counted()
    shown = send(signed_in, minutes="many")
    assert (straight.status_code, before, shown.status_code, counted()) == (422, [], 422, [(TODAY, 1)])


def test_the_form_of_another_person_is_not_counted_here(signed_in, programme):
    assert (send(signed_in, person="someone", minutes="many").status_code, counted()) == (409, [])


def test_a_refused_change_of_a_walk_is_no_refused_walk(signed_in, programme):
    walk = a_walk(programme, TODAY, now=NOON).walk
    refused = signed_in.post(f"/walks/{walk.pk}/change/", answers(minutes="many"))
    assert (refused.status_code, counted()) == (422, [])


def test_a_restricted_record_is_not_written_to(signed_in, programme, patient):
    restrict(patient, a_staff_member(patient.clinic, Role.MANAGER))
    assert (send(signed_in, minutes="many").status_code, counted()) == (422, [])


def test_where_the_count_fails_the_form_is_shown_all_the_same(signed_in, programme, patient):
    """The count is as high as the column goes: one more is refused by the database."""
    most = 2**31 - 1
    RefusedForm.objects.create(clinic=patient.clinic, patient=patient, on=TODAY, times=most, last_at=NOON)
    refused = send(signed_in, minutes="many")
    assert (refused.status_code, "many" in refused.content.decode()) == (422, True)
    assert counted() == [(TODAY, most)]


def test_counting_costs_one_statement(signed_in, programme):
    with DomainQueries() as queries:
        send(signed_in, minutes="many")
    assert sum("programmes_refusedform" in sql for sql in queries.domain) == 1


def test_a_red_flag_of_a_refused_form_is_raised_and_counted(signed_in, programme, patient):
    send(signed_in, minutes="many", symptoms=["chest_pain"])
    assert (patient.flags.get().code, counted()) == ("SAFETY", [(TODAY, 1)])
