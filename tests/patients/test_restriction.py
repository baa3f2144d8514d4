"""A restricted record is kept and not used: one test for each effect, and safety speaks all the same."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from uuid_utils.compat import uuid7

from clinic.models import OutboxMessage, Role
from clinic.permissions import NotAllowed
from patients.models import Patient
from patients.services.enrolment import change_patient, invite_patient
from patients.services.record_export import export_own_record, export_record
from patients.services.restricted import ProcessingRestricted
from programmes.models import Flag, Programme, Walk
from programmes.services import restricting
from programmes.services.nights import review_changed_patients, review_night
from programmes.services.prescribing import assign_programme
from tests.factories import (
    DUTY_LETTER,
    NOON,
    START,
    a_clinic,
    a_draft,
    a_programme,
    a_staff_member,
    a_walk,
)
from tests.signing_in import sign_in_staff

TODAY = NOON.date()
NIGHT = START + timedelta(days=32)


@pytest.fixture
def manager(clinic):
    return a_staff_member(clinic, Role.MANAGER)


def restrict(patient, by, **how):
    values = {"reason": "The patient disputes the pain scores.", "until": None, "now": NOON, **how}
    restricting.restrict_processing(patient=patient, by=by, **values)
    patient.refresh_from_db()


def lift(patient, by):
    restricting.lift_restriction(patient=patient, by=by, now=NOON)
    patient.refresh_from_db()


def rising(patient, clinician):
    """Four weeks at 3, then a week at 6."""
    programme = a_programme(patient, clinician)
    for week in range(5):
        for day in (0, 2, 4):
            a_walk(programme, START + timedelta(days=7 * week + day), pain=6 if week == 4 else 3)
    return programme


def answers(**changed):
    typed = {"client_uuid": str(uuid7()), "walked_on": TODAY.isoformat(), "minutes": "15", "pain_before": "4"}
    rest = {"pain_after": "3", "intensity": "moderate", "flare": "no", "fall": "none", "symptoms": ["none"]}
    return {**typed, **rest, **changed}


def test_who_restricted_it_when_and_why_is_kept(patient, manager):
    restrict(patient, manager, until=TODAY)
    assert (patient.restricted_by, patient.restricted_at, patient.restricted_until) == (manager, NOON, TODAY)
    assert patient.restricted_reason == "The patient disputes the pain scores."


def test_refusals_of_the_verbs(patient, manager, clinician):
    for by in (clinician, a_staff_member(a_clinic("Oak Clinic"), Role.MANAGER)):
        with pytest.raises(NotAllowed):
            restrict(patient, by)
    with pytest.raises(restricting.ReasonMissing):
        restrict(patient, manager, reason="  ")
    with pytest.raises(restricting.InThePast):
        restrict(patient, manager, until=TODAY - timedelta(days=1))
    with pytest.raises(restricting.NotRestricted):
        lift(patient, manager)
    restrict(patient, manager)
    with pytest.raises(restricting.AlreadyRestricted):
        restrict(patient, manager)
    with pytest.raises(NotAllowed):
        lift(patient, clinician)
    assert patient.is_restricted(TODAY)


@pytest.mark.parametrize(
    ("until", "day", "is_restricted"),
    [
        (None, TODAY + timedelta(days=900), True),
        (TODAY + timedelta(days=7), TODAY + timedelta(days=7), True),
        (TODAY + timedelta(days=7), TODAY + timedelta(days=8), False),
    ],
)
def test_the_record_and_the_list_agree_on_the_last_day(patient, manager, until, day, is_restricted):
    restrict(patient, manager, until=until)
    asked = (
        patient.is_restricted(day),
        Patient.objects.restricted_on(day).exists(),
        not Patient.objects.judged_on(day).exists(),
    )
    assert asked == (is_restricted,) * 3


def test_a_review_raises_nothing_and_judges_again_once_it_is_lifted(clinic, patient, clinician, manager):
    rising(patient, clinician)
    restrict(patient, manager)
    review_night(clinic=clinic, local_date=NIGHT, now=NOON)
    review_changed_patients(now=NOON)
    assert not Flag.objects.exists()
    lift(patient, manager)
    review_night(clinic=clinic, local_date=NIGHT, now=NOON, again=True)
    assert [flag.code for flag in Flag.objects.all()] == ["PAIN_RISING"]


def test_lifting_has_the_record_reviewed_at_once(patient, clinician, manager):
    a_programme(patient, clinician, starts_on=TODAY - timedelta(days=30))
    review_changed_patients(now=NOON)
    restrict(patient, manager)
    assert review_changed_patients(now=NOON) == 0
    lift(patient, manager)
    assert review_changed_patients(now=NOON) == 1


def test_an_open_flag_is_not_cleared_behind_the_restriction(clinic, patient, clinician, manager):
    rising(patient, clinician)
    review_night(clinic=clinic, local_date=NIGHT, now=NOON)
    restrict(patient, manager)
    review_night(clinic=clinic, local_date=NIGHT + timedelta(days=60), now=NOON)
    assert Flag.objects.unresolved().count() == 1


def test_nothing_is_prescribed(patient, clinician, manager):
    draft = a_draft(patient, clinician)
    restrict(patient, manager)
    draft.patient.refresh_from_db()
    with pytest.raises(ProcessingRestricted):
        assign_programme(programme=draft, by=clinician, now=NOON)
    with pytest.raises(ProcessingRestricted):
        a_draft(patient, clinician)
    assert [each.status for each in Programme.objects.all()] == ["draft"]


def test_no_invitation_goes(patient, clinician, manager):
    restrict(patient, manager)
    with pytest.raises(ProcessingRestricted):
        invite_patient(patient=patient, letter=DUTY_LETTER, by=clinician, now=NOON)
    assert not OutboxMessage.objects.exists()


def test_only_the_patient_takes_a_copy(patient, manager):
    restrict(patient, manager)
    with pytest.raises(ProcessingRestricted):
        export_record(patient=patient, reason="asked by an insurer", with_notes=False, by=manager, now=NOON)
    (own,) = export_own_record(patient=patient, now=NOON).tables["patients.Patient"]
    assert own["restricted_reason"] == "The patient disputes the pain scores."


def test_the_walk_form_is_closed_and_says_whom_to_call(signed_in, patient, programme, manager):
    typed = answers()
    restrict(patient, manager)
    shown, sent = signed_in.get("/walks/new/"), signed_in.post("/walks/new/", typed)
    assert (shown.status_code, sent.status_code, Walk.objects.count()) == (200, 422, 0)
    for page in (shown.content.decode(), sent.content.decode()):
        assert ('<form method="post" class="walk"' in page, "tel:999" in page) == (False, True)
        assert "Nobody looks at your walks for now" in page
    assert "This walk was not saved." in sent.content.decode()


@pytest.mark.parametrize("told", [{"symptoms": ["chest_pain"]}, {"fall": "injury"}])
def test_a_safety_answer_that_reaches_us_is_raised(signed_in, patient, programme, manager, told):
    restrict(patient, manager)
    assert signed_in.post("/walks/new/", answers(**told)).status_code == 302
    assert [(flag.code, flag.walk.patient) for flag in Flag.objects.all()] == [("SAFETY", patient)]


def test_the_safety_list_of_an_earlier_walk_stays_open(signed_in, patient, programme, manager):
    walk = a_walk(programme, TODAY, now=NOON).walk
    restrict(patient, manager)
    signed_in.post(f"/walks/{walk.pk}/safety/", {"symptoms": ["chest_pain"]})
    assert Flag.objects.get().code == "SAFETY"


@pytest.mark.parametrize("page", ["/today/", "/plan/", "/progress/", "/your-data/"])
def test_every_page_of_the_patient_says_so(signed_in, patient, programme, manager, page):
    before = signed_in.get(page).content.decode()
    restrict(patient, manager)
    after = signed_in.get(page).content.decode()
    said = [
        ("Nobody looks at your walks for now" in text, 'href="/walks/new/' in text)
        for text in (before, after)
    ]
    assert (said[0][0], *said[1]) == (False, True, False)


def test_staff_see_it_wherever_the_record_appears(client, clinic, patient, clinician, manager):
    a_walk(rising(patient, clinician), TODAY, new_symptoms=("fever",), now=NOON)
    item = Flag.objects.get().item_id
    sign_in_staff(client, clinician)
    pages = (
        "/review/",
        f"/review/{item}/",
        f"/admin/patients/patient/{patient.pk}/change/",
        f"/patients/{patient.pk}/data/",
    )

    def said():
        return ["Processing restricted" in client.get(page).content.decode() for page in pages]

    before = said()
    restrict(patient, manager)
    assert (before, said()) == ([False] * 4, [True] * 4)


def test_through_the_pages(client, patient, manager):
    sign_in_staff(client, manager)
    page = f"/patients/{patient.pk}/restriction/"
    late = client.post(page, {"reason": "disputed", "until": "2026-11-01"})
    assert (late.status_code, "disputed" in late.content.decode()) == (422, True)
    client.post(page, {"reason": "disputed", "until": ""})
    patient.refresh_from_db()
    assert (patient.restricted_reason, "disputed" in client.get(page).content.decode()) == ("disputed", True)
    client.post(page)
    patient.refresh_from_db()
    assert patient.restricted_at is None


def test_who_is_no_manager_reads_it_only(client, patient, clinician):
    sign_in_staff(client, clinician)
    page = f"/patients/{patient.pk}/restriction/"
    assert (client.get(page).status_code, client.post(page, {"reason": "no"}).status_code) == (200, 403)


def test_saving_the_record_in_the_admin_leaves_the_restriction(patient, clinician, manager):
    """Somebody opened the record before it was restricted, and saves it afterwards."""
    opened = Patient.objects.get(pk=patient.pk)
    restrict(patient, manager)
    change_patient(record=opened, email=None, by=clinician, now=NOON, today=TODAY)
    patient.refresh_from_db()
    assert patient.is_restricted(TODAY)


def test_after_the_last_day_walks_are_taken_again(signed_in, patient, programme, manager):
    restrict(patient, manager, until=TODAY)
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        assert signed_in.get("/walks/new/").status_code == 200
        signed_in.post("/walks/new/", answers())
    assert Walk.objects.count() == 1


@pytest.mark.parametrize(("role", "offered"), [(Role.MANAGER, True), (Role.CLINICIAN, False)])
def test_only_a_manager_is_offered_to_restrict_and_to_lift(clinic, patient, manager, role, offered):
    client = sign_in_staff(Client(), a_staff_member(clinic, role))
    path, form = f"/patients/{patient.pk}/restriction/", 'class="card"'
    free = form in client.get(path).content.decode()
    restrict(patient, manager)
    assert (free, form in client.get(path).content.decode()) == (offered, offered)
