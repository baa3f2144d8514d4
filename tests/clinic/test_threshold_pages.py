"""The pages on which a manager and a clinician choose thresholds."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.models import MessageKind, OutboxMessage, Role
from clinic.services.post import post_message
from programmes.clinical.diary import Finding
from programmes.clinical.thresholds import Setting
from programmes.models import ReviewItem, ThresholdSetting
from programmes.services.flagging import raise_flag
from programmes.services.own_thresholds import set_clinic_thresholds, set_patient_thresholds
from tests.factories import DUTY_LETTER, NOON, a_clinic, a_patient, a_programme, a_staff_member, a_walk
from tests.programmes.test_wording import PAIN
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db
PAGE = "/thresholds/"
BEFORE = NOON - timedelta(days=1)


@pytest.fixture
def clinic():
    return a_clinic()


@pytest.fixture
def patient(clinic):
    return a_patient(clinic)


@pytest.fixture
def clinician(clinic):
    return a_staff_member(clinic, name="Cleo Clinician")


@pytest.fixture
def manager(clinic):
    return a_staff_member(clinic, Role.MANAGER, name="Mia Manager")


def page_of(patient):
    return f"/patients/{patient.pk}/thresholds/"


def typed(**answers):
    return {
        "sensitivity": "quiet",
        "pain_rise": "1.5",
        "silence_days": "7",
        "start_days": "",
        "low_percent": "",
        "reason": "Too many calls.",
        "seen": "0",
        **answers,
    }


def stored():
    return [row.as_setting for row in ThresholdSetting.objects.order_by("changed_at")]


def test_a_manager_chooses_for_the_clinic(client, manager):
    response = sign_in_staff(client, manager).post(PAGE, typed())
    assert (response.status_code, response.url) == (302, PAGE)
    assert stored() == [Setting("quiet", 1.5, 7)]


def test_a_clinician_chooses_for_a_patient_and_leaves_the_knob_to_the_clinic(client, clinician, patient):
    response = sign_in_staff(client, clinician).post(page_of(patient), typed(sensitivity="", pain_rise=""))
    assert (response.status_code, response.url) == (302, page_of(patient))
    assert (ThresholdSetting.objects.get().patient, stored()) == (patient, [Setting(silence_days=7)])


def test_everybody_on_the_staff_reads_what_holds_by_whom_and_why(client, clinic, manager):
    set_clinic_thresholds(setting=Setting("quiet"), reason="Few hands.", seen=0, by=manager, now=NOON)
    page = sign_in_staff(client, a_staff_member(clinic, Role.REVIEWER)).get(PAGE).content.decode()
    assert [each in page for each in ("Mia Manager", "21 November 2026", "Few hands.", "quiet")] == [True] * 4
    assert 'name="reason"' not in page


def test_the_patients_page_says_what_holds_of_the_clinics_and_of_the_own(client, clinician, manager, patient):
    clinics = Setting("quiet", silence_days=8)
    set_clinic_thresholds(setting=clinics, reason="Few hands.", seen=0, by=manager, now=NOON)
    own = Setting(pain_rise=0.8)
    set_patient_thresholds(patient=patient, setting=own, reason="Asked.", seen=0, by=clinician, now=NOON)
    response = sign_in_staff(client, clinician).get(page_of(patient))
    assert [line.value for line in response.context["holds"]] == ["quiet", "0.8", "8", "9", "50"]
    assert "Empty: as in the clinic, 8." in response.content.decode()


def test_what_held_before_stands_below_with_its_reason(client, manager):
    set_clinic_thresholds(setting=Setting("quiet"), reason="Few hands.", seen=0, by=manager, now=BEFORE)
    again = {"setting": Setting("sensitive"), "reason": "Two were late."}
    set_clinic_thresholds(**again, seen=1, by=manager, now=NOON)
    (change,) = sign_in_staff(client, manager).get(PAGE).context["changes"]
    assert [(line["name"], line["old"], line["new"]) for line in change["lines"]] == [
        ("why", "Few hands.", "Two were late."),
        (
            "sensitivity",
            "quiet: fewer prompts, some later or not at all",
            "sensitive: sooner, with more false alarms",
        ),
    ]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("sensitivity", ""),
        ("sensitivity", "off"),
        ("pain_rise", "2.1"),
        ("pain_rise", "0.4"),
        ("pain_rise", "1.55"),
        ("silence_days", "11"),
        ("silence_days", "3"),
        ("start_days", "15"),
        ("low_percent", "61"),
        ("low_percent", "0"),
        ("reason", "  "),
        ("reason", "x" * 301),
        ("seen", "-1"),
    ],
)
def test_what_cannot_be_is_refused_and_kept(client, manager, field, wrong):
    response = sign_in_staff(client, manager).post(PAGE, typed(**{field: wrong}))
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert (ThresholdSetting.objects.count(), response.context["form"]["silence_days"].value()) == (
        0,
        wrong if field == "silence_days" else "7",
    )


def test_what_somebody_saved_meanwhile_is_shown_and_a_second_try_saves(client, manager):
    set_clinic_thresholds(setting=Setting("sensitive"), reason="Late.", seen=0, by=manager, now=NOON)
    client = sign_in_staff(client, manager)
    refused = client.post(PAGE, typed())
    assert (refused.status_code, stored()) == (422, [Setting("sensitive")])
    assert 'name="seen" value="1"' in refused.content.decode()
    assert "Late." in refused.content.decode()
    client.post(PAGE, typed(seen="1"))
    assert stored() == [Setting("quiet", 1.5, 7)]


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.REVIEWER])
def test_managers_alone_choose_for_the_clinic(client, clinic, role):
    response = sign_in_staff(client, a_staff_member(clinic, role)).post(PAGE, typed())
    assert (response.status_code, stored()) == (403, [])


@pytest.mark.parametrize("role", [Role.MANAGER, Role.REVIEWER])
def test_clinicians_alone_choose_for_a_patient(client, clinic, patient, role):
    response = sign_in_staff(client, a_staff_member(clinic, role)).post(page_of(patient), typed())
    assert (response.status_code, stored()) == (403, [])


def test_another_clinics_patient_is_not_found(client, clinician):
    stranger = a_patient(a_clinic(name="Oak Clinic"))
    response = sign_in_staff(client, clinician).post(page_of(stranger), typed())
    assert (response.status_code, stored()) == (404, [])


def test_the_record_and_the_people_pages_lead_there(client, manager, patient):
    client = sign_in_staff(client, manager)
    assert page_of(patient) in client.get(f"/admin/patients/patient/{patient.pk}/change/").content.decode()
    assert f'href="{PAGE}"' in client.get("/people/").content.decode()


# --- What is shown with them
def test_the_record_says_when_there_are_not_enough_reports(client, clinician, patient):
    client = sign_in_staff(client, clinician)
    page = f"/admin/patients/patient/{patient.pk}/change/"
    without = "Not enough reports yet" in client.get(page).content.decode()
    today = timezone.now().date()
    programme = a_programme(patient, clinician, starts_on=today - timedelta(days=40))
    running = "Not enough reports yet" in client.get(page).content.decode()
    for days in (1, 3, 20, 25, 30):
        a_walk(programme, today - timedelta(days=days))
    enough = "Not enough reports yet" in client.get(page).content.decode()
    assert (without, running, enough) == (False, True, False)


def test_an_item_says_today_by_the_patients_own_thresholds(client, clinician, patient):
    """Two weeks at 3 after a flag with the reference 2.4: over for whoever asks for less than a point."""
    today = timezone.now().date()
    programme = a_programme(patient, clinician, starts_on=today - timedelta(days=40))
    evidence = {**PAIN, "reference": 2.4}
    finding = Finding("PAIN_RISING", "amber", evidence)
    raised_on = today - timedelta(days=15)
    raise_flag(patient=patient, programme=programme, finding=finding, on=raised_on, now=timezone.now())
    for days in range(1, 13, 2):
        a_walk(programme, today - timedelta(days=days), pain=3)
    client = sign_in_staff(client, clinician)
    page = f"/review/{ReviewItem.objects.get().pk}/"
    shipped = client.get(page).context["evidence"][0].today
    own = {"setting": Setting(pain_rise=0.5), "reason": "Feels it early.", "seen": 0}
    set_patient_thresholds(patient=patient, **own, by=clinician, now=timezone.now())
    assert (shipped, client.get(page).context["evidence"][0].today) == (
        "With today's data this is over.",
        "With today's data this still holds.",
    )


def test_an_item_says_that_our_mail_came_back(client, clinician, patient):
    programme = a_programme(patient, clinician, starts_on=timezone.now().date() - timedelta(days=20))
    never = {"rule_version": "2026.5", "pattern": "never_started", "logs": 0, "silent_days": 20}
    finding = Finding("NOT_STARTED", "amber-low", {**never, "reference": None})
    on = timezone.now().date()
    raise_flag(patient=patient, programme=programme, finding=finding, on=on, now=timezone.now())
    client = sign_in_staff(client, clinician)
    page = f"/review/{ReviewItem.objects.get().pk}/"
    before = "came back" in client.get(page).context["silence"]
    post_message(
        kind=MessageKind.INVITATION,
        key=f"invitation:{patient.pk}:1",
        to_address=patient.user.email,
        letter=DUTY_LETTER,
        now=timezone.now(),
        clinic=patient.clinic,
    )
    OutboxMessage.objects.update(came_back_at=timezone.now(), came_back_with="5.1.1")
    assert (before, "came back" in client.get(page).context["silence"]) == (False, True)
