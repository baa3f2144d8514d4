"""The login of a record: its address may come later, and nothing is ever mailed to nobody."""

import pytest

from clinic.models import OutboxMessage, User
from clinic.services.post import Letter
from patients.services.enrolment import NoAddress, invite_patient, set_address
from tests.factories import NOON, a_patient
from tests.signing_in import sign_in_staff


def test_a_login_without_an_address_gets_it_later(clinic, clinician):
    login = User.objects.create_user(None)
    patient = a_patient(clinic, user=login)
    set_address(patient=patient, email=" June@Mail.example ", by=clinician, now=NOON)
    assert (patient.user, User.objects.get(pk=login.pk).email) == (login, "june@mail.example")


def test_an_address_that_exists_moves_the_record_to_its_login(clinic, clinician):
    known = User.objects.create_user("june@mail.example")
    patient = a_patient(clinic, user=User.objects.create_user(None))
    set_address(patient=patient, email="june@mail.example", by=clinician, now=NOON)
    assert patient.user == known


def test_another_address_is_another_login(patient, clinician):
    before = patient.user
    set_address(patient=patient, email="new@mail.example", by=clinician, now=NOON)
    assert (patient.user == before, patient.user.email) == (False, "new@mail.example")


def told():
    return list(OutboxMessage.objects.filter(kind="account-notice").values_list("to_address", flat=True))


def test_the_old_address_is_told_without_names(patient, clinician):
    old = patient.user.email
    set_address(patient=patient, email="new@mail.example", by=clinician, now=NOON)
    message = OutboxMessage.objects.get()
    names = (patient.given_name, patient.family_name, patient.clinic.name, "new@mail.example")
    assert (message.to_address, [name for name in names if name in message.body]) == (old, [])


def test_the_old_address_is_told_when_staff_type_another(client, patient, clinician):
    """Also when the record is left without one."""
    old, typed = patient.user.email, {"given_name": "Pat", "family_name": "Lee", "units": "km"}
    page = f"/admin/patients/patient/{patient.pk}/change/"
    staff = sign_in_staff(client, clinician)
    staff.post(page, typed | {"pain_series": "before", "email": old.upper()})
    assert told() == []
    staff.post(page, typed | {"pain_series": "before", "email": ""})
    assert told() == [old]


def test_a_first_address_is_told_to_nobody(clinic, clinician):
    for login in (None, User.objects.create_user(None)):
        patient = a_patient(clinic, user=login)
        set_address(patient=patient, email="june@mail.example", by=clinician, now=NOON)
    assert told() == []


@pytest.mark.parametrize("login", [False, True], ids=["no login", "a login without an address"])
def test_nobody_is_invited_without_an_address(clinic, clinician, login):
    patient = a_patient(clinic, user=User.objects.create_user(None) if login else None)
    with pytest.raises(NoAddress):
        invite_patient(patient=patient, letter=Letter("Welcome", "Come"), by=clinician, now=NOON)
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize("typed", ["None", "none", "null", ""])
def test_no_words_ask_for_a_code_of_a_login_without_an_address(client, clinic, typed):
    a_patient(clinic, user=User.objects.create_user(None))
    assert client.post("/sign-in/", {"email": typed}).status_code == 422
    assert not OutboxMessage.objects.exists()
