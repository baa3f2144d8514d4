"""An address that opens a record stays with the record, whoever changes the login (ADR 0035)."""

import re
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from clinic.models import HistoryEntry, OutboxMessage, Role, StaffMember, User
from clinic.permissions import NotAllowed, Operator
from patients.models import Patient
from patients.services.enrolment import enrol_patient
from patients.services.logins import keep_login
from tests.conftest import as_runtime
from tests.factories import NOON, a_clinic, a_patient, a_staff_member
from tests.signing_in import sign_in_operator

ELSEWHERE = "operators.own@waymark.example"


@pytest.fixture
def operator(db):
    return Operator(User.objects.create_superuser("operator@waymark.example"))


@pytest.fixture
def june(clinic):
    return a_patient(clinic, given_name="June", user=User.objects.create_user("june@mail.example"))


def as_staff(client, operator, patient, clinic):
    """The operator adds a patient's address as staff of some clinic, and opens the login's page."""
    sign_in_operator(client, operator.user)
    typed = {"at_clinic": clinic.pk, "email": patient.user.email, "name": "J", "role": "reviewer"}
    assert client.post("/admin/clinic/staffmember/add/", typed | {"is_active": "on"}).status_code == 302
    return f"/admin/clinic/user/{StaffMember.objects.get(name='J').user_id}/change/"


def code_for(address):
    """A code asked for in a browser of one's own; None when no mail comes."""
    browser = Client()
    browser.post("/sign-in/", {"email": address})
    mail = OutboxMessage.objects.filter(to_address=address, kind="sign-in-code").last()
    return (browser, re.search(r"\d{6}", mail.body).group()) if mail else None


def test_the_operator_gets_no_record_by_another_address(client, operator, june):
    page = as_staff(client, operator, june, a_clinic("Made for this"))
    client.get(page)
    assert client.post(page, {"email": ELSEWHERE, "is_active": "on"}).status_code == 302
    assert StaffMember.objects.get(name="J").user.email == ELSEWHERE
    assert code_for(ELSEWHERE) is None
    browser, code = code_for("june@mail.example")
    assert browser.post("/sign-in/code/", {"code": code}).status_code == 302
    assert browser.session["patient"] == str(june.pk)


def test_nor_where_the_login_was_there_before_the_record(client, operator, clinic, clinician):
    page = as_staff(client, operator, a_patient(clinic), clinic)
    member = StaffMember.objects.get(name="J")
    Patient.objects.update(user=None)
    record = Patient(clinic=clinic, given_name="June", family_name="Hart")
    enrol_patient(record=record, email=member.user.email, by=clinician, today=NOON.date())
    client.get(page)
    client.post(page, {"email": ELSEWHERE, "is_active": "on"})
    assert code_for(ELSEWHERE) is None


def test_records_of_every_clinic_and_ended_ones_stay_with_their_address(operator, june):
    other = a_patient(a_clinic("Oak Clinic"), user=june.user, discharged_on=NOON.date())
    login = a_staff_member(june.clinic, user=june.user).user
    login.email = ELSEWHERE
    with as_runtime():
        keep_login(login=login, password="", by=operator, now=NOON)
    stays = User.objects.get(email="june@mail.example")
    assert set(Patient.objects.values_list("pk", "user")) == {(june.pk, stays.pk), (other.pk, stays.pk)}
    assert (stays.has_usable_password(), login.pk == stays.pk) == (False, False)


def test_a_closed_login_does_not_open_again_for_the_patient(operator, june):
    login = User.objects.get(pk=june.user_id)
    User.objects.update(is_active=False)
    login.email, login.is_active = ELSEWHERE, False
    keep_login(login=login, password="", by=operator, now=NOON)
    assert User.objects.get(email="june@mail.example").is_active is False


def test_the_patients_clinic_finds_it_in_its_history(operator, june):
    login, june_before = june.user, june.user_id
    login.email = ELSEWHERE
    keep_login(login=login, password="", by=operator, now=NOON)
    entry = HistoryEntry.objects.of_row("patients_patient", june.pk).first()
    june.refresh_from_db()
    assert (entry.clinic_id, entry.changed) == (
        june.clinic_id,
        {"user_id": [str(june_before), str(june.user_id)]},
    )


def test_a_login_without_records_just_changes(operator, clinic):
    login, logins = a_staff_member(clinic).user, User.objects.count()
    login.email = ELSEWHERE
    keep_login(login=login, password="", by=operator, now=NOON)
    assert (User.objects.get(email=ELSEWHERE), User.objects.count()) == (login, logins)


def test_managers_change_no_login(june):
    june.user.email = ELSEWHERE
    with pytest.raises(NotAllowed):
        keep_login(login=june.user, password="", by=a_staff_member(june.clinic, Role.MANAGER), now=NOON)


def test_the_database_refuses_whatever_asks(june):
    with pytest.raises(IntegrityError, match="address_stays"), transaction.atomic():
        User.objects.filter(pk=june.user_id).update(email=ELSEWHERE)
    with pytest.raises(IntegrityError), as_runtime(), transaction.atomic():
        User.objects.filter(pk=june.user_id).update(email=ELSEWHERE)


@pytest.mark.django_db(transaction=True)
def test_who_is_enrolled_while_the_address_changes_keeps_it(operator, clinic, clinician):
    """Without the lock on the login the record would go with it: it was looked up before the change."""
    login = a_staff_member(clinic).user
    old, found = login.email, threading.Event()

    def enrol():
        try:
            with transaction.atomic():
                record = Patient(clinic=clinic, given_name="June", family_name="Hart")
                enrol_patient(record=record, email=old, by=clinician, today=NOON.date())
                found.set()
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(0.3)")
        finally:
            connection.close()

    enrolling = threading.Thread(target=enrol)
    enrolling.start()
    assert found.wait(10)
    login.email = ELSEWHERE
    keep_login(login=login, password="", by=operator, now=NOON)
    enrolling.join(30)
    assert Patient.objects.get().user.email == old
