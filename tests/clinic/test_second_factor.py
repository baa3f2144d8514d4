"""The second factor of staff: enforced, set up once, never taken twice."""

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.urls import reverse

from clinic.middleware.second_factor import NO_FACTOR, SECOND_FACTOR
from clinic.middleware.sessions import ENROLLING, STAFF_SESSION
from clinic.models import OutboxMessage, User, UserSession
from clinic.services.guessing import TooManyGuesses
from clinic.services.second_factor import (
    LastFactor,
    WrongCode,
    factors_of,
    has_second_factor,
    pass_code,
    readable,
    remove_factor,
    reset_second_factor,
)
from tests.factories import NOON, PASSWORD, a_clinic, a_patient, a_staff_member
from tests.second_factors import App, recovery_codes_of
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db
SIGN_IN, STEP = "/staff/sign-in/", "/staff/sign-in/second-step/"


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def member():
    return a_staff_member(a_clinic())


def give_password(client, user, password=PASSWORD):
    return client.post(SIGN_IN, {"username": user.email, "password": password})


def secret_in(client):
    return client.session["new_app_secret"]


def test_the_password_alone_opens_nothing(client, member):
    App.of(member.user, NOON)
    assert give_password(client, member.user)["Location"] == STEP
    assert (STAFF_SESSION in client.session, "_auth_user_id" in client.session) == (False, False)
    assert client.get("/review/").status_code == 302


def test_a_wrong_password_never_reaches_the_second_step(client, member):
    app = App.of(member.user, NOON)
    give_password(client, member.user, "not-the-password")
    response = client.post(STEP, {"code": app.code(NOON)})
    assert (response["Location"], STAFF_SESSION in client.session) == (SIGN_IN, False)


def test_a_wrong_code_is_refused(client, member):
    App.of(member.user, NOON)
    give_password(client, member.user)
    assert client.post(STEP, {"code": "000000"}).status_code == 422
    assert STAFF_SESSION not in client.session


def test_the_second_step_waits_ten_minutes(client, member, noon):
    app = App.of(member.user, NOON)
    give_password(client, member.user)
    noon.shift(timedelta(minutes=10, seconds=1))
    assert client.post(STEP, {"code": app.code(NOON + timedelta(seconds=601))})["Location"] == SIGN_IN


@pytest.mark.parametrize("change", ["disabled", "password"])
def test_what_changes_between_the_steps_counts(client, member, change):
    app = App.of(member.user, NOON)
    give_password(client, member.user)
    if change == "disabled":
        User.objects.filter(pk=member.user_id).update(is_active=False)
    else:
        member.user.set_password("another-long-password")
        member.user.save()
    assert client.post(STEP, {"code": app.code(NOON)})["Location"] == SIGN_IN


def test_a_code_opens_one_session_and_not_a_second(client, member):
    app = App.of(member.user, NOON)
    code = app.code(NOON)
    give_password(client, member.user)
    assert client.post(STEP, {"code": code}).status_code == 302
    thief = type(client)()
    give_password(thief, member.user)
    assert thief.post(STEP, {"code": code}).status_code == 422


def test_an_older_code_than_the_last_one_used_is_over(member):
    """Tolerance lets the code of half a minute ago pass, but not after a newer one."""
    app = App.of(member.user, NOON)
    before = NOON - timedelta(seconds=30)
    assert pass_code(user=member.user, code=app.code(NOON), browser="", now=NOON) == "totp"
    with pytest.raises(WrongCode):
        pass_code(user=member.user, code=app.code(before), browser="", now=NOON)


@pytest.mark.parametrize(("seconds", "passes"), [(-60, False), (-30, True), (30, True), (60, False)])
def test_a_clock_may_be_half_a_minute_off(member, seconds, passes):
    app = App.of(member.user, NOON)
    code = app.code(NOON + timedelta(seconds=seconds))
    try:
        assert (pass_code(user=member.user, code=code, browser="", now=NOON) == "totp") is passes
    except WrongCode:
        assert not passes


def test_the_code_that_set_the_app_up_signs_nobody_in(client, member):
    give_password(client, member.user)
    client.get("/staff/second-factor/app/")
    app = App(readable(secret_in(client)))
    code = app.code(NOON)
    assert client.post("/staff/second-factor/app/", {"code": code})["Location"] == reverse(
        "clinic:recovery-codes"
    )
    with pytest.raises(WrongCode):
        pass_code(user=member.user, code=code, browser="", now=NOON)


