"""The summary of the week that is over: in the app, and in the mail only that it is ready."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.conf import settings

from clinic.models import OutboxMessage
from patients.mails import reminder_letter
from programmes.models import PauseReason, Programme, Reminder
from programmes.services.pausing import pause_programme
from programmes.services.plan_reading import plan_of
from programmes.services.reminding import send_due_reminders
from programmes.services.weeks import last_week, week_of
from tests.conftest import as_runtime
from tests.factories import NOON, a_set_up, a_walk
from tests.queries import DomainQueries

pytestmark = pytest.mark.django_db
TODAY = NOON.date()  # Saturday 21 November 2026
MONDAY = date(2026, 11, 9)


def page(client):
    return " ".join(client.get("/week/").content.decode().split())


@pytest.mark.parametrize("day", range(16, 23))
def test_the_last_week_ended_on_sunday(day):
    assert last_week(date(2026, 11, day)) == MONDAY


def test_the_numbers_of_the_week_and_no_other_walks(signed_in, programme):
    for on in (MONDAY - timedelta(days=1), MONDAY, MONDAY + timedelta(days=6), MONDAY + timedelta(days=7)):
        a_walk(programme, on, minutes=15)
    said = ("You walked on 2 days.", "Your plan asked for 3 days.", "You walked 30 minutes in all.")
    shown = page(signed_in)
    assert [words in shown for words in (*said, "Your plan asked for 45 minutes.")] == [True] * 4


def test_a_week_without_walks_shames_nobody(signed_in, programme):
    shown = page(signed_in)
    assert ("You logged no walk that week. That is OK." in shown, "0 minutes" in shown) == (True, False)


def test_paused_days_ask_for_nothing(patient, clinician, programme):
    pause_programme(
        programme=programme,
        from_on=MONDAY,
        until_on=MONDAY + timedelta(days=6),
        reason=PauseReason.ILL,
        by=clinician,
        now=NOON,
    )
    week = week_of(plan=plan_of(patient=patient, on=TODAY), first=MONDAY).week
    assert (week.planned_walks, week.planned_amount) == (0, 0)


def test_days_after_the_end_ask_for_nothing(patient, programme):
    Programme.objects.filter(pk=programme.pk).update(
        status="completed", ended_on=MONDAY - timedelta(days=1), ending="completed", ended_by=patient.user
    )
    week = week_of(plan=plan_of(patient=patient, on=TODAY), first=MONDAY).week
    assert week.planned_walks == 0


def test_a_flare_up_is_read_from_the_weeks_own_walks(patient, programme):
    a_walk(programme, MONDAY - timedelta(days=1), flare=True)
    before = week_of(plan=plan_of(patient=patient, on=TODAY), first=MONDAY).week.had_flare
    a_walk(programme, MONDAY, flare=True)
    after = week_of(plan=plan_of(patient=patient, on=TODAY), first=MONDAY).week.had_flare
    assert (before, after) == (False, True)


def test_while_a_safety_answer_waits_there_is_no_summary(signed_in, programme):
    a_walk(programme, TODAY, new_symptoms=("chest_pain",), now=NOON)
    response = signed_in.get("/week/")
    assert (response.status_code, response.url) == (302, "/today/")


def test_without_a_plan_it_says_so(signed_in):
    assert "Your plan had not begun last week." in page(signed_in)


@pytest.mark.parametrize("walks", [1, 6])
def test_two_statements_whatever_was_walked(signed_in, programme, walks):
    for days in range(walks):
        a_walk(programme, MONDAY + timedelta(days=days))
    with DomainQueries() as queries:
        signed_in.get("/week/")
    assert queries.count <= 3, queries.domain


def test_the_mail_says_that_it_is_ready_and_nothing_else(patient, programme):
    monday = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    a_set_up(patient, wish="weekly")
    a_walk(programme, MONDAY)
    with time_machine.travel(monday, tick=False), as_runtime():
        send_due_reminders(now=monday, write=reminder_letter)
    mail = OutboxMessage.objects.get(kind="reminder")
    first = mail.body.split("\n\n")[0]
    assert first == f"The summary of your week is ready. It is here: {settings.BASE_URL}/week/"
    assert Reminder.objects.get(patient=patient).wish == "weekly"
