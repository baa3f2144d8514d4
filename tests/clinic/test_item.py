"""One review item: the page, and what each action does or refuses."""

from datetime import timedelta

import pytest
import time_machine
from uuid_utils.compat import uuid7

from clinic.models import Role
from programmes.models import ContactAttempt, Flag, ReviewItem
from programmes.services import reviewing
from tests.answers import without_number
from tests.clinic.test_queue import NOW, PAGE_QUERIES, SAFETY, TODAY, a_full_item, an_item, queries_of
from tests.factories import a_clinic, a_patient, a_programme, a_staff_member, a_walk
from tests.programmes.test_wording import SILENCE
from tests.signing_in import sign_in_staff

ITEM_QUERIES = 10

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _stand_still():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def clinic():
    return a_clinic()


@pytest.fixture
def ada(client, clinic):
    """A clinician, signed in."""
    member = a_staff_member(clinic, name="Ada Stone")
    sign_in_staff(client, member)
    return member


def page(item):
    return f"/review/{item.pk}/"


def act(client, item, verb, **fields):
    return client.post(f"/review/{item.pk}/{verb}/", fields)


def close(client, item, *, outcome="already-known", note="", seen=None):
    shown = [flag.as_read for flag in item.flags.all()] if seen is None else seen
    return act(client, item, "close", **{"close-outcome": outcome, "close-note": note, "seen": shown})


def stored(item):
    return ReviewItem.objects.get(pk=item.pk)


def test_the_page_costs_ten_reads(client, clinic, ada):
    item = a_full_item(clinic, ada)
    assert queries_of(client, page(item)) == PAGE_QUERIES + ITEM_QUERIES


def test_a_long_history_costs_the_same_ten_reads(client, clinic, ada):
    item = a_full_item(clinic, ada)
    programme = item.patient.programmes.get()
    for days in range(20, 45):
        a_walk(programme, TODAY - timedelta(days=days))
    for _closed in range(3):
        close(client, item)
        item = an_item(clinic, patient=item.patient)
    client.get(page(item))  # takes what closing said out of the session
    assert queries_of(client, page(item)) == PAGE_QUERIES + ITEM_QUERIES


def test_the_evidence_shows_the_very_data_points(client, clinic, ada):
    response = client.get(page(an_item(clinic)))
    assert [point.on for point in response.context["evidence"][0].points] == [
        "20 Nov 2026",
        "18 Nov 2026",
        "1 Nov 2026",
    ]


def test_the_rule_version_is_printed(client, clinic, ada):
    text = client.get(page(an_item(clinic))).content.decode()
    assert f"rule version {Flag.objects.get().rule_version}" in text


def test_both_plots_share_one_time_axis(client, clinic, ada):
    item = a_full_item(clinic, ada)  # the programme began on 5 October, 47 days ago: week 7
    plots = client.get(page(item)).context["plots"]
    slot = (plots.frame.right - plots.frame.left) / 7
    yesterday = plots.frame.left + slot * (45 + 0.5) / 7
    assert (len(plots.bars), plots.pain[-1].place.x) == (7, round(yesterday, 1))


def test_a_week_without_a_report_is_a_gap_not_zero(client, clinic, ada):
    item = a_full_item(clinic, ada)
    assert client.get(page(item)).context["plots"].bars[0].week.walked is None


def test_notes_stand_in_the_table_of_walks(client, clinic, ada):
    programme = a_programme(a_patient(clinic), ada)
    a_walk(programme, TODAY, note="Stopped at the <bridge>")
    item = an_item(clinic, patient=programme.patient)
    assert "Stopped at the &lt;bridge&gt;" in client.get(page(item)).content.decode()


def test_not_sure_and_unanswered_pain_are_different(client, clinic, ada):
    programme = a_programme(a_patient(clinic), ada)
    a_walk(programme, TODAY, pain=None, pain_before_not_sure=True)
    item = an_item(clinic, patient=programme.patient)
    assert client.get(page(item)).context["walks"][0].pain == "not sure → –"


def test_two_walks_of_one_day_stand_newest_first(client, clinic, ada):
    programme = a_programme(a_patient(clinic), ada)
    for hour, minutes in ((8, 10), (18, 20)):
        a_walk(programme, TODAY - timedelta(days=1), minutes=minutes, now=NOW + timedelta(hours=hour - 33))
    item = an_item(clinic, patient=programme.patient)
    assert [row.minutes for row in client.get(page(item)).context["walks"]] == ["20 of 15", "10 of 15"]


