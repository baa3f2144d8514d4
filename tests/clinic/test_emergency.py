"""What colleagues, the lead and managers see of a limited record."""

import re

import pytest
import time_machine
from django.test import Client

from clinic.models import OutboxMessage, Role
from patients.models import EmergencyAccess, LimitedRecord, Patient
from programmes.clinical.diary import Finding
from programmes.models import ChangedPatient, ReviewItem
from programmes.services.flagging import raise_flag
from programmes.services.nights import mark_changed
from tests.factories import NOON, START, a_clinic, a_patient, a_programme, a_staff_member, a_walk, limit
from tests.programmes.test_wording import PAIN
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
REASON = "The lead is away and pain is rising."
CANARIES = ("Zebedee", "Quillfeather", "01632 960 777", "aching-canary")


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def clinic():
    return a_clinic()


@pytest.fixture
def lead(clinic):
    return a_staff_member(clinic, name="Lee Lead")


@pytest.fixture
def item(clinic, lead):
    """Rising pain of a patient whose record is limited; another patient's waits beside it."""
    for number, name in enumerate(("Quillfeather", "Usual"), 1):
        phone = "01632 960 777" if number == 1 else "01632 960 200"
        patient = a_patient(
            clinic,
            given_name="Zebedee" if number == 1 else "Una",
            family_name=name,
            phone=phone,
            reference=f"A-{number}",
            lead=lead,
        )
        programme = a_programme(patient, lead)
        a_walk(programme, TODAY, note="aching-canary" if number == 1 else "fine", now=NOON)
        finding = Finding("PAIN_RISING", "amber-high", PAIN)
        raise_flag(patient=patient, programme=programme, finding=finding, on=TODAY, now=NOON)
    hidden = Patient.objects.get(family_name="Quillfeather")
    limit(hidden)
    return ReviewItem.objects.get(patient=hidden)


def signed_in(member):
    return sign_in_staff(Client(), member)


def seen(answer):
    return [word for word in CANARIES if word in answer.content.decode()]


def open_it(client, item, reason=REASON):
    return client.post(f"/review/{item.pk}/emergency/", {"reason": reason})


@pytest.mark.parametrize("role", list(Role))
def test_the_queue_keeps_the_item_without_a_name(clinic, item, role):
    answer = signed_in(a_staff_member(clinic, role)).get("/review/")
    rows = {row.name: (row.priority.key, row.age, row.tel) for row in answer.context["rows"]}
    assert rows == {
        "Limited record": ("amber-high", "today", ""),
        "Una Usual": ("amber-high", "today", "01632960200"),
    }
    assert (seen(answer), answer.context["tabs"][0]["count"]) == ([], 2)
    assert "Open in an emergency" in answer.content.decode()


def test_the_lead_sees_the_name(lead, item):
    answer = signed_in(lead).get("/review/")
    assert {row.name for row in answer.context["rows"]} == {"Zebedee Quillfeather", "Una Usual"}


