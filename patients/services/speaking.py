"""Which language a patient reads: the own choice while the clinic offers it, else English (ADR 0047)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils import translation

from clinic.languages import SOURCE, name_of
from clinic.services.languages import offered, offered_in, offered_to_visitors
from patients.models import Patient


def languages_of(patient: Any) -> list[str]:
    """What this patient may choose from; without a query where the record brought the approvals along."""
    held = getattr(patient, "approved_languages", None)
    return offered_in(patient.clinic) if held is None else offered(patient.clinic, held)


def language_of(patient: Patient, languages: list[str] | None = None) -> str:
    """The language in which this patient is spoken to."""
    if patient.language in ("", SOURCE):
        return SOURCE
    known = languages_of(patient) if languages is None else languages
    return patient.language if patient.language in known else SOURCE


def speak_with(patient: Patient, languages: list[str]) -> None:
    """For the rest of this request. Who has not chosen yet keeps the language of the browser, if offered."""
    if patient.language:
        translation.activate(language_of(patient, languages))
    elif translation.get_language() not in languages:
        translation.activate(SOURCE)


@contextmanager
def speaking_to(patient: Patient) -> Iterator[None]:
    """What is written in here (a mail, a letter, a plan on paper) is in this patient's language."""
    with translation.override(language_of(patient)):
        yield


def other_languages(patient: Any) -> list[tuple[str, str]]:
    """Code and own name of each language to switch to; empty where there is no choice."""
    offered_now = offered_to_visitors() if patient is None else languages_of(patient)
    return [(code, name_of(code)) for code in offered_now if code != translation.get_language()]
