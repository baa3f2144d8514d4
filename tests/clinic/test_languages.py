"""The pages and the command on which languages are approved and offered."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from clinic.models import Clinic, LanguageDecision, Role, User
from clinic.services.languages import Approver, approved, record_approval
from tests.factories import NOON, a_clinic, a_staff_member
from tests.languages.pseudo import PSEUDO
from tests.signing_in import sign_in_operator, sign_in_staff

pytestmark = pytest.mark.django_db
READER = Approver("Zofia Lis", "KIF 12345", date(2026, 11, 20))
FORM = {"name": "Zofia Lis", "registration": "KIF 12345", "on": "2026-11-20"}
ADDRESS = f"/languages/{PSEUDO}/"


@pytest.fixture
def clinic():
    return a_clinic()


@pytest.fixture
def manager(client, clinic, complete):
    return sign_in_staff(client, a_staff_member(clinic, Role.MANAGER))


def test_the_list_says_what_is_complete_and_what_is_not_approved(manager):
    page = manager.get("/languages/").text
    assert ("Polski" in page, "Accented" in page, page.count("Not approved")) == (True, True, 2)


def test_every_safety_text_stands_beside_its_translation(manager):
    page = manager.get(ADDRESS).text
    assert ("0 is no pain" in page, "⟦0 îš ñö þäîñ" in page) == (True, True)


def test_an_approval_is_recorded_with_who_and_when(manager, clinic):
    answer = manager.post(ADDRESS, FORM)
    row = LanguageDecision.objects.get()
    said = (row.language, row.is_approved, row.name, row.registration, row.decided_on)
    assert (answer.status_code, said) == (302, (PSEUDO, True, "Zofia Lis", "KIF 12345", date(2026, 11, 20)))
    assert row.recorded_by.memberships.get().clinic == clinic


def test_an_operator_records_one_too(client, complete):
    operator = User.objects.create_superuser("operator@waymark.example", "walk-a-little-further")
    sign_in_operator(client, operator).post(ADDRESS, FORM)
    assert approved() == [PSEUDO]


@pytest.mark.parametrize(
    "missing", [{"name": ""}, {"registration": ""}, {"on": ""}, {"on": "2999-01-01"}, {"name": "x" * 121}]
)
def test_half_an_approval_is_none(manager, missing):
    answer = manager.post(ADDRESS, FORM | missing)
    assert (answer.status_code, LanguageDecision.objects.count()) == (422, 0)


def test_it_is_taken_back_on_the_same_page(manager):
    manager.post(ADDRESS, FORM)
    manager.post(ADDRESS, FORM | {"withdraw": "yes"})
    assert ([row.is_approved for row in LanguageDecision.objects.all()], approved()) == ([False, True], [])


def test_a_manager_offers_it_to_the_own_clinics_patients_alone(manager, clinic):
    other_clinic = a_clinic("Oak Clinic")
    record_approval(language=PSEUDO, approver=READER, by=None, now=NOON)
    manager.post(f"{ADDRESS}offer/", {"offered": "yes"})
    stored = dict(Clinic.objects.values_list("pk", "languages"))
    assert stored == {clinic.pk: [PSEUDO], other_clinic.pk: []}
    manager.post(f"{ADDRESS}offer/", {"offered": "no"})
    assert Clinic.objects.get(pk=clinic.pk).languages == []


def test_what_nobody_approved_is_not_offered(manager, clinic):
    page = manager.post(f"{ADDRESS}offer/", {"offered": "yes"}, follow=True)
    clinic.refresh_from_db()
    assert ("Nobody has approved" in page.text, clinic.languages) == (True, [])


def test_clinicians_and_reviewers_decide_nothing_here(client, clinic, complete):
    sign_in_staff(client, a_staff_member(clinic, Role.CLINICIAN))
    answers = [client.get("/languages/"), client.post(ADDRESS, FORM), client.post(f"{ADDRESS}offer/")]
    assert [answer.status_code for answer in answers] == [403, 403, 403]


def test_a_language_that_is_not_shipped_has_no_page(manager):
    answers = [manager.get("/languages/xx/"), manager.post("/languages/xx/offer/")]
    assert [answer.status_code for answer in answers] == [404, 404]


def test_the_command_lists_them():
    out = StringIO()
    call_command("languages", stdout=out)
    assert "pl Polski" in out.getvalue()


def test_the_command_records_an_approval(complete):
    out = StringIO()
    call_command("languages", approve=PSEUDO, name="Zofia Lis", registration="KIF 12345", stdout=out)
    call_command("languages", stdout=out)
    assert (approved(), "last approved: Zofia Lis, KIF 12345" in out.getvalue()) == ([PSEUDO], True)


def test_the_command_wants_a_name_and_a_registration(complete):
    with pytest.raises(CommandError):
        call_command("languages", approve=PSEUDO, name="Zofia Lis")
    assert LanguageDecision.objects.count() == 0


def test_the_command_prints_the_texts(complete):
    out = StringIO()
    call_command("languages", texts=PSEUDO, stdout=out)
    assert "0 is no pain\n    ⟦0 îš ñö þäîñ" in out.getvalue()