@pytest.mark.parametrize(
    "page", ["", "claim/", "hand-back/", "take-over/", "contact/", "snooze/", "close/", "emergency/"]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_every_page_of_the_item_leads_to_the_emergency_page(clinic, item, page, method):
    client = signed_in(a_staff_member(clinic))
    path = f"/review/{item.pk}/{page}"
    answer = getattr(client, method)(path, follow=True)
    assert (seen(answer), item.claimed_by) == ([], None)
    assert answer.request["PATH_INFO"] in (f"/review/{item.pk}/emergency/", f"/review/{item.pk}/")


def test_opening_in_an_emergency_shows_the_record_for_an_hour(clinic, item):
    reviewer = a_staff_member(clinic, Role.REVIEWER)
    client = signed_in(reviewer)
    assert open_it(client, item).url == f"/review/{item.pk}/"
    assert seen(client.get(f"/review/{item.pk}/")) == list(CANARIES)
    with time_machine.travel(NOON.replace(hour=13), tick=False):
        after = signed_in(reviewer).get(f"/review/{item.pk}/")
    assert after.url == f"/review/{item.pk}/emergency/"


def test_nobody_elses_door_opens(clinic, item):
    open_it(signed_in(a_staff_member(clinic)), item)
    other = signed_in(a_staff_member(clinic))
    assert other.get(f"/review/{item.pk}/").url == f"/review/{item.pk}/emergency/"


@pytest.mark.parametrize("reason", ["", "because", "x" * 301])
def test_without_a_reason_it_stays_shut_and_keeps_what_was_typed(clinic, item, reason):
    answer = open_it(signed_in(a_staff_member(clinic)), item, reason)
    assert (answer.status_code, seen(answer), reason in answer.content.decode()) == (422, [], True)
    assert not EmergencyAccess.objects.exists()


def test_a_manager_finds_no_door(clinic, item):
    client = signed_in(a_staff_member(clinic, Role.MANAGER))
    answer = open_it(client, item)
    assert (answer.status_code, EmergencyAccess.objects.count()) == (422, 0)
    assert "Ask a clinician or a reviewer" in client.get(f"/review/{item.pk}/emergency/").content.decode()


def test_an_item_that_anybody_opens_has_no_emergency_page(clinic, item):
    usual = ReviewItem.objects.exclude(pk=item.pk).get()
    client = signed_in(a_staff_member(clinic))
    assert client.get(f"/review/{usual.pk}/emergency/").url == f"/review/{usual.pk}/"


def test_the_clinics_number_opens_a_record_that_stands_in_no_queue(clinic, item):
    client = signed_in(a_staff_member(clinic))
    wrong = client.post("/emergency/", {"number": "A-2", "reason": REASON})
    right = client.post("/emergency/", {"number": "A-1", "reason": REASON}, follow=True)
    assert (wrong.status_code, right.status_code) == (422, 200)
    assert EmergencyAccess.objects.get().patient_id == item.patient_id
    assert "Quillfeather" in right.content.decode()


@pytest.mark.parametrize(
    ("role", "reason"), [(Role.MANAGER, REASON), (Role.CLINICIAN, "too short"), (Role.MANAGER, "too short")]
)
def test_only_who_opens_a_record_learns_that_it_is_limited(clinic, item, role, reason):
    """Limited, not limited, unknown: one status and one page for those without a right or a reason."""
    client, answers = signed_in(a_staff_member(clinic, role)), set()
    for number in ("A-1", "A-2", "A-99"):
        answer = client.post("/emergency/", {"number": number, "reason": reason})
        page = re.sub(r'value="[^"]*"', "", answer.content.decode())
        answers.add((answer.status_code, page))
    assert ([status for status, _page in answers], EmergencyAccess.objects.count()) == ([422], 0)


def test_the_page_without_a_record_speaks_of_none(clinic):
    page = signed_in(a_staff_member(clinic)).get("/emergency/").content.decode()
    assert ("This record" in page, "by the clinic’s own number" in page) == (False, True)


ADMIN = [
    "patients/patient",
    *(
        f"programmes/{name}"
        for name in (
            "programme",
            "walk",
            "flag",
            "reviewitem",
            "contactattempt",
            "changedpatient",
            "pause",
            "notwalking",
        )
    ),
]


@pytest.mark.parametrize("page", ADMIN)
def test_admin_lists_lack_the_row_and_a_search_finds_nothing(clinic, item, page):
    mark_changed(patient=item.patient, earliest_on=TODAY, now=NOON)
    client = signed_in(a_staff_member(clinic, Role.MANAGER))
    for words in ("", "Quillfeather", "A-1"):
        answer = client.post(f"/admin/{page}/", {"q": words}, follow=True)
        shown = answer.context["cl"]
        assert (answer.status_code, seen_but_typed(answer, words)) == (200, [])
        assert shown.result_count == len(shown.result_list)
        assert not words or len(shown.result_list) == 0


def seen_but_typed(answer, words):
    return [word for word in seen(answer) if word not in words]


def test_the_records_own_admin_page_is_not_there(clinic, item):
    client = signed_in(a_staff_member(clinic))
    for page in ("change", "history", "invite"):
        assert client.get(f"/admin/patients/patient/{item.patient_id}/{page}/").status_code == 404
    assert client.get(f"/limit/{item.patient_id}/").status_code == 404


def test_a_hidden_number_is_taken_without_saying_whose(clinic, item):
    client = signed_in(a_staff_member(clinic))
    typed = {
        "given_name": "Ann",
        "family_name": "Lee",
        "units": "km",
        "pain_series": "before",
        "reference": "A-1",
    }
    answer = client.post("/admin/patients/patient/add/", typed, follow=True)
    assert "Another patient of this clinic has this number." in answer.content.decode()
    assert (seen(answer), Patient.objects.count()) == ([], 2)


def test_who_could_not_be_evaluated_is_said_without_a_name(clinic, item):
    ChangedPatient.objects.filter(patient=item.patient_id).delete()
    ChangedPatient.objects.create(
        clinic=clinic,
        patient=item.patient,
        earliest_on=START,
        marked_at=NOON,
        not_before=NOON,
        attempts=5,
    )
    answer = signed_in(a_staff_member(clinic)).get("/review/")
    assert ([each["who"] for each in answer.context["given_up"]], seen(answer)) == ([None], [])


# --- limiting, from the record


def test_the_lead_limits_and_lifts_on_a_page(clinic, lead):
    patient = a_patient(clinic, lead=lead)
    client = signed_in(lead)
    assert client.post(f"/limit/{patient.pk}/", {"reason": "short"}).status_code == 422
    client.post(f"/limit/{patient.pk}/", {"reason": "A neighbour of two colleagues."})
    assert LimitedRecord.objects.current().count() == 1
    client.post(f"/limit/{patient.pk}/")
    assert LimitedRecord.objects.current().count() == 0


def test_a_manager_who_limits_sees_the_record_no_longer(clinic, lead):
    patient = a_patient(clinic, lead=lead, family_name="Quillfeather", reference="A-9")
    client = signed_in(a_staff_member(clinic, Role.MANAGER))
    answer = client.post(f"/limit/{patient.pk}/", {"reason": "A neighbour of two colleagues."}, follow=True)
    assert (answer.request["PATH_INFO"], seen(answer)) == ("/people/limited/", [])
    assert "A-9" in answer.content.decode()


def test_another_clinician_is_told_who_limits(clinic, lead):
    patient = a_patient(clinic, lead=lead)
    answer = signed_in(a_staff_member(clinic)).post(
        f"/limit/{patient.pk}/", {"reason": "A neighbour of two colleagues."}
    )
    assert (answer.status_code, LimitedRecord.objects.count()) == (422, 0)


# --- managers


def test_an_access_waits_for_a_manager_and_is_acknowledged_with_a_note(clinic, item):
    open_it(signed_in(a_staff_member(clinic, name="Rita Reviewer")), item)
    manager = signed_in(a_staff_member(clinic, Role.MANAGER))
    page = manager.get("/people/emergencies/")
    access = EmergencyAccess.objects.get()
    assert (seen(page), "Rita Reviewer" in page.content.decode(), REASON in page.content.decode()) == (
        [],
        True,
        True,
    )
    path, field = f"/people/emergencies/{access.pk}/", f"access-{access.pk}-note"
    assert manager.post(path, {field: "ok"}).status_code == 422
    manager.post(path, {field: "Spoke to Rita: in order."})
    assert EmergencyAccess.objects.unreviewed().count() == 0
    assert OutboxMessage.objects.count() == 1


def test_the_navigation_counts_what_waits(clinic, item):
    open_it(signed_in(a_staff_member(clinic)), item)
    manager = signed_in(a_staff_member(clinic, Role.MANAGER))
    before = manager.get("/review/").context["oversight"]["waiting"]
    manager.post("/people/reviewed/")
    assert (before, manager.get("/review/").context["oversight"]["waiting"]) == (2, 1)


def test_a_manager_names_a_lead_on_the_page(clinic, item):
    limited, new = LimitedRecord.objects.get(), a_staff_member(clinic, name="Nora New")
    manager = signed_in(a_staff_member(clinic, Role.MANAGER))
    field = f"record-{limited.pk}-lead"
    assert manager.post(f"/people/limited/{limited.pk}/lead/", {field: ""}).status_code == 422
    answer = manager.post(f"/people/limited/{limited.pk}/lead/", {field: new.pk}, follow=True)
    limited.refresh_from_db()
    assert (limited.lead, seen(answer)) == (new, [])


def test_a_manager_lifts_the_limit_on_the_page(clinic, item):
    manager = signed_in(a_staff_member(clinic, Role.MANAGER))
    manager.post(f"/people/limited/{LimitedRecord.objects.get().pk}/lift/")
    assert LimitedRecord.objects.current().count() == 0


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.REVIEWER])
@pytest.mark.parametrize("path", ["/people/", "/people/file/", "/people/emergencies/", "/people/limited/"])
def test_people_pages_are_the_managers(clinic, role, path):
    assert signed_in(a_staff_member(clinic, role)).get(path).status_code == 403