def test_another_clinics_item_answers_like_a_missing_one(client, clinic, ada):
    foreign = client.get(page(an_item(a_clinic())))
    missing = client.get(f"/review/{uuid7()}/")
    assert (foreign.status_code, without_number(foreign)) == (404, without_number(missing))


@pytest.mark.parametrize("verb", ["claim", "hand-back", "contact", "snooze", "close"])
def test_no_action_reaches_another_clinics_item(client, clinic, ada, verb):
    assert act(client, an_item(a_clinic()), verb).status_code == 404


def test_claiming_takes_the_item(client, clinic, ada):
    item = an_item(clinic)
    response = act(client, item, "claim")
    assert (response["Location"], stored(item).claimed_by) == (page(item), ada)


def test_the_second_person_reads_who_was_faster(client, clinic, ada):
    item = an_item(clinic)
    reviewing.claim_item(item=item, by=a_staff_member(clinic, name="Ben Reed"), now=NOW)
    response = act(client, item, "claim")
    assert (response.status_code, response.context["problem"]) == (
        409,
        "Ben Reed is looking at this. Nothing was saved.",
    )


def test_handing_back_frees_the_item(client, clinic, ada):
    item = an_item(clinic)
    act(client, item, "claim")
    act(client, item, "hand-back")
    assert stored(item).claimed_by is None


def test_handing_back_what_one_does_not_hold_is_refused(client, clinic, ada):
    assert act(client, an_item(clinic), "hand-back").status_code == 409


def test_a_contact_is_noted_with_its_next_date(client, clinic, ada):
    item = an_item(clinic)
    fields = {"contact-channel": "phone", "contact-result": "message-left", "contact-note": "Voicemail"}
    act(client, item, "contact", **fields, **{"contact-next_on": "2026-11-23"})
    contact = ContactAttempt.objects.get(item=item)
    assert (contact.channel, contact.result, contact.note, f"{contact.next_on}", contact.made_by) == (
        "phone",
        "message-left",
        "Voicemail",
        "2026-11-23",
        ada,
    )


def test_a_contact_without_a_result_keeps_what_was_typed(client, clinic, ada):
    fields = {"contact-channel": "phone", "contact-note": "Voicemail"}
    response = act(client, an_item(clinic), "contact", **fields)
    assert (response.status_code, response.context["contact_form"]["note"].value()) == (422, "Voicemail")


def test_a_next_try_in_the_past_is_refused(client, clinic, ada):
    fields = {"contact-channel": "phone", "contact-result": "no-answer", "contact-next_on": "2026-11-19"}
    response = act(client, an_item(clinic), "contact", **fields)
    assert (response.status_code, ContactAttempt.objects.count()) == (422, 0)


def test_a_nul_in_a_note_is_an_error_beside_the_field(client, clinic, ada):
    fields = {"contact-channel": "phone", "contact-result": "no-answer", "contact-note": "a\x00b"}
    response = act(client, an_item(clinic), "contact", **fields)
    assert (response.status_code, list(response.context["contact_form"].errors)) == (422, ["note"])


def test_snoozing_rests_the_item(client, clinic, ada):
    item = an_item(clinic)
    act(client, item, "snooze", **{"snooze-until": "2026-11-27"})
    assert (stored(item).status, f"{stored(item).snoozed_until}") == ("on-hold", "2026-11-27")


def test_snoozing_longer_than_14_days_is_refused(client, clinic, ada):
    response = act(client, an_item(clinic), "snooze", **{"snooze-until": "2026-12-05"})
    assert (response.status_code, response.context["snooze_form"]["until"].value()) == (422, "2026-12-05")


def test_a_safety_answer_cannot_be_snoozed(client, clinic, ada):
    item = an_item(clinic, code="SAFETY", severity="urgent", evidence=SAFETY)
    response = act(client, item, "snooze", **{"snooze-until": "2026-11-27"})
    assert (response.status_code, stored(item).status) == (422, "requested")


def test_a_safety_answer_does_not_offer_snoozing(client, clinic, ada):
    item = an_item(clinic, code="SAFETY", severity="urgent", evidence=SAFETY)
    assert not client.get(page(item)).context["may_snooze"]


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


