"""Passwords: which are refused, how they are chosen by a link, changed, and reset by colleagues."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinic.models import OutboxMessage, PasswordLink, Role, User
from clinic.permissions import NotAllowed, Operator
from clinic.services.breached import LIST, breached_passwords
from clinic.services.second_factor import has_second_factor
from clinic.services.sign_in_help import reset_colleagues_factor, send_password_link
from clinic.tenancy import act_for
from tests.conftest import as_runtime
from tests.factories import NOON, PASSWORD, a_clinic, a_patient, a_staff_member
from tests.second_factors import App
from tests.signing_in import sign_in_operator, sign_in_staff

pytestmark = pytest.mark.django_db
NEW = "quiet-harbour-lantern-7"


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def member():
    return a_staff_member(a_clinic())


def link_in(address):
    body = OutboxMessage.objects.filter(to_address=address, kind="password-link").latest("id").body
    return re.search(r"/staff/password/link/[^/]+/", body).group()


def choose(client, page, password=NEW):
    return client.post(page, {"new_password": password, "again": password})


@pytest.mark.parametrize(
    "password",
    ["short-one", "1q2w3e4r5t6y", "1Q2W3E4R5T6Y", "qwertyuiop123456", "1q2w3e4r5t6y!!", " 1q2w3e4r5t6y"],
)
def test_weak_and_stolen_passwords_are_refused(password):
    with pytest.raises(ValidationError):
        validate_password(password)


def test_a_password_like_ones_own_address_is_refused():
    with pytest.raises(ValidationError):
        validate_password("priya.raman1@elm", User(email="priya.raman1@elm.example"))


def test_a_long_password_of_ones_own_is_taken():
    validate_password(NEW)


def test_the_list_is_compact_and_holds_what_is_said():
    assert (len(breached_passwords()), LIST.stat().st_size < 1_000_000) == (43940, True)


def test_the_operators_first_password_is_checked_too():
    with pytest.raises(ValidationError):
        User.objects.create_superuser("op@waymark.example", "1q2w3e4r5t6y")


def test_a_forgotten_password_is_chosen_again_by_a_link(client, member):
    client.post("/staff/password/forgotten/", {"email": member.user.email.upper()})
    page = link_in(member.user.email)
    assert client.get(page).status_code == 200
    assert choose(client, page)["Location"] == "/staff/second-factor/"
    member.user.refresh_from_db()
    assert member.user.check_password(NEW)


def test_the_link_does_not_pass_by_the_second_factor(client, member):
    App.of(member.user, NOON)
    client.post("/staff/password/forgotten/", {"email": member.user.email})
    assert choose(client, link_in(member.user.email))["Location"] == "/staff/sign-in/second-step/"
    assert client.get("/review/").status_code == 302


def test_the_link_leads_a_member_to_the_queue(client, member, settings):
    """The database did not know who asks, and took every member for an operator."""
    settings.MFA_OPTIONAL = True
    client.post("/staff/password/forgotten/", {"email": member.user.email})
    page = link_in(member.user.email)
    with as_runtime():
        act_for()  # another connection remembers nobody
        assert choose(client, page)["Location"] == "/review/"


def test_looking_at_the_link_spends_nothing_and_it_works_once(client, member):
    client.post("/staff/password/forgotten/", {"email": member.user.email})
    page = link_in(member.user.email)
    for _look in range(3):
        Client().get(page)
    choose(client, page)
    assert [Client().get(page).status_code, choose(Client(), page, "another-one-entirely").status_code] == [
        404,
        404,
    ]


def test_a_refused_password_leaves_the_link_alive(client, member):
    client.post("/staff/password/forgotten/", {"email": member.user.email})
    page = link_in(member.user.email)
    assert (choose(client, page, "1q2w3e4r5t6y").status_code, choose(client, page).status_code) == (422, 302)


def first_link(member):
    """The page of the link that a manager has sent."""
    manager = a_staff_member(member.clinic, Role.MANAGER)
    sign_in_staff(Client(), manager).post(f"/admin/clinic/staffmember/{member.pk}/sign-in-help/")
    return link_in(member.user.email)


def test_a_stranger_who_asks_ends_no_link_of_the_owner(client, member):
    first = first_link(member)
    client.post("/staff/password/forgotten/", {"email": member.user.email})
    forgotten = link_in(member.user.email)
    client.post("/staff/password/forgotten/", {"email": member.user.email})
    assert [Client().get(page).status_code for page in (first, forgotten)] == [200, 200]


def test_a_new_first_link_ends_the_old_one(client, member):
    old, new = first_link(member), first_link(member)
    assert [client.get(page).status_code for page in (old, new)] == [404, 200]


def test_choosing_by_one_link_ends_the_others(client, member):
    first = first_link(member)
    client.post("/staff/password/forgotten/", {"email": member.user.email})
    choose(client, link_in(member.user.email))
    assert choose(Client(), first, "another-one-entirely").status_code == 404


def test_a_forgotten_link_works_for_an_hour(client, member, noon):
    client.post("/staff/password/forgotten/", {"email": member.user.email})
    page = link_in(member.user.email)
    noon.shift(timedelta(hours=1))
    assert client.get(page).status_code == 404


def test_a_disabled_login_chooses_nothing(client, member):
    client.post("/staff/password/forgotten/", {"email": member.user.email})
    User.objects.filter(pk=member.user_id).update(is_active=False)
    assert choose(client, link_in(member.user.email)).status_code == 404


def test_the_table_holds_no_token(client, member):
    client.post("/staff/password/forgotten/", {"email": member.user.email})
    token = link_in(member.user.email).split("/")[-2]
    assert token not in str(PasswordLink.objects.values().get())


def asked(email):
    with CaptureQueriesContext(connection) as captured:
        response = Client().post("/staff/password/forgotten/", {"email": email})
    shapes = [query["sql"].split("VALUES")[0].split("WHERE")[0] for query in captured.captured_queries]
    lines = [line for line in response.content.decode().splitlines() if "csrf" not in line]
    return response.status_code, [one for one in shapes if "SAVEPOINT" not in one], lines


def test_forgetting_answers_and_costs_the_same_for_everybody(member):
    patient = a_patient(member.clinic).user
    former = a_staff_member(member.clinic, is_active=False).user
    seen = [asked(email) for email in (member.user.email, patient.email, former.email, "nobody@mail.example")]
    assert [len(one[1]) for one in seen] == [len(seen[0][1])] * 4
    assert [(one[0], one[2]) for one in seen[1:]] == [(seen[0][0], seen[0][2])] * 3
    assert OutboxMessage.objects.filter(kind="password-link").count() == 1


def test_ones_own_password_is_changed_and_other_browsers_are_signed_out(client, member):
    App.of(member.user, NOON)
    sign_in_staff(client, member)
    other = sign_in_staff(Client(), member)
    assert choose(client, "/staff/password/").status_code == 302
    assert (client.get("/review/").status_code, other.get("/review/").status_code) == (200, 302)
    newest = OutboxMessage.objects.filter(to_address=member.user.email).latest("id")
    assert newest.body.startswith("The password of your login")


def test_changing_it_needs_the_password_again(client, member, noon):
    sign_in_staff(client, member)
    noon.shift(timedelta(minutes=11))
    assert client.get("/staff/password/")["Location"] == "/staff/confirm/?next=%2Fstaff%2Fpassword%2F"


def test_two_different_passwords_are_refused(client, member):
    sign_in_staff(client, member)
    fields = {"new_password": NEW, "again": NEW + "x"}
    assert client.post("/staff/password/", fields).status_code == 422


def help_page(member):
    return f"/admin/clinic/staffmember/{member.pk}/sign-in-help/"


def test_a_manager_sends_a_first_link(client, member):
    sign_in_staff(client, a_staff_member(member.clinic, Role.MANAGER))
    client.post(help_page(member))
    assert client.get(link_in(member.user.email)).status_code == 200


def test_a_manager_resets_a_lost_factor_with_a_reason(client, member):
    App.of(member.user, NOON)
    sign_in_staff(client, a_staff_member(member.clinic, Role.MANAGER))
    assert client.post(help_page(member), {"reason": ""}).status_code == 422
    client.post(help_page(member), {"reason": "phone lost"})
    assert has_second_factor(member.user) is False


def test_the_operator_helps_an_operator(client):
    other = User.objects.create_superuser("second@waymark.example", NEW)
    App.of(other, NOON)
    sign_in_operator(client, User.objects.create_superuser("op@waymark.example", PASSWORD))
    client.post(f"/admin/clinic/user/{other.pk}/sign-in-help/", {"reason": "phone lost"})
    assert has_second_factor(other) is False


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.REVIEWER])
def test_other_roles_help_nobody(client, member, role):
    App.of(member.user, NOON)
    sign_in_staff(client, a_staff_member(member.clinic, role))
    client.post(help_page(member), {"reason": "phone lost"})
    assert has_second_factor(member.user) is True


def test_a_manager_helps_nobody_of_another_clinic(client, member):
    App.of(member.user, NOON)
    manager = a_staff_member(a_clinic(), Role.MANAGER)
    sign_in_staff(client, manager)
    assert client.post(help_page(member), {"reason": "x"}).status_code == 404
    with pytest.raises(NotAllowed):
        reset_colleagues_factor(login=member.user, reason="x", by=manager, now=NOON)
    with pytest.raises(NotAllowed):
        send_password_link(login=member.user, address=str, by=manager, now=NOON)


def test_who_has_left_is_helped_by_nobody(client):
    """Since then the login may be a patient's."""
    left = a_staff_member(a_clinic(), is_active=False)
    a_patient(left.clinic, user=left.user)
    operator = User.objects.create_superuser("op@waymark.example", PASSWORD)
    for by in (a_staff_member(left.clinic, Role.MANAGER), Operator(operator)):
        with pytest.raises(NotAllowed):
            send_password_link(login=left.user, address=str, by=by, now=NOON)
        with pytest.raises(NotAllowed):
            reset_colleagues_factor(login=left.user, reason="x", by=by, now=NOON)
    page = sign_in_operator(client, operator).get(f"/admin/clinic/user/{left.user_id}/change/")
    assert "Help with signing in" not in page.content.decode()
    assert client.get(f"/admin/clinic/user/{left.user_id}/sign-in-help/").status_code == 403


