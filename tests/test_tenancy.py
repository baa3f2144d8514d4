"""No address shows one clinic's rows to another: every URL of the URLconf is asked with the other's keys."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from clinic.models import Absence, Closure, LeaverReport, OutboxMessage, PrivacyText, Role, StaffMember
from clinic.services.absences import Leave, plan_absence
from clinic.services.privacy import publish_notice
from clinic.tenancy import ClinicRecord, NoClinic
from patients.models import (
    DataRequest,
    EmergencyAccess,
    LimitedRecord,
    Patient,
    PrivacyAcceptance,
    RequestKind,
    Via,
)
from patients.services import limiting
from patients.services.data_requests import ask_about_data
from patients.services.privacy import accept_text
from programmes.models import (
    Channel,
    ContactAttempt,
    ContactResult,
    NotWalking,
    Overlay,
    Programme,
    ProgrammeTemplate,
    ReviewItem,
    Walk,
)
from programmes.services.leaving import hand_over
from programmes.services.nights import plan_nights
from programmes.services.pausing import pause_programme
from programmes.services.reviewing import Contact, record_contact
from tests.factories import (
    DUTY_LETTER,
    NOON,
    START,
    a_clinic,
    a_flare_plan,
    a_patient,
    a_programme,
    a_staff_member,
    a_template,
    a_walk,
)
from tests.signing_in import sign_in_patient, sign_in_staff

pytestmark = pytest.mark.django_db
CANARIES = ("Zebedee", "Quillfeather", "Yewtree", "Xylophone", "Orsolya", "quill-canary", "01632 960 777")
TODAY = NOON.date()


@pytest.fixture
def other_clinic():
    """A clinic with a row of every kind, each holding a word that must never be seen elsewhere."""
    clinic = a_clinic("Yewtree Clinic", phone="01632 960 777")
    clinician = a_staff_member(clinic, name="Orsolya Orr")
    patient = a_patient(
        clinic, given_name="Zebedee", family_name="Quillfeather", reference="quill-canary", lead=clinician
    )
    template = a_template(clinic)
    ProgrammeTemplate.objects.filter(pk=template.pk).update(name="Xylophone steps")
    programme = a_programme(patient, clinician, starts_on=START)
    a_flare_plan(programme, TODAY)
    a_walk(programme, TODAY, note="quill-canary hurts", new_symptoms=("chest_pain",), now=NOON)
    NotWalking.objects.create(
        clinic=clinic,
        patient=patient,
        from_on=TODAY,
        until_on=TODAY,
        reason="pain",
        note="quill-canary",
        received_at=NOON,
    )
    item = ReviewItem.objects.for_clinic(clinic).get()
    contact = Contact(Channel.PHONE, ContactResult.REACHED, note="quill-canary")
    record_contact(item=item, contact=contact, by=clinician, now=NOON)
    pause_programme(
        programme=programme,
        from_on=TODAY,
        until_on=TODAY + timedelta(days=3),
        reason="ill",
        by=clinician,
        now=NOON,
    )
    ask_about_data(
        patient=patient, kind=RequestKind.CORRECTION, text="quill-canary", by=clinician.user, now=NOON
    )
    plan_nights(clinic=clinic, first=START, last=START)
    Closure.objects.create(clinic=clinic, on=TODAY, reason="quill-canary")
    manager = a_staff_member(clinic, Role.MANAGER)
    text = publish_notice(title="Xylophone", body="Xylophone", in_force_from=TODAY, by=manager, today=TODAY)
    accept_text(patient=patient, text=text, via=Via.SIGN_IN, now=NOON)
    add_limited_record(clinic, clinician)
    a_patient(
        clinic, given_name="Zebedee", reference="quill-canary 3", discharged_on=START.replace(year=2010)
    )
    return clinic


def add_limited_record(clinic, clinician):
    """A second patient whose record was limited and opened in an emergency; and a colleague who left."""
    limited = a_patient(clinic, given_name="Zebedee", reference="quill-canary 2", lead=clinician)
    reason = "quill-canary is a neighbour"
    limiting.limit_record(patient=limited, reason=reason, by=clinician, now=NOON)
    reviewer, manager = (a_staff_member(clinic, role) for role in (Role.REVIEWER, Role.MANAGER))
    limiting.open_in_emergency(
        patient_id=limited.pk, reason=reason, letter=DUTY_LETTER, by=reviewer, now=NOON
    )
    leaver = a_staff_member(clinic, name="Orsolya Old")
    hand_over(member=leaver, successor=clinician, by=manager, now=NOON, today=TODAY)
    leave = Leave(TODAY, TODAY + timedelta(days=3), "Orsolya rests")
    plan_absence(member=clinician, cover=a_staff_member(clinic), leave=leave, by=manager, now=NOON)


def routes(patterns=None, prefix=""):
    """Every pattern of the URLconf with its full route and parameter names."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern), sorted(pattern.pattern.converters)