def test_setting_up_the_first_factor_ends_on_the_page_with_the_codes(client, member):
    give_password(client, member.user)
    client.get("/staff/second-factor/app/")
    code = App(readable(secret_in(client))).code(NOON)
    page = client.post("/staff/second-factor/app/", {"code": code}, follow=True)
    codes = page.context["codes"]
    again = client.get("/staff/second-factor/recovery-codes/").content.decode()
    assert (len(codes), [one for one in codes if one in again]) == (10, [])
    assert pass_code(user=member.user, code=codes[0], browser="", now=NOON) == "recovery_codes"


def test_looking_at_the_page_makes_no_codes(client, member):
    App.of(member.user, NOON)
    sign_in_staff(client, member)
    assert client.get("/staff/second-factor/recovery-codes/").context["codes"] == []


def test_a_recovery_code_works_once(member):
    App.of(member.user, NOON)
    codes = recovery_codes_of(member.user, NOON)
    assert pass_code(user=member.user, code=codes[3], browser="", now=NOON) == "recovery_codes"
    with pytest.raises(WrongCode):
        pass_code(user=member.user, code=codes[3], browser="", now=NOON)


def test_new_recovery_codes_end_the_old_ones(client, member):
    App.of(member.user, NOON)
    old = recovery_codes_of(member.user, NOON)
    sign_in_staff(client, member)
    page = client.post("/staff/second-factor/recovery-codes/")
    assert len(page.context["codes"]) == 10
    with pytest.raises(WrongCode):
        pass_code(user=member.user, code=old[0], browser="", now=NOON)


def test_recovery_codes_are_shown_once(client, member):
    App.of(member.user, NOON)
    sign_in_staff(client, member)
    codes = client.post("/staff/second-factor/recovery-codes/").context["codes"]
    page = client.get("/staff/second-factor/recovery-codes/").content.decode()
    assert [code for code in codes if code in page] == []


def test_new_recovery_codes_need_the_password_again(client, member, noon):
    App.of(member.user, NOON)
    sign_in_staff(client, member)
    noon.shift(timedelta(minutes=11))
    response = client.post("/staff/second-factor/recovery-codes/")
    assert response["Location"].startswith("/staff/confirm/?next=")


def test_secrets_are_not_stored_in_the_clear(member):
    app = App.of(member.user, NOON)
    recovery_codes_of(member.user, NOON)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert (app.secret in stored, "gAAAA" in stored) == (False, True)


def test_after_the_sites_secret_was_replaced_the_app_still_works(member, settings):
    app = App.of(member.user, NOON)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a-new-secret"
    assert pass_code(user=member.user, code=app.code(NOON), browser="", now=NOON) == "totp"
    settings.SECRET_KEY_FALLBACKS = []  # used once, it stands under the new one
    later = NOON + timedelta(minutes=1)
    assert pass_code(user=member.user, code=app.code(later), browser="", now=later) == "totp"


def test_a_factor_whose_key_is_lost_lets_nobody_in(member, settings):
    app = App.of(member.user, NOON)
    settings.SECRET_KEY = "a-new-secret"
    with pytest.raises(WrongCode):
        pass_code(user=member.user, code=app.code(NOON), browser="", now=NOON)


def test_five_wrong_codes_make_the_next_wait(member):
    app = App.of(member.user, NOON)
    for _guess in range(5):
        with pytest.raises(WrongCode):
            pass_code(user=member.user, code="000000", browser="", now=NOON)
    with pytest.raises(TooManyGuesses):
        pass_code(user=member.user, code=app.code(NOON), browser="", now=NOON)


def test_without_a_factor_one_sets_one_up_and_sees_nothing_else(client, member):
    assert give_password(client, member.user)["Location"] == "/staff/second-factor/"
    assert client.session[ENROLLING] is True
    assert [
        client.get(page)["Location"] for page in ("/review/", "/admin/", "/", "/today/", "/staff/sessions/")
    ] == ["/staff/second-factor/"] * 5


def test_a_pending_session_opens_no_patients_pages_either(client):
    clinic = a_clinic()
    member = a_staff_member(clinic)
    a_patient(clinic, user=member.user)
    give_password(client, member.user)
    assert client.get("/choose/")["Location"] == "/staff/second-factor/"
    assert client.post("/choose/", {})["Location"] == "/staff/second-factor/"


