"""Patients are handed over while both clinicians stay: all or some, in one step, with a reason."""

import pytest
import time_machine

from clinic.models import HistoryEntry, OutboxMessage, Role
from clinic.permissions import NotAllowed
from clinic.tenancy import act_for
from patients.models import LimitedRecord, Patient, PatientHandover
from programmes.models import Programme, ReviewItem
from programmes.services import caseloads
from programmes.services.reviewing import claim_item
from tests.at_once import at_once
from tests.conftest import as_runtime
from tests.factories import NOON, a_clinic, a_patient, a_programme, a_staff_member, a_walk, limit
from tests.figures import Figure, record
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
WHY = "Now works Mondays only."


@pytest.fixture(autouse=True)
def _stand_still():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def clinic():
    return a_clinic()


@pytest.fixture
def manager(clinic):
    return a_staff_member(clinic, Role.MANAGER)


@pytest.fixture
def ada(clinic):
    return a_staff_member(clinic, name="Ada Stone")


@pytest.fixture
def ben(clinic):
    return a_staff_member(clinic, name="Ben Marsh")


@pytest.fixture
def led(clinic, ada):
    """Three patients of Ada's: each with a programme, a claimed item."""
    return [with_work(a_patient(clinic, family_name=name, lead=ada), ada) for name in ("Ash", "Birch", "Cox")]


def with_work(patient, clinician):
    programme = a_programme(patient, clinician)
    a_walk(programme, TODAY, new_symptoms=("fever",), now=NOON)
    claim_item(item=ReviewItem.objects.get(patient=patient), by=clinician, now=NOON)
    return patient


def hand_over(holder, to, patients, by=None, reason=WHY):
    keys = [patient.pk for patient in patients]
    return caseloads.hand_patients_over(
        holder=holder, to=to, patients=keys, reason=reason, by=by or holder, now=NOON
    )


def state(member):
    """How many items, patients and programmes this person holds."""
    return (
        ReviewItem.objects.filter(claimed_by=member).count(),
        Patient.objects.filter(lead=member).count(),
        Programme.objects.filter(clinician=member).count(),
    )


def test_lead_items_and_programmes_of_the_chosen_go(ada, ben, led):
    assert hand_over(ada, ben, led[:2]) == 2
    assert (state(ada), state(ben)) == ((1, 1, 1), (2, 2, 2))


def test_what_others_hold_of_them_stays(clinic, ada, ben):
    cora = a_staff_member(clinic)
    patient = with_work(a_patient(clinic, lead=ada), cora)
    hand_over(ada, ben, [patient])
    assert (state(ben), state(cora)) == ((0, 1, 0), (1, 0, 1))


def test_it_is_written_down_for_each_patient(ada, ben, led, manager):
    hand_over(ada, ben, led, by=manager)
    rows = PatientHandover.objects.order_by("patient__family_name")
    assert [(row.patient, row.giver, row.receiver, row.reason, row.made_by) for row in rows] == [
        (patient, ada, ben, WHY, manager) for patient in led
    ]


def test_the_history_has_the_change_of_the_lead(ada, ben, led):
    hand_over(ada, ben, led[:1])
    newest = HistoryEntry.objects.filter(table_name="patients_patient", row_id=led[0].pk).latest("at", "id")
    assert "lead_id" in newest.changed


def test_the_receiver_is_told_without_names(ada, ben, led):
    hand_over(ada, ben, led)
    mail = OutboxMessage.objects.get(kind="cover")
    assert mail.to_address == ben.user.email
    assert [word for word in ("Ada", "Ash", "Birch", "Mondays") if word in mail.subject + mail.body] == []


def test_all_or_none(ada, ben, led):
    Patient.objects.filter(pk=led[1].pk).update(lead=None)
    with pytest.raises(caseloads.NoLongerTheirs):
        hand_over(ada, ben, led)
    assert (state(ada)[1], state(ben), PatientHandover.objects.count()) == (2, (0, 0, 0), 0)


def test_a_clinician_hands_over_the_own_patients_alone(ada, ben, led):
    with pytest.raises(NotAllowed):
        hand_over(ada, ben, led, by=ben)


def test_only_to_a_colleague_who_leads_patients(clinic, ada, led):
    gone = a_staff_member(clinic, is_active=False)
    for to in (ada, gone, a_staff_member(clinic, Role.REVIEWER), a_staff_member(a_clinic())):
        with pytest.raises(caseloads.NotASuccessor):
            hand_over(ada, to, led)


def test_neither_nobody_nor_without_a_reason(ada, ben, led):
    with pytest.raises(caseloads.NobodyChosen):
        hand_over(ada, ben, [])
    with pytest.raises(caseloads.ReasonMissing):
        hand_over(ada, ben, led, reason="  ")


# --- limited records


def as_staff(member):
    act_for(clinic_id=member.clinic_id, user_id=member.user_id, staff_id=member.pk, now=NOON)


