"""Who gets in by password, and into which clinic."""

import pytest
import time_machine

from clinic.middleware.sessions import STAFF_SESSION
from clinic.models import StaffMember, User
from tests.factories import NOON, PASSWORD, a_clinic, a_patient, a_staff_member
from tests.second_factors import App
from tests.signing_in import sign_in_patient, sign_in_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


def sign_in(client, email, password=PASSWORD, path="/staff/sign-in/"):
    return client.post(path, {"username": email, "password": password, "next": ""})


def in_two_steps(client, user, wanted=""):
    """Password and a code of an app that is set up for it."""
    app = App.of(user, NOON)
    client.post("/staff/sign-in/", {"username": user.email, "password": PASSWORD})
    return client.post("/staff/sign-in/second-step/", {"code": app.code(NOON), "next": wanted})


def refusal(response):
    return (response.status_code, list(response.context["form"].non_field_errors()))


@pytest.mark.parametrize("page", ["/staff/sign-in/", "/staff/password/forgotten/"])
def test_nothing_typed_is_refused_like_everything_else(client, page):
    assert client.post(page).status_code == 422


def test_nothing_typed_is_no_second_step(client):
    user = a_staff_member(a_clinic()).user
    App.of(user, NOON)
    sign_in(client, user.email)
    assert client.post("/staff/sign-in/second-step/").status_code == 422


REFUSED = (422, ["E-mail address and password do not belong to a member of staff. Check both."])


def test_staff_reach_the_queue(client):
    member = a_staff_member(a_clinic())
    assert in_two_steps(client, member.user)["Location"] == "/review/"


def test_the_address_may_be_typed_in_capitals(client):
    member = a_staff_member(a_clinic())
    assert sign_in(client, member.user.email.upper()).status_code == 302


def test_the_session_is_marked_as_staff(client):
    in_two_steps(client, a_staff_member(a_clinic()).user)
    assert client.session[STAFF_SESSION] is True


def test_the_session_lasts_a_working_day(client):
    in_two_steps(client, a_staff_member(a_clinic()).user)
    assert client.session.get_expiry_age() == 12 * 3600


def test_a_wrong_password_is_refused(client):
    member = a_staff_member(a_clinic())
    assert refusal(sign_in(client, member.user.email, "not-the-password")) == REFUSED


def test_an_unknown_address_reads_the_same(client):
    assert refusal(sign_in(client, "nobody@clinic.example")) == REFUSED


def test_a_patients_login_reads_the_same(client):
    user = User.objects.create_user("pat@mail.example", PASSWORD)
    a_patient(a_clinic(), user=user)
    assert refusal(sign_in(client, user.email)) == REFUSED


def test_a_former_colleague_reads_the_same(client):
    member = a_staff_member(a_clinic(), is_active=False)
    assert refusal(sign_in(client, member.user.email)) == REFUSED


def test_a_disabled_login_reads_the_same(client):
    member = a_staff_member(a_clinic())
    User.objects.filter(pk=member.user_id).update(is_active=False)
    assert refusal(sign_in(client, member.user.email)) == REFUSED


def test_the_typed_address_is_kept_after_an_error(client):
    form = sign_in(client, "nobody@clinic.example").context["form"]
    assert form["username"].value() == "nobody@clinic.example"


def test_an_operator_reaches_the_admin(client):
    operator = User.objects.create_superuser("operator@waymark.example", PASSWORD)
    assert in_two_steps(client, operator)["Location"] == "/admin/"


def test_an_operator_sees_no_queue(client):
    operator = User.objects.create_superuser("operator@waymark.example", PASSWORD)
    in_two_steps(client, operator)
    assert client.get("/review/").status_code == 403


def test_the_session_key_changes_even_for_somebody_signed_in_as_a_patient(client):
    clinic = a_clinic()
    member = a_staff_member(clinic)
    sign_in_patient(client, a_patient(clinic, user=member.user))
    before = client.session.session_key
    in_two_steps(client, member.user)
    assert client.session.session_key != before


def test_one_is_taken_back_to_the_page_one_wanted(client):
    member = a_staff_member(a_clinic())
    assert in_two_steps(client, member.user, "/review/?show=mine")["Location"] == "/review/?show=mine"


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_one_is_never_sent_elsewhere(client, wanted):
    member = a_staff_member(a_clinic())
    assert in_two_steps(client, member.user, wanted)["Location"] == "/review/"


def test_with_two_clinics_one_chooses(client):
    member = a_staff_member(a_clinic())
    StaffMember.objects.create(clinic=a_clinic("Oak Clinic"), user=member.user, name="Ada", role="manager")
    assert in_two_steps(client, member.user)["Location"] == "/staff/clinic/"


def test_the_chosen_clinic_stands_in_the_session(client):
    member = a_staff_member(a_clinic())
    oak = StaffMember.objects.create(
        clinic=a_clinic("Oak Clinic"), user=member.user, name="Ada", role="manager"
    )
    sign_in_staff(client, member)
    client.post("/staff/clinic/", {"membership": oak.pk})
    assert client.get("/review/").wsgi_request.staff == oak


def test_somebody_elses_membership_cannot_be_chosen(client):
    member, other = a_staff_member(a_clinic()), a_staff_member(a_clinic())
    sign_in_staff(client, member)
    assert client.post("/staff/clinic/", {"membership": other.pk}).status_code == 422


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "no-page"])
def test_choosing_a_clinic_never_leads_elsewhere(client, wanted):
    member = a_staff_member(a_clinic())
    sign_in_staff(client, member)
    fields = {"membership": member.pk, "next": wanted}
    assert client.post("/staff/clinic/", fields)["Location"] == "/review/"


def test_signing_out_ends_the_session(client):
    sign_in_staff(client, a_staff_member(a_clinic()))
    client.post("/staff/sign-out/")
    assert client.get("/review/")["Location"] == "/staff/sign-in/?next=/review/"


def test_signing_out_is_no_link(client):
    sign_in_staff(client, a_staff_member(a_clinic()))
    assert client.get("/staff/sign-out/").status_code == 405


def test_a_membership_that_ended_ends_the_access(client):
    member = a_staff_member(a_clinic())
    sign_in_staff(client, member)
    StaffMember.objects.filter(pk=member.pk).update(is_active=False)
    assert client.get("/review/").status_code == 302


def test_what_a_visitor_sends_leads_back_to_the_queue(client):
    """Its own address may be for posting only."""
    assert client.post("/going-live/")["Location"] == "/staff/sign-in/?next=/review/"
