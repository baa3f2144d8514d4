"""The verbs of people and of the clinic's own data: who may, and what a clinic must keep."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client

from clinic.models import Closure, OutboxMessage, Role, StaffMember, User
from clinic.permissions import NotAllowed, Operator
from clinic.services import keeping, people
from clinic.services.passwords import DeadLink, link_of, send_first_link
from patients.mails import invitation_letter
from patients.models import Patient
from patients.services import enrolment
from programmes.services.opening import open_clinic
from tests.factories import NOON, a_clinic, a_patient, a_staff_member
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
CLERK = people.Member("Clerk", Role.REVIEWER)


@pytest.fixture
def clinic():
    return a_clinic()


def operator():
    return Operator(User.objects.create_superuser("operator@waymark.example"))


def stored(row):
    return type(row).objects.get(pk=row.pk)


# --- staff


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.REVIEWER])
def test_only_managers_and_the_operator_add_staff(clinic, role):
    with pytest.raises(NotAllowed):
        people.add_staff_member(
            clinic=clinic, email="new@clinic.example", member=CLERK, by=a_staff_member(clinic, role), now=NOON
        )
    assert not User.objects.filter(email="new@clinic.example").exists()


def test_a_manager_adds_nobody_elsewhere(clinic):
    elsewhere = a_clinic("Oak Clinic")
    with pytest.raises(NotAllowed):
        people.add_staff_member(
            clinic=elsewhere,
            email="new@clinic.example",
            member=CLERK,
            by=a_staff_member(clinic, Role.MANAGER),
            now=NOON,
        )


def test_a_member_is_added_once(clinic):
    by = operator()
    people.add_staff_member(clinic=clinic, email="New@Clinic.example", member=CLERK, by=by, now=NOON)
    with pytest.raises(people.AlreadyMember):
        people.add_staff_member(clinic=clinic, email="new@clinic.example", member=CLERK, by=by, now=NOON)
    assert StaffMember.objects.for_clinic(clinic).get().user.email == "new@clinic.example"


def test_the_operator_becomes_no_member(clinic):
    by = operator()
    with pytest.raises(people.OperatorsLogin):
        people.add_staff_member(clinic=clinic, email=by.user.email, member=CLERK, by=by, now=NOON)


def notices():
    return list(OutboxMessage.objects.filter(kind="account-notice").values_list("to_address", "clinic"))


def test_whom_the_operator_lets_in_is_told_to_managers_and_the_duty_address(clinic):
    manager, by = a_staff_member(clinic, Role.MANAGER), operator()
    a_staff_member(clinic), a_staff_member(a_clinic("Oak Clinic"), Role.MANAGER)
    member = people.add_staff_member(clinic=clinic, email="new@clinic.example", member=CLERK, by=by, now=NOON)
    told = [(clinic.duty_email, clinic.pk), (manager.user.email, clinic.pk)]
    assert notices() == told
    assert "new@clinic.example" not in OutboxMessage.objects.first().body
    to = people.Member("Clerk", Role.MANAGER)
    people.change_staff_member(member=member, to=to, by=by, now=NOON + timedelta(minutes=1))
    assert sorted(notices()[2:]) == sorted([*told, ("new@clinic.example", clinic.pk)])


def test_what_managers_do_themselves_is_told_to_nobody(clinic):
    by = a_staff_member(clinic, Role.MANAGER)
    people.add_staff_member(clinic=clinic, email="new@clinic.example", member=CLERK, by=by, now=NOON)
    assert notices() == []


def test_a_manager_of_another_clinic_changes_nobody(clinic):
    member = a_staff_member(clinic)
    with pytest.raises(NotAllowed):
        people.change_staff_member(
            member=member, to=CLERK, by=a_staff_member(a_clinic("Oak Clinic"), Role.MANAGER), now=NOON
        )
    assert stored(member).role == Role.CLINICIAN


def test_the_last_manager_stays(clinic):
    manager = a_staff_member(clinic, Role.MANAGER)
    a_staff_member(clinic, Role.MANAGER, is_active=False)
    a_staff_member(a_clinic("Oak Clinic"), Role.MANAGER)
    with pytest.raises(people.LastManager):
        people.change_staff_member(member=manager, to=CLERK, by=operator(), now=NOON)


def test_nobody_takes_the_own_role_away(clinic):
    manager, _second = a_staff_member(clinic, Role.MANAGER), a_staff_member(clinic, Role.MANAGER)
    with pytest.raises(people.OwnRole):
        people.change_staff_member(member=manager, to=CLERK, by=manager, now=NOON)


@pytest.mark.django_db(transaction=True)
def test_two_managers_who_demote_each_other_leave_one(clinic):
    """Without the lock both see two managers and both go on: a clinic without a manager."""
    pair = [a_staff_member(clinic, Role.MANAGER), a_staff_member(clinic, Role.MANAGER)]
    start, refused = threading.Barrier(2), []

    def demote(by, member):
        try:
            with transaction.atomic():
                start.wait(10)
                people.change_staff_member(member=member, to=CLERK, by=by, now=NOON)
                slow_commit()
        except people.LastManager:
            refused.append(member.pk)
        finally:
            connection.close()

    both = [threading.Thread(target=demote, args=who) for who in (pair, pair[::-1])]
    for each in both:
        each.start()
    for each in both:
        each.join(30)
    managers = StaffMember.objects.for_clinic(clinic).filter(role=Role.MANAGER).count()
    assert (managers, len(refused)) == (1, 1)


def slow_commit():
    """Holds the transaction open, so that both have read before either commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.3)")