def keys_of(clinic):
    """What each URL parameter is filled with: the other clinic's own keys."""
    return {
        "item_id": ReviewItem.objects.for_clinic(clinic).get().pk,
        "walk_id": Walk.objects.for_clinic(clinic).get().pk,
        "patient_id": Patient.objects.for_clinic(clinic).get(reference="quill-canary").pk,
        "member_id": StaffMember.objects.for_clinic(clinic).get(name="Orsolya Orr").pk,
        "report_id": LeaverReport.objects.for_clinic(clinic).get().pk,
        "absence_id": Absence.objects.for_clinic(clinic).get().pk,
        "access_id": EmergencyAccess.objects.for_clinic(clinic).get().pk,
        "limited_id": LimitedRecord.objects.for_clinic(clinic).get().pk,
        "request_id": DataRequest.objects.for_clinic(clinic).get().pk,
        "text_id": PrivacyText.objects.get(clinic=clinic).pk,
        "acceptance_id": PrivacyAcceptance.objects.for_clinic(clinic).get().pk,
        "programme_id": Programme.objects.for_clinic(clinic).get().pk,
        "overlay_id": Overlay.objects.for_clinic(clinic).get().pk,
        "gap_id": NotWalking.objects.for_clinic(clinic).get().pk,
        "factor_id": 1,
        "session_id": clinic.pk,  # no session of anybody's
        "language": "pl",
        "token": "no-link-that-was-mailed",
        "code": "no-card",
        "card_number": 99,
    }


def addresses(clinic):
    keys = keys_of(clinic)
    for route, parameters in routes():
        if route.startswith("admin/") or route.startswith(("^", "static")):
            continue
        path = "/" + route
        for parameter in parameters:
            assert parameter in keys, f"{route}: say in keys_of what {parameter} is"
            for converter in ("uuid", "str", "slug", "path", "int"):
                path = path.replace(f"<{converter}:{parameter}>", str(keys[parameter]))
        yield path, bool(parameters)


def admin_addresses(clinic):
    """List, add, change, history and delete page of every registered model, with the other clinic's keys."""
    for model in admin.site._registry:
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        yield base, False
        yield base + "add/", False
        rows = model.objects.for_clinic(clinic) if issubclass(model, ClinicRecord) else model.objects.all()
        for row in rows[:1]:
            if issubclass(model, ClinicRecord):
                yield from ((f"{base}{row.pk}/{page}/", True) for page in ("change", "history", "delete"))


def seen(response):
    text = response.content.decode(errors="replace") if not response.streaming else ""
    return [canary for canary in CANARIES if canary in text]


@pytest.fixture(params=["both layers", "the code alone"], autouse=True)
def layers(request):
    """What keeps clinics apart: with row-level security away the code's own filters must do it alone.

    That row-level security does it alone is asked in tests/access/test_foreign_keys_sent.py.
    """
    if request.param == "the code alone":
        request.getfixturevalue("no_row_security")


def leaks(client, paths):
    found = []
    for path, names_a_row in paths:
        for method in (client.get, client.post):
            response = method(path, follow=True)
            if seen(response) or (
                names_a_row and response.status_code == 200 and not response.redirect_chain
            ):
                found.append((path, method.__name__, response.status_code, seen(response)))
    return found


@pytest.mark.parametrize("role", list(Role))
def test_staff_see_nothing_of_another_clinic_on_any_page(other_clinic, role):
    client = Client()
    sign_in_staff(client, a_staff_member(a_clinic(), role))
    assert leaks(client, addresses(other_clinic)) == []


@pytest.mark.parametrize("role", list(Role))
def test_staff_see_nothing_of_another_clinic_in_the_admin(other_clinic, role):
    client = Client()
    sign_in_staff(client, a_staff_member(a_clinic(), role))
    assert leaks(client, admin_addresses(other_clinic)) == []


def test_a_patient_sees_nothing_of_another_clinic(other_clinic):
    client = Client()
    sign_in_patient(client, a_patient(a_clinic()))
    paths = [*addresses(other_clinic), *admin_addresses(other_clinic)]
    assert leaks(client, paths) == []


def test_a_visitor_sees_nothing(other_clinic):
    paths = [*addresses(other_clinic), *admin_addresses(other_clinic)]
    assert leaks(Client(), paths) == []


def test_the_other_clinic_does_hold_what_is_looked_for(other_clinic):
    client = Client()
    sign_in_staff(client, a_staff_member(other_clinic))
    shown = {word for path, _row in addresses(other_clinic) for word in seen(client.get(path, follow=True))}
    assert {"Zebedee", "Quillfeather"} - shown == set()


def test_a_read_without_a_clinic_is_refused():
    with pytest.raises(NoClinic):
        Patient.objects.for_clinic(None)


def test_nothing_of_the_other_clinic_is_left_unlooked(other_clinic):
    """The canaries stand in every kind of row that has text."""
    assert (
        ContactAttempt.objects.for_clinic(other_clinic).get().note,
        OutboxMessage.objects.filter(clinic=other_clinic).count(),
    ) == ("quill-canary", 5)
