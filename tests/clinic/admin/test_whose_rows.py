"""Whose rows the admin shows: of another clinic nothing, by list, form, search or filter."""

import pytest
from django.apps import apps
from uuid_utils.compat import uuid7

from clinic.models import (
    Role,
    StaffMember,
    User,
)
from clinic.models.audit import Chained
from patients.models import (
    Patient,
)
from programmes.models import (
    Programme,
)
from tests.answers import without_number
from tests.clinic.admin.rows import (
    OPERATORS,
    OURS,
    SECRET,
    SHOWN_ELSEWHERE,
    SHOWN_ON_THE_PEOPLE_PAGES,
    a_full_clinic,
    a_row,
    address,
)
from tests.factories import (
    a_clinic,
    a_staff_member,
)
from tests.signing_in import sign_in_operator, sign_in_staff

pytestmark = pytest.mark.django_db


def test_every_model_has_an_admin():
    wanted = {
        model
        for label in ("clinic", "patients", "programmes")
        for model in apps.get_app_config(label).get_models()
    }
    edited = {model for model in wanted if not issubclass(model, Chained)}
    assert edited - set(OURS) == SHOWN_ELSEWHERE | SHOWN_ON_THE_PEOPLE_PAGES


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_another_clinics_row_is_answered_like_no_row(client, clinic, model, role):
    other_clinic = a_full_clinic(SECRET)
    staff = sign_in_staff(client, a_staff_member(clinic, role))
    theirs, none = str(a_row(model, other_clinic).pk), str(uuid7())
    pages = ["change", "history", "delete"]
    if model is Programme:
        pages += ["assign", "discard", "pause", "end"]
    if model is Patient:
        pages += ["invite"]
    for page in pages:
        for send in (staff.get, staff.post):
            answer, usual = send(address(model, page, theirs)), send(address(model, page, none))
            assert answer.status_code == usual.status_code
            assert without_number(answer).replace(theirs, none) == without_number(usual)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_lists_and_forms_show_nothing_of_another_clinic(client, clinic, model, role):
    a_full_clinic(SECRET)
    staff = sign_in_staff(client, a_staff_member(clinic, role))
    for url in (
        address(model, "changelist"),
        address(model, "add"),
    ):
        assert SECRET not in staff.get(url).content.decode()
    found = staff.post(address(model, "changelist"), {"q": SECRET.lower()}, follow=True)
    assert SECRET not in found.content.decode()


def test_no_choice_can_be_looked_up_by_autocomplete(client, clinic):
    """Its address would hold what was typed."""
    staff = sign_in_staff(client, a_staff_member(clinic))
    asked = {"app_label": "patients", "model_name": "patient", "field_name": "lead", "term": SECRET}
    assert staff.get("/admin/autocomplete/", asked).status_code == 404


def test_another_clinics_clinician_cannot_be_made_the_lead(client, clinic):
    stranger = a_staff_member(a_clinic("Oak Clinic"))
    staff = sign_in_staff(client, a_staff_member(clinic, Role.MANAGER))
    typed = {
        "given_name": "Ann",
        "family_name": "Lee",
        "units": "km",
        "pain_series": "before",
        "lead": stranger.pk,
    }
    answer = staff.post(address(Patient, "add"), typed)
    assert list(answer.context["adminform"].form.errors) == ["lead"]
    assert not Patient.objects.exists()


@pytest.mark.parametrize(
    ("model", "query"),
    [
        (User, "password__startswith=p"),
        (StaffMember, "user__password__startswith=p"),
        (Patient, "user__email__startswith=p"),
        (Patient, "clinic__name__startswith=E"),
    ],
)
def test_a_column_cannot_be_guessed_by_filtering(client, model, query):
    operator = User.objects.create_superuser("operator@waymark.example")
    browser = (
        sign_in_operator(client, operator)
        if model in OPERATORS
        else sign_in_staff(client, a_staff_member(a_clinic()))
    )
    assert browser.get(f"{address(model, 'changelist')}?{query}").status_code == 400
