"""The safety checklist before a patient's first programme."""

import pytest

from clinic.models import Role
from programmes.models import Programme, SafetyChecklist
from programmes.services import ending, prescribing, safety_checking
from tests.factories import NOON, a_checklist, a_clinic, a_draft, a_patient, a_programme, a_staff_member
from tests.programmes.builder.typed import MONDAY, a_fresh_draft, as_typed, change_page, doses
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db
NONE = {"none_of_these": "on"}


def kept(clinic):
    return SafetyChecklist.objects.for_clinic(clinic)


def test_saving_to_assign_leads_to_the_checklist_first_and_keeps_the_draft(desk, clinic, clinician):
    draft = a_fresh_draft(clinic, clinician)
    answer = desk.post(change_page(draft), as_typed(draft, assign="1", **{"weeks-0-minutes": "14"}))
    assert answer.url == change_page(draft, "checklist")
    assert doses(draft)[0] == (1, 3, 14)


def test_a_completed_list_is_kept_with_who_when_and_which(desk, clinic, clinician):
    draft = a_fresh_draft(clinic, clinician)
    typed = {**NONE, "parq_on": "2026-11-20", "parq_result": "no to all"}
    answer = desk.post(change_page(draft, "checklist"), typed)
    assert answer.url == change_page(draft, "assign")
    row = kept(clinic).get()
    assert (row.patient, row.version, row.present, row.decision) == (draft.patient, "uk-1", [], "go-ahead")
    assert (row.made_by, row.made_at, row.parq_result) == (clinician.user, NOON, "no to all")


def test_what_applies_asks_for_a_decision_with_a_reason(desk, clinic, clinician):
    draft = a_fresh_draft(clinic, clinician)
    typed = {"present": ["falls", "cancer"]}
    answer = desk.post(change_page(draft, "checklist"), typed)
    assert (answer.status_code, sorted(answer.context["form"].errors)) == (422, ["decision", "reason"])
    assert answer.content.decode().count("checked") == 2
    typed |= {"decision": "go-ahead", "reason": "Fell once, on ice."}
    desk.post(change_page(draft, "checklist"), typed)
    row = kept(clinic).get()
    assert (row.present, row.decision, row.reason) == (["cancer", "falls"], "go-ahead", "Fell once, on ice.")


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({}, ["none_of_these"]),
        ({**NONE, "present": ["falls"], "decision": "go-ahead", "reason": "x"}, ["none_of_these"]),
        ({"present": ["gout"]}, ["present"]),
        ({**NONE, "decision": "not-now"}, ["reason"]),
        ({**NONE, "parq_on": "2026-11-20"}, ["parq_result"]),
        ({**NONE, "parq_result": "no to all"}, ["parq_on"]),
        ({**NONE, "parq_on": "2026-12-20", "parq_result": "no"}, ["parq_on"]),
    ],
)
def test_half_an_answer_is_told_beside_the_field(desk, clinic, clinician, typed, fields):
    answer = desk.post(change_page(a_fresh_draft(clinic, clinician), "checklist"), typed)
    assert (answer.status_code, sorted(answer.context["form"].errors)) == (422, fields)
    assert not kept(clinic).exists()


def test_a_first_programme_is_not_assigned_without_it(desk, clinic, clinician):
    draft = a_fresh_draft(clinic, clinician)
    answer = desk.post(change_page(draft, "assign"), {"version": "1"})
    draft.refresh_from_db()
    assert (answer.status_code, draft.status) == (422, "draft")
    assert change_page(draft, "checklist") in answer.content.decode()


def test_a_list_that_advises_against_walking_stops_the_assignment(desk, clinic, clinician):
    draft = a_fresh_draft(clinic, clinician)
    a_checklist(draft.patient, clinician)
    typed = {"present": ["unstable_heart"], "decision": "not-now", "reason": "To the cardiologist first."}
    assert desk.post(change_page(draft, "checklist"), typed).url == change_page(draft)
    answer = desk.post(change_page(draft, "assign"), {"version": "1"})
    assert (answer.status_code, Programme.objects.running().exists()) == (422, False)
    assert "no programme for now" in answer.content.decode()


def test_a_later_programme_needs_no_new_list(clinic, clinician):
    patient = a_patient(clinic)
    first = a_programme(patient, clinician)
    kept(clinic).all().delete()
    ending.end_programme(programme=first, ending="completed", on=NOON.date(), by=clinician, now=NOON)
    draft = a_draft(patient, clinician, starts_on=MONDAY)
    prescribing.assign_programme(programme=draft, by=clinician, now=NOON)
    draft.refresh_from_db()
    assert draft.status == "active"


def test_another_patients_list_does_not_count(clinic, clinician):
    a_checklist(a_patient(clinic), clinician)
    with pytest.raises(safety_checking.NotChecked):
        prescribing.assign_programme(programme=a_fresh_draft(clinic, clinician), by=clinician, now=NOON)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.MANAGER])
def test_only_who_prescribes_completes_it(client, clinic, clinician, role):
    draft = a_fresh_draft(clinic, clinician)
    answer = sign_in_staff(client, a_staff_member(clinic, role)).post(change_page(draft, "checklist"), NONE)
    assert (answer.status_code, kept(clinic).exists()) == (403, False)


def test_another_clinics_draft_is_not_found(desk):
    other = a_clinic("Oak Clinic")
    draft = a_fresh_draft(other, a_staff_member(other))
    assert desk.post(change_page(draft, "checklist"), NONE).status_code == 404
    assert not kept(other).exists()


@pytest.mark.parametrize(
    ("answers", "refusal"),
    [
        ({"present": frozenset({"gout"}), "reason": "x"}, safety_checking.UnknownItem),
        ({"present": frozenset({"falls"})}, safety_checking.DecisionNeeded),
        ({"decision": "not-now"}, safety_checking.DecisionNeeded),
    ],
)
def test_the_verb_keeps_no_half_answer(clinic, clinician, answers, refusal):
    with pytest.raises(refusal):
        a_checklist(a_patient(clinic), clinician, **answers)


def test_the_record_shows_what_was_asked(desk, clinic, clinician):
    row = a_checklist(a_patient(clinic), clinician, present=frozenset({"falls"}), reason="On ice.")
    shown = desk.get(f"/admin/programmes/safetychecklist/{row.pk}/change/").content.decode()
    assert "A fall in the last year" in shown
    assert 'name="reason"' not in shown
