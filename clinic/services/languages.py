"""Which languages patients are offered, and who answers for the words in them (ADR 0047)."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from django.db import transaction

from clinic.languages import SOURCE, approvable, shipped
from clinic.models import Clinic, LanguageDecision, StaffMember, User
from clinic.permissions import Actor, require


class NotComplete(Exception):
    """A safety text of this language has no translation, or Waymark does not ship it."""


class NotApproved(Exception):
    """No approval holds for the words of this language as they are now."""


@dataclass(frozen=True)
class Approver:
    """Who read every safety text in that language: name, registration with a professional body, the day."""

    name: str
    registration: str
    on: date


def approved() -> list[str]:
    """The languages for which an approval holds; one query, or none where nothing could be approved."""
    if not approvable():
        return []
    held = set(LanguageDecision.objects.holding().values_list("language", flat=True))
    return [language for language in shipped() if language in held]


def offered_in(clinic: Clinic) -> list[str]:
    """What this clinic's patients may choose from, the source first."""
    return offered(clinic, approved())


def offered(clinic: Clinic, held: list[str]) -> list[str]:
    """The same where it is known for which languages an approval holds."""
    return [SOURCE, *(language for language in held if language in clinic.languages)]


def offered_to_visitors() -> list[str]:
    """Before anybody signs in: what any clinic here offers."""
    held = approved()
    wanted = set(chain(*Clinic.objects.values_list("languages", flat=True))) if held else set()
    return [SOURCE, *(language for language in held if language in wanted)]


@transaction.atomic
def approve_language(*, language: str, approver: Approver, by: Actor, now: datetime) -> LanguageDecision:
    """Records that somebody read the safety texts as they are now. Raises NotComplete or NotAllowed."""
    require(by, "approve_language")
    return record_approval(language=language, approver=approver, by=by.user, now=now)


@transaction.atomic
def record_approval(*, language: str, approver: Approver, by: User | None, now: datetime) -> LanguageDecision:
    """The same for whoever runs the installation, from a terminal. Raises NotComplete."""
    words = approvable().get(language)
    if words is None:
        raise NotComplete
    return _decide(language, words, approver, is_approved=True, by=by, now=now)


@transaction.atomic
def withdraw_approval(*, language: str, approver: Approver, by: Actor, now: datetime) -> LanguageDecision:
    """Patients are offered it no more, in any clinic. Raises NotApproved or NotAllowed."""
    require(by, "approve_language")
    held = LanguageDecision.objects.holding().filter(language=language).first()
    if held is None:
        raise NotApproved
    return _decide(language, held.digest, approver, is_approved=False, by=by.user, now=now)


def _decide(
    language: str, words: str, approver: Approver, *, is_approved: bool, by: User | None, now: datetime
) -> LanguageDecision:
    return LanguageDecision.objects.create(
        language=language,
        is_approved=is_approved,
        digest=words,
        name=approver.name,
        registration=approver.registration,
        decided_on=approver.on,
        recorded_at=now,
        recorded_by=by,
    )


@transaction.atomic
def offer_language(*, language: str, is_offered: bool, by: StaffMember, now: datetime) -> None:
    """Whether patients of this clinic may choose it. Raises NotApproved or NotAllowed."""
    require(by, "offer_language")
    if is_offered and language not in approved():
        raise NotApproved
    clinic = Clinic.objects.select_for_update(no_key=True).get(pk=by.clinic_id)
    others = [each for each in clinic.languages if each != language]
    clinic.languages = [*others, language] if is_offered else others
    clinic.save(update_fields=["languages"])
    by.clinic.languages = clinic.languages
