"""What each action on an item does or refuses: claim, hand back, contact, snooze, take over."""

import pytest

from clinic.models import Role
from programmes.models import ContactAttempt
from programmes.services import reviewing
from tests.clinic.review.items import NOW, SAFETY, act, an_item, page, stored
from tests.factories import a_clinic, a_staff_member
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db


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


def test_a_manager_may_look_but_not_claim(client, clinic):
    sign_in_staff(client, a_staff_member(clinic, Role.MANAGER))
    item = an_item(clinic)
    assert (client.get(page(item)).status_code, act(client, item, "claim").status_code) == (200, 403)


@pytest.mark.parametrize("verb", ["claim", "hand-back", "contact", "snooze", "close"])
def test_an_action_opened_as_a_page_leads_to_the_item(client, clinic, ada, verb):
    item = an_item(clinic)
    response = client.get(f"/review/{item.pk}/{verb}/")
    assert (response.status_code, response["Location"]) == (302, page(item))


def test_a_pain_items_snooze_error_says_nothing_of_safety(client, clinic, ada):
    response = act(client, an_item(clinic), "snooze", **{"snooze-until": "2026-12-05"})
    assert response.context["snooze_form"].errors == {
        "until": ["Choose a day from tomorrow on, at most 14 days ahead."]
    }


def test_a_manager_reads_who_acts(client, clinic):
    sign_in_staff(client, a_staff_member(clinic, Role.MANAGER))
    assert "A clinician or reviewer acts on this." in client.get(page(an_item(clinic))).content.decode()


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