@pytest.mark.parametrize("role", list(Role))
def test_logins_are_the_operators(clinic, role):
    login = User(email="new@clinic.example")
    with pytest.raises(NotAllowed):
        people.save_login(login=login, password="", by=a_staff_member(clinic, role), now=NOON)


def test_a_link_mailed_to_a_wrong_address_ends_with_the_address(clinic):
    login = a_staff_member(clinic).user
    by = operator()
    send_first_link(user=login, address=str, by=by.user, now=NOON)
    token = OutboxMessage.objects.get(kind="password-link").body.split("\n\n")[1]
    assert link_of(token=token, now=NOON).user == login
    login.email = "the.right.one@clinic.example"
    people.save_login(login=login, password="", by=by, now=NOON)
    with pytest.raises(DeadLink):
        link_of(token=token, now=NOON)


def test_a_colleagues_link_stays_when_somebody_elses_address_changes(clinic):
    login, colleague = a_staff_member(clinic).user, a_staff_member(clinic).user
    by = operator()
    send_first_link(user=colleague, address=str, by=by.user, now=NOON)
    token = OutboxMessage.objects.get(kind="password-link").body.split("\n\n")[1]
    login.email = "the.right.one@clinic.example"
    people.save_login(login=login, password="", by=by, now=NOON)
    assert link_of(token=token, now=NOON).user == colleague


def test_the_old_address_is_told_of_the_new_one(clinic):
    login = a_staff_member(clinic).user
    old, login.email = login.email, "new@clinic.example"
    people.save_login(login=login, password="", by=operator(), now=NOON)
    assert OutboxMessage.objects.get(kind="account-notice").to_address == old


def test_a_disabled_login_that_is_opened_again_has_no_session_left(clinic, client):
    member, manager = a_staff_member(clinic), a_staff_member(clinic, Role.MANAGER)
    sign_in_staff(client, member)
    people.disable_login(login=member.user, by=manager)
    User.objects.filter(pk=member.user_id).update(is_active=True)
    assert client.get("/review/").status_code == 302


# --- the clinic


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.REVIEWER])
def test_the_clinics_data_are_the_managers(clinic, role):
    by, clinic.name = a_staff_member(clinic, role), "Other name"
    with pytest.raises(NotAllowed):
        keeping.change_clinic(clinic=clinic, by=by)
    with pytest.raises(NotAllowed):
        keeping.close_day(closure=Closure(clinic=clinic, on=TODAY, reason="storm"), by=by)
    assert (stored(clinic).name, Closure.objects.count()) == ("Elm Clinic", 0)


def test_the_short_name_is_the_operators(clinic):
    manager, clinic.slug = a_staff_member(clinic, Role.MANAGER), "other"
    with pytest.raises(NotAllowed):
        keeping.change_clinic(clinic=clinic, by=manager)
    keeping.change_clinic(clinic=clinic, by=operator())
    assert stored(clinic).slug == "other"