def test_a_pending_session_is_over_when_a_factor_was_set_up_elsewhere(client, member):
    give_password(client, member.user)
    client.get("/staff/second-factor/app/")
    code = App(readable(secret_in(client))).code(NOON)
    App.of(member.user, NOON)
    answer = client.post("/staff/second-factor/app/", {"code": code})
    assert (answer.status_code, STAFF_SESSION in client.session) == (302, False)
    assert client.get("/staff/second-factor/")["Location"].startswith("/staff/sign-in/")


def test_a_pending_session_may_sign_out(client, member):
    give_password(client, member.user)
    client.post("/staff/sign-out/")
    assert UserSession.objects.filter(user=member.user).count() == 0


def test_setting_up_an_app_completes_the_sign_in_under_a_new_key(client, member):
    give_password(client, member.user)
    before = client.session.session_key
    client.get("/staff/second-factor/app/")
    code = App(readable(secret_in(client))).code(NOON)
    client.post("/staff/second-factor/app/", {"code": code})
    session = client.session
    assert (session[STAFF_SESSION], session[SECOND_FACTOR]) == (True, "totp")
    assert (session.session_key == before, ENROLLING in session) == (False, False)
    assert client.get("/review/").status_code == 200


def test_a_wrong_first_code_sets_nothing_up_and_keeps_the_picture(client, member):
    give_password(client, member.user)
    client.get("/staff/second-factor/app/")
    secret = secret_in(client)
    assert client.post("/staff/second-factor/app/", {"code": "12"}).status_code == 422
    assert (has_second_factor(member.user), secret_in(client)) == (False, secret)


def test_a_staff_session_without_a_factor_is_none(client, member):
    sign_in_staff(client, member)
    session = client.session
    session[SECOND_FACTOR] = NO_FACTOR
    session.save()
    assert client.get("/review/").status_code == 302


def test_in_a_demo_the_factor_may_be_optional_and_every_staff_page_says_so(client, member, settings):
    settings.MFA_OPTIONAL = True
    assert give_password(client, member.user)["Location"] == "/review/"
    said = "Second factors are optional here"
    assert [said in client.get(page).content.decode() for page in ("/review/", "/admin/")] == [True, True]


def test_in_a_demo_an_enrolled_factor_is_asked_for(client, member, settings):
    settings.MFA_OPTIONAL = True
    App.of(member.user, NOON)
    assert give_password(client, member.user)["Location"] == STEP


def test_the_last_factor_stays(client, member):
    App.of(member.user, NOON)
    factor = factors_of(member.user).get()
    with pytest.raises(LastFactor):
        remove_factor(user=member.user, factor_id=factor.pk, required=True, now=NOON)
    sign_in_staff(client, member)
    client.post(f"/staff/second-factor/{factor.pk}/remove/")
    assert has_second_factor(member.user)


def test_nobody_removes_somebody_elses_factor(client, member):
    other = a_staff_member(member.clinic)
    App.of(other.user, NOON)
    App.of(member.user, NOON)
    sign_in_staff(client, member)
    client.post(f"/staff/second-factor/{factors_of(other.user).get().pk}/remove/")
    assert (has_second_factor(other.user), has_second_factor(member.user)) == (True, True)


def test_a_reset_ends_the_sessions_and_tells_the_person(client, member):
    App.of(member.user, NOON)
    sign_in_staff(client, member)
    reset_second_factor(user=member.user, by="Ada", reason="phone lost", now=NOON)
    assert (has_second_factor(member.user), client.get("/review/").status_code) == (False, 302)
    mail = OutboxMessage.objects.filter(to_address=member.user.email).latest("id")
    assert "reset by Ada. Reason given: phone lost" in mail.body


def test_every_page_about_ones_own_sign_in_opens(client, member):
    App.of(member.user, NOON)
    sign_in_staff(client, member)
    names = (
        "second-factor",
        "add-app",
        "add-passkey",
        "recovery-codes",
        "own-sessions",
        "own-password",
        "confirm",
    )
    assert [client.get(reverse(f"clinic:{name}")).status_code for name in names] == [200] * 7


def test_a_colleagues_codes_pass_for_nobody_else():
    member, colleague = a_staff_member(a_clinic()), a_staff_member(a_clinic())
    App.of(member.user, NOON)
    theirs = [App.of(colleague.user, NOON).code(NOON), *recovery_codes_of(colleague.user, NOON)[:1]]
    for code in theirs:
        with pytest.raises(WrongCode):
            pass_code(user=member.user, code=code, browser="", now=NOON)
