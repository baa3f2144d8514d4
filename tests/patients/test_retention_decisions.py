"""A manager decides about records past their time: once for a term, with a reason, and never too early."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connections, transaction
from django.test import Client

from clinic.models import HistoryEntry, ReadEntry, Role
from clinic.permissions import NotAllowed
from patients.models import Decision, Patient, RetentionDecision
from patients.services.data_requests import ask_about_data
from patients.services.erasure import erase_record
from patients.services.retention_decisions import (
    DayOutOfRange,
    NotStanding,
    NotWaiting,
    ReasonMissing,
    hold_record,
    past_their_time,
    take_back_decision,
)
from programmes.services.restricting import restrict_processing
from tests.factories import NOON, a_clinic, a_patient, a_staff_member, limit
from tests.patients.ended import LONG_AGO, decided, ended
from tests.queries import DomainQueries
from tests.signing_in import sign_in_staff

TODAY = NOON.date()
NEXT_YEAR = date(2027, 11, 21)
KEEP = {"what": Decision.KEEP, "keep_until": NEXT_YEAR, "reason": "A claim is being settled."}


@pytest.fixture
def over(clinic):
    """A record whose time is over since today."""
    return ended(a_patient(clinic, family_name="Quillfeather", reference="Q-1", phone=""))


@pytest.fixture
def desk(client, manager):
    return sign_in_staff(client, manager)


def sorted_out(clinic, today=TODAY):
    past = past_their_time(clinic=clinic, today=today)
    return {name: getattr(past, name) for name in ("waiting", "to_erase", "kept")}


def only(**groups):
    return {"waiting": [], "to_erase": [], "kept": [], **groups}


def text_of(response):
    return " ".join(response.content.decode().split())


# --- The verbs


def test_a_record_waits_from_its_day_on(over, clinic):
    a_patient(clinic)  # in care
    ended(a_patient(clinic), LONG_AGO + timedelta(days=1))
    assert sorted_out(clinic) == only(waiting=[over])


def test_a_minors_record_waits_after_the_birthday(clinic):
    born = date(2002, 11, 21)
    child = ended(a_patient(clinic, date_of_birth=born), date(2015, 1, 1))
    assert sorted_out(clinic, date(2027, 11, 20)) == only()
    assert sorted_out(clinic, date(2027, 11, 21)) == only(waiting=[child])


def test_kept_until_a_day_it_comes_back_on_that_day(over, clinic, manager):
    decided(over, manager, **KEEP)
    assert sorted_out(clinic) == only(kept=[over])
    assert sorted_out(clinic, NEXT_YEAR - timedelta(days=1)) == only(kept=[over])
    assert sorted_out(clinic, NEXT_YEAR) == only(waiting=[over])


def test_what_came_back_is_decided_anew(over, clinic, manager):
    decided(over, manager, **KEEP)
    over.refresh_from_db()
    later = NOON + timedelta(days=365)
    again = decided(over, manager, now=later)
    assert (again.due_on, sorted_out(clinic, NEXT_YEAR)) == (NEXT_YEAR, only(to_erase=[over]))


def test_who_decided_what_when_and_why_is_kept(over, manager):
    decided(over, manager)
    row = RetentionDecision.objects.get()
    assert (row.what, row.due_on, row.reason, row.decided_by, row.decided_at) == (
        "erase",
        TODAY,
        "Nothing speaks for keeping it.",
        manager,
        NOON,
    )
    assert (
        HistoryEntry.objects.filter(table_name="patients_retentiondecision", operation="insert").count() == 1
    )


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.REVIEWER])
def test_only_a_manager_decides(over, clinic, role):
    with pytest.raises(NotAllowed):
        decided(over, a_staff_member(clinic, role))


def test_another_clinics_manager_does_not(over):
    with pytest.raises(NotAllowed):
        decided(over, a_staff_member(a_clinic(), Role.MANAGER))


def test_a_decision_has_a_reason(over, manager):
    with pytest.raises(ReasonMissing):
        decided(over, manager, reason="  ")
    with pytest.raises(IntegrityError), transaction.atomic():
        RetentionDecision.objects.create(
            clinic=over.clinic, patient=over, due_on=TODAY, what="erase", decided_at=NOON, decided_by=manager
        )


@pytest.mark.parametrize(
    ("what", "until"),
    [
        (Decision.KEEP, None),
        (Decision.KEEP, TODAY),
        (Decision.KEEP, date(2046, 11, 22)),
        (Decision.ERASE, NEXT_YEAR),
    ],
)
def test_the_day_must_make_sense(over, manager, what, until):
    with pytest.raises(DayOutOfRange):
        decided(over, manager, what, keep_until=until)


def test_what_is_not_past_its_time_is_not_decided(clinic, manager):
    for patient in (a_patient(clinic), ended(a_patient(clinic), LONG_AGO + timedelta(days=1))):
        with pytest.raises(NotWaiting):
            decided(patient, manager)


def test_a_held_or_restricted_record_waits_for_nobody(clinic, manager):
    held, restricted = (ended(a_patient(clinic)) for _each in range(2))
    hold_record(patient=held, reason="claim", by=manager)
    restrict_processing(patient=restricted, reason="disputed", until=None, by=manager, now=NOON)
    for patient in (held, restricted):
        patient.refresh_from_db()
        with pytest.raises(NotWaiting):
            decided(patient, manager)
    assert sorted_out(clinic) == only(kept=sorted([held, restricted], key=lambda each: each.pk))


@pytest.mark.parametrize("first", [{}, KEEP], ids=["erase", "keep"])
@pytest.mark.parametrize("second", [{}, KEEP], ids=["erase", "keep"])
def test_the_second_of_two_is_told(over, clinic, manager, first, second):
    """Both loaded the record while it waited."""
    seen_by_the_second = Patient.objects.get(pk=over.pk)
    decided(over, manager, **first)
    with pytest.raises(NotWaiting):
        decided(seen_by_the_second, a_staff_member(clinic, Role.MANAGER), **second)
    assert RetentionDecision.objects.get().decided_by == manager


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_decides(over, clinic, manager):
    together, told = Barrier(2), []
    colleague = a_staff_member(clinic, Role.MANAGER)

    def decide(by, what):
        mine = Patient.objects.select_related("clinic").get(pk=over.pk)
        together.wait()
        try:
            decided(mine, by, **what)
        except NotWaiting:
            told.append(by)
        connections.close_all()

    clicks = [Thread(target=decide, args=args) for args in ((manager, {}), (colleague, KEEP))]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    assert (RetentionDecision.objects.count(), len(told)) == (1, 1)
    assert RetentionDecision.objects.get().decided_by not in told


def test_a_hold_that_came_meanwhile_is_not_overwritten(over, clinic, manager):
    stale = Patient.objects.get(pk=over.pk)
    hold_record(patient=over, reason="claim", by=manager)
    with pytest.raises(NotWaiting):
        decided(stale, manager, **KEEP)
    over.refresh_from_db()
    assert (over.kept_reason, over.kept_until, RetentionDecision.objects.count()) == ("claim", None, 0)


@pytest.mark.parametrize("what", [{}, KEEP], ids=["erase", "keep"])
def test_taken_back_it_waits_again(over, clinic, manager, what):
    decision = decided(over, manager, **what)
    take_back_decision(decision=decision, by=manager, now=NOON)
    assert sorted_out(clinic) == only(waiting=[over])
    with pytest.raises(NotStanding):
        take_back_decision(decision=decision, by=manager, now=NOON)
    over.refresh_from_db()
    decided(over, manager, **what)


def test_what_is_gone_cannot_be_taken_back(over, manager):
    decision = decided(over, manager)
    erase_record(decision=decision, now=NOON)
    with pytest.raises(NotStanding):
        take_back_decision(decision=decision, by=manager, now=NOON)


# --- The page


def page_of(patient):
    return f"/retention/{patient.pk}/"


def test_an_empty_page_says_so(desk):
    assert "No record of this clinic waits for a decision." in text_of(desk.get("/retention/"))


def test_the_page_says_who_why_and_since_when(desk, clinic, over):
    child = a_patient(clinic, family_name="Younger", date_of_birth=date(2000, 3, 1))
    ended(child, date(2010, 3, 1))
    page = text_of(desk.get("/retention/"))
    assert "Quillfeather" in page
    assert "Care ended on 21 November 2018. The record stays 8 years, until 21 November 2026." in page
    assert "Past its time since today." in page
    assert "A child then: the record stays until the 25th birthday, 1 March 2025." in page
    assert "Past its time for 1 year." in page
    assert page.index("Younger") < page.index("Quillfeather")


def test_reading_it_is_logged_for_those_who_are_shown(desk, clinic, over):
    unseen = ended(a_patient(clinic), LONG_AGO + timedelta(days=1))
    child = ended(a_patient(clinic, date_of_birth=date(2014, 3, 1)), date(2015, 3, 1))
    desk.get("/retention/")
    entry = ReadEntry.objects.filter(route="clinic:retention").get()
    assert (entry.patients, entry.kind) == ([over.pk], "list")
    assert {unseen.pk, child.pk} & set(entry.patients) == set()


@pytest.mark.parametrize("records", [1, 30])
def test_the_page_reads_five_times_for_one_and_for_thirty(desk, clinic, manager, records):
    for _each in range(records):
        ended(a_patient(clinic, user=None))
        decided(ended(a_patient(clinic, user=None)), manager)
        decided(ended(a_patient(clinic, user=None)), manager, **KEEP)
    with DomainQueries() as queries:
        desk.get("/retention/")
    assert queries.count == 5, queries.domain


def test_a_decision_through_the_page(desk, over):
    form = text_of(desk.get(page_of(over)))
    assert "Care ended on 21 November 2018." in form
    assert "Number Q-1." in form
    answer = desk.post(page_of(over), {"what": "erase", "reason": "No claim is open.", "keep_until": ""})
    assert (answer.status_code, answer["Location"]) == (302, "/retention/")
    page = text_of(desk.get("/retention/"))
    assert "The decision is saved." in page
    assert "Erased in the coming night" in page
    assert "No claim is open." in page


def test_keeping_through_the_page_and_taking_back(desk, over):
    typed = {"what": "keep", "reason": "A claim is open.", "keep_until": "2027-11-21"}
    desk.post(page_of(over), typed)
    assert "21 November 2027: A claim is open." in text_of(desk.get("/retention/"))
    desk.post(f"{page_of(over)}take-back/")
    page = text_of(desk.get("/retention/"))
    assert ("Taken back." in page, "A claim is open." in page) == (True, False)
    desk.post(f"{page_of(over)}take-back/")
    assert "Nothing was changed." in text_of(desk.get("/retention/"))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Choose whether the record is kept or erased."),
        ({"what": "keep", "reason": "because"}, "Choose a day after today."),
        ({"what": "keep", "reason": "because", "keep_until": "2026-11-21"}, "Choose a day after today."),
        ({"what": "keep", "reason": "because", "keep_until": "2060-01-01"}, "Choose a day within 20 years."),
        ({"what": "erase", "reason": "because", "keep_until": "2027-01-01"}, "Leave the day empty"),
        ({"what": "erase", "reason": " "}, "Write why"),
    ],
)
def test_a_form_with_errors_says_what_and_keeps_what_was_typed(desk, over, typed, said):
    answer = desk.post(page_of(over), typed)
    assert (answer.status_code, said in text_of(answer)) == (422, True)
    assert typed.get("reason", "").strip() in text_of(answer)
    assert RetentionDecision.objects.count() == 0


def test_the_second_manager_reads_that_nothing_was_saved(desk, over, clinic):
    decided(over, a_staff_member(clinic, Role.MANAGER))
    answer = desk.post(
        page_of(over), {"what": "keep", "reason": "x", "keep_until": "2027-01-01"}, follow=True
    )
    assert "does not wait for a decision any more. Nothing was saved." in text_of(answer)
    assert RetentionDecision.objects.get().what == "erase"


def test_the_password_is_asked_before_a_decision(desk, over):
    session = desk.session
    session["confirmed_at"] = (NOON - timedelta(minutes=11)).isoformat()
    session.save()
    answer = desk.post(page_of(over), {"what": "erase", "reason": "No claim is open."})
    assert (answer["Location"].split("?")[0], RetentionDecision.objects.count()) == ("/staff/confirm/", 0)


def test_an_open_request_is_pointed_at(desk, over, manager):
    ask_about_data(patient=over, kind="access", text="a copy", by=manager.user, now=NOON)
    assert "Answer it before anything is erased." in text_of(desk.get(page_of(over)))


def test_a_record_in_care_is_answered_like_none(desk, clinic):
    early = ended(a_patient(clinic), LONG_AGO + timedelta(days=1))
    assert [desk.get(page_of(each)).status_code for each in (a_patient(clinic), early)] == [404, 404]


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.REVIEWER])
def test_other_roles_do_not_open_it(over, clinic, role):
    client = sign_in_staff(Client(), a_staff_member(clinic, role))
    pages = ("/retention/", page_of(over))
    assert [client.get(page).status_code for page in pages] == [403, 403]
    assert client.post(f"{page_of(over)}take-back/").status_code == 403


def test_a_limited_record_is_named_by_its_number_alone(desk, clinic, clinician):
    limited = a_patient(clinic, family_name="Hushed", reference="L-7", lead=clinician)
    limit(ended(limited))
    page = text_of(desk.get("/retention/"))
    assert ("L-7" in page, "Hushed" in page) == (True, False)
    assert desk.get(page_of(limited)).status_code == 404


def test_a_limited_record_whose_time_is_not_over_is_not_named(desk, clinic, clinician):
    limit(ended(a_patient(clinic, reference="L-8", lead=clinician), LONG_AGO + timedelta(days=1)))
    assert "L-8" not in text_of(desk.get("/retention/"))


@pytest.mark.parametrize("page", ["/data-requests/", "/going-live/"])
def test_managers_find_the_page_where_they_look(desk, page):
    assert 'href="/retention/"' in text_of(desk.get(page))


def test_the_page_about_a_patients_data_says_how_long_it_stays(desk, clinic, over):
    of_one, in_care = f"/patients/{over.pk}/data/", f"/patients/{a_patient(clinic).pk}/data/"
    assert "Until 21 November 2026 at least." in text_of(desk.get(of_one))
    assert "In care: the record stays." in text_of(desk.get(in_care))