def test_no_member_opens_a_clinic(clinic):
    with pytest.raises(NotAllowed):
        open_clinic(clinic=clinic, by=a_staff_member(clinic, Role.MANAGER))


# --- patients


def a_record(clinic, **fields):
    return Patient(clinic=clinic, given_name="Ann", family_name="Lee", **fields)


def test_a_reviewer_enrols_and_changes_nobody(clinic):
    reviewer, there = a_staff_member(clinic, Role.REVIEWER), a_patient(clinic)
    with pytest.raises(NotAllowed):
        enrolment.enrol_patient(record=a_record(clinic), email="", by=reviewer, today=TODAY)
    with pytest.raises(NotAllowed):
        enrolment.change_patient(record=there, email=None, by=reviewer, now=NOON, today=TODAY)
    with pytest.raises(NotAllowed):
        enrolment.set_address(patient=there, email="a@mail.example", by=reviewer, now=NOON)
    assert Patient.objects.get() == there


def test_nobody_changes_another_clinics_patient(clinic):
    clinician, theirs = a_staff_member(clinic), a_patient(a_clinic("Oak Clinic"))
    for verb in (
        lambda: enrolment.change_patient(record=theirs, email=None, by=clinician, now=NOON, today=TODAY),
        lambda: enrolment.set_address(patient=theirs, email="", by=clinician, now=NOON),
        lambda: enrolment.invite_patient(
            patient=theirs, letter=invitation_letter(clinic, sign_in="/", notice="/"), by=clinician, now=NOON
        ),
    ):
        with pytest.raises(NotAllowed):
            verb()
    assert (stored(theirs).user_id, stored(theirs).invited_at) == (theirs.user_id, None)


@pytest.mark.parametrize("field", ["date_of_birth", "discharged_on", "died_on"])
def test_no_day_lies_in_the_future(clinic, field):
    patient = a_patient(clinic)
    setattr(patient, field, date(2026, 11, 22))
    with pytest.raises(enrolment.InTheFuture):
        enrolment.change_patient(record=patient, email=None, by=a_staff_member(clinic), now=NOON, today=TODAY)
    assert getattr(stored(patient), field) is None


@pytest.mark.parametrize(
    "lead", [{"role": Role.REVIEWER}, {"role": Role.CLINICIAN, "is_active": False}], ids=["reviewer", "left"]
)
def test_only_clinicians_who_work_here_become_lead(clinic, lead):
    patient = a_patient(clinic)
    patient.lead = a_staff_member(clinic, **lead)
    with pytest.raises(enrolment.NotALead):
        enrolment.change_patient(record=patient, email=None, by=a_staff_member(clinic), now=NOON, today=TODAY)


def test_a_lead_who_left_does_not_stop_other_changes(clinic):
    left = a_staff_member(clinic, is_active=False)
    patient = a_patient(clinic, lead=left)
    patient.phone = "01632 960 111"
    enrolment.change_patient(record=patient, email=None, by=a_staff_member(clinic), now=NOON, today=TODAY)
    assert stored(patient).phone == "01632 960 111"


def test_a_number_belongs_to_one_patient(clinic):
    a_patient(clinic, reference="A-1")
    with pytest.raises(enrolment.NumberTaken):
        enrolment.enrol_patient(
            record=a_record(clinic, reference="A-1"), email="", by=a_staff_member(clinic), today=TODAY
        )


@pytest.mark.parametrize("end", ["discharged_on", "died_on"])
def test_nobody_is_invited_after_care_ended(clinic, end):
    patient = a_patient(clinic, **{end: TODAY})
    letter = invitation_letter(clinic, sign_in="/", notice="/")
    with pytest.raises(enrolment.CareEnded):
        enrolment.invite_patient(patient=patient, letter=letter, by=a_staff_member(clinic), now=NOON)
    assert stored(patient).invited_at is None


def test_the_admin_says_saved_and_no_key(clinic):
    patient, client = a_patient(clinic), sign_in_staff(Client(), a_staff_member(clinic))
    typed = {"given_name": "Ann", "family_name": "Lee", "units": "km", "pain_series": "before"}
    answer = client.post(f"/admin/patients/patient/{patient.pk}/change/", typed, follow=True)
    assert [str(said) for said in answer.context["messages"]] == ["Saved."]
