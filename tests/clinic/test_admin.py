"""The admin: whose rows it shows, to whom, at what cost, and under which content policy."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.apps import apps
from django.contrib import admin
from django.urls import reverse
from uuid_utils.compat import uuid7

from clinic.models import (
    AccessReview,
    Clinic,
    Closure,
    GoLiveRecord,
    Guesses,
    LeaverReport,
    OutboxMessage,
    PasswordLink,
    ReadEntry,
    Role,
    StaffMember,
    User,
    UserSession,
)
from clinic.models.audit import Chained
from clinic.services.privacy import publish_notice
from patients.models import (
    DataRequest,
    EmergencyAccess,
    Erasure,
    LetterCode,
    LimitedRecord,
    NetworkTries,
    Patient,
    PrivacyAcceptance,
    RecordExport,
    SignInCode,
)
from patients.services.enrolment import invite_patient
from patients.services.limiting import limit_record
from patients.wording import invitation_letter
from programmes.models import (
    ChangedPatient,
    ContactAttempt,
    Flag,
    NotWalking,
    Pause,
    Programme,
    ReviewItem,
    ReviewRun,
    TemplateWeek,
    Walk,
)
from programmes.models.programme import PauseReason, ProgrammeRevision, ProgrammeWeek
from programmes.services.prescribing import pause_programme
from tests.answers import without_number
from tests.factories import (
    NOON,
    START,
    a_clinic,
    a_patient,
    a_programme,
    a_staff_member,
    a_template,
    a_walk,
)
from tests.signing_in import sign_in_operator, sign_in_patient, sign_in_staff

pytestmark = pytest.mark.django_db

SECRET = "Elsewhere"  # stands in every row of the other clinic that has words
SHOWN_ELSEWHERE = {
    ProgrammeRevision,
    ProgrammeWeek,
    TemplateWeek,
    SignInCode,
    LetterCode,
    NetworkTries,
    UserSession,
    DataRequest,
    RecordExport,
    Erasure,
    Guesses,
    PasswordLink,
    GoLiveRecord,
    PrivacyAcceptance,
}
SHOWN_ON_THE_PEOPLE_PAGES = {AccessReview, LeaverReport, LimitedRecord, EmergencyAccess}
OPERATORS = {Clinic, User, StaffMember}
OURS = [
    model for model in admin.site._registry if model._meta.app_label in ("clinic", "patients", "programmes")
]
CLINICAL = [model for model in OURS if model not in OPERATORS]


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def clinic():
    return a_clinic()


def a_full_clinic(name):
    """One row of every kind, each with a word that must not be seen next door."""
    clinic = a_clinic(name)
    clinician = a_staff_member(clinic, name=f"Dr {name}")
    patient = a_patient(clinic, family_name=name, reference=name)
    a_template(clinic)
    programme = a_programme(patient, clinician)
    a_walk(programme, START, note=name, new_symptoms=("saddle_numbness",))
    item = ReviewItem.objects.for_clinic(clinic).get()
    NotWalking.objects.create(
        clinic=clinic,
        patient=patient,
        from_on=START,
        until_on=START,
        reason="time",
        note=name,
        received_at=NOON,
    )
    ContactAttempt.objects.create(
        clinic=clinic,
        item=item,
        channel="phone",
        result="reached",
        note=name,
        made_by=clinician,
        made_at=NOON,
    )
    ReviewRun.objects.create(clinic=clinic, local_date=START, due_at=NOON, rule_version=name)
    Closure.objects.create(clinic=clinic, on=START, reason=name)
    pause_programme(
        programme=programme,
        from_on=START,
        until_on=START,
        reason=PauseReason.AWAY,
        by=clinician,
        now=NOON,
    )
    manager = a_staff_member(clinic, Role.MANAGER)
    publish_notice(title=name, body=name, in_force_from=NOON.date(), by=manager, today=NOON.date())
    return clinic


def a_row(model, clinic):
    if model is Clinic:
        return clinic
    if model is User:
        return StaffMember.objects.filter(clinic=clinic).first().user
    return model.objects.filter(clinic=clinic).first()


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


# --- whose rows


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


# --- who


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
        {
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
        },
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


# --- patients


PERSON = {"given_name": "Ann", "family_name": "Lee", "units": "km", "pain_series": "before"}


def test_enrol_with_an_address(client, clinic):
    staff = sign_in_staff(client, a_staff_member(clinic))
    staff.post(address(Patient, "add"), PERSON | {"email": "Ann@mail.example"})
    patient = Patient.objects.for_clinic(clinic).get()
    assert (patient.full_name, patient.user.email) == ("Ann Lee", "ann@mail.example")


def test_an_address_of_another_patient_is_accepted_with_a_warning(client, clinic):
    other = a_patient(clinic, given_name="Bob", family_name="Lee")
    staff = sign_in_staff(client, a_staff_member(clinic))
    answer = staff.post(address(Patient, "add"), PERSON | {"email": other.user.email}, follow=True)
    assert [str(said) for said in answer.context["messages"]][:1] == [
        "Bob Lee uses this e-mail address too. Whoever reads that mail can open both records."
    ]


def test_another_clinics_patient_with_that_address_is_not_named(client, clinic):
    stranger = a_patient(a_clinic("Oak Clinic"), given_name="Bob", family_name=SECRET)
    staff = sign_in_staff(client, a_staff_member(clinic))
    answer = staff.post(address(Patient, "add"), PERSON | {"email": stranger.user.email}, follow=True)
    assert SECRET not in answer.content.decode()


def test_enrol_without_an_address(client, clinic):
    staff = sign_in_staff(client, a_staff_member(clinic))
    staff.post(address(Patient, "add"), PERSON)
    assert Patient.objects.for_clinic(clinic).get().user is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "nowhere"}, "email"),
        ({"given_name": ""}, "given_name"),
        ({"date_of_birth": "2027-01-01"}, "date_of_birth"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"reference": "A-1"}, "reference"),
    ],
)
def test_a_wrong_enrolment_is_told_beside_the_field(client, clinic, changes, field):
    a_patient(clinic, reference="A-1")
    staff = sign_in_staff(client, a_staff_member(clinic))
    answer = staff.post(address(Patient, "add"), PERSON | changes)
    assert list(answer.context["adminform"].form.errors) == [field]
    assert Patient.objects.count() == 1


def test_the_same_number_in_another_clinic_is_no_obstacle(client, clinic):
    a_patient(a_clinic("Oak Clinic"), reference="A-1")
    staff = sign_in_staff(client, a_staff_member(clinic))
    staff.post(address(Patient, "add"), PERSON | {"reference": "A-1"})
    assert Patient.objects.for_clinic(clinic).get().reference == "A-1"


def test_the_invitation_is_shown_then_sent(client, clinic):
    patient = a_patient(clinic)
    staff = sign_in_staff(client, a_staff_member(clinic, Role.REVIEWER))
    shown = staff.get(address(Patient, "invite", patient.pk)).content.decode()
    assert not OutboxMessage.objects.exists()
    staff.post(address(Patient, "invite", patient.pk))
    message = OutboxMessage.objects.get()
    assert "Your physio team at Elm Clinic has invited you to Waymark." in shown
    assert "Sign in: http://127.0.0.1:8000/" in message.body
    assert message.to_address == patient.user.email


def test_without_an_address_nothing_is_sent(client, clinic):
    patient = a_patient(clinic, user=None)
    staff = sign_in_staff(client, a_staff_member(clinic))
    answer = staff.post(address(Patient, "invite", patient.pk), follow=True)
    assert "Enter an e-mail address first" in answer.content.decode()
    assert not OutboxMessage.objects.exists()


def test_the_series_of_pain_is_chosen_once(client, clinic):
    patient = a_patient(clinic)
    staff = sign_in_staff(client, a_staff_member(clinic))
    staff.post(address(Patient, "change", patient.pk), PERSON | {"pain_series": "after"})
    patient.refresh_from_db()
    assert (patient.given_name, patient.pain_series) == ("Ann", "before")


# --- the clinic's own settings


def test_a_manager_cannot_add_the_same_login_twice(client, clinic):
    manager = a_staff_member(clinic, Role.MANAGER)
    staff = sign_in_staff(client, manager)
    typed = {"email": manager.user.email, "name": "Again", "role": "reviewer", "is_active": "on"}
    answer = staff.post(address(StaffMember, "add"), typed)
    assert list(answer.context["adminform"].form.errors) == ["email"]


def test_the_operator_lists_staff_and_operators_only(client, clinic):
    member, _patient = a_staff_member(clinic), a_patient(clinic)
    operator = User.objects.create_superuser("operator@waymark.example")
    answer = sign_in_operator(client, operator).get(address(User, "changelist"))
    assert {user.pk for user in answer.context["cl"].result_list} == {member.user_id, operator.pk}


def test_the_operator_opens_no_patients_login(client, clinic):
    operator = User.objects.create_superuser("operator@waymark.example")
    answer = sign_in_operator(client, operator).get(address(User, "change", a_patient(clinic).user_id))
    assert answer.status_code == 404


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


@pytest.mark.parametrize("page", ["change", "history"])
def test_a_patients_page_is_headed_by_the_name_and_its_title_is_not(client, clinic, page):
    """Browsers keep titles in their history."""
    patient = a_patient(clinic, given_name="Ann", family_name="Lee")
    staff = sign_in_staff(client, a_staff_member(clinic))
    shown = staff.get(address(Patient, page, patient.pk)).content.decode()
    assert ("<h2>Ann Lee</h2>" in shown, f"Patient {patient.pk}" in shown) == (True, False)
    assert "Ann" not in shown.partition("</title>")[0]


def test_a_logins_page_is_headed_by_the_address(client):
    user = User.objects.create_superuser("operator@waymark.example")
    shown = sign_in_operator(client, user).get(address(User, "change", user.pk)).content.decode()
    assert ("<h2>operator@waymark.example</h2>" in shown, f"> {user.pk}" in shown) == (True, False)
    assert "operator@" not in shown.partition("</title>")[0]


def test_a_walks_page_says_symptoms_in_words(client):
    clinic = a_full_clinic("Elm")
    staff = sign_in_staff(client, a_staff_member(clinic))
    shown = staff.get(address(Walk, "change", Walk.objects.get().pk)).content.decode()
    assert ("numbness round the genitals" in shown, "saddle_numbness" in shown) == (True, False)


def test_who_signed_is_named(client):
    clinic = a_full_clinic("Elm")
    staff = sign_in_staff(client, a_staff_member(clinic))
    shown = staff.get(address(Programme, "change", Programme.objects.get().pk)).content.decode()
    assert "signed 7 Sep 2026, 10:00 by Dr Elm" in shown


@pytest.mark.parametrize("is_demo", [True, False])
def test_the_demos_mailbox_stands_in_the_header(client, clinic, settings, is_demo):
    settings.DEMO = is_demo
    staff = sign_in_staff(client, a_staff_member(clinic))
    assert ("/demo/mailbox/" in staff.get("/admin/").content.decode()) == is_demo


def test_times_stand_in_the_clinics_zone(client):
    clinic = a_clinic(time_zone="Australia/Sydney")
    ReviewRun.objects.create(clinic=clinic, local_date=START, due_at=NOON, status="done", finished_at=NOON)
    staff = sign_in_staff(client, a_staff_member(clinic))
    assert "11 p.m." in staff.get(address(ReviewRun, "changelist")).content.decode()


# --- cost

# Session, user, membership, actor, the ends of the request's transaction; then count, rows, filter choices;
# the entry of the read log.
LIST_QUERIES = {
    Patient: 11,
    Walk: 10,
    NotWalking: 10,
    Pause: 10,
    Flag: 10,
    ReviewItem: 10,
    ContactAttempt: 10,
    ChangedPatient: 10,
}


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize("model", list(LIST_QUERIES), ids=lambda model: model.__name__)
def test_a_list_costs_the_same_for_one_row_and_for_thirty(client, model, rows, django_assert_num_queries):
    clinic = a_full_clinic("Elm")
    staff = sign_in_staff(client, a_staff_member(clinic))
    first = a_row(model, clinic)
    for number in range(1, rows):
        another_row(first, clinic, number)
    with django_assert_num_queries(LIST_QUERIES[model]):
        shown = staff.get(address(model, "changelist")).content.decode()
    assert shown.count("<tr>") - 1 == rows


def another_row(first, clinic, number):
    """A copy about another patient, or on another day."""
    row = type(first).objects.get(pk=first.pk)
    row.pk = uuid7()
    row._state.adding = True
    if isinstance(row, Patient):
        row.reference = f"copy {number}"
    elif isinstance(row, Pause):
        row.from_on = row.until_on = START + timedelta(days=number)
    elif not isinstance(row, ContactAttempt):
        row.patient = a_patient(clinic, lead=None)
    row.save(force_insert=True)


# --- content policy and names of inputs

INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=\"|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE)
UNNAMED = re.compile(
    r"<(?:input|select|textarea)\b(?![^>]*type=\"(?:hidden|submit|search)\")[^>]*>", re.IGNORECASE
)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_no_page_needs_a_weaker_content_policy(client, model, role):
    clinic = a_full_clinic("Elm")
    staff = sign_in_staff(client, a_staff_member(clinic, role))
    row = a_row(model, clinic)
    pages = ["/admin/", address(model, "changelist"), address(model, "add")]
    pages += [address(model, page, row.pk) for page in ("change", "history")]
    for url in pages:
        answer = staff.get(url)
        shown = answer.content.decode()
        assert INLINE.findall(shown) == [], url
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        for tag in UNNAMED.findall(shown):
            name = re.search(r'\sid="([^"]+)"', tag)
            assert "aria-label=" in tag or (name and f'for="{name[1]}"' in shown), (url, tag)