def test_a_reviewer_is_offered_only_what_a_reviewer_may_use(client, clinic):
    sign_in_staff(client, a_staff_member(clinic, Role.REVIEWER))
    form = client.get(page(an_item(clinic))).context["close_form"]
    assert [code for code, _label in form.fields["outcome"].choices] == [
        "",
        "data-error",
        "already-known",
        "declined",
        "urgent-care",
        "transferred",
        "no-answer",
    ]


def test_a_reviewer_may_not_use_a_clinical_outcome(client, clinic):
    sign_in_staff(client, a_staff_member(clinic, Role.REVIEWER))
    item = an_item(clinic)
    assert (close(client, item, outcome="false-alarm").status_code, stored(item).status) == (422, "requested")


def test_a_reviewer_may_not_close_a_safety_answer(client, clinic):
    sign_in_staff(client, a_staff_member(clinic, Role.REVIEWER))
    item = an_item(clinic, code="SAFETY", severity="urgent", evidence=SAFETY)
    assert (close(client, item, outcome="transferred").status_code, stored(item).status) == (403, "requested")


def test_a_manager_may_look_but_not_claim(client, clinic):
    sign_in_staff(client, a_staff_member(clinic, Role.MANAGER))
    item = an_item(clinic)
    assert (client.get(page(item)).status_code, act(client, item, "claim").status_code) == (200, 403)


def test_earlier_items_stand_in_the_history_with_their_outcome(client, clinic, ada):
    item = an_item(clinic)
    close(client, item, note="Back to normal")
    later = an_item(clinic, patient=item.patient)
    earlier = client.get(page(later)).context["earlier"]
    assert [(old["outcome"], old["flags"], old["note"]) for old in earlier] == [
        ("Already known – Ada Stone", "pain rising", "Back to normal")
    ]


@pytest.mark.parametrize("verb", ["claim", "hand-back", "contact", "snooze", "close"])
def test_an_action_opened_as_a_page_leads_to_the_item(client, clinic, ada, verb):
    item = an_item(clinic)
    response = client.get(f"/review/{item.pk}/{verb}/")
    assert (response.status_code, response["Location"]) == (302, page(item))


def attempt(client, item, result):
    act(client, item, "contact", **{"contact-channel": "phone", "contact-result": result})


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


def test_a_pain_items_snooze_error_says_nothing_of_safety(client, clinic, ada):
    response = act(client, an_item(clinic), "snooze", **{"snooze-until": "2026-12-05"})
    assert response.context["snooze_form"].errors == {
        "until": ["Choose a day from tomorrow on, at most 14 days ahead."]
    }


def test_a_manager_reads_who_acts(client, clinic):
    sign_in_staff(client, a_staff_member(clinic, Role.MANAGER))
    assert "A clinician or reviewer acts on this." in client.get(page(an_item(clinic))).content.decode()


def test_an_answer_that_came_in_since_the_page_was_read_is_not_closed_with_it(client, clinic, ada):
    item = an_item(clinic, code="SAFETY", severity="urgent", evidence=SAFETY)
    read = [flag.as_read for flag in item.flags.all()]
    item.flags.update(latest=SAFETY | {"items": ["chest_pain", "fever"]})
    response = close(client, item, note="Called an ambulance", seen=read)
    assert (response.status_code, stored(item).status) == (409, "requested")


def test_a_clinician_takes_over_from_a_colleague_who_is_away(client, clinic, ada):
    item, tom = an_item(clinic), a_staff_member(clinic, Role.REVIEWER)
    reviewing.claim_item(item=item, by=tom, now=NOW)
    act(client, item, "take-over", holder=tom.pk)
    assert stored(item).claimed_by == ada


def test_nobody_takes_over_from_somebody_who_no_longer_holds_it(client, clinic, ada):
    item, tom = an_item(clinic), a_staff_member(clinic)
    reviewing.claim_item(item=item, by=a_staff_member(clinic), now=NOW)
    assert act(client, item, "take-over", holder=tom.pk).status_code == 409


def test_a_reviewer_takes_nothing_over(client, clinic):
    item, ada = an_item(clinic), a_staff_member(clinic)
    reviewing.claim_item(item=item, by=ada, now=NOW)
    sign_in_staff(client, a_staff_member(clinic, Role.REVIEWER))
    assert act(client, item, "take-over", holder=ada.pk).status_code == 403
    assert stored(item).claimed_by == ada