def test_help_needs_the_password_again(client, member, noon):
    sign_in_staff(client, a_staff_member(member.clinic, Role.MANAGER))
    noon.shift(timedelta(minutes=11))
    assert client.post(help_page(member))["Location"].startswith("/staff/confirm/?next=")


def test_the_operators_page_of_a_login_needs_the_password_again(client, member, noon):
    sign_in_operator(client, User.objects.create_superuser("op@waymark.example", PASSWORD))
    page = f"/admin/clinic/user/{member.user_id}/change/"
    assert client.get(page).status_code == 200
    noon.shift(timedelta(minutes=31))
    sign_in = client.get(page)
    assert sign_in.status_code == 302


def test_a_patients_address_is_not_changed_in_a_browser_left_open(client, member, noon):
    patient = a_patient(member.clinic)
    sign_in_staff(client, member)
    page = f"/admin/patients/patient/{patient.pk}/change/"
    noon.shift(timedelta(minutes=11))
    form = client.get(page).context["adminform"].form
    typed = {name: form[name].value() or "" for name in form.fields}
    answer = client.post(page, typed | {"email": "thief@mail.example", "phone": "01632 960 999"})
    patient.user.refresh_from_db()
    assert (form.fields["email"].disabled, patient.user.email == "thief@mail.example") == (True, False)
    kept = answer.context["adminform"].form
    assert (list(kept.errors), kept["phone"].value()) == (["email"], "01632 960 999")


def test_a_locked_out_operator_is_helped_from_the_command_line():
    operator = User.objects.create_superuser("op@waymark.example", PASSWORD)
    App.of(operator, NOON)
    call_command("reset_second_factor", "OP@waymark.example", "--reason", "phone lost")
    assert has_second_factor(operator) is False


def test_the_command_names_an_unknown_address():
    with pytest.raises(CommandError):
        call_command("reset_second_factor", "nobody@waymark.example", "--reason", "x")


def test_the_admin_has_no_password_page_of_its_own(client, member):
    sign_in_staff(client, member)
    assert client.get("/admin/password_change/").status_code == 404
