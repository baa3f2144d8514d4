"""The cards to learn from, in our own words, and what a clinic put in their place.

CARDS_VERSION ties the words to a number (a test compares their digest): a changed word is a new version. No
physio has reviewed them; a clinic can check, replace or hide each (programmes/services/learning.py).
What the two articles disagree about (a weak middle, posture as a cause) no card claims.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.formats.dates import full_day
from programmes.clinical.learning import Card
from programmes.models import PatientText, Shows

CARDS_VERSION = "cards-1"
WRITTEN_ON, LOOK_AGAIN_BY = date(2026, 11, 22), date(2027, 11, 22)
ASCENTI = gettext_lazy("Ascenti, “Walking and back pain” (2021)")
CONVERSATION = gettext_lazy(
    "Redwood-Brown and Wilson, “Walking is great for lower back pain”, The Conversation (2024)"
)
BOTH = (ASCENTI, CONVERSATION)
OUR_RULES = gettext_lazy("The rules of your plan")

Part = tuple[str, list[str]]  # "p" with one paragraph, or "ul" with its points


@dataclass(frozen=True, slots=True)
class Shown:
    """A card as its reader finds it."""

    code: str
    title: str
    parts: list[Part]
    source: str
    said_on: date  # checked by the clinic, or written by us
    by_clinic: bool
    is_own: bool = False  # in the clinic's own words, which nobody translates

    @property
    def number(self) -> int:
        return number_of(self.code)


# code: (title, text, sources). An empty line begins a paragraph, "- " a point of a list.
CARDS: dict[Card, tuple[Any, Any, tuple[Any, ...]]] = {
    Card.START: (
        gettext_lazy("How to start"),
        gettext_lazy(
            "Start small. Your plan tells you how long to walk.\n\n"
            "- Walk on flat ground at first.\n"
            "- Walk at a pace where you can still talk.\n"
            "- Does a walk feel too long? Split it into shorter walks.\n"
            "- A good day is not a day to do more. Your plan grows step by step.\n\n"
            "Some soreness is common when you start. It should settle by the next morning. "
            "Does it not? Then tell us when you log your next walk."
        ),
        BOTH,
    ),
    Card.SHOES: (
        gettext_lazy("Shoes and ground"),
        gettext_lazy(
            "Good shoes make a walk easier.\n\n"
            "- Wear shoes that hold your feet well.\n"
            "- Pick soles that do not slip.\n"
            "- Tie the laces, also for a short walk.\n\n"
            "Flat, even ground is best at first. A path in a park is good. Leave steep hills and rough "
            "paths for later. Take care on wet leaves and ice."
        ),
        BOTH,
    ),
    Card.WARM_UP: (
        gettext_lazy("Warm-up and stretches"),
        gettext_lazy(
            "Begin each walk slowly. End it slowly too. Your plan says for how many minutes. They are part "
            "of your walk, not extra.\n\n"
            "Do you like to stretch? Then do it after your walk, when you are warm.\n\n"
            "- Move gently. Do not bounce.\n"
            "- Breathe as usual.\n"
            "- Stop if it hurts more."
        ),
        BOTH,
    ),
    Card.CARRYING: (
        gettext_lazy("Carrying things evenly"),
        gettext_lazy(
            "Do you carry things on your walk? Share the load between both sides.\n\n"
            "- Use a rucksack with both straps.\n"
            "- Or carry two light bags, one in each hand.\n"
            "- Leave at home what you do not need.\n\n"
            "Walk tall and let your arms swing. Find a way of walking that feels easy for you. "
            "There is no perfect way to stand."
        ),
        (ASCENTI,),
    ),
    Card.WATER: (
        gettext_lazy("Water"),
        gettext_lazy(
            "Drink some water before you go out, and when you are back.\n\n"
            "- Take a bottle when it is hot.\n"
            "- Take a bottle when you are out for long.\n\n"
            "Has a doctor told you to drink less? Then keep to what they told you."
        ),
        (ASCENTI,),
    ),
    Card.EVERYDAY: (
        gettext_lazy("Moving more in your day"),
        gettext_lazy(
            "Long sitting makes many backs stiff. Get up often, even for a moment.\n\n"
            "- Stand up while you are on the phone.\n"
            "- Walk to the shop if it is near.\n"
            "- Get off the bus a little early.\n"
            "- Take the stairs if that feels fine.\n\n"
            "Keep your planned walks as they are. Small moves in between are no test. Do what suits your day."
        ),
        BOTH,
    ),
    Card.VARIETY: (
        gettext_lazy("New paths, new fun"),
        gettext_lazy(
            "Walking gets dull when it is always the same. Change something, but keep to your minutes.\n\n"
            "- Take another path.\n"
            "- Walk with a friend, or with music.\n"
            "- Go at another time of day.\n\n"
            "Would you like to go on a hike one day? Talk with your physio team. They can plan longer walks "
            "and hills with you."
        ),
        BOTH,
    ),
    Card.INTERVALS: (
        gettext_lazy("Fast and slow parts"),
        gettext_lazy(
            "Fast parts make a walk more varied. Do them only when they are in your plan.\n\n"
            "- Begin slowly, as always.\n"
            "- In a fast part you can say only a few words at a time.\n"
            "- Then walk easily until you can talk again.\n"
            "- End slowly.\n\n"
            "Is it too much today? Walk the whole time at an easy pace. That is a full walk too.\n\n"
            "Stop and call 999 if your chest hurts, you faint or nearly faint, or you can hardly breathe."
        ),
        BOTH,
    ),
    Card.STRENGTH: (
        gettext_lazy("Other exercise you enjoy"),
        gettext_lazy(
            "Walking is one good way to move. It is not the only one. What you enjoy is what you keep "
            "doing.\n\n"
            "- Swimming, cycling and gardening count as moving.\n"
            "- Exercise that makes you stronger can be part of your week.\n"
            "- Yoga or dancing may suit you better.\n\n"
            "Start small here too. Ask your physio team what goes well with your plan."
        ),
        BOTH,
    ),
    Card.MOOD: (
        gettext_lazy("How you feel"),
        gettext_lazy(
            "Pain can make you tired, low or worried. Many people feel like this. It is not your fault.\n\n"
            "- Do one thing each day that you enjoy.\n"
            "- Talk with somebody you trust.\n"
            "- Rest without feeling bad about it.\n\n"
            "Are you low or worried most days? Tell your physio team or your GP. Do you feel that you cannot "
            "go on? Call 111. In an emergency call 999."
        ),
        (CONVERSATION,),
    ),
    Card.FLARE_UP: (
        gettext_lazy("When your back is worse for a while"),
        gettext_lazy(
            "Backs have better and worse times. A worse time is called a flare-up.\n\n"
            "- Do less for some days. You need not stop moving.\n"
            "- Have you got a flare-up plan? It tells you how long to walk.\n"
            "- Have you not got one? Ask your physio team before you change your plan.\n"
            "- Tell us that it is a flare-up when you log.\n\n"
            "Is something new, like numbness or trouble with peeing? Do not wait. Look at the list under "
            "“Something new or worrying?”."
        ),
        BOTH,
    ),
    Card.GAP: (
        gettext_lazy("After a week without walks"),
        gettext_lazy(
            "A week without walks happens to most people. That is OK.\n\n"
            "- Today shows your next walk. It may be shorter than before.\n"
            "- You do not have to catch up.\n"
            "- Choose one day and one time that suit you.\n\n"
            "Is your back the reason, or are you ill? Tell us under “Not walking just now?”. "
            "Would it help to talk? Press “Please call me”."
        ),
        (CONVERSATION, OUR_RULES),
    ),
}


def parts_of(body: str) -> list[Part]:
    """Plain paragraphs and lists, nothing else: templates escape each line, so no HTML gets through."""
    blocks = re.split(r"\n\s*\n", body.replace("\r\n", "\n"))
    return [part for block in blocks for part in _parts_of_block(block)]


def _parts_of_block(block: str) -> list[Part]:
    lines = [line.strip() for line in block.split("\n") if line.strip()]
    found: list[Part] = []
    for is_point, group in groupby(lines, key=lambda line: line.startswith("- ")):
        said = list(group)
        found.append(("ul", [line[2:].strip() for line in said]) if is_point else ("p", [" ".join(said)]))
    return found


def card_as_shown(code: Card, own: PatientText | None) -> Shown | None:
    """What patients of a clinic read under this code; None where the clinic hides it."""
    title, body, sources = CARDS[code]
    source = "; ".join(str(each) for each in sources)
    shipped = Shown(code, str(title), parts_of(str(body)), source, WRITTEN_ON, by_clinic=False)
    if own is None:
        return shipped
    if own.shows == Shows.HIDDEN or own.checked_on is None:
        return None
    if own.shows == Shows.OWN:
        return Shown(code, own.title, parts_of(own.body), own.source, own.checked_on, True, is_own=True)
    return replace(shipped, said_on=own.checked_on, by_clinic=True)


def number_of(code: str) -> int:
    """Its place among all cards, hidden ones too: what its address says in place of its topic."""
    return list(CARDS).index(Card(code)) + 1


def cards_as_shown(own: Mapping[str, PatientText]) -> list[Shown]:
    """All cards that the clinic does not hide, in their order."""
    shown = (card_as_shown(code, own.get(code)) for code in CARDS)
    return [card for card in shown if card is not None]


def said_when(card: Shown) -> str:
    """Who stands behind the words, and since when."""
    words = {"day": full_day(card.said_on)}
    if card.by_clinic:
        return _("Your physio team checked this on %(day)s.") % words
    return _("Written for Waymark on %(day)s.") % words
