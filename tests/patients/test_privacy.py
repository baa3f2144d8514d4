"""Privacy texts are versions: shown at sign-in until read, never in the way, never another clinic's."""

from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from django.conf import settings
from django.db import IntegrityError, ProgrammingError, connection, transaction

from clinic.models import PrivacyText, Role, TextKind
from clinic.permissions import NotAllowed
from clinic.services.privacy import BeginsInThePast, publish_notice
from clinic.tenancy import act_for
from patients.models import PrivacyAcceptance, Via
from patients.services.privacy import NotGiven, accept_text, note_shown, unread_notice, withdraw_consent
from patients.services.record_export import export_own_record
from tests.conftest import as_runtime, as_superuser
from tests.factories import NOON, a_clinic, a_patient, a_set_up, a_staff_member, a_walk
from tests.figures import Figure, record
from tests.signing_in import sign_in_staff

TODAY = NOON.date()
FIRST = "/privacy/first/"


def shipped():
    return PrivacyText.objects.get(clinic=None)


def publish(clinic, title="Our own notice", **changed):
    manager = a_staff_member(clinic, Role.MANAGER)
    words = {"title": title, "body": "We use it for care.", "in_force_from": TODAY, "today": TODAY}
    return publish_notice(**{**words, **changed}, by=manager)


@pytest.mark.parametrize("path", ["/privacy/", "/privacy/{text}/"])
def test_who_has_read_what_comes_before_the_start_opens_the_notice(signed_in, patient, path):
    a_set_up(patient)
    assert signed_in.get(path.format(text=shipped().pk)).status_code == 200


def read(client, text):
    return client.post(f"/privacy/{text.pk}/read/")


def text_of(response):
    return response.content.decode()


def given(patient):
    return list(PrivacyAcceptance.objects.of_patient(patient).values_list("version", "accepted_at"))


def a_consent(clinic):
    words = {"title": "Ask me for research", "body": "You may write to me.", "in_force_from": TODAY}
    return PrivacyText.objects.create(clinic=clinic, kind=TextKind.CONSENT, version=1, **words)


@contextmanager
def acting_as_runtime(clinic):
    with as_runtime(), transaction.atomic():
        act_for(clinic_id=clinic.pk)
        yield


# --- The page after signing in
def test_reading_writes_one_row_and_goes_on_to_setting_up(signed_in, patient):
    page = signed_in.get(FIRST)
    assert "How we use your data" in text_of(page)
    response = read(signed_in, shipped())
    row = PrivacyAcceptance.objects.get(patient=patient)
    assert response.headers["Location"] == "/set-up/"
    assert (row.text, row.version, row.shown_at, row.accepted_at, row.via) == (
        shipped(), 1, NOON, NOON, "sign-in",
    )  # fmt: skip
    assert signed_in.get(FIRST).headers["Location"] == "/today/"


def test_the_page_names_the_ways_to_help_before_its_text(signed_in, clinic):
    page = text_of(signed_in.get(FIRST))
    assert page.index('href="tel:999"') < page.index("Who we are")
    assert page.index(clinic.phone) < page.index("Who we are")
    assert page.index("Read it later") < page.index("Who we are")


def test_later_leaves_the_walk_form_open_and_is_asked_again(signed_in, patient, programme):
    signed_in.get(FIRST)
    assert given(patient) == [(1, None)]
    assert signed_in.get("/walks/new/").status_code == 200
    assert signed_in.get("/today/").status_code == 200
    assert signed_in.get(FIRST).status_code == 200
    assert given(patient) == [(1, None)]


def test_a_walk_that_is_sent_meanwhile_is_not_interrupted(signed_in, programme):
    publish(programme.clinic)
    assert signed_in.post("/walks/new/", {}).status_code == 422


def test_who_waits_for_help_goes_straight_to_today(signed_in, patient, programme):
    a_walk(programme, TODAY, new_symptoms=("chest_pain",), now=NOON)
    assert signed_in.get(FIRST).headers["Location"] == "/today/"
    assert given(patient) == []


def test_a_double_click_leaves_one_acceptance(signed_in, patient):
    assert [read(signed_in, shipped()).status_code for _click in range(2)] == [302, 302]
    assert given(patient) == [(1, NOON)]


def test_a_second_row_for_the_same_text_is_refused(patient):
    note_shown(patient=patient, text=shipped(), via=Via.SIGN_IN, now=NOON)
    with pytest.raises(IntegrityError, match="patients_privacyacceptance_once"):
        PrivacyAcceptance.objects.create(
            clinic=patient.clinic,
            patient=patient,
            text=shipped(),
            kind="notice",
            version=1,
            via="page",
            shown_at=NOON,
        )


def test_a_newer_version_asks_again(signed_in, patient, clinic):
    read(signed_in, shipped())
    assert unread_notice(patient=patient, now=NOON) is None
    own = publish(clinic)
    assert unread_notice(patient=patient, now=NOON) == own
    assert "Our own notice" in text_of(signed_in.get(FIRST))


