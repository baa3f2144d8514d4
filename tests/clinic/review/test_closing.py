"""Closing an item: what it needs, who may, and what came in meanwhile."""

import pytest

from clinic.models import Role
from programmes.services import reviewing
from tests.clinic.review.items import NOW, SAFETY, an_item, attempt, close, stored
from tests.factories import a_staff_member
from tests.programmes.test_wording import SILENCE
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db


def test_closing_stores_outcome_and_note(client, clinic, ada):
    item = an_item(clinic)
    close(client, item, note="Back to normal")
    closed = stored(item)
    assert (closed.status, closed.outcome, closed.close_note, closed.closed_by) == (
        "completed",
        "already-known",
        "Back to normal",
        ada.user,
    )


def test_closing_without_an_outcome_is_refused(client, clinic, ada):
    item = an_item(clinic)
    response = close(client, item, outcome="", note="Half a thought")
    assert (response.status_code, response.context["close_form"]["note"].value()) == (422, "Half a thought")


def test_closing_with_a_flag_not_yet_seen_is_refused(client, clinic, ada):
    item = an_item(clinic)
    seen = [flag.as_read for flag in item.flags.all()]
    an_item(clinic, patient=item.patient, code="ADHERENCE_DROPPED", evidence=SILENCE)
    response = close(client, item, note="Spoke to Pat", seen=seen)
    assert (response.status_code, stored(item).status, response.context["close_form"]["note"].value()) == (
        409,
        "requested",
        "Spoke to Pat",
    )


def test_after_that_refusal_the_page_counts_the_new_flag_as_seen(client, clinic, ada):
    item = an_item(clinic)
    an_item(clinic, patient=item.patient, code="ADHERENCE_DROPPED", evidence=SILENCE)
    text = close(client, item, seen=[]).content.decode()
    assert [f'name="seen" value="{flag.as_read}"' in text for flag in item.flags.all()] == [True, True]


@pytest.mark.parametrize("seen", ["", "x", "1' OR 1=1", "0" * 36])
def test_an_altered_flag_identifier_closes_nothing(client, clinic, ada, seen):
    item = an_item(clinic)
    assert (close(client, item, seen=[seen]).status_code, stored(item).status) == (409, "requested")


def test_closing_what_is_closed_is_a_conflict(client, clinic, ada):
    item = an_item(clinic)
    close(client, item)
    assert close(client, item).status_code == 409


def test_closing_what_somebody_else_holds_is_a_conflict(client, clinic, ada):
    item = an_item(clinic)
    reviewing.claim_item(item=item, by=a_staff_member(clinic), now=NOW)
    assert (close(client, item).status_code, stored(item).status) == (409, "in-progress")


def test_a_reviewer_may_not_use_a_clinical_outcome(client, clinic):
    sign_in_staff(client, a_staff_member(clinic, Role.REVIEWER))
    item = an_item(clinic)
    assert (close(client, item, outcome="false-alarm").status_code, stored(item).status) == (422, "requested")


def test_a_reviewer_may_not_close_a_safety_answer(client, clinic):
    sign_in_staff(client, a_staff_member(clinic, Role.REVIEWER))
    item = an_item(clinic, code="SAFETY", severity="urgent", evidence=SAFETY)
    assert (close(client, item, outcome="transferred").status_code, stored(item).status) == (403, "requested")


@pytest.mark.parametrize("outcome", ["contacted-no-change", "contacted-plan-changed"])
def test_contacted_needs_a_contact_that_reached_the_patient(client, clinic, ada, outcome):
    item = an_item(clinic)
    attempt(client, item, "no-answer")
    response = close(client, item, outcome=outcome, note="Fine")
    assert (response.status_code, stored(item).status, response.context["close_form"].errors["outcome"]) == (
        422,
        "requested",
        ["Note a contact in which you spoke to the patient first, or choose another outcome."],
    )


def test_a_contact_on_an_earlier_item_does_not_count(client, clinic, ada):
    earlier = an_item(clinic)
    attempt(client, earlier, "reached")
    close(client, earlier)
    item = an_item(clinic, patient=earlier.patient)
    assert close(client, item, outcome="contacted-no-change").status_code == 422


def test_what_was_typed_stays_after_that_refusal(client, clinic, ada):
    form = close(client, an_item(clinic), outcome="contacted-no-change", note="Fine").context["close_form"]
    assert (form["outcome"].value(), form["note"].value()) == ("contacted-no-change", "Fine")


def test_contacted_is_accepted_once_the_patient_was_reached(client, clinic, ada):
    item = an_item(clinic)
    attempt(client, item, "reached")
    close(client, item, outcome="contacted-no-change")
    assert stored(item).outcome == "contacted-no-change"


@pytest.mark.parametrize(
    ("results", "status"),
    [
        (["no-answer", "message-left"], "requested"),
        (["no-answer", "no-answer", "wrong-number"], "requested"),
        (["no-answer", "message-left", "no-answer"], "completed"),
    ],
)
def test_no_answer_needs_three_attempts_in_vain(client, clinic, ada, results, status):
    item = an_item(clinic)
    for result in results:
        attempt(client, item, result)
    close(client, item, outcome="no-answer")
    assert stored(item).status == status


@pytest.mark.parametrize(
    ("note", "status"), [("", "requested"), ("   ", "requested"), ("Sent to A&E", "completed")]
)
def test_a_safety_answer_is_closed_with_a_note(client, clinic, ada, note, status):
    item = an_item(clinic, code="SAFETY", severity="urgent", evidence=SAFETY)
    close(client, item, outcome="urgent-care", note=note)
    assert stored(item).status == status


def test_the_missing_note_is_told_beside_the_field(client, clinic, ada):
    item = an_item(clinic, code="SAFETY", severity="urgent", evidence=SAFETY)
    response = close(client, item, outcome="urgent-care")
    assert (response.status_code, response.context["close_form"].errors) == (
        422,
        {"note": ["Write what was done about the safety answer."]},
    )


def test_an_answer_that_came_in_since_the_page_was_read_is_not_closed_with_it(client, clinic, ada):
    item = an_item(clinic, code="SAFETY", severity="urgent", evidence=SAFETY)
    read = [flag.as_read for flag in item.flags.all()]
    item.flags.update(latest=SAFETY | {"items": ["chest_pain", "fever"]})
    response = close(client, item, note="Called an ambulance", seen=read)
    assert (response.status_code, stored(item).status) == (409, "requested")
