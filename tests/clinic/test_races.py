"""Two colleagues, or two processes, at once: one mail, one next version, one last factor, no lost choice."""

from functools import partial

import pytest
from allauth.mfa.models import Authenticator

from clinic.models import Clinic, MessageKind, PrivacyText, Role
from clinic.services.languages import Approver, offer_language, record_approval
from clinic.services.post import Letter, deliver_due_messages, post_message
from clinic.services.privacy import publish_notice
from clinic.services.second_factor import keep_passkey, new_recovery_codes, remove_factor
from tests.at_once import at_once
from tests.factories import NOON, a_clinic, a_staff_member
from tests.languages.pseudo import PSEUDO
from tests.second_factors import App

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = NOON.date()


def test_two_senders_at_once_send_a_mail_once(mailoutbox):
    letter = Letter("A safety answer is waiting", "Open the review queue.")
    post_message(
        kind=MessageKind.SAFETY_ALERT, key="one", to_address="duty@clinic.example", letter=letter, now=NOON
    )
    sent = at_once(*[partial(deliver_due_messages, now=NOON)] * 2)
    assert (sorted(sent), len(mailoutbox)) == ([0, 1], 1)


def test_two_managers_who_publish_at_once_make_two_versions():
    clinic = a_clinic()
    text = {"title": "Notice", "body": "What we keep.", "in_force_from": TODAY, "today": TODAY}
    managers = [a_staff_member(clinic, Role.MANAGER) for _each in range(2)]
    at_once(*(partial(publish_notice, by=manager, **text) for manager in managers))
    versions = PrivacyText.objects.filter(clinic=clinic).values_list("version", flat=True)
    assert sorted(versions) == [1, 2]


def test_two_managers_who_choose_languages_at_once_both_have_their_way(complete):
    clinic = a_clinic(languages=["pl"])
    managers = [a_staff_member(clinic, Role.MANAGER) for _each in range(2)]
    record_approval(language=PSEUDO, approver=Approver("Zofia Lis", "KIF 12345", TODAY), by=None, now=NOON)
    choices = zip(managers, (PSEUDO, "pl"), (True, False), strict=True)
    at_once(
        *(
            partial(offer_language, language=language, is_offered=is_offered, by=manager, now=NOON)
            for manager, language, is_offered in choices
        )
    )
    assert Clinic.objects.get(pk=clinic.pk).languages == [PSEUDO]


def test_of_two_factors_removed_at_once_one_stays():
    user = a_staff_member(a_clinic()).user
    App.of(user, NOON)
    keep_passkey(user=user, name="Laptop", credential={}, now=NOON)
    removals = [
        partial(remove_factor, user=user, factor_id=factor.pk, required=True, now=NOON)
        for factor in Authenticator.objects.filter(user=user)
    ]
    assert sorted(at_once(*removals), key=str) == ["LastFactor", None]
    assert Authenticator.objects.filter(user=user).count() == 1


def test_two_who_make_recovery_codes_at_once_leave_one_set():
    user = a_staff_member(a_clinic()).user
    App.of(user, NOON)
    made = at_once(*[partial(new_recovery_codes, user=user, now=NOON, first=True)] * 2)
    assert [len(codes) for codes in made] == [10, 10]
    assert Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).count() == 1
