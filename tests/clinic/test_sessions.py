"""Sessions: whose they are, when they end by themselves, and how they are ended."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.backends.base import UpdateError
from django.utils import timezone

from clinic.middleware.session_store import SessionStore
from clinic.models import SessionKind, StaffMember, User, UserSession, digest_of_key
from clinic.services.sessions import end_all_sessions, end_other_sessions, end_session
from tests.factories import NOON, a_clinic, a_patient, a_staff_member
from tests.second_factors import App
from tests.signing_in import sign_in_operator, sign_in_patient, sign_in_staff

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def is_in(client):
    return client.get("/review/").status_code == 200


def test_a_session_knows_whose_it_is(client):
    member = a_staff_member(a_clinic())
    sign_in_staff(client, member)
    row = UserSession.objects.get()
    assert (row.user, row.kind) == (member.user, SessionKind.STAFF)


def test_a_patients_session_is_a_patients(client):
    patient = a_patient(a_clinic())
    sign_in_patient(client, patient)
    row = UserSession.objects.get()
    assert (row.user, row.kind) == (patient.user, SessionKind.PATIENT)


def test_a_visitors_session_is_nobodys(client):
    client.post("/sign-in/", {"email": "nobody@mail.example"})
    row = UserSession.objects.get()
    assert (row.user, row.kind) == (None, SessionKind.VISITOR)


def test_the_key_itself_is_not_stored(client):
    sign_in_staff(client, a_staff_member(a_clinic()))
    key = client.cookies["session"].value
    row = UserSession.objects.values().get()
    assert (row["key_digest"], key in str(row)) == (digest_of_key(key), False)


def test_a_digest_from_the_table_opens_nothing(client):
    sign_in_staff(client, a_staff_member(a_clinic()))
    client.cookies["session"] = UserSession.objects.get().key_digest[:32]
    assert not is_in(client)


def test_left_alone_for_half_an_hour_a_staff_session_is_over(client, noon):
    sign_in_staff(client, a_staff_member(a_clinic()))
    noon.shift(timedelta(minutes=30, seconds=1))
    assert not is_in(client)
    assert UserSession.objects.filter(kind=SessionKind.STAFF).count() == 0


def test_used_every_twenty_minutes_it_lasts(client, noon):
    sign_in_staff(client, a_staff_member(a_clinic()))
    seen = []
    for _pause in range(5):
        noon.shift(timedelta(minutes=20))
        seen.append(is_in(client))
    assert seen == [True] * 5


def test_after_twelve_hours_it_is_over_however_busy(client, noon):
    sign_in_staff(client, a_staff_member(a_clinic()))
    for _pause in range(36):
        noon.shift(timedelta(minutes=20))
        assert is_in(client)
    noon.shift(timedelta(minutes=1))
    assert not is_in(client)


def test_a_new_key_does_not_renew_the_twelve_hours(client, noon):
    sign_in_staff(client, a_staff_member(a_clinic()))
    started = UserSession.objects.get().started_at
    noon.shift(timedelta(minutes=20))
    session = client.session
    session["started_at"] = started.isoformat()
    session.cycle_key()
    session.save()
    assert UserSession.objects.get().started_at == NOON


def test_a_patients_session_is_not_over_after_a_day(client, noon):
    sign_in_patient(client, a_patient(a_clinic()))
    noon.shift(timedelta(days=1))
    assert client.get("/progress/").status_code == 200


def test_last_seen_is_written_once_a_minute(client, noon):
    sign_in_staff(client, a_staff_member(a_clinic()))
    with pytest.MonkeyPatch.context() as patch:
        written = []
        update = type(UserSession.objects.all()).update
        patch.setattr(
            type(UserSession.objects.all()),
            "update",
            lambda rows, **fields: written.append(sorted(fields)) or update(rows, **fields),
        )
        for _request in range(12):
            noon.shift(timedelta(seconds=10))
            client.get("/review/")
    assert written == [["last_seen_at"]] * 2


def test_a_session_ended_during_a_request_stays_ended():
    store = SessionStore()
    store["mark"] = 1
    store.create()
    UserSession.objects.all().delete()
    with pytest.raises(UpdateError):
        store.save()
    assert UserSession.objects.count() == 0


def test_one_session_is_ended_and_the_other_stays(client):
    member = a_staff_member(a_clinic())
    sign_in_staff(client, member)
    other = type(client)()
    sign_in_staff(other, member)
    row = UserSession.objects.get(key_digest=digest_of_key(other.cookies["session"].value))
    assert end_session(session_id=row.pk, by=member.user) is True
    assert (is_in(client), is_in(other)) == (True, False)


def test_nobody_ends_somebody_elses_session(client):
    clinic = a_clinic()
    sign_in_staff(client, a_staff_member(clinic))
    assert end_session(session_id=UserSession.objects.get().pk, by=a_staff_member(clinic).user) is False
    assert is_in(client)


def test_signing_out_everywhere_keeps_the_session_that_asks(client):
    member = a_staff_member(a_clinic())
    sign_in_staff(client, member)
    mine = UserSession.objects.get().pk
    others = [sign_in_staff(type(client)(), member) for _browser in range(3)]
    assert end_other_sessions(of=member.user, keep=mine) == 3
    assert [is_in(browser) for browser in (client, *others)] == [True, False, False, False]


def test_ending_all_leaves_other_people_alone(client):
    clinic = a_clinic()
    left, stays = a_staff_member(clinic), a_staff_member(clinic)
    sign_in_staff(client, left)
    other = sign_in_staff(type(client)(), stays)
    end_all_sessions(of=left.user)
    assert (is_in(client), is_in(other)) == (False, True)


def test_a_session_restored_behind_the_verbs_back_does_not_count(client):
    """The epoch stands in its signature: a row that came in between, or from a backup, opens nothing."""
    member = a_staff_member(a_clinic())
    sign_in_staff(client, member)
    kept = UserSession.objects.values().get()
    end_all_sessions(of=member.user)
    UserSession.objects.create(**kept)
    assert not is_in(client)


@pytest.mark.parametrize("change", ["login", "membership", "password"])
def test_a_change_behind_the_verbs_back_ends_the_session_on_the_next_request(client, change):
    member = a_staff_member(a_clinic())
    sign_in_staff(client, member)
    if change == "login":
        User.objects.filter(pk=member.user_id).update(is_active=False)
    elif change == "membership":
        StaffMember.objects.filter(pk=member.pk).update(is_active=False)
    else:
        member.user.set_password("another-long-password")
        member.user.save()
    assert not is_in(client)


def test_an_operator_without_a_membership_stays_signed_in(client):
    sign_in_operator(client, User.objects.create_superuser("operator@waymark.example", "long-enough-words"))
    assert client.get("/admin/").status_code == 200


def test_the_browsers_family_and_network_are_kept_and_no_more(client):
    member = a_staff_member(a_clinic())
    app = App.of(member.user, timezone.now())
    fields = {"username": member.user.email, "password": "steady-walking-helps-backs"}
    browser = {"headers": {"user-agent": FIREFOX}, "REMOTE_ADDR": "203.0.113.77"}
    client.post("/staff/sign-in/", fields, **browser)
    client.post("/staff/sign-in/second-step/", {"code": app.code(timezone.now())}, **browser)
    row = UserSession.objects.get()
    assert (row.agent, row.network) == ("Firefox, Linux", "203.0.113.0/24")


def test_sessions_that_are_over_can_be_cleared_away():
    with time_machine.travel(NOON):
        SessionStore().create()
    with time_machine.travel(NOON + timedelta(days=91)):
        SessionStore().create()
        SessionStore.clear_expired()
    assert [row.started_at > NOON + timedelta(days=90) for row in UserSession.objects.all()] == [True]
