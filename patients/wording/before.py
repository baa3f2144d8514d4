""" "Before you start": what every patient reads first, and the part of it that a clinic may write itself.

The symptoms that need help, "stop and call 999" and "not watched all the time" are the product's, whatever a
clinic writes: an own version must not lose them.
"""

from typing import Protocol

from django.utils.translation import gettext_lazy

from patients.wording.cards import Part, parts_of
from programmes.models import PatientText, Shows

BEFORE_TEXT_VERSION = "before-1"  # of templates/patients/_before_text.html with OWN_WORDS, stored when read

OWN_WORDS = gettext_lazy(
    "- Start with flat, even ground. Wear shoes that hold your feet well.\n"
    "- Begin and end slowly. Walk at the pace of your plan.\n"
    "- A little soreness is normal when you start. It should settle by the next morning."
)


class Decided(Protocol):
    """What a clinic decided about the text: a PatientText, or its columns."""

    @property
    def shows(self) -> str: ...
    @property
    def version(self) -> int: ...


def is_own(own: Decided | None) -> bool:
    """Whether a clinic's own words stand here, which nobody translates."""
    return own is not None and own.shows == Shows.OWN


def before_version(own: Decided | None) -> str:
    """Which words a patient reads: the product's version, and the clinic's own after it."""
    if own is None or not is_own(own):
        return BEFORE_TEXT_VERSION
    return f"{BEFORE_TEXT_VERSION}+{own.version}"


def before_parts(own: PatientText | None) -> list[Part]:
    """The part that the clinic may have written, in paragraphs and lists."""
    return parts_of(own.body if own and is_own(own) else str(OWN_WORDS))