def test_a_text_of_next_week_is_not_shown_before(signed_in, patient, clinic):
    publish(clinic, in_force_from=TODAY + timedelta(days=7))
    assert unread_notice(patient=patient, now=NOON) == shipped()
    assert unread_notice(patient=patient, now=NOON + timedelta(days=7)).title == "Our own notice"


def test_the_button_of_an_older_page_shows_the_newer_text(signed_in, patient, clinic):
    publish(clinic)
    assert read(signed_in, shipped()).headers["Location"] == FIRST
    assert given(patient) == []


# --- The notice for everybody
def test_visitors_read_the_shipped_notice(client, clinic):
    publish(clinic, title="Not for strangers")
    page = text_of(client.get("/privacy/"))
    assert "How we use your data" in page
    assert "Not for strangers" not in page
    assert 'href="/privacy/"' in text_of(client.get("/sign-in/"))


def test_patients_read_their_own_clinics_notice_and_can_confirm_it_there(signed_in, patient, clinic):
    own = publish(clinic)
    publish(a_clinic(), title="Another clinic's")
    page = text_of(signed_in.get("/privacy/"))
    assert "Our own notice" in page
    assert "Another clinic" not in page
    signed_in.post(f"/privacy/{own.pk}/read/", {"via": "page"})
    assert PrivacyAcceptance.objects.get(patient=patient).via == "page"


def test_another_clinics_text_is_not_found(signed_in, patient):
    theirs = publish(a_clinic())
    assert signed_in.get(f"/privacy/{theirs.pk}/").status_code == 404
    assert read(signed_in, theirs).headers["Location"] == FIRST
    assert given(patient) == []


def test_what_was_replaced_stays_readable(signed_in, clinic):
    old = publish(clinic, title="The first one")
    publish(clinic, title="The second one")
    assert "The second one" in text_of(signed_in.get("/privacy/"))
    assert "The first one" in text_of(signed_in.get(f"/privacy/{old.pk}/"))


def test_markup_in_a_text_is_shown_as_typed(signed_in, clinic):
    publish(clinic, body="# <b>Who</b>\nwe are\n\n<script>alert(1)</script>")
    page = text_of(signed_in.get("/privacy/"))
    assert "<h2>&lt;b&gt;Who&lt;/b&gt;</h2>" in page
    assert "<p>we are</p>" in page
    assert "<script>alert" not in page


def test_the_shipped_notice_is_the_file(db):
    lines = (settings.BASE_DIR / "clinic/texts/privacy-notice-1.txt").read_text().split("\n", 1)
    assert [shipped().title, shipped().body] == [lines[0], lines[1].strip()]