def test_a_manager_moves_no_limited_record_not_even_by_its_key(ada, ben, led, manager):
    limit(led[2])
    with as_runtime():
        as_staff(manager)
        with pytest.raises(caseloads.NoLongerTheirs):
            hand_over(ada, ben, led, by=manager)
    assert (state(ada), state(ben)) == ((3, 3, 3), (0, 0, 0))


def test_its_lead_hands_it_over_with_everything_and_sees_it_no_longer(ada, ben, led):
    limit(led[2])
    kept = PatientHandover.objects.filter(patient=led[2])
    with as_runtime():
        as_staff(ada)
        hand_over(ada, ben, led)
        assert (Patient.objects.filter(pk=led[2].pk).count(), kept.count()) == (0, 0)
        as_staff(ben)
        assert (state(ben), kept.count()) == ((3, 3, 3), 1)
    assert LimitedRecord.objects.get().lead == ben


def test_the_managers_page_neither_names_nor_counts_it(client, ada, ben, led, manager):
    limit(led[2])
    sign_in_staff(client, manager)
    page = client.get(f"/people/{ada.pk}/patients/").content.decode()
    assert [name for name in ("Ash", "Birch", "Cox") if f"Pat {name}" in page] == ["Ash", "Birch"]
    answer = client.post(address(ada), {"everyone": "on", "to": str(ben.pk), "reason": WHY})
    assert "Hand 2 patients over to Ben Marsh?" in answer.content.decode()


# --- pages


def address(holder):
    return f"/people/{holder.pk}/patients/"


def typed(to, patients, **more):
    return {"patients": [str(patient.pk) for patient in patients], "to": str(to.pk), "reason": WHY, **more}


def test_the_first_press_asks_once_more_and_changes_nothing(client, ada, ben, led):
    answer = sign_in_staff(client, ada).post(address(ada), typed(ben, led[:1]))
    text = answer.content.decode()
    assert (answer.status_code, state(ben)) == (200, (0, 0, 0))
    assert [word for word in ("Hand 1 patient over to Ben Marsh?", "Pat Ash", WHY) if word not in text] == []


def test_the_second_press_does_it(client, ada, ben, led):
    answer = sign_in_staff(client, ada).post(address(ada), typed(ben, led[:1], confirmed="1"), follow=True)
    assert "Ben Marsh leads 1 more patient now" in answer.content.decode()
    assert state(ben) == (1, 1, 1)


def test_back_keeps_what_was_chosen(client, ada, ben, led):
    answer = sign_in_staff(client, ada).post(address(ada), typed(ben, led[:1], back="1"))
    assert (answer.status_code, state(ben)) == (200, (0, 0, 0))
    assert f'value="{led[0].pk}" id="id_patients_0" checked' in " ".join(answer.content.decode().split())


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("patients", "Tick at least one patient."),
        ("to", "Choose who takes them over."),
        ("reason", "Write why they are handed over."),
    ],
)
def test_what_is_missing_is_told_beside_the_field(client, ada, ben, led, missing, words):
    sent = typed(ben, led)
    del sent[missing]
    answer = sign_in_staff(client, ada).post(address(ada), sent)
    assert (answer.status_code, answer.context["form"].errors) == (422, {missing: [words]})


def test_a_patient_who_went_meanwhile_is_told_and_nothing_is_done(client, clinic, ada, ben, led):
    Patient.objects.filter(pk=led[0].pk).update(lead=a_staff_member(clinic))
    answer = sign_in_staff(client, ada).post(address(ada), typed(ben, led, confirmed="1"))
    assert (answer.status_code, list(answer.context["form"].errors), state(ben)) == (
        422,
        ["patients"],
        (0, 0, 0),
    )


def test_the_record_says_from_whom_to_whom_and_why(client, ada, ben, led):
    hand_over(ada, ben, led[:1])
    sign_in_staff(client, ben)
    pages = [client.get(f"/admin/patients/patient/{each.pk}/change/").content.decode() for each in led[:2]]
    words = f"Handed over by Ada Stone to Ben Marsh on 21 Nov 2026: {WHY}"
    assert [words in page for page in pages] == [True, False]


def test_another_clinicians_page_is_closed(client, ada, ben, led):
    assert sign_in_staff(client, ben).get(address(ada)).status_code == 403


def test_the_discharged_are_not_on_the_list(client, clinic, ada, ben):
    a_patient(clinic, family_name="Gone", lead=ada, discharged_on=TODAY)
    assert "No patient in care to hand over." in sign_in_staff(client, ada).get(address(ada)).content.decode()


# --- at the same moment


@pytest.mark.django_db(transaction=True)
def test_of_two_who_hand_over_the_same_patient_at_once_one_is_told(clinic, ada, ben, led, manager):
    cora = a_staff_member(clinic)
    answers = at_once(lambda: hand_over(ada, ben, led), lambda: hand_over(ada, cora, led[1:], by=manager))
    done = sum(isinstance(answer, int) for answer in answers)
    record(Figure("two hand over the same patients at once: done", done, "== 1"))
    assert sorted(map(str, answers)) in (["3", "NoLongerTheirs"], ["2", "NoLongerTheirs"])
    assert PatientHandover.objects.values("receiver").distinct().count() == 1
