"""Who opens the admin, and what each role may write there."""

import pytest

from clinic.models import (
    Clinic,
    Role,
    StaffMember,
    User,
)
from programmes.models import ProgrammeTemplate
from programmes.services.library import SHIPPED
from tests.clinic.admin.rows import CLINICAL, OURS, SECRET, a_full_clinic, a_row, address
from tests.factories import (
    a_clinic,
    a_patient,
    a_staff_member,
)
from tests.signing_in import sign_in_operator, sign_in_patient, sign_in_staff

pytestmark = pytest.mark.django_db


NEW = {
    "name": "New Clinic",
    "slug": "new",
    "time_zone": "Europe/London",
    "phone": "1",
    "duty_email": "d@clinic.example",
    "working_days": ["0", "1"],
    "opens_at": "08:00",
    "closes_at": "17:00",
    "review_hour": "5",
    "emergency_profile": "uk",
}


@pytest.mark.parametrize("model", CLINICAL, ids=lambda model: model.__name__)
def test_the_operator_sees_nothing_clinical(client, model):
    a_full_clinic(SECRET)
    operator = sign_in_operator(client, User.objects.create_superuser("operator@waymark.example"))
    assert operator.get(address(model, "changelist")).status_code == 403
    assert operator.get(address(model, "change", a_row(model, Clinic.objects.get()).pk)).status_code == 403


def test_the_operator_makes_a_clinic_and_its_first_manager(client):
    operator = sign_in_operator(client, User.objects.create_superuser("operator@waymark.example"))
    operator.post(
        address(Clinic, "add"),
        NEW,
    )
    made = Clinic.objects.get(slug="new")
    typed = {
        "at_clinic": made.pk,
        "email": "Boss@clinic.example",
        "name": "Boss",
        "role": "manager",
        "is_active": "on",
    }
    operator.post(address(StaffMember, "add"), typed)
    member = StaffMember.objects.get(clinic=made)
    assert (made.working_days, member.user.email, member.role) == ([0, 1], "boss@clinic.example", "manager")


def test_a_new_clinic_has_the_shipped_templates_at_once(client):
    elsewhere = a_clinic()
    operator = sign_in_operator(client, User.objects.create_superuser("operator@waymark.example"))
    operator.post(address(Clinic, "add"), NEW)
    shipped = ProgrammeTemplate.objects.for_clinic(Clinic.objects.get(slug="new"))
    assert sorted(shipped.values_list("code", flat=True)) == sorted(SHIPPED)
    assert ProgrammeTemplate.objects.for_clinic(elsewhere).count() == 0


def test_no_password_hash_is_shown(client):
    user = User.objects.create_superuser("operator@waymark.example", "a-long-enough-password")
    shown = sign_in_operator(client, user).get(address(User, "change", user.pk)).content.decode()
    assert user.password not in shown
    assert "pbkdf2" not in shown


def test_an_empty_password_field_leaves_the_password(client):
    user = User.objects.create_superuser("operator@waymark.example", "a-long-enough-password")
    operator = sign_in_operator(client, user)
    typed = {"email": user.email, "new_password": "", "is_active": "on", "is_superuser": "on"}
    operator.post(address(User, "change", user.pk), typed)
    user.refresh_from_db()
    assert user.check_password("a-long-enough-password")


@pytest.mark.parametrize("who", ["nobody", "patient", "staff address without a staff sign-in"])
def test_others_are_sent_to_the_staff_sign_in(client, clinic, who):
    if who == "patient":
        sign_in_patient(client, a_patient(clinic))
    elif who.startswith("staff"):
        client.force_login(a_staff_member(clinic).user)
    answer = client.get("/admin/patients/patient/", follow=False)
    answer = client.get(answer.url)
    assert answer.url == "/staff/sign-in/?next=/admin/patients/patient/"


def test_a_superuser_who_signed_in_by_a_patients_code_is_no_operator(client):
    client.force_login(User.objects.create_superuser("operator@waymark.example"))
    assert client.get(address(User, "changelist")).status_code == 302


ALLOWED = {
    Role.CLINICIAN: {
        "Patient add",
        "Patient change",
        "Programme add",
        "ProgrammeTemplate add",
        "ProgrammeTemplate change",
    },
    Role.REVIEWER: set(),
    Role.MANAGER: {
        "Patient add",
        "Patient change",
        "Clinic change",
        "Closure add",
        "Closure change",
        "PrivacyText add",
        "StaffMember add",
        "StaffMember change",
    },
}


@pytest.mark.parametrize("role", list(Role))
def test_what_a_role_may_write(client, role):
    clinic = a_full_clinic("Elm")
    staff = sign_in_staff(client, a_staff_member(clinic, role))
    may = set()
    for model in OURS:
        if staff.get(address(model, "add")).status_code == 200:
            may.add(f"{model.__name__} add")
        if staff.post(address(model, "change", a_row(model, clinic).pk)).status_code in (200, 422):
            may.add(f"{model.__name__} change")
    assert may == ALLOWED[role]


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_nobody_deletes(client, model, role):
    clinic = a_full_clinic("Elm")
    staff = sign_in_staff(client, a_staff_member(clinic, role))
    row = a_row(model, clinic)
    staff.post(address(model, "delete", row.pk), {"post": "yes"})
    staff.post(
        address(model, "changelist"), {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
    )
    assert type(row).objects.filter(pk=row.pk).exists()


def test_the_operator_lists_staff_and_operators_only(client, clinic):
    member, _patient = a_staff_member(clinic), a_patient(clinic)
    operator = User.objects.create_superuser("operator@waymark.example")
    answer = sign_in_operator(client, operator).get(address(User, "changelist"))
    assert {user.pk for user in answer.context["cl"].result_list} == {member.user_id, operator.pk}


def test_the_operator_opens_no_patients_login(client, clinic):
    operator = User.objects.create_superuser("operator@waymark.example")
    answer = sign_in_operator(client, operator).get(address(User, "change", a_patient(clinic).user_id))
    assert answer.status_code == 404
