"""Members, closed days and the post of a clinic in the admin."""

from datetime import date

import pytest

from clinic.models import (
    Closure,
    OutboxMessage,
    ReadEntry,
    Role,
    StaffMember,
    User,
)
from patients.mails import invitation_letter
from patients.services.enrolment import invite_patient
from patients.services.limiting import limit_record
from tests.clinic.admin.rows import address
from tests.factories import (
    NOON,
    a_patient,
    a_staff_member,
)
from tests.signing_in import sign_in_operator, sign_in_staff

pytestmark = pytest.mark.django_db


def test_a_manager_cannot_add_the_same_login_twice(client, clinic):
    manager = a_staff_member(clinic, Role.MANAGER)
    staff = sign_in_staff(client, manager)
    typed = {"email": manager.user.email, "name": "Again", "role": "reviewer", "is_active": "on"}
    answer = staff.post(address(StaffMember, "add"), typed)
    assert list(answer.context["adminform"].form.errors) == ["email"]


def test_a_new_member_needs_a_first_password(client, clinic):
    staff = sign_in_staff(client, a_staff_member(clinic, Role.MANAGER))
    typed = {"email": "new@clinic.example", "name": "New", "role": "reviewer", "is_active": "on"}
    answer = staff.post(address(StaffMember, "add"), typed, follow=True)
    assert "Send a link for the first password" in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"role": "manager"}, "is_active"), ({"role": "reviewer", "is_active": "on"}, "role")],
)
def test_a_manager_neither_switches_off_nor_demotes_herself(client, clinic, typed, field):
    manager = a_staff_member(clinic, Role.MANAGER)
    a_staff_member(clinic, Role.MANAGER)
    answer = sign_in_staff(client, manager).post(
        address(StaffMember, "change", manager.pk), {"name": "Me", **typed}
    )
    assert answer.context["adminform"].form.errors == {
        field: ["You cannot take this away from yourself. Ask another manager."]
    }


def test_a_clinic_keeps_its_last_manager(client, clinic):
    manager = a_staff_member(clinic, Role.MANAGER)
    operator = sign_in_operator(client, User.objects.create_superuser("operator@waymark.example"))
    answer = operator.post(address(StaffMember, "change", manager.pk), {"name": "Me", "role": "manager"})
    assert answer.context["adminform"].form.errors == {
        "is_active": ["This is the clinic's last manager. Make somebody else a manager first."]
    }


def test_a_day_is_closed_once(client, clinic):
    staff = sign_in_staff(client, a_staff_member(clinic, Role.MANAGER))
    for _time in range(2):
        answer = staff.post(address(Closure, "add"), {"on": "2026-12-25", "reason": "Christmas"})
    assert answer.status_code == 200
    assert Closure.objects.for_clinic(clinic).get().on == date(2026, 12, 25)


def test_a_secret_mail_stays_secret(client, clinic):
    staff = sign_in_staff(client, a_staff_member(clinic, Role.MANAGER))
    message = OutboxMessage.objects.create(
        clinic=clinic,
        kind="sign-in-code",
        key="k",
        to_address="a@mail.example",
        subject="Code",
        body="123456",
        is_secret=True,
        send_after=NOON,
        created_at=NOON,
    )
    assert "123456" not in staff.get(address(OutboxMessage, "change", message.pk)).content.decode()


def test_the_post_of_a_patient_leaves_a_read_entry(client, clinic):
    patient = an_invited(clinic)
    staff = sign_in_staff(client, a_staff_member(clinic, Role.MANAGER))
    for page in ("changelist", "change"):
        keys = [OutboxMessage.objects.get().pk] if page == "change" else []
        assert patient.user.email in staff.get(address(OutboxMessage, page, *keys)).content.decode()
    assert [entry.patients for entry in ReadEntry.objects.all()] == [[patient.pk]] * 2


def test_the_post_of_a_limited_record_is_its_leads(client, clinic):
    patient = an_invited(clinic)
    limit_record(patient=patient, reason="A neighbour of two colleagues.", by=patient.lead, now=NOON)
    staff = sign_in_staff(client, a_staff_member(clinic, Role.MANAGER))
    assert patient.user.email not in staff.get(address(OutboxMessage, "changelist")).content.decode()
    message = OutboxMessage.objects.get()
    assert staff.get(address(OutboxMessage, "change", message.pk)).status_code == 404


def an_invited(clinic):
    patient = a_patient(clinic, lead=a_staff_member(clinic))
    letter = invitation_letter(
        clinic, sign_in="https://waymark.example/sign-in/", notice="https://waymark.example/privacy/"
    )
    invite_patient(patient=patient, letter=letter, by=patient.lead, now=NOON)
    return patient