# --- Written once
@pytest.mark.parametrize("statement", ["UPDATE {} SET title = 'x'", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
@pytest.mark.parametrize("role", ["waymark_runtime", "waymark_maintenance", "waymark_migrator", None])
@pytest.mark.django_db(transaction=True)
def test_no_role_changes_a_text(clinic, role, statement):
    publish(clinic)
    with as_superuser() as database:
        if role:
            database.execute(f"SET ROLE {role}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            database.execute(statement.format("clinic_privacytext"))
    record(Figure(f"privacy text kept from {role}: {statement.split()[0]}", 1, "== 1"))


def test_a_clinic_publishes_for_itself_alone(clinic):
    words = {"kind": "notice", "version": 9, "title": "x", "body": "x", "in_force_from": TODAY}
    for whose in (a_clinic(), None):
        with pytest.raises(ProgrammingError), acting_as_runtime(clinic):
            PrivacyText.objects.create(clinic=whose, **words)


def test_raw_sql_sees_the_shipped_texts_and_the_own(clinic):
    own, _theirs = publish(clinic), publish(a_clinic())
    with as_runtime(), connection.cursor() as cursor:
        act_for(clinic_id=clinic.pk)
        cursor.execute("SELECT id FROM clinic_privacytext")
        assert {row[0] for row in cursor.fetchall()} == {own.pk, shipped().pk}


@pytest.mark.parametrize("lie", ["another clinic's text", "another version"])
def test_an_acceptance_says_the_truth_about_its_text(clinic, patient, lie):
    text = publish(a_clinic()) if lie == "another clinic's text" else shipped()
    version = text.version if lie == "another clinic's text" else 7
    row = {"clinic": clinic, "patient": patient, "text": text, "kind": "notice", "via": "sign-in"}
    with pytest.raises(ProgrammingError), acting_as_runtime(clinic):
        PrivacyAcceptance.objects.create(**row, version=version, shown_at=NOON)


# --- Publishing
def test_versions_count_up_in_each_clinic(clinic):
    publish(a_clinic())
    assert [publish(clinic).version for _text in range(3)] == [1, 2, 3]


def test_nothing_is_published_for_yesterday(clinic):
    with pytest.raises(BeginsInThePast):
        publish(clinic, in_force_from=TODAY - timedelta(days=1))


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.REVIEWER])
def test_only_managers_publish(clinic, role):
    words = {"title": "x", "body": "x", "in_force_from": TODAY, "today": TODAY}
    with pytest.raises(NotAllowed):
        publish_notice(**words, by=a_staff_member(clinic, role))


def form_of(client, **changed):
    words = {"title": "Our own", "body": "We use it for care.", "in_force_from": TODAY.isoformat()}
    return client.post("/admin/clinic/privacytext/add/", {**words, **changed})


def test_a_manager_publishes_in_the_admin_and_cannot_change_it(client, clinic):
    sign_in_staff(client, a_staff_member(clinic, Role.MANAGER))
    assert form_of(client).status_code == 302
    own = PrivacyText.objects.get(clinic=clinic)
    page = f"/admin/clinic/privacytext/{own.pk}/change/"
    assert "We use it for care." in text_of(client.get(page))
    assert client.post(page, {"title": "Changed"}).status_code == 403
    assert "shipped with Waymark" in text_of(client.get("/admin/clinic/privacytext/"))


def test_the_admin_says_that_yesterday_is_over(client, clinic):
    sign_in_staff(client, a_staff_member(clinic, Role.MANAGER))
    response = form_of(client, in_force_from="2026-11-20")
    assert "nobody can have read it before" in text_of(response)
    assert "We use it for care." in text_of(response)
    assert PrivacyText.objects.filter(clinic=clinic).count() == 0


def test_clinicians_do_not_publish_in_the_admin(client, clinic):
    sign_in_staff(client, a_staff_member(clinic))
    assert form_of(client).status_code == 403
    assert client.get(f"/admin/clinic/privacytext/{shipped().pk}/change/").status_code == 200


def test_a_notice_of_another_clinic_is_not_in_the_admin(client, clinic):
    theirs = publish(a_clinic(), title="Another clinic's")
    sign_in_staff(client, a_staff_member(clinic, Role.MANAGER))
    assert "Another clinic" not in text_of(client.get("/admin/clinic/privacytext/"))
    assert client.get(f"/admin/clinic/privacytext/{theirs.pk}/change/").status_code == 404


# --- Consent
def test_a_consent_is_taken_back_on_your_data_and_may_be_given_anew(signed_in, patient, clinic):
    consent = a_consent(clinic)
    accept_text(patient=patient, text=consent, via=Via.PAGE, now=NOON)
    assert "Take this back" in text_of(signed_in.get("/your-data/"))
    row = PrivacyAcceptance.objects.get(patient=patient)
    assert signed_in.post(f"/your-data/consents/{row.pk}/withdraw/").status_code == 302
    page = text_of(signed_in.get("/your-data/"))
    assert "you took this back on 21 November 2026." in page
    assert "Take this back" not in page
    accept_text(patient=patient, text=consent, via=Via.PAGE, now=NOON)
    assert PrivacyAcceptance.objects.of_patient(patient).consents().count() == 1


def test_a_notice_is_not_withdrawn(patient):
    accept_text(patient=patient, text=shipped(), via=Via.SIGN_IN, now=NOON)
    row = PrivacyAcceptance.objects.get(patient=patient)
    with pytest.raises(NotGiven):
        withdraw_consent(patient=patient, acceptance_id=row.pk, now=NOON)
    with pytest.raises(IntegrityError, match="only_consent_ends"):
        PrivacyAcceptance.objects.filter(pk=row.pk).update(withdrawn_at=NOON)


def test_nobody_takes_back_anothers_consent(signed_in, clinic):
    other = a_patient(clinic)
    accept_text(patient=other, text=a_consent(clinic), via=Via.PAGE, now=NOON)
    row = PrivacyAcceptance.objects.get(patient=other)
    assert signed_in.post(f"/your-data/consents/{row.pk}/withdraw/").status_code == 404
    row.refresh_from_db()
    assert row.withdrawn_at is None


# --- Who sees what was read when
def test_your_data_lists_what_was_read_when(signed_in):
    read(signed_in, shipped())
    assert "you read this on 21 November 2026." in text_of(signed_in.get("/your-data/"))


def test_staff_see_what_was_read_when(client, clinic, patient):
    accept_text(patient=patient, text=shipped(), via=Via.SIGN_IN, now=NOON)
    sign_in_staff(client, a_staff_member(clinic))
    page = " ".join(text_of(client.get(f"/patients/{patient.pk}/data/")).split())
    assert "Waymark's version 1): first shown 21 November 2026, 12:00, “I have read this” 21 November" in (
        page.replace("&#x27;", "'")
    )


def test_a_copy_of_the_record_holds_them(patient):
    accept_text(patient=patient, text=shipped(), via=Via.SIGN_IN, now=NOON)
    rows = export_own_record(patient=patient, now=NOON).tables["patients.PrivacyAcceptance"]
    assert [(row["version"], row["kind"]) for row in rows] == [(1, "notice")]
